//===- AddSelftest.cpp - Whole training steps in f64 ----------------------===//
//
// Beside `E.train_step` this puts a function `E.selftest` that does in f64 what
// the step does, the optimizer included, with storage of its own:
//
//   [E/selftest/w], [E/selftest/optimizer/w/m], ... -> the same, a step later
//
// and the like beside the other functions of the experiment, with the same
// storage. The runtime does the same with both and compares.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/Twin.h"

namespace sinter {
#define GEN_PASS_DEF_ADDSELFTEST
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// What stands for a symbol in the twin: storage of the twin's own for all that
/// is the experiment's, the symbol itself for data and other experiments.
static FlatSymbolRefAttr counterpart(Twin &twin, FlatSymbolRefAttr symbol) {
  GlobalOp global = twin.globalOf(symbol);
  return twin.isOwn(global) ? twin.addScratch("selftest", global) : symbol;
}

static void addSelftest(func::FuncOp function, StringRef role,
                        SymbolTable &symbols) {
  Twin twin(function, role, symbols);
  Builder builder(function.getContext());
  twin.function().walk([&](Operation *op) {
    if (LoadOp load = dyn_cast<LoadOp>(op))
      load.setSymbolAttr(counterpart(twin, load.getSymbolAttr()));
    if (StoreOp store = dyn_cast<StoreOp>(op))
      store.setSymbolAttr(counterpart(twin, store.getSymbolAttr()));
    UpdateOp update = dyn_cast<UpdateOp>(op);
    if (!update)
      return;
    SmallVector<Attribute> states;
    for (FlatSymbolRefAttr state :
         update.getStates().getAsRange<FlatSymbolRefAttr>())
      states.push_back(counterpart(twin, state));
    update.setStatesAttr(builder.getArrayAttr(states));
    update.setSymbolAttr(counterpart(twin, update.getSymbolAttr()));
  });
  twin.finish();
}

namespace {
struct AddSelftestPass : sinter::impl::AddSelftestBase<AddSelftestPass> {
  using AddSelftestBase::AddSelftestBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    const std::pair<StringRef, StringRef> roles[] = {
        {"train_step", "selftest"},
        {"update", "selftest_update"},
        {"eval_step", "selftest_eval"},
        {"predict", "selftest_predict"},
        {"predict_raw", "selftest_predict_raw"}};
    for (auto [original, role] : roles)
      forEachOfRole(getOperation(), original,
                    [&, role = role](func::FuncOp function) {
                      addSelftest(function, role, symbols);
                    });
  }
};
} // namespace
