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

#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace sinter {
#define GEN_PASS_DEF_STABILIZE
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// The operation of this kind that makes `value`, unless a gradient is taken
/// with respect to `value`.
template <typename OpTy>
static OpTy definedBy(Value value) {
  for (Operation *user : value.getUsers())
    if (GradientOp gradient = dyn_cast<GradientOp>(user))
      if (llvm::is_contained(gradient.getWrt(), value))
        return {};
  return value.getDefiningOp<OpTy>();
}

/// The rank-reduced tensor whose element r stands in each place of row r of
/// `rows`, or null. Sees through reshapes that insert or drop the last axis.
static Value repeatedAlongRows(Value rows) {
  Dims outer = dimsOf(rows);
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

/// x ** c => 1 / x, sqrt(x), x * x, x * x * x for c = -1, 0.5, 2, 3. Not x for
/// c = 1, which would merge two values.
struct PowOfNumber : OpRewritePattern<PowOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PowOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getLhs();
    Location loc = op.getLoc();
    std::optional<double> exponent = exponentOf(op);
    if (exponent == 2.0)
      rewriter.replaceOpWithNewOp<MulOp>(op, x, x);
    else if (exponent == 3.0)
      rewriter.replaceOpWithNewOp<MulOp>(op, MulOp::create(rewriter, loc, x, x),
                                         x);
    else if (exponent == 0.5)
      rewriter.replaceOpWithNewOp<SqrtOp>(op, x);
    else if (exponent == -1.0)
      rewriter.replaceOpWithNewOp<DivOp>(
          op, makeSplat(rewriter, loc, op.getType(), 1.0), x);
    else
      return failure();
    return success();
  }

private:
  /// The exponent, if it is one number that needs no gradient.
  static std::optional<double> exponentOf(PowOp op) {
    Value value = op.getRhs();
    while (BroadcastOp broadcast = definedBy<BroadcastOp>(value))
      value = broadcast.getInput();
    SplatOp splat = definedBy<SplatOp>(value);
    FloatAttr number =
        splat ? dyn_cast<FloatAttr>(splat.getValue()) : FloatAttr();
    if (!number)
      return std::nullopt;
    return number.getValueAsDouble();
  }
};

struct StabilizePass : sinter::impl::StabilizeBase<StabilizePass> {
  using StabilizeBase::StabilizeBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SoftmaxFromParts, LogOfSoftmax, LogOfPickedSoftmax,
                 ArgMaxOfSoftmax, PowOfNumber>(&getContext());
    GreedyRewriteConfig config;
    config.enableFolding(false);
    config.enableConstantCSE(false);
    config.setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    config.setMaxIterations(GreedyRewriteConfig::kNoLimit);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      signalPassFailure();
  }
};
} // namespace
