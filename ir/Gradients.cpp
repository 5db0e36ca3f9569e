//===- Gradients.cpp - The gradient rule of every operation ---------------===//
//
// One `buildVJP` for each differentiable operation, the formula above it. In
// the formulas x, a, b are operands, y the result, g the result's adjoint and
// dx the operand's. Every rule is a graph of the operations of this dialect, so
// that a gradient can be differentiated again; where a rule compares, the
// comparison is a constant to the next derivative.
//
//===----------------------------------------------------------------------===//

#include "ir/Gradients.h"
#include "ir/GradientRule.h"
#include "ir/Shape.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

Location sinter::gradientLoc(Location forward, StringRef name) {
  StringAttr word = StringAttr::get(forward.getContext(), "d_" + name);
  return NameLoc::get(word, forward);
}

Location sinter::gradientLoc(Value value) {
  Location loc = value.getLoc();
  if (NameLoc named = dyn_cast<NameLoc>(loc))
    return gradientLoc(loc, named.getName());
  if (Operation *op = value.getDefiningOp())
    return gradientLoc(loc, op->getName().stripDialect());
  return gradientLoc(loc, "arg");
}

//===----------------------------------------------------------------------===//
// Leaves: nothing to differentiate with respect to
//===----------------------------------------------------------------------===//

LogicalResult SplatOp::buildVJP(OpBuilder &, ValueRange, Wanted, Adjoints) {
  return success();
}

// A draw depends on its seed and step as an integer: mean + std * draw has
// gradients for mean and std through the other operations.
LogicalResult RandomOp::buildVJP(OpBuilder &, ValueRange, Wanted, Adjoints) {
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise, one operand
//===----------------------------------------------------------------------===//

// dx = -g
LogicalResult NegOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  dx[0] = Rule(builder, *this).neg(g[0]);
  return success();
}

// dx = g * sign(x), 0 at 0
LogicalResult AbsOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  dx[0] = rule.mul(g[0], rule.make<SignOp>(getInput()));
  return success();
}

// dx = 0
LogicalResult SignOp::buildVJP(OpBuilder &, ValueRange, Wanted, Adjoints) {
  return success();
}

// dx = g * y
LogicalResult ExpOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  dx[0] = Rule(builder, *this).mul(g[0], getResult());
  return success();
}

// dx = g / x
LogicalResult LogOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  dx[0] = Rule(builder, *this).div(g[0], getInput());
  return success();
}

// dx = g / 2y, infinite at 0
LogicalResult SqrtOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                               Adjoints dx) {
  Rule rule(builder, *this);
  dx[0] = rule.div(g[0], rule.scale(getResult(), 2.0));
  return success();
}

// dx = g * cos(x)
LogicalResult SinOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  dx[0] = rule.mul(g[0], rule.make<CosOp>(getInput()));
  return success();
}

// dx = -(g * sin(x))
LogicalResult CosOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  dx[0] = rule.neg(rule.mul(g[0], rule.make<SinOp>(getInput())));
  return success();
}

// dx = g * (1 - y * y)
LogicalResult TanhOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                               Adjoints dx) {
  Rule rule(builder, *this);
  Value y = getResult();
  Value one = rule.splat(y, 1.0), square = rule.mul(y, y);
  dx[0] = rule.mul(g[0], rule.sub(one, square));
  return success();
}

// dx = g * (2 / sqrt(pi) * exp(-(x * x)))
LogicalResult ErfOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  constexpr double twoOverSqrtPi = 1.12837916709551257390;
  Value bell = rule.make<ExpOp>(rule.neg(rule.mul(getInput(), getInput())));
  dx[0] = rule.mul(g[0], rule.scale(bell, twoOverSqrtPi));
  return success();
}

// dx = g * ((1 + erf(x / sqrt(2))) / 2 + x * exp(-(x * x) / 2) / sqrt(2 pi))
LogicalResult GeluOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                               Adjoints dx) {
  Rule rule(builder, *this);
  constexpr double sqrtHalf = 0.70710678118654752440;
  constexpr double density = 0.39894228040143267794;
  Value x = getInput();
  Value erf = rule.make<ErfOp>(rule.scale(x, sqrtHalf));
  Value half = rule.splat(x, 0.5);
  Value below = rule.add(half, rule.mul(erf, half));
  Value square = rule.mul(x, x);
  Value bell = rule.make<ExpOp>(rule.scale(square, -0.5));
  Value slope = rule.mul(x, rule.scale(bell, density));
  dx[0] = rule.mul(g[0], rule.add(below, slope));
  return success();
}

