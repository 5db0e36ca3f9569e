//===- VectorMathRemainder.cpp - Python's % and // ------------------------===//
//
// A remainder of floats is a float: x - n*y is exact where n is the quotient
// rounded to an integer of the format. Quotients below 2**24 (f32) or 2**53
// (f64) take one step; larger ones are worked off that many digits at a time,
// in a loop that all lanes leave together.
//
//===----------------------------------------------------------------------===//

#include "codegen/VectorMath.h"
#include "codegen/VectorMathDetail.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter::detail;

namespace sinter {
/// x - n*y for the floored quotient n of x and y, of 2**100 (f32) or 2**700
/// (f64) at most: exact for |y| <= |x|, of the right sign for larger y.
static Value exactRest(LaneBuilder &b, Value x, Value n, Value y) {
  if (b.getTarget().hasFMA)
    return b.fma(b.neg(n), y, x);
  // Large numbers are made smaller, so that no part of the product overflows;
  // they have no digits to lose.
  FloatLayout layout = LaneBuilder::layout(x);
  Value limit = b.constant(x, std::ldexp(1.0, layout.bias / 2));
  double shrink = std::ldexp(1.0, -int(layout.bias / 4));
  Value magnitude = b.abs(x);
  magnitude = b.add(magnitude, b.abs(y));
  Value isLarge = b.less(limit, magnitude);
  Value one = b.constant(x, 1.0);
  Value down = b.select(isLarge, b.constant(x, shrink), one);
  Value up = b.select(isLarge, b.constant(x, 1 / shrink), one);
  Value smallX = b.mul(x, down), smallY = b.mul(y, down);
  return b.mul(nearDifference(b, smallX, n, smallY), up);
}

/// Whether r and y are on different sides of zero.
static Value isOpposite(LaneBuilder &b, Value r, Value y) {
  Value sign = b.copysign(b.constant(y, 1.0), y);
  return b.less(b.mul(r, sign), 0.0);
}

/// The multiple of y to divide r by, |y| <= |r|: so large that the quotient
/// does not overflow.
static Value divisorFor(LaneBuilder &b, Value r, Value y) {
  // From the largest number to the smallest denormal it takes two strides.
  double stride = LaneBuilder::isF64(r) ? 0x1p700 : 0x1p100;
  Value magnitude = b.abs(r), divisor = y;
  for (unsigned i = 0; i < 2; ++i) {
    // Where this overflows it is not chosen.
    Value larger = b.mul(divisor, stride);
    Value fits = b.lessOrEqual(b.abs(larger), magnitude);
    divisor = b.select(fits, larger, divisor);
  }
  return divisor;
}

/// x plus an integer times y, less than y in magnitude, of either sign. For a
/// NaN, infinite x and y = 0 it is no less than y.
static Value someRemainder(LaneBuilder &b, Value x, Value y) {
  OpBuilder &builder = b.getBuilder();
  Value bound = b.abs(y);
  auto before = [&](OpBuilder &, Location loc, ValueRange args) {
    Value isLeft = b.lessOrEqual(bound, b.abs(args[0]));
    Value isAnyLeft = isLeft;
    if (isa<VectorType>(isLeft.getType()))
      isAnyLeft = vector::ReductionOp::create(
          builder, loc, vector::CombiningKind::OR, isLeft);
    scf::ConditionOp::create(builder, loc, isAnyLeft,
                             ValueRange{args[0], isLeft});
  };
  auto after = [&](OpBuilder &, Location loc, ValueRange args) {
    Value r = args[0], isLeft = args[1];
    Value divisor = divisorFor(b, r, y);
    Value quotient = emitFloor(b, b.div(r, divisor));
    Value rest = exactRest(b, r, quotient, divisor);
    scf::YieldOp::create(builder, loc, b.select(isLeft, rest, r));
  };
  Type mask = LaneBuilder::shaped(x, builder.getI1Type());
  scf::WhileOp loop =
      scf::WhileOp::create(builder, b.getLoc(), TypeRange{x.getType(), mask},
                           ValueRange{x}, before, after);
  return loop.getResult(0);
}

Value emitMod(LaneBuilder &b, Value x, Value y) {
  Value r = someRemainder(b, x, y);
  Value isOther = isOpposite(b, r, y);
  Value result = b.select(isOther, b.add(r, y), r);
  Value isZero = b.equal(r, 0.0);
  result = b.select(isZero, b.copysign(r, y), result);
  Value bound = b.abs(y);
  Value isNumber = b.less(b.abs(r), bound);
  Value nan = b.constant(x, std::numeric_limits<double>::quiet_NaN());
  return b.select(isNumber, result, nan);
}

Value emitFloorDiv(LaneBuilder &b, Value x, Value y) {
  Value n = emitFloor(b, b.div(x, y));
  // Rounding may have taken the quotient up to an integer, or to zero: then the
  // remainder has the wrong sign.
  Value isZero = b.equal(n, 0.0);
  Value rest = b.select(isZero, x, exactRest(b, x, n, y));
  double integral = std::ldexp(1.0, LaneBuilder::layout(x).mantissaBits + 1);
  // An integer above this is rounded in any case.
  Value hasUnits = b.less(b.abs(n), integral);
  Value isTooHigh = b.andBits(hasUnits, isOpposite(b, rest, y));
  n = b.select(isTooHigh, b.sub(n, 1.0), n);
  Value isFinite = b.less(b.abs(x), std::numeric_limits<double>::infinity());
  Value nan = b.constant(x, std::numeric_limits<double>::quiet_NaN());
  return b.select(isFinite, n, nan);
}
} // namespace sinter
