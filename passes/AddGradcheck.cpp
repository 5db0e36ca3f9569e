//===- AddGradcheck.cpp - The loss and its gradients in f64 ---------------===//
//
// Beside `E.train_step` this puts a function `E.gradcheck` that computes the
// same loss and its gradients in f64, with parameters of its own:
//
//   loss = f([E/gradcheck/w], ...);  d loss / d w -> [E/gradient/w]
//
// The runtime moves the parameters and compares.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"
#include "passes/Twin.h"

namespace sinter {
#define GEN_PASS_DEF_ADDGRADCHECK
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// The gradients of the training stand last; others belong to the model.
static GradientOp findGradient(func::FuncOp step) {
  GradientOp gradient;
  for (GradientOp op : step.getBody().front().getOps<GradientOp>())
    gradient = op;
  return gradient;
}

/// Leaves the loss, its gradients and what they are computed from.
static void addGradcheck(func::FuncOp step, SymbolTable &symbols) {
  Twin twin(step, "gradcheck", symbols);
  GradientOp gradient = findGradient(twin.function());
  SmallVector<Operation *> effects;
  twin.function().walk([&](Operation *op) {
    if (isa<UpdateOp, StoreOp>(op))
      effects.push_back(op);
  });
  for (Operation *op : effects)
    op->erase();
  Operation *ret = twin.function().getBody().front().getTerminator();
  ret->setOperand(0, gradient.getTarget());
  OpBuilder builder(ret);
  for (auto [wrt, result] :
       llvm::zip(gradient.getWrt(), gradient.getResults())) {
    LoadOp load = wrt.getDefiningOp<LoadOp>();
    GlobalOp parameter = twin.globalOf(load.getSymbolAttr());
    StoreOp::create(builder, gradient.getLoc(), result,
                    twin.addScratch("gradient", parameter));
    load.setSymbolAttr(twin.addScratch("gradcheck", parameter));
  }
  twin.finish();
}

namespace {
struct AddGradcheckPass : sinter::impl::AddGradcheckBase<AddGradcheckPass> {
  using AddGradcheckBase::AddGradcheckBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    forEachOfRole(getOperation(), "train_step", [&](func::FuncOp step) {
      if (findGradient(step))
        addGradcheck(step, symbols);
    });
  }
};
} // namespace