// dx = g * (y * (1 - y))
LogicalResult SigmoidOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                  Adjoints dx) {
  Rule rule(builder, *this);
  Value y = getResult();
  dx[0] = rule.mul(g[0], rule.mul(y, rule.sub(rule.splat(y, 1.0), y)));
  return success();
}

// dx = g where y > 0, else 0: reading y instead of x lets x's buffer go
LogicalResult ReluOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                               Adjoints dx) {
  Rule rule(builder, *this);
  Value zero = rule.splat(g[0], 0.0);
  dx[0] =
      rule.select(rule.compare(Predicate::GT, getResult(), zero), g[0], zero);
  return success();
}

// dx = 0
LogicalResult FloorOp::buildVJP(OpBuilder &, ValueRange, Wanted, Adjoints) {
  return success();
}

// dx = 0: that is its purpose
LogicalResult StopGradientOp::buildVJP(OpBuilder &, ValueRange, Wanted,
                                       Adjoints) {
  return success();
}

// dx = g in x's type; integers and bools carry no gradient
LogicalResult CastOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted wanted,
                               Adjoints dx) {
  if (wanted[0])
    dx[0] = Rule(builder, *this).make<CastOp>(getInput().getType(), g[0]);
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise, two operands
//===----------------------------------------------------------------------===//

// da = g, db = g
LogicalResult AddOp::buildVJP(OpBuilder &, ValueRange g, Wanted, Adjoints dx) {
  dx[0] = dx[1] = g[0];
  return success();
}

// da = g, db = -g
LogicalResult SubOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted wanted,
                              Adjoints dx) {
  dx[0] = g[0];
  if (wanted[1])
    dx[1] = Rule(builder, *this).neg(g[0]);
  return success();
}

// da = g * b, db = g * a
LogicalResult MulOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  if (wanted[0])
    dx[0] = rule.mul(g[0], getRhs());
  if (wanted[1])
    dx[1] = rule.mul(g[0], getLhs());
  return success();
}

// da = g / b, db = -(g / b * y)
LogicalResult DivOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  Value quotient = rule.div(g[0], getRhs());
  if (wanted[0])
    dx[0] = quotient;
  if (wanted[1])
    dx[1] = rule.neg(rule.mul(quotient, getResult()));
  return success();
}

// da = 0, db = 0
LogicalResult FloorDivOp::buildVJP(OpBuilder &, ValueRange, Wanted, Adjoints) {
  return success();
}

// da = g, db = -(g * floor(a / b))
LogicalResult ModOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  dx[0] = g[0];
  if (wanted[1]) {
    Value whole = rule.make<FloorDivOp>(getLhs(), getRhs());
    dx[1] = rule.neg(rule.mul(g[0], whole));
  }
  return success();
}

/// The number everywhere in `value`, when that is known, through views.
static std::optional<double> splatNumber(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (SplatOp splat = dyn_cast<SplatOp>(op)) {
      FloatAttr number = dyn_cast<FloatAttr>(splat.getValue());
      return number ? std::optional<double>(number.getValueAsDouble())
                    : std::nullopt;
    }
    if (!isa<BroadcastOp, ReshapeOp>(op))
      break;
    value = op->getOperand(0);
  }
  return std::nullopt;
}

/// da = g * (b * a ** (b - 1)), 0 where b = 0 (there 0 * 0 ** -1 would be NaN).
static Value powBaseAdjoint(Rule &rule, PowOp op, Value g) {
  Value a = op.getLhs(), b = op.getRhs();
  std::optional<double> exponent = splatNumber(b);
  if (exponent == 0.0)
    return {};
  if (exponent == 1.0)
    return g;
  if (exponent == 2.0)
    return rule.mul(g, rule.mul(b, a));
  if (exponent) {
    Value power = rule.make<PowOp>(a, rule.splat(b, *exponent - 1.0));
    return rule.mul(g, rule.mul(b, power));
  }
  Value power = rule.make<PowOp>(a, rule.sub(b, rule.splat(b, 1.0)));
  Value zero = rule.splat(b, 0.0);
  Value isZero = rule.compare(Predicate::EQ, b, zero);
  return rule.select(isZero, zero, rule.mul(g, rule.mul(b, power)));
}

