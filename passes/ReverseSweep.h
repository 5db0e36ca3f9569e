//===- ReverseSweep.h - Reverse-mode differentiation -----------*- C++ -*-===//
//
// The traversal of operations against their order. The rules of the operations
// are theirs (ir/Gradients.cpp); those of `sinter.if` and `sinter.while`, which
// hold operations themselves, are in DifferentiateControl.cpp and
// DifferentiateLoops.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_REVERSESWEEP_H
#define SINTER_PASSES_REVERSESWEEP_H

#include "ir/SinterOps.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <utility>

namespace sinter {
/// What a loop was made to remember for its gradient: results beyond those that
/// it had.
struct LoopRecord {
  /// The result that counts the trips.
  unsigned trips;
  /// For a carried value and a distance of trips, the result that holds it at
  /// the begin of each trip of that distance.
  llvm::DenseMap<std::pair<unsigned, uint64_t>, unsigned> tapes;
};
struct LoopRecords {
  /// What the tapes of one gradient of a loop may hold.
  int64_t maxTapeBytes;
  llvm::DenseMap<mlir::Operation *, LoopRecord> loops;
};

/// Integers and bools are constants to a derivative.
bool carriesGradient(mlir::Value value);
/// The operands of `op` and the values from outside that its regions read.
llvm::SmallVector<mlir::Value> valuesReadBy(mlir::Operation *op);
/// The operations that `targets` depend on, in an order in which they could
/// run. Within `block`, or in the blocks around it, too.
llvm::SmallVector<mlir::Operation *> graphOf(mlir::ValueRange targets,
                                             mlir::Block *block = nullptr);
/// The values in `graph` that depend on one of `sources`.
llvm::DenseSet<mlir::Value>
valuesVaryingWith(mlir::ValueRange sources,
                  llvm::ArrayRef<mlir::Operation *> graph);
/// Nothing reads what a backward operation computes. That holds for its loops,
/// too: where they could pass their limit, the forward loop has ended before.
bool isUnread(mlir::Operation *op);
void eraseUnread(mlir::Block &block);

/// Differentiates a graph once. Adjoints are summed per value, absent ones
/// (zero) stay absent, nothing is cloned but the insides of branches and loops.
class ReverseSweep {
public:
  /// Backward operations are built at `builder`'s insertion point. `graph` is
  /// what the seeded values depend on; its loops may be replaced by loops that
  /// remember more.
  ReverseSweep(mlir::OpBuilder &builder, LoopRecords &records,
               llvm::MutableArrayRef<mlir::Operation *> graph,
               mlir::ValueRange sources)
      : builder(builder), records(records), graph(graph),
        varying(valuesVaryingWith(sources, graph)) {}

  /// Adds to the adjoint of a value.
  void accumulate(mlir::Value value, mlir::Value contribution);
  mlir::LogicalResult run();
  /// The adjoint of a value; null if it is zero.
  mlir::Value adjointOf(mlir::Value value) const {
    return adjoints.lookup(value);
  }

  /// The operation whose rule is at work.
  mlir::Operation *current() const { return currentOp; }

private:
  mlir::LogicalResult passAdjointsOn(mlir::Operation *op);
  mlir::LogicalResult applyRule(mlir::Operation *op);
  mlir::LogicalResult throughIf(IfOp op);
  mlir::LogicalResult throughWhile(WhileOp op);
  void followLoop(mlir::Operation *old, llvm::ArrayRef<mlir::Value> oldResults,
                  WhileOp next);

  mlir::OpBuilder &builder;
  LoopRecords &records;
  llvm::MutableArrayRef<mlir::Operation *> graph;
  llvm::DenseSet<mlir::Value> varying;
  /// The sums so far. Absent means zero.
  llvm::DenseMap<mlir::Value, mlir::Value> adjoints;
  mlir::Operation *currentOp = nullptr;
};
} // namespace sinter

#endif // SINTER_PASSES_REVERSESWEEP_H
