//===- ElementOps.h - Elementwise operations in registers ------*- C++ -*-===//

#ifndef SINTER_CODEGEN_ELEMENTOPS_H
#define SINTER_CODEGEN_ELEMENTOPS_H

#include "codegen/KernelFrame.h"
#include "ir/SinterOps.h"

namespace sinter {
/// What the elementwise `op` computes from the operands, all of them scalars or
/// all vectors of one length. Nothing here fuses or reorders roundings.
mlir::Value emitElementOp(KernelFrame &frame, mlir::Operation *op,
                          mlir::ValueRange operands);

/// Maximum or minimum in elements of type `element`; a NaN wins.
mlir::Value emitExtreme(KernelFrame &frame, mlir::Type element, bool isMaximum,
                        mlir::Value a, mlir::Value b);
/// a > b; signed or unsigned as `element` says.
mlir::Value emitGreater(KernelFrame &frame, mlir::Type element, mlir::Value a,
                        mlir::Value b);
/// a + b and a * b of floats or integers.
mlir::Value emitAdd(KernelFrame &frame, mlir::Value a, mlir::Value b);
mlir::Value emitMul(KernelFrame &frame, mlir::Value a, mlir::Value b);
/// An integer of i64 lanes as a number of type `element`.
mlir::Value emitFromInt64(KernelFrame &frame, mlir::Type element,
                          mlir::Value value);
} // namespace sinter

#endif // SINTER_CODEGEN_ELEMENTOPS_H
