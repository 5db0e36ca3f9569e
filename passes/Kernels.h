//===- Kernels.h - What a kernel may hold ----------------------*- C++ -*-===//
//
// The contract between the passes that form kernels and codegen/, which writes
// loops for them. The body of a `sinter.kernel` holds
//
//   leaves     splat, iota, extent
//   scalars    elementwise operations of rank 0 on arguments, leaves and other
//              scalars; computed again in each kernel that needs them
//   views      broadcast, reshape, transpose, slice: of arguments, leaves,
//              scalars and other views; of another computed value only the
//              repeats along rows in the form row
//   computing  everything else that is pure: elementwise operations, random,
//              reduce, argmax, contract, pick, softmax, log_softmax, concat,
//              pad, gather, scatter_add, insert, cumsum, argsort, solve
//
// and never a constant: splats are leaves, other constants are arguments. It
// has one of these forms, told by its root, the computing operation that is not
// elementwise:
//
//   copy          nothing is computed but scalars; the one result is an
//                 argument, a leaf, a scalar or a view.
//   elementwise   no root; elementwise operations and random, every value of
//                 the same dimensions. Results are computed values.
//   reduce        one reduce; besides it elementwise operations and random of
//                 its operand's dimensions that it alone uses, and elementwise
//                 operations and random of its result's dimensions. Results are
//                 of its result's dimensions.
//   contract      one contract of arguments, leaves and views of them; besides
//                 it elementwise operations and random of its result's
//                 dimensions. If there are any, at most maxEpilogueDepth
//                 products are summed.
//   row           row operations (Rows.h) over the same rows; besides them
//                 elementwise operations and random of the rows' dimensions or
//                 of all but the last, and broadcasts that repeat a value of
//                 the latter along its row. All that is combined along rows has
//                 64 bits, or none. Results are computed values.
//   single        one computing operation of another kind, the only result; its
//                 operands are arguments, leaves, scalars and views.
//
// The seed and step of random, everywhere, are arguments, leaves or scalars.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_KERNELS_H
#define SINTER_PASSES_KERNELS_H

#include "ir/SinterOps.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <optional>

namespace sinter {
bool isLeaf(mlir::Operation *op);
bool isView(mlir::Operation *op);
/// Has one result element for each index, computed at that index alone: the
/// elementwise operations and random.
bool isElementwise(mlir::Operation *op);
/// An elementwise operation of rank 0.
bool isScalarOp(mlir::Operation *op);
/// A pure operation on values that is no leaf, view or constant.
bool isComputing(mlir::Operation *op);

enum class KernelForm { Copy, Elementwise, Reduce, Contract, Row, Single };

/// A contraction with an epilogue keeps its sums in registers over all steps;
/// beyond this many a tile's operands no longer fit the second-level cache.
inline constexpr int64_t maxEpilogueDepth = 4096;

/// Products in each sum, run-time dimensions at their bounds.
int64_t contractDepth(ContractOp contract);

/// The last computing operation that is neither elementwise nor random, or
/// null. Only kernels of the form row have several.
mlir::Operation *rootOf(KernelOp kernel);

/// The form of a kernel, or nothing if it has none of them. Emits errors that
/// say why if `emitErrors`.
std::optional<KernelForm> classifyKernel(KernelOp kernel,
                                         bool emitErrors = false);
inline bool isSupportedKernel(KernelOp kernel) {
  return classifyKernel(kernel).has_value();
}

/// Whether `result` of the kernel may be written over the bytes of `argument`:
/// both have the same dimensions, layout and bytes an element, and only
/// elementwise operations of these dimensions read the argument, in a form
/// other than single; in the form row, row operations and repeats along rows as
/// well. Generated code reads all operands of such operations at an index, or
/// in a row, before it writes any result there. Or an insert puts a box into
/// the argument, which nothing else reads: then it writes the box alone.
bool mayWriteOver(KernelOp kernel, unsigned argument, unsigned result);

/// The kernels of a module, each once.
class KernelTable {
public:
  explicit KernelTable(mlir::ModuleOp module);

  /// Creates, at the builder, the launch of a kernel that computes `results`
  /// from the operations `ops` of the builder's block. Views, leaves, splat
  /// constants and `repeated` operations they are made of are cloned into it.
  /// Without `ops` the kernel copies its one result.
  LaunchOp createLaunch(mlir::OpBuilder &builder,
                        llvm::ArrayRef<mlir::Operation *> ops,
                        mlir::ValueRange results,
                        const llvm::DenseSet<mlir::Operation *> &repeated = {});

  KernelOp lookup(LaunchOp launch) const {
    return symbols.lookup<KernelOp>(launch.getKernel());
  }

private:
  KernelOp intern(KernelOp kernel, llvm::StringRef name);

  mlir::SymbolTable symbols;
  llvm::DenseMap<size_t, llvm::SmallVector<KernelOp, 1>> kernelsByHash;
  unsigned nextNumber = 0;
};
} // namespace sinter

#endif // SINTER_PASSES_KERNELS_H
