//===- OneHot.cpp - One-hot rows to the index they stand for --------------===//
//
// A one-hot row compares the numbers of its places with an index. Its product
// with another row has one term that is not zero.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "passes/Rewrites.h"

using namespace mlir;
using namespace sinter;

/// 0, 1, 2, ... along the last axis.
static bool countsPlaces(Value value) {
  int64_t last = cast<RankedTensorType>(value.getType()).getRank() - 1;
  if (BroadcastOp broadcast = definedBy<BroadcastOp>(value)) {
    if (broadcast.getDims() != ArrayRef<int64_t>(last))
      return false;
    value = broadcast.getInput();
    if (dimsOf(value).back() != dimsOf(broadcast.getResult()).back())
      return false;
    last = 0;
  }
  IotaOp iota = definedBy<IotaOp>(value);
  return iota && int64_t(iota.getAxis()) == last && iota.getStart().isZero() &&
         iota.getStep().isExactlyValue(1.0);
}

/// The index of each row whose truth values are true at it alone, or null.
static Value indexOfOneHot(Value truths) {
  CompareOp compare = definedBy<CompareOp>(truths);
  if (!compare || compare.getPredicate() != Predicate::EQ)
    return {};
  Value index;
  if (countsPlaces(compare.getLhs()))
    index = repeatedAlongRows(compare.getRhs());
  else if (countsPlaces(compare.getRhs()))
    index = repeatedAlongRows(compare.getLhs());
  Type element =
      index ? cast<RankedTensorType>(index.getType()).getElementType() : Type();
  bool canPick = element && (element.isSignlessInteger(32) ||
                             element.isSignlessInteger(64));
  return canPick ? index : Value();
}

namespace {
/// A row that is `row` at the index and 0 elsewhere; 1 at it if there is none.
struct OneHotProduct {
  Value index, row;
};

/// sum(one_hot(i) * x, last axis) => x[i], 0 if the row has no place i.
struct SumOfOneHot : OpRewritePattern<ReduceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReduceOp op,
                                PatternRewriter &rewriter) const override {
    Dims dims = dimsOf(op.getInput());
    int64_t last = int64_t(dims.size()) - 1;
    if (op.getKind() != ReduceKind::Sum || last < 0 ||
        op.getAxes() != ArrayRef<int64_t>(last) || dims[last].isDynamic())
      return failure();
    std::optional<OneHotProduct> product = match(op.getInput());
    if (!product)
      return failure();
    Location loc = op.getLoc();
    RankedTensorType type = cast<RankedTensorType>(op.getType());
    RankedTensorType indexType =
        cast<RankedTensorType>(product->index.getType());
    Value zero = makeSplat(rewriter, loc, indexType, 0);
    Value size = makeSplat(rewriter, loc, indexType, double(dims[last].size));
    Value isAbove =
        CompareOp::create(rewriter, loc, Predicate::GE, product->index, zero);
    Value isBelow =
        CompareOp::create(rewriter, loc, Predicate::LT, product->index, size);
    Value isInside = AndOp::create(rewriter, loc, isAbove, isBelow);
    Value element = elementAt(*product, type, loc, rewriter);
    Value none = makeSplat(rewriter, loc, type, 0);
    rewriter.replaceOpWithNewOp<SelectOp>(op, type, isInside, element, none);
    return success();
  }

private:
  /// `value` as 1 where a one-hot row is true, if it is one.
  static Value indexOfOneHotNumbers(Value value) {
    if (CastOp cast = definedBy<CastOp>(value))
      return indexOfOneHot(cast.getInput());
    SelectOp select = definedBy<SelectOp>(value);
    if (select && numberIn(select.getOnTrue()) == 1.0 &&
        numberIn(select.getOnFalse()) == 0.0)
      return indexOfOneHot(select.getCondition());
    return {};
  }

  static std::optional<OneHotProduct> match(Value value) {
    if (isDifferentiatedBy(value))
      return std::nullopt;
    if (Value index = indexOfOneHotNumbers(value))
      return OneHotProduct{index, {}};
    SelectOp select = definedBy<SelectOp>(value);
    if (select && numberIn(select.getOnFalse()) == 0.0)
      if (Value index = indexOfOneHot(select.getCondition()))
        return OneHotProduct{index, select.getOnTrue()};
    MulOp mul = definedBy<MulOp>(value);
    if (!mul)
      return std::nullopt;
    if (Value index = indexOfOneHotNumbers(mul.getLhs()))
      return OneHotProduct{index, mul.getRhs()};
    if (Value index = indexOfOneHotNumbers(mul.getRhs()))
      return OneHotProduct{index, mul.getLhs()};
    return std::nullopt;
  }

  static Value elementAt(const OneHotProduct &product, RankedTensorType type,
                         Location loc, PatternRewriter &rewriter) {
    if (!product.row)
      return makeSplat(rewriter, loc, type, 1);
    if (Value repeated = repeatedAlongRows(product.row))
      return repeated;
    return PickOp::create(rewriter, loc, product.row, product.index);
  }
};
} // namespace

void sinter::addOneHotPatterns(RewritePatternSet &patterns) {
  patterns.add<SumOfOneHot>(patterns.getContext());
}
