//===- Rewrites.cpp - What algebraic rewrites look for --------------------===//

#include "passes/Rewrites.h"
#include "ir/Shape.h"

using namespace mlir;
using namespace sinter;

bool sinter::isDifferentiatedBy(Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    GradientOp gradient = dyn_cast<GradientOp>(user);
    return gradient && llvm::is_contained(gradient.getWrt(), value);
  });
}

Value sinter::repeatedAlongRows(Value rows) {
  Dims outer = dimsOf(rows);
  if (outer.empty())
    return {};
  outer.pop_back();
  BroadcastOp broadcast = definedBy<BroadcastOp>(rows);
  Value value = broadcast ? broadcast.getInput() : rows;
  if (ReshapeOp reshape = definedBy<ReshapeOp>(value))
    if (dimsOf(reshape.getInput()) == outer)
      value = reshape.getInput();
  if (dimsOf(value) != outer)
    return {};
  // The broadcast must put dimension i of the outer shape at i, whether the
  // last axis of size 1 is there or not.
  if (broadcast)
    for (auto [index, dim] : llvm::enumerate(broadcast.getDims()))
      if (dim != int64_t(index))
        return {};
  return value;
}

std::optional<double> sinter::numberIn(Value value) {
  while (BroadcastOp broadcast = definedBy<BroadcastOp>(value))
    value = broadcast.getInput();
  SplatOp splat = definedBy<SplatOp>(value);
  FloatAttr number =
      splat ? dyn_cast<FloatAttr>(splat.getValue()) : FloatAttr();
  if (!number)
    return std::nullopt;
  return number.getValueAsDouble();
}

GreedyRewriteConfig sinter::patternsAlone() {
  GreedyRewriteConfig config;
  config.enableFolding(false);
  config.enableConstantCSE(false);
  config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
  config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
  return config;
}
