//===- AddGradient.h - Gradients of functions under test -------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_ADDGRADIENT_H
#define SINTER_TEST_REFERENCE_ADDGRADIENT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sinter {
/// Appends to the module `NAME.grad(arguments..., seeds...)`, which returns the
/// adjoints of the float arguments, summed over the float results.
mlir::func::FuncOp addGradient(mlir::func::FuncOp function);
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_ADDGRADIENT_H
