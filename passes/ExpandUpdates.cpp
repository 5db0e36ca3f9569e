//===- ExpandUpdates.cpp - sinter.update to load, rule and store ----------===//

#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"

#include "mlir/IR/PatternMatch.h"

namespace sinter {
#define GEN_PASS_DEF_EXPANDUPDATES
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// Inlines the region between a load and a store of the parameter and of each
/// state. Loads see the values at the function's entry and stores take effect
/// at its end, so the order of updates does not matter.
static void expandUpdate(UpdateOp update, IRRewriter &rewriter) {
  rewriter.setInsertionPoint(update);
  Block *body = &update.getBody().front();
  SmallVector<FlatSymbolRefAttr> symbols = {update.getSymbolAttr()};
  llvm::append_range(symbols,
                     update.getStates().getAsRange<FlatSymbolRefAttr>());

  SmallVector<Value> inputs;
  auto load = [&](FlatSymbolRefAttr symbol, BlockArgument argument) {
    inputs.push_back(LoadOp::create(rewriter, argument.getLoc(),
                                    argument.getType(), symbol));
  };
  load(symbols[0], body->getArgument(0));
  inputs.push_back(update.getGradient());
  for (size_t i = 1; i < symbols.size(); ++i)
    load(symbols[i], body->getArgument(i + 1));

  YieldOp yield = cast<YieldOp>(body->getTerminator());
  rewriter.inlineBlockBefore(body, update, inputs);
  for (auto [symbol, value] : llvm::zip(symbols, yield.getOperands()))
    StoreOp::create(rewriter, update.getLoc(), value, symbol);
  rewriter.eraseOp(yield);
  rewriter.eraseOp(update);
}

/// Where a step has several batches, no kernel can hold a gradient and its
/// update.
static void remarkOnAccumulation(UpdateOp update, func::FuncOp function) {
  StringAttr role = function->getAttrOfType<StringAttr>(roleAttr);
  if (!role || role.getValue() != "update")
    return;
  GlobalOp global = SymbolTable::lookupNearestSymbolFrom<GlobalOp>(
      function, update.getSymbolAttr());
  remark::missed(update.getLoc(), fusionRemark())
      << ("the gradient of '" + global.getLabel() +
          "' is summed in memory over the batches of a step, and the update "
          "waits for the last")
             .str();
}

namespace {
struct ExpandUpdatesPass : sinter::impl::ExpandUpdatesBase<ExpandUpdatesPass> {
  using ExpandUpdatesBase::ExpandUpdatesBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation().walk([&](UpdateOp update) {
      remarkOnAccumulation(update, getOperation());
      expandUpdate(update, rewriter);
    });
  }
};
} // namespace
