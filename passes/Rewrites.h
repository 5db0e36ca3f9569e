//===- Rewrites.h - What algebraic rewrites look for -----------*- C++ -*-===//

#ifndef SINTER_PASSES_REWRITES_H
#define SINTER_PASSES_REWRITES_H

#include "ir/SinterOps.h"

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <optional>

namespace sinter {
/// Whether a gradient is taken with respect to `value`: a rewrite that goes
/// around it would make that gradient zero.
bool isDifferentiatedBy(mlir::Value value);

/// The operation of this kind that makes `value`, unless a gradient is taken
/// with respect to `value`.
template <typename OpTy>
OpTy definedBy(mlir::Value value) {
  return isDifferentiatedBy(value) ? OpTy() : value.getDefiningOp<OpTy>();
}

/// The rank-reduced tensor whose element r stands in each place of row r of
/// `rows`, or null. Sees through reshapes that insert or drop the last axis.
mlir::Value repeatedAlongRows(mlir::Value rows);

/// The one number in all places of `value`.
std::optional<double> numberIn(mlir::Value value);

/// A driver that applies patterns and nothing else: no folding, which merges
/// equal values.
mlir::GreedyRewriteConfig patternsAlone();

/// Adds: a row's sum of a one-hot row times another is the element picked from
/// the other.
void addOneHotPatterns(mlir::RewritePatternSet &patterns);
} // namespace sinter

#endif // SINTER_PASSES_REWRITES_H