/// db = g * (y * log(a)), 0 where a = 0 and b >= 0; NaN where a < 0. The mask
/// stands inside the logarithm, so that the second derivative sees no infinity.
static Value powExponentAdjoint(Rule &rule, PowOp op, Value g) {
  Value a = op.getLhs(), b = op.getRhs();
  Value zero = rule.splat(a, 0.0);
  Value isZero = rule.compare(Predicate::EQ, a, zero);
  Value flat = rule.make<AndOp>(isZero, rule.compare(Predicate::GE, b, zero));
  Value base = rule.select(flat, rule.splat(a, 1.0), a);
  return rule.mul(g, rule.mul(op.getResult(), rule.make<LogOp>(base)));
}

LogicalResult PowOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted wanted,
                              Adjoints dx) {
  Rule rule(builder, *this);
  if (wanted[0])
    dx[0] = powBaseAdjoint(rule, *this, g[0]);
  if (wanted[1])
    dx[1] = powExponentAdjoint(rule, *this, g[0]);
  return success();
}

/// The adjoint of a where the result is the larger (or smaller) of a and b:
/// g where a won, g / 2 on a tie, 0 where it `lost`.
static Value extremumAdjoint(Rule &rule, Value a, Value b, Predicate lost,
                             Value g) {
  Value tie = rule.compare(Predicate::EQ, a, b);
  Value hasLost = rule.compare(lost, a, b);
  Value won = rule.select(hasLost, rule.splat(g, 0.0), g);
  return rule.select(tie, rule.scale(g, 0.5), won);
}

LogicalResult MaximumOp::buildVJP(OpBuilder &builder, ValueRange g,
                                  Wanted wanted, Adjoints dx) {
  Rule rule(builder, *this);
  if (wanted[0])
    dx[0] = extremumAdjoint(rule, getLhs(), getRhs(), Predicate::LT, g[0]);
  if (wanted[1])
    dx[1] = extremumAdjoint(rule, getRhs(), getLhs(), Predicate::LT, g[0]);
  return success();
}

LogicalResult MinimumOp::buildVJP(OpBuilder &builder, ValueRange g,
                                  Wanted wanted, Adjoints dx) {
  Rule rule(builder, *this);
  if (wanted[0])
    dx[0] = extremumAdjoint(rule, getLhs(), getRhs(), Predicate::GT, g[0]);
  if (wanted[1])
    dx[1] = extremumAdjoint(rule, getRhs(), getLhs(), Predicate::GT, g[0]);
  return success();
}

// da = g where c, else 0; db = 0 where c, else g
LogicalResult SelectOp::buildVJP(OpBuilder &builder, ValueRange g,
                                 Wanted wanted, Adjoints dx) {
  Rule rule(builder, *this);
  Value zero = rule.splat(g[0], 0.0);
  if (wanted[1])
    dx[1] = rule.select(getCondition(), g[0], zero);
  if (wanted[2])
    dx[2] = rule.select(getCondition(), zero, g[0]);
  return success();
}

//===----------------------------------------------------------------------===//
// Views and their transposes
//===----------------------------------------------------------------------===//

// dx = the sum of g over what was repeated
LogicalResult BroadcastOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                    Adjoints dx) {
  Rule rule(builder, *this);
  Dims from = dimsOf(getInput()), to = dimsOf(getResult());
  SmallVector<int64_t> repeated = otherDims(to.size(), getDims());
  for (auto [index, dim] : llvm::enumerate(getDims()))
    if (from[index] != to[dim])
      repeated.push_back(dim);
  llvm::sort(repeated);
  Value sum = repeated.empty() ? g[0] : rule.sum(g[0], repeated);
  dx[0] = rule.reshape(sum, typeOf(getInput()));
  return success();
}

// dx = g in x's shape
LogicalResult ReshapeOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                  Adjoints dx) {
  dx[0] = Rule(builder, *this).reshape(g[0], typeOf(getInput()));
  return success();
}

// dx = g under the inverse permutation
LogicalResult TransposeOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                    Adjoints dx) {
  SmallVector<int64_t> inverse(getPermutation().size());
  for (auto [to, from] : llvm::enumerate(getPermutation()))
    inverse[from] = to;
  dx[0] = Rule(builder, *this).make<TransposeOp>(g[0], inverse);
  return success();
}

