//===- Folds.cpp - Folders and canonicalization patterns ------------------===//
//
// Only rewrites that keep every bit of every value, whatever the operands hold:
//
// * x + -0.0, x - 0.0, x * 1, x / 1 are x; x + 0.0 is not (-0.0 + 0.0 is 0.0)
// and
//   x * 0.0 is not 0.0 (NaN, infinities, signs). Integers have no such cases.
// * Arithmetic on known numbers is done where IEEE 754 defines the result's
//   bits: not where it is NaN, and not exp, log and their kind, whose bits are
//   those of the generated code.
//
// A number known everywhere in a tensor is an attribute of the element type
// here (the value of sinter.splat), a literal tensor an ElementsAttr.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/APSInt.h"

using namespace mlir;
using namespace sinter;

Operation *SinterDialect::materializeConstant(OpBuilder &builder,
                                              Attribute value, Type type,
                                              Location loc) {
  if (ElementsAttr elements = dyn_cast<ElementsAttr>(value))
    return ConstantOp::create(builder, loc, elements);
  return SplatOp::create(builder, loc, type, cast<TypedAttr>(value));
}

OpFoldResult ConstantOp::fold(FoldAdaptor) {
  if (SplatElementsAttr splat = dyn_cast<SplatElementsAttr>(getValue()))
    return splat.getSplatValue<Attribute>();
  return getValue();
}

OpFoldResult SplatOp::fold(FoldAdaptor) { return getValue(); }

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

static bool isUnsigned(Type type) {
  return type.isUnsignedInteger() || type.isInteger(1);
}

static std::optional<APFloat> floatOf(Attribute number) {
  if (FloatAttr attr = dyn_cast_or_null<FloatAttr>(number))
    return attr.getValue();
  return std::nullopt;
}

static std::optional<APSInt> intOf(Attribute number) {
  if (IntegerAttr attr = dyn_cast_or_null<IntegerAttr>(number))
    return APSInt(attr.getValue(), isUnsigned(attr.getType()));
  return std::nullopt;
}

/// The number is `value`; for 0.0 the sign counts.
static bool isNumber(Attribute number, double value) {
  if (std::optional<APFloat> real = floatOf(number))
    return real->isExactlyValue(value);
  std::optional<APSInt> integer = intOf(number);
  return integer && *integer == int64_t(value);
}

static Attribute makeFloat(Type type, const APFloat &value) {
  return value.isNaN() ? Attribute() : FloatAttr::get(type, value);
}

/// Literal tensors of more elements are computed by the program.
static constexpr int64_t maxFoldedElements = 1024;

using NumberRule = llvm::function_ref<Attribute(Attribute, Attribute)>;

/// Applies `rule` to the elements of two operands, one of them a literal tensor
/// and the other one too or a number. Null where the rule is.
static Attribute foldElements(Attribute lhs, Attribute rhs, NumberRule rule) {
  DenseElementsAttr a = dyn_cast_or_null<DenseElementsAttr>(lhs);
  DenseElementsAttr b = dyn_cast_or_null<DenseElementsAttr>(rhs);
  DenseElementsAttr shape = a ? a : b;
  if (!lhs || !rhs || !shape || shape.empty() ||
      shape.getNumElements() > maxFoldedElements)
    return {};
  SmallVector<Attribute> results;
  for (int64_t i = 0; i < shape.getNumElements(); ++i) {
    results.push_back(rule(a ? a.getValues<Attribute>()[i] : lhs,
                           b ? b.getValues<Attribute>()[i] : rhs));
    if (!results.back())
      return {};
  }
  Type element = cast<TypedAttr>(results.front()).getType();
  return DenseElementsAttr::get(shape.getType().clone(element), results);
}

/// Applies `onFloats` or `onInts` to two numbers of one type, or to the
/// elements of literal tensors. Null when one is unknown or the result is NaN.
template <typename FloatRule, typename IntRule>
static Attribute foldNumbers(Attribute lhs, Attribute rhs, FloatRule onFloats,
                             IntRule onInts) {
  std::optional<APFloat> a = floatOf(lhs), b = floatOf(rhs);
  if (a && b)
    return makeFloat(cast<FloatAttr>(lhs).getType(), onFloats(*a, *b));
  std::optional<APSInt> i = intOf(lhs), j = intOf(rhs);
  if (i && j)
    return IntegerAttr::get(cast<IntegerAttr>(lhs).getType(), onInts(*i, *j));
  return foldElements(lhs, rhs, [&](Attribute x, Attribute y) {
    return foldNumbers(x, y, onFloats, onInts);
  });
}

