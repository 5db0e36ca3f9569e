//===- Simplify.cpp - Less work for nearly the same numbers ---------------===//

#include "ir/Shape.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace sinter {
#define GEN_PASS_DEF_SIMPLIFY
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
/// x ** 1 => x
struct PowOfOne : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PowOp op,
                                PatternRewriter &rewriter) const override {
    if (numberIn(op.getRhs()) != 1.0)
      return failure();
    rewriter.replaceOp(op, op.getLhs());
    return success();
  }
};

struct SimplifyPass : sinter::impl::SimplifyBase<SimplifyPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PowOfOne>(&getContext());
    addOneHotPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns),
                                     patternsAlone())))
      signalPassFailure();
  }
};
} // namespace
