//===- Stabilize.cpp - Formulas that lose accuracy to stable forms --------===//
//
// Runs before differentiation, so that the gradients are those of the stable
// forms, and therefore must not fold: a gradient is taken with respect to a
// value, and a rewrite that goes around that value would make it zero.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace sinter {
#define GEN_PASS_DEF_STABILIZE
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
/// exp(o) / rows of sum(exp(o)) => softmax(o)
struct SoftmaxFromParts : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    ExpOp numerator = definedBy<ExpOp>(op.getLhs());
    int64_t rank = cast<RankedTensorType>(op.getType()).getRank();
    if (!numerator || rank == 0)
      return failure();
    Value rowSum = repeatedAlongRows(op.getRhs());
    ReduceOp sum = rowSum ? definedBy<ReduceOp>(rowSum) : ReduceOp();
    if (!sum || sum.getKind() != ReduceKind::Sum ||
        sum.getAxes() != ArrayRef<int64_t>(rank - 1))
      return failure();
    ExpOp summand = definedBy<ExpOp>(sum.getInput());
    if (!summand || summand.getInput() != numerator.getInput() ||
        dimsOf(op.getResult()).back().isDynamic())
      return failure();
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, numerator.getInput());
    return success();
  }
};

/// log(softmax(o)) => log_softmax(o)
struct LogOfSoftmax : OpRewritePattern<LogOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LogOp op,
                                PatternRewriter &rewriter) const override {
    SoftmaxOp softmax = definedBy<SoftmaxOp>(op.getInput());
    if (!softmax)
      return failure();
    rewriter.replaceOpWithNewOp<LogSoftmaxOp>(op, softmax.getInput());
    return success();
  }
};

/// log(pick(softmax(o), i)) => pick(log_softmax(o), i)
struct LogOfPickedSoftmax : OpRewritePattern<LogOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LogOp op,
                                PatternRewriter &rewriter) const override {
    PickOp pick = definedBy<PickOp>(op.getInput());
    SoftmaxOp softmax =
        pick ? definedBy<SoftmaxOp>(pick.getInput()) : SoftmaxOp();
    if (!softmax)
      return failure();
    Value logs =
        LogSoftmaxOp::create(rewriter, op.getLoc(), softmax.getInput());
    rewriter.replaceOpWithNewOp<PickOp>(op, logs, pick.getIndex());
    return success();
  }
};

/// argmax(softmax(o)) => argmax(o), which rounding cannot make a tie
struct ArgMaxOfSoftmax : OpRewritePattern<ArgMaxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ArgMaxOp op,
                                PatternRewriter &rewriter) const override {
    SoftmaxOp softmax = definedBy<SoftmaxOp>(op.getInput());
    int64_t lastAxis =
        cast<RankedTensorType>(op.getInput().getType()).getRank() - 1;
    if (!softmax || int64_t(op.getAxis()) != lastAxis)
      return failure();
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(softmax.getInput()); });
    return success();
  }
};

/// x ** c => 1, 1 / x, sqrt(x), x * x, x * x * x for c = 0, -1, 0.5, 2, 3. Not
/// x for c = 1, which would merge two values.
struct PowOfNumber : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PowOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getLhs();
    Location loc = op.getLoc();
    RankedTensorType type = op.getType();
    std::optional<double> exponent = numberIn(op.getRhs());
    if (exponent == 0.0)
      rewriter.replaceOp(op, makeSplat(rewriter, loc, type, 1.0));
    else if (exponent == 2.0)
      rewriter.replaceOpWithNewOp<MulOp>(op, x, x);
    else if (exponent == 3.0)
      rewriter.replaceOpWithNewOp<MulOp>(op, MulOp::create(rewriter, loc, x, x),
                                         x);
    else if (exponent == 0.5)
      rewriter.replaceOpWithNewOp<SqrtOp>(op, x);
    else if (exponent == -1.0)
      rewriter.replaceOpWithNewOp<DivOp>(
          op, makeSplat(rewriter, loc, type, 1.0), x);
    else
      return failure();
    return success();
  }
};

/// tanh(x) + 1 => 2 sigmoid(2x), which keeps what the sum would cancel.
struct TanhPlusOne : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    TanhOp tanh = definedBy<TanhOp>(op.getLhs());
    Value other = tanh ? op.getRhs() : op.getLhs();
    if (!tanh)
      tanh = definedBy<TanhOp>(op.getRhs());
    if (!tanh || !tanh->hasOneUse() || numberIn(other) != 1.0)
      return failure();
    Location loc = op.getLoc();
    Value two = makeSplat(rewriter, loc, op.getType(), 2.0);
    Value twice = MulOp::create(rewriter, loc, tanh.getInput(), two);
    Value sigmoid = SigmoidOp::create(rewriter, loc, twice);
    rewriter.replaceOpWithNewOp<MulOp>(op, sigmoid, two);
    return success();
  }
};

struct StabilizePass : sinter::impl::StabilizeBase<StabilizePass> {
  using StabilizeBase::StabilizeBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SoftmaxFromParts, LogOfSoftmax, LogOfPickedSoftmax,
                 ArgMaxOfSoftmax, PowOfNumber, TanhPlusOne>(&getContext());
    addOneHotPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns),
                                     patternsAlone())))
      signalPassFailure();
  }
};
} // namespace