/// The conversion that sinter.cast describes. Null for NaN to floating point.
static Attribute convertNumber(Attribute number, Type to) {
  std::optional<APFloat> real = floatOf(number);
  std::optional<APSInt> integer = intOf(number);
  if (!real && !integer)
    return {};
  if (to.isInteger(1))
    return IntegerAttr::get(to, real ? !real->isZero() : !integer->isZero());
  if (FloatType type = dyn_cast<FloatType>(to)) {
    APFloat result(type.getFloatSemantics());
    if (integer) {
      result.convertFromAPInt(*integer, integer->isSigned(),
                              APFloat::rmNearestTiesToEven);
    } else {
      bool losesInfo;
      result = *real;
      result.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                     &losesInfo);
    }
    return makeFloat(to, result);
  }
  unsigned width = to.getIntOrFloatBitWidth();
  if (integer)
    return IntegerAttr::get(to, integer->extOrTrunc(width));
  APSInt result(width, isUnsigned(to));
  bool isExact;
  real->convertToInteger(result, APFloat::rmTowardZero, &isExact);
  return IntegerAttr::get(to, result);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

OpFoldResult NegOp::fold(FoldAdaptor adaptor) {
  if (NegOp inner = getInput().getDefiningOp<NegOp>())
    return inner.getInput();
  if (std::optional<APFloat> real = floatOf(adaptor.getInput()))
    return makeFloat(cast<FloatAttr>(adaptor.getInput()).getType(), -*real);
  if (std::optional<APSInt> integer = intOf(adaptor.getInput()))
    return IntegerAttr::get(cast<IntegerAttr>(adaptor.getInput()).getType(),
                            -*integer);
  return {};
}

OpFoldResult AbsOp::fold(FoldAdaptor) {
  if (getInput().getDefiningOp<AbsOp>())
    return getInput();
  return {};
}

OpFoldResult NotOp::fold(FoldAdaptor adaptor) {
  if (NotOp inner = getInput().getDefiningOp<NotOp>())
    return inner.getInput();
  if (std::optional<APSInt> value = intOf(adaptor.getInput()))
    return BoolAttr::get(getContext(), value->isZero());
  return {};
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  bool isFloat = isa_and_nonnull<FloatAttr>(adaptor.getRhs());
  if (isNumber(adaptor.getRhs(), isFloat ? -0.0 : 0.0))
    return getLhs();
  return foldNumbers(
      adaptor.getLhs(), adaptor.getRhs(),
      [](const APFloat &a, const APFloat &b) { return a + b; },
      [](const APSInt &a, const APSInt &b) { return a + b; });
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  if (isNumber(adaptor.getRhs(), 0.0))
    return getLhs();
  return foldNumbers(
      adaptor.getLhs(), adaptor.getRhs(),
      [](const APFloat &a, const APFloat &b) { return a - b; },
      [](const APSInt &a, const APSInt &b) { return a - b; });
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  if (isNumber(adaptor.getRhs(), 1.0))
    return getLhs();
  if (intOf(adaptor.getRhs()) && isNumber(adaptor.getRhs(), 0.0))
    return adaptor.getRhs();
  return foldNumbers(
      adaptor.getLhs(), adaptor.getRhs(),
      [](const APFloat &a, const APFloat &b) { return a * b; },
      [](const APSInt &a, const APSInt &b) { return a * b; });
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  if (isNumber(adaptor.getRhs(), 1.0))
    return getLhs();
  return foldNumbers(
      adaptor.getLhs(), adaptor.getRhs(),
      [](const APFloat &a, const APFloat &b) { return a / b; },
      [](const APSInt &a, const APSInt &) { return a; });
}

OpFoldResult MaximumOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : Value();
}

OpFoldResult MinimumOp::fold(FoldAdaptor) {
  return getLhs() == getRhs() ? getLhs() : Value();
}

OpFoldResult AndOp::fold(FoldAdaptor adaptor) {
  if (getLhs() == getRhs() || isNumber(adaptor.getRhs(), 1.0))
    return getLhs();
  if (isNumber(adaptor.getRhs(), 0.0))
    return adaptor.getRhs();
  return {};
}

OpFoldResult OrOp::fold(FoldAdaptor adaptor) {
  if (getLhs() == getRhs() || isNumber(adaptor.getRhs(), 0.0))
    return getLhs();
  if (isNumber(adaptor.getRhs(), 1.0))
    return adaptor.getRhs();
  return {};
}

