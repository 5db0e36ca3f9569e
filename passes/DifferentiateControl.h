//===- DifferentiateControl.h - What if and while share --------*- C++ -*-===//
//
// Gradients of operations that hold operations: a copy of the inside computes
// its values again, and is differentiated.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_DIFFERENTIATECONTROL_H
#define SINTER_PASSES_DIFFERENTIATECONTROL_H

#include "passes/ReverseSweep.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace sinter {
mlir::Value integerScalar(mlir::OpBuilder &builder, mlir::Location loc,
                          int64_t number);
/// `adjoint`, or the zeros that an absent one stands for.
mlir::Value orZero(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::Value adjoint, mlir::Value like);
/// Appends copies of a block's operations, without its effects.
void copyInto(mlir::OpBuilder &builder, mlir::Block &from,
              mlir::IRMapping &mapping);
/// Adds the varying values from outside of `block` that `graph` and its targets
/// read.
void addOuterValues(mlir::Block &block, llvm::ArrayRef<mlir::Operation *> graph,
                    mlir::ValueRange targets,
                    const llvm::DenseSet<mlir::Value> &varying,
                    llvm::SetVector<mlir::Value> &outer);
} // namespace sinter

#endif // SINTER_PASSES_DIFFERENTIATECONTROL_H
