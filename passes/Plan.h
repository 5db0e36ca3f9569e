//===- Plan.h - The stage `plan` and how to read it ------------*- C++ -*-===//
//
// A planned module:
//
// * Module attributes, i64: `sinter.store_bytes`, `sinter.arena_bytes` (the
//   most any function needs), `sinter.constant_bytes`: the sizes of the spaces.
// * Every `sinter.global` has `offset`, its place in the store, a multiple of
//   64. An experiment's globals stand together, in the order param and frozen,
//   state, metrics of training, metrics of validation; columns come last. A
//   metric is training's when the function of role "train_step" stores it.
// * Every `sinter.experiment` has `sinter.train_metrics` and
//   `sinter.valid_metrics`, array<i64: offset, bytes>: what the runtime zeroes
//   when an epoch begins.
// * Every `sinter.kernel` has the form of passes/Kernels.h. `scratch`, if set
//   before planning, is the bytes each launch needs besides its results.
// * A `func.func` is one block, a list to be carried out in order:
//     sinter.constant   of no code; has `sinter.buffer` in `constants`. Equal
//                       constants of a module share one buffer.
//     sinter.load       of no code; its bytes are the global's.
//     sinter.launch     a call; `at` says where each result is written,
//                       followed by the scratch buffer if there is one.
//     sinter.store      of no code: its value was written at the global's
//                       offset by the launch that computed it.
//     sinter.if         one of two lists; `at` says where its results are.
//     sinter.while      two lists, carried out in turn; `at` says where each
//                       carried value is, from the init to the result.
//     sinter.yield      of no code: what it yields was written where the branch
//                       or loop has it. The condition of a loop is read.
//     sinter.print, sinter.check, sinter.guard, sinter.time_start,
//     sinter.time_stop
//     func.return       of no code; results stay where they are.
//   Lists inside others hold no constant, load or store, and write to the arena
//   alone; they may read what the lists around them compute.
//   Arguments and results have the attribute `sinter.buffer`. A result's buffer
//   is that of the returned value: mostly in the arena, but in the store for a
//   returned global and in `constants` for a returned constant. Functions have
//   `sinter.arena_bytes` and `sinter.live_bytes`, the lower bound: the largest
//   sum of tensors alive at once.
//
// The caller fills every argument before every call, as launches may write over
// arguments. Results stay valid until the next call of any function. A launch
// may write a result over an operand (`mayWriteOver` in passes/Kernels.h); no
// other bytes a launch writes meet bytes it reads or writes. All sizes are
// those of run-time dimensions at their bounds.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_PLAN_H
#define SINTER_PASSES_PLAN_H

#include "ir/SinterOps.h"

#include "mlir/IR/BuiltinOps.h"

namespace sinter {
inline constexpr llvm::StringLiteral storeBytesAttr = "sinter.store_bytes";
inline constexpr llvm::StringLiteral arenaBytesAttr = "sinter.arena_bytes";
inline constexpr llvm::StringLiteral constantBytesAttr =
    "sinter.constant_bytes";
inline constexpr llvm::StringLiteral liveBytesAttr = "sinter.live_bytes";
inline constexpr llvm::StringLiteral trainMetricsAttr = "sinter.train_metrics";
inline constexpr llvm::StringLiteral validMetricsAttr = "sinter.valid_metrics";

/// Every buffer starts at a multiple of this: a cache line, and the widest
/// vector.
inline constexpr uint64_t bufferAlignment = 64;

/// The order of all operations of a function, the lists in an operation between
/// it and what follows it. Instant 0 is that of the arguments.
class Instants {
public:
  explicit Instants(mlir::Block &body);

  uint64_t of(mlir::Operation *op) const { return instants.lookup(op); }
  uint64_t count() const { return instants.size(); }
  uint64_t definition(mlir::Value value) const;
  /// The last instant, not before `from`, at which `value` is needed: what a
  /// loop reads and does not compute itself, until its last trip.
  uint64_t lastUse(mlir::Value value, uint64_t from) const;

private:
  llvm::DenseMap<mlir::Operation *, uint64_t> instants;
};

/// Where the bytes of `value`, of a function of a planned module, are. Null if
/// the plan does not say.
BufferAttr bufferOf(mlir::Value value, mlir::SymbolTable &symbols);
} // namespace sinter

#endif // SINTER_PASSES_PLAN_H