/// Whether numbers that compare as `order` satisfy `predicate`.
static bool holds(Predicate predicate, APFloat::cmpResult order) {
  switch (predicate) {
  case Predicate::EQ:
    return order == APFloat::cmpEqual;
  case Predicate::NE:
    return order != APFloat::cmpEqual;
  case Predicate::LT:
    return order == APFloat::cmpLessThan;
  case Predicate::LE:
    return order == APFloat::cmpLessThan || order == APFloat::cmpEqual;
  case Predicate::GT:
    return order == APFloat::cmpGreaterThan;
  case Predicate::GE:
    return order == APFloat::cmpGreaterThan || order == APFloat::cmpEqual;
  }
  llvm_unreachable("covered switch");
}

OpFoldResult CompareOp::fold(FoldAdaptor adaptor) {
  std::optional<APFloat::cmpResult> order;
  std::optional<APFloat> a = floatOf(adaptor.getLhs()),
                         b = floatOf(adaptor.getRhs());
  if (a && b)
    order = a->compare(*b);
  std::optional<APSInt> i = intOf(adaptor.getLhs()),
                        j = intOf(adaptor.getRhs());
  if (i && j)
    order = *i == *j  ? APFloat::cmpEqual
            : *i < *j ? APFloat::cmpLessThan
                      : APFloat::cmpGreaterThan;
  if (!order)
    return {};
  return BoolAttr::get(getContext(), holds(getPredicate(), *order));
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  if (getOnTrue() == getOnFalse())
    return getOnTrue();
  if (std::optional<APSInt> condition = intOf(adaptor.getCondition()))
    return condition->isZero() ? getOnFalse() : getOnTrue();
  return {};
}

/// Every value of `from` is a value of `to`.
static bool isLossless(Type from, Type to) {
  if (from == to || from.isInteger(1))
    return true;
  unsigned fromWidth = from.getIntOrFloatBitWidth();
  if (isa<FloatType>(from))
    return isa<FloatType>(to) && to.getIntOrFloatBitWidth() > fromWidth;
  if (FloatType type = dyn_cast<FloatType>(to))
    return type.getFPMantissaWidth() >= fromWidth;
  unsigned toWidth = to.getIntOrFloatBitWidth();
  if (isUnsigned(from) == isUnsigned(to))
    return toWidth >= fromWidth;
  return isUnsigned(from) && toWidth > fromWidth;
}

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  Type to = cast<RankedTensorType>(getType()).getElementType();
  auto convert = [&](Attribute number, Attribute) {
    return convertNumber(number, to);
  };
  if (Attribute number = convertNumber(adaptor.getInput(), to))
    return number;
  if (Attribute literal =
          foldElements(adaptor.getInput(), adaptor.getInput(), convert))
    return literal;

  CastOp inner = getInput().getDefiningOp<CastOp>();
  if (!inner)
    return {};
  RankedTensorType fromType =
      cast<RankedTensorType>(inner.getInput().getType());
  Type from = fromType.getElementType();
  Type middle = cast<RankedTensorType>(inner.getType()).getElementType();
  // An integer on its way through floating point would saturate where the
  // direct conversion wraps, unless it fits.
  bool detour = isa<IntegerType>(from) && isa<FloatType>(middle) &&
                isa<IntegerType>(to) && !to.isInteger(1);
  if (!isLossless(from, middle) || (detour && !isLossless(from, to)))
    return {};
  if (inner.getInput().getType() == getType())
    return inner.getInput();
  getInputMutable().assign(inner.getInput());
  return getResult();
}

//===----------------------------------------------------------------------===//
// Views, padding, concatenation, reduction
//===----------------------------------------------------------------------===//

/// The number that fills the operand, which a view cannot change.
static Attribute numberOf(Attribute operand) {
  return isa_and_nonnull<FloatAttr, IntegerAttr>(operand) ? operand
                                                          : Attribute();
}

/// For a reshape that only inserts dimensions of size 1: the result's dimension
/// of each operand dimension.
static std::optional<SmallVector<int64_t>> unitsInserted(ReshapeOp op) {
  Dims from = dimsOf(op.getInput()), to = dimsOf(op.getResult());
  SmallVector<int64_t> dims;
  for (auto [index, dim] : llvm::enumerate(to)) {
    if (dims.size() < from.size() && dim == from[dims.size()])
      dims.push_back(index);
    else if (dim.isDynamic() || dim.size != 1)
      return std::nullopt;
  }
  if (dims.size() != from.size())
    return std::nullopt;
  return dims;
}

OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (Attribute number = numberOf(adaptor.getInput()))
    return number;

  // A broadcast of what repeats or inserts dimensions is one broadcast.
  std::optional<SmallVector<int64_t>> inner;
  if (BroadcastOp op = getInput().getDefiningOp<BroadcastOp>())
    inner = SmallVector<int64_t>(op.getDims());
  else if (ReshapeOp op = getInput().getDefiningOp<ReshapeOp>())
    inner = unitsInserted(op);
  if (!inner)
    return {};
  for (int64_t &dim : *inner)
    dim = getDims()[dim];
  setDims(*inner);
  getInputMutable().assign(getInput().getDefiningOp()->getOperand(0));
  return getResult();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (Attribute number = numberOf(adaptor.getInput()))
    return number;
  ReshapeOp inner = getInput().getDefiningOp<ReshapeOp>();
  if (!inner)
    return {};
  if (inner.getInput().getType() == getType())
    return inner.getInput();
  getInputMutable().assign(inner.getInput());
  return getResult();
}

static bool isIdentity(ArrayRef<int64_t> permutation) {
  for (auto [index, dim] : llvm::enumerate(permutation))
    if (dim != int64_t(index))
      return false;
  return true;
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (isIdentity(getPermutation()) && getInput().getType() == getType())
    return getInput();
  if (Attribute number = numberOf(adaptor.getInput()))
    return number;
  TransposeOp inner = getInput().getDefiningOp<TransposeOp>();
  if (!inner)
    return {};
  SmallVector<int64_t> permutation;
  for (int64_t dim : getPermutation())
    permutation.push_back(inner.getPermutation()[dim]);
  if (isIdentity(permutation) && inner.getInput().getType() == getType())
    return inner.getInput();
  setPermutation(permutation);
  getInputMutable().assign(inner.getInput());
  return getResult();
}

/// A box of the whole's type is the whole, if it is not walked backwards.
static bool isWhole(Type box, Type whole, ArrayRef<int64_t> strides) {
  return box == whole &&
         llvm::all_of(strides, [](int64_t s) { return s == 1; });
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  if (isWhole(getType(), getInput().getType(), getStrides()))
    return getInput();
  return numberOf(adaptor.getInput());
}

OpFoldResult PadOp::fold(FoldAdaptor) {
  if (isWhole(getInput().getType(), getType(), getStrides()))
    return getInput();
  return {};
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? getInputs().front() : Value();
}

OpFoldResult ReduceOp::fold(FoldAdaptor) {
  return getAxes().empty() ? getInput() : Value();
}

//===----------------------------------------------------------------------===//
// Canonicalization
//===----------------------------------------------------------------------===//

namespace {
/// a + -b => a - b, -a + b => b - a
struct AddOfNegation : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    if (NegOp neg = op.getRhs().getDefiningOp<NegOp>()) {
      rewriter.replaceOpWithNewOp<SubOp>(op, op.getLhs(), neg.getInput());
      return success();
    }
    if (NegOp neg = op.getLhs().getDefiningOp<NegOp>()) {
      rewriter.replaceOpWithNewOp<SubOp>(op, op.getRhs(), neg.getInput());
      return success();
    }
    return failure();
  }
};

/// a - -b => a + b
struct SubOfNegation : OpRewritePattern<SubOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SubOp op,
                                PatternRewriter &rewriter) const override {
    NegOp neg = op.getRhs().getDefiningOp<NegOp>();
    if (!neg)
      return failure();
    rewriter.replaceOpWithNewOp<AddOp>(op, op.getLhs(), neg.getInput());
    return success();
  }
};

/// a / c => a * (1 / c) where the reciprocal is exact: c is a power of two
struct DivByPowerOfTwo : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DivOp op,
                                PatternRewriter &rewriter) const override {
    FloatAttr divisor;
    APFloat inverse(0.0);
    if (!matchPattern(op.getRhs(), m_Constant(&divisor)) ||
        !divisor.getValue().getExactInverse(&inverse))
      return failure();
    Value factor = SplatOp::create(rewriter, op.getLoc(), op.getType(),
                                   FloatAttr::get(divisor.getType(), inverse));
    rewriter.replaceOpWithNewOp<MulOp>(op, op.getLhs(), factor);
    return success();
  }
};
} // namespace

void AddOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<AddOfNegation>(context);
}

void SubOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<SubOfNegation>(context);
}

void DivOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                        MLIRContext *context) {
  patterns.add<DivByPowerOfTwo>(context);
}
