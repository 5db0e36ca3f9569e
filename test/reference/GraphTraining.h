//===- GraphTraining.h - Losses, gradients, optimizers ---------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_GRAPHTRAINING_H
#define SINTER_TEST_REFERENCE_GRAPHTRAINING_H

#include "test/reference/GraphGenerator.h"

namespace sinter {
/// The experiment that owns a random graph's parameters.
inline constexpr llvm::StringLiteral experimentName = "e";

/// Makes two functions of `eval`, which computes `ends` and has no terminator
/// yet: itself, which returns the ends and the gradient of one of them, and a
/// training step `step`.
void addUses(mlir::func::FuncOp eval, llvm::ArrayRef<mlir::Value> ends,
             GraphBuilder &graph);
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_GRAPHTRAINING_H
