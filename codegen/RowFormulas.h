//===- RowFormulas.h - The arithmetic of row operations --------*- C++ -*-===//
//
// What kernels of one row operation and kernels of several have in common, so
// that both have the same bits.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_ROWFORMULAS_H
#define SINTER_CODEGEN_ROWFORMULAS_H

#include "codegen/KernelFrame.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter {
// Of softmax and log_softmax. `x` and `term` are scalars or vectors, `top` is
// the largest element of the row and `scale` comes from emitSoftmaxScale.

/// exp(x - top), what a row sums.
mlir::Value emitSoftmaxTerm(KernelFrame &frame, mlir::Value x, mlir::Value top);
/// What all results of a row are made with, from the row's sum.
mlir::Value emitSoftmaxScale(KernelFrame &frame, bool isLog, mlir::Value sum);
/// The result from the element's term, or of log_softmax from the element.
mlir::Value emitSoftmaxResult(KernelFrame &frame, bool isLog, mlir::Value x,
                              mlir::Value top, mlir::Value scale);

/// The element numbered `number` of a row; NaN, or 0 among integers, if it has
/// none.
mlir::Value emitPicked(KernelFrame &frame, mlir::Value number, int64_t rowSize,
                       mlir::Type element,
                       llvm::function_ref<mlir::Value(mlir::Value)> elementAt);
} // namespace sinter

#endif // SINTER_CODEGEN_ROWFORMULAS_H
