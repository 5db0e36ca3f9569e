//===- Passes.h - Graph to graph -------------------------------*- C++ -*-===//
//
// From the front end's graph to one with its gradients, metrics and updates
// spelled out, then to a plan. Pipelines.h puts the passes in order.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_PASSES_H
#define SINTER_PASSES_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sinter {
/// On forward operations: backward operations read the result.
inline constexpr llvm::StringLiteral residualAttr = "sinter.residual";
/// On draws of the backward pass: the numbers of a forward draw again. Keeps
/// the two from becoming one, which memory would have to hold between them.
inline constexpr llvm::StringLiteral redrawnAttr = "sinter.redrawn";

#define GEN_PASS_DECL
#include "passes/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"
} // namespace sinter

#endif // SINTER_PASSES_PASSES_H
