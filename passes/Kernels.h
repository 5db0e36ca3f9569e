//===- Kernels.h - What a kernel may hold ----------------------*- C++ -*-===//
//
// The contract between the passes that form kernels and codegen/, which writes
// loops for them. The body of a `sinter.kernel` holds
//
//   leaves     splat, iota, extent
//   views      broadcast, reshape, transpose, slice: of arguments, leaves and
//              other views, never of a computed value
//   computing  everything else that is pure: elementwise operations, random,
//              reduce, argmax, contract, pick, softmax, log_softmax, concat,
//              pad
//
// and never a constant: splats are leaves, other constants are arguments. It
// has one of these forms, told by its root, the last computing operation:
//
//   copy          no computing operation; the one result is an argument, a leaf
//                 or a view.
//   elementwise   elementwise operations and random, every computed value of
//   the
//                 same dimensions. Results are computed values.
//   reduce        one reduce, the only result; besides it elementwise
//   operations
//                 and random of its operand's dimensions.
//   single        one computing operation of another kind; its operands are
//                 arguments, leaves and views.
//
// The seed and step of random, everywhere, are arguments or leaves.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_KERNELS_H
#define SINTER_PASSES_KERNELS_H

#include "ir/SinterOps.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace sinter {
bool isLeaf(mlir::Operation *op);
bool isView(mlir::Operation *op);
/// Has one result element for each index, computed at that index alone: the
/// elementwise operations and random.
bool isElementwise(mlir::Operation *op);
/// A pure operation on values that is no leaf, view or constant.
bool isComputing(mlir::Operation *op);

enum class KernelForm { Copy, Elementwise, Reduce, Single };

/// The form of a kernel, or nothing if it has none of them. Emits errors that
/// say why if `emitErrors`.
std::optional<KernelForm> classifyKernel(KernelOp kernel,
                                         bool emitErrors = false);
inline bool isSupportedKernel(KernelOp kernel) {
  return classifyKernel(kernel).has_value();
}

/// Whether `result` of the kernel may be written over the bytes of `argument`:
/// the kernel is elementwise, reads the argument only at the index it writes,
/// and both have the same dimensions, layout and bytes an element. Generated
/// code reads all operands at an index before it writes any result there.
bool mayWriteOver(KernelOp kernel, unsigned argument, unsigned result);

/// The kernels of a module, each once.
class KernelTable {
public:
  explicit KernelTable(mlir::ModuleOp module);

  /// Creates, at the builder, the launch of a kernel that computes `results`
  /// from the operations `ops` of the builder's block, the root last. Views,
  /// leaves and splat constants they are made of are cloned into it. Without
  /// `ops` the kernel copies its one result.
  LaunchOp createLaunch(mlir::OpBuilder &builder,
                        llvm::ArrayRef<mlir::Operation *> ops,
                        mlir::ValueRange results);

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