// dx = g in its box of zeros
LogicalResult SliceOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                Adjoints dx) {
  dx[0] =
      Rule(builder, *this)
          .make<PadOp>(getInput().getType(), g[0], getOffsets(), getStrides());
  return success();
}

// dx = g's box
LogicalResult PadOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                              Adjoints dx) {
  dx[0] = Rule(builder, *this)
              .make<SliceOp>(getInput().getType(), g[0], getOffsets(),
                             getStrides());
  return success();
}

// dx[i] = the part of g that came from x[i]
LogicalResult ConcatOp::buildVJP(OpBuilder &builder, ValueRange g,
                                 Wanted wanted, Adjoints dx) {
  Rule rule(builder, *this);
  int64_t rank = typeOf(getResult()).getRank();
  SmallVector<int64_t> offsets(rank, 0), strides(rank, 1);
  for (auto [index, input] : llvm::enumerate(getInputs())) {
    if (wanted[index])
      dx[index] = rule.make<SliceOp>(input.getType(), g[0], offsets, strides);
    offsets[getAxis()] += typeOf(input).getDimSize(getAxis());
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// max, min: dx = g / n where x is one of the n extreme elements, else 0.
static Value extremeElementsAdjoint(Rule &rule, ReduceOp op, Value g) {
  Value x = op.getInput();
  RankedTensorType type = typeOf(x);
  ArrayRef<int64_t> axes = op.getAxes();
  Value isExtreme =
      rule.compare(Predicate::EQ, x, rule.repeat(op.getResult(), type, axes));
  Value count = rule.sum(rule.make<CastOp>(type, isExtreme), axes);
  Value share = rule.repeat(rule.div(g, count), type, axes);
  return rule.select(isExtreme, share, rule.splat(x, 0.0));
}

namespace {
enum class Side { Before, After };
} // namespace

/// `x` moved by `distance` along `axis`, towards higher indices for
/// `Side::Before`; ones where nothing came from.
static Value shiftInOnes(Rule &rule, Value x, int64_t axis, int64_t distance,
                         Side side) {
  RankedTensorType type = typeOf(x);
  int64_t size = type.getDimSize(axis);
  if (distance >= size)
    return rule.splat(x, 1.0);
  Dims ones = dimsOf(type), kept = ones;
  ones[axis].size = distance;
  kept[axis].size = size - distance;
  SmallVector<int64_t> offsets(type.getRank(), 0), strides(type.getRank(), 1);
  offsets[axis] = side == Side::Before ? 0 : distance;
  Type element = type.getElementType();
  Value moved =
      rule.make<SliceOp>(makeTensor(kept, element), x, offsets, strides);
  Value edge = rule.splat(makeTensor(ones, element), 1.0);
  if (side == Side::Before)
    return rule.make<ConcatOp>(ValueRange{edge, moved}, axis);
  return rule.make<ConcatOp>(ValueRange{moved, edge}, axis);
}

/// For each element the product of those on one side of it along `axis`, by
/// doubling. Dividing the whole product by the element would fail at zeros.
static Value productsBeside(Rule &rule, Value x, int64_t axis, Side side) {
  Value products = shiftInOnes(rule, x, axis, 1, side);
  for (int64_t done = 1; done + 1 < typeOf(x).getDimSize(axis); done *= 2)
    products =
        rule.mul(products, shiftInOnes(rule, products, axis, done, side));
  return products;
}

/// prod: dx[i] = g * (the product of all other elements), axis by axis.
static FailureOr<Value> productAdjoint(Rule &rule, ReduceOp op, Value g) {
  ArrayRef<int64_t> axes = op.getAxes();
  // Reducing the last axis first keeps the numbers of the others.
  SmallVector<Value> partial = {op.getInput()};
  for (int64_t axis : llvm::reverse(axes)) {
    const Dim dim = dimsOf(op.getInput())[axis];
    if (dim.isDynamic())
      return emitError(op.getLoc(), "a product over the run-time dimension '")
             << dim.name.getValue() << "' has no gradient";
    partial.push_back(
        rule.make<ReduceOp>(ReduceKind::Prod, partial.back(), axis));
  }
  for (auto [index, axis] : llvm::enumerate(axes)) {
    Value x = partial[axes.size() - 1 - index];
    Value before = productsBeside(rule, x, axis, Side::Before);
    Value others = rule.mul(before, productsBeside(rule, x, axis, Side::After));
    g = rule.mul(rule.repeat(g, typeOf(x), axis), others);
  }
  return g;
}

// sum: dx = g, repeated
LogicalResult ReduceOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                 Adjoints dx) {
  Rule rule(builder, *this);
  switch (getKind()) {
  case ReduceKind::Sum:
    dx[0] = rule.repeat(g[0], typeOf(getInput()), getAxes());
    return success();
  case ReduceKind::Max:
  case ReduceKind::Min:
    dx[0] = extremeElementsAdjoint(rule, *this, g[0]);
    return success();
  case ReduceKind::Prod: {
    FailureOr<Value> adjoint = productAdjoint(rule, *this, g[0]);
    if (succeeded(adjoint))
      dx[0] = *adjoint;
    return adjoint;
  }
  case ReduceKind::And:
  case ReduceKind::Or:
    return mlir::emitError(getLoc(), "a logical reduction has no gradient");
  }
  llvm_unreachable("covered switch");
}

//===----------------------------------------------------------------------===//
// Contraction and rows
//===----------------------------------------------------------------------===//

/// The adjoint of the operand `x` whose dimensions are `letters`, from the
/// result's adjoint g and the `other` operand: their contraction over the
/// letters that x lacks, repeated along the letters that only x has.
static Value contractAdjoint(Rule &rule, Value x, StringRef letters, Value g,
                             StringRef resultLetters, Value other,
                             StringRef otherLetters) {
  RankedTensorType type = typeOf(x);
  Dims dims;
  std::string kept;
  SmallVector<int64_t> keptAt;
  for (auto [index, letter] : llvm::enumerate(letters)) {
    if (!resultLetters.contains(letter) && !otherLetters.contains(letter))
      continue;
    kept.push_back(letter);
    keptAt.push_back(index);
    dims.push_back(dimsOf(type)[index]);
  }
  // The operand that holds the outermost dimension stands first, so that the
  // result is written row by row of it.
  if (!kept.empty() && !resultLetters.contains(kept.front())) {
    std::swap(g, other);
    std::swap(resultLetters, otherLetters);
  }
  std::string spec = (resultLetters + "," + otherLetters + "->" + kept).str();
  RankedTensorType keptType = makeTensor(dims, type.getElementType());
  Value adjoint = rule.make<ContractOp>(keptType, spec, g, other);
  return keptType == type ? adjoint
                          : rule.make<BroadcastOp>(type, adjoint, keptAt);
}

LogicalResult ContractOp::buildVJP(OpBuilder &builder, ValueRange g,
                                   Wanted wanted, Adjoints dx) {
  Rule rule(builder, *this);
  ContractSpec spec = *parseContractSpec(getSpec());
  if (wanted[0])
    dx[0] = contractAdjoint(rule, getLhs(), spec.lhs, g[0], spec.result,
                            getRhs(), spec.rhs);
  if (wanted[1])
    dx[1] = contractAdjoint(rule, getRhs(), spec.rhs, g[0], spec.result,
                            getLhs(), spec.lhs);
  return success();
}

// dx = g at the picked column of each row, else 0
LogicalResult PickOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                               Adjoints dx) {
  Rule rule(builder, *this);
  RankedTensorType type = typeOf(getInput());
  int64_t last = type.getRank() - 1;
  RankedTensorType indexType =
      withElement(type, typeOf(getIndex()).getElementType());
  Value column = rule.make<IotaOp>(indexType, last, APFloat(0.0), APFloat(1.0));
  Value picked = rule.compare(Predicate::EQ, column,
                              rule.repeat(getIndex(), indexType, last));
  Value repeated = rule.repeat(g[0], type, last);
  dx[0] = rule.select(picked, repeated, rule.splat(type, 0.0));
  return success();
}

// dx = y * (g - sum(g * y)), sums over the row
LogicalResult SoftmaxOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                  Adjoints dx) {
  Rule rule(builder, *this);
  Value y = getResult();
  dx[0] = rule.mul(y, rule.sub(g[0], rule.sumRows(rule.mul(g[0], y))));
  return success();
}

// dx = g - exp(y) * sum(g), sums over the row
LogicalResult LogSoftmaxOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                     Adjoints dx) {
  Rule rule(builder, *this);
  Value p = rule.make<ExpOp>(getResult());
  dx[0] = rule.sub(g[0], rule.mul(p, rule.sumRows(g[0])));
  return success();
}
