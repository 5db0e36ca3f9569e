//===- VectorMathPow.cpp - Powers -----------------------------------------===//

#include "codegen/VectorMath.h"
#include "codegen/VectorMathDetail.h"
#include "codegen/VectorMathTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;
using namespace sinter::detail;
using llvm::ArrayRef;

namespace sinter {
/// 2/3 as the sum of two floats of the format of `like`.
static DoubleWord twoThirds(LaneBuilder &b, Value like) {
  bool isF64 = LaneBuilder::isF64(like);
  return {b.constant(like, isF64 ? 0x1.5555555555555p-1 : 0x1.555556p-1),
          b.constant(like, isF64 ? 0x1.5555555555555p-55 : -0x1.555556p-26)};
}

/// log(1 + f) to nearly twice the precision: pow multiplies its error by up to
/// the largest exponent.
static DoubleWord wideLog1p(LaneBuilder &b, Value f) {
  ArrayRef<double> table = LaneBuilder::isF64(f)
                               ? ArrayRef<double>(tables::powLogF64)
                               : ArrayRef<double>(tables::powLogF32);
  // s = f / (2 + f).
  Value two = b.constant(f, 2.0);
  DoubleWord u = exactSum(b, two, f);
  Value inverse = b.div(b.constant(f, 1.0), u.high);
  DoubleWord s;
  s.high = b.mul(f, inverse);
  Value rest = nearDifference(b, f, s.high, u.high);
  s.low = b.mul(b.sub(rest, b.mul(s.high, u.low)), inverse);

  // log((1 + s) / (1 - s)) = s * (2 + z * (2/3 + z*P(z))), z = s**2.
  DoubleWord z = product(b, s, s);
  DoubleWord thirds = twoThirds(b, f);
  DoubleWord sum =
      exactSum(b, thirds.high, b.mul(z.high, b.polynomial(z.high, table)));
  sum.low = b.add(sum.low, thirds.low);
  DoubleWord cubic = product(b, z, sum);
  DoubleWord factor = exactSum(b, two, cubic.high);
  factor.low = b.add(factor.low, cubic.low);
  return product(b, s, factor);
}

/// x**y for x positive and finite.
static Value powOfPositive(LaneBuilder &b, Value x, Value y) {
  const ExpConstants &c = expConstants(x);
  LogReduction reduced = reduceLog(b, x);
  DoubleWord fraction = wideLog1p(b, reduced.f);
  DoubleWord log = exactSum(b, b.mul(reduced.k, c.log2High), fraction.high);
  log.low = b.add(log.low, b.fma(reduced.k, c.log2Low, fraction.low));

  // Past these bounds, x**y is zero, one or infinity for every x, and the
  // product could overflow.
  double bound = LaneBuilder::isF64(x) ? 0x1p64 : 0x1p32;
  Value exponent = b.atLeast(b.atMost(y, bound), -bound);
  DoubleWord power = exactProduct(b, exponent, log.high);
  power.low = b.fma(exponent, log.low, power.low);
  // Where exp limits the sum, its low part has no meaning.
  Value isInRange = b.less(b.abs(power.high), -c.expLow);
  Value low = b.select(isInRange, power.low, b.constant(x, 0.0));
  return expOfSum(b, power.high, low);
}

static Value compare(LaneBuilder &b, arith::CmpFPredicate predicate, Value x,
                     Value y) {
  return arith::CmpFOp::create(b.getBuilder(), b.getLoc(), predicate, x, y);
}

Value emitPow(LaneBuilder &b, Value x, Value y) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  double infinity = std::numeric_limits<double>::infinity();
  Value zero = b.constant(x, 0.0), infinite = b.constant(x, infinity);
  Value magnitude = b.abs(x);
  Value result = powOfPositive(b, magnitude, y);

  // A fractional power of a negative number has no value.
  Value nan = b.constant(x, std::numeric_limits<double>::quiet_NaN());
  Value isInteger = compare(b, arith::CmpFPredicate::OEQ, emitFloor(b, y), y);
  Value fractional = b.select(b.less(x, 0.0), nan, result);
  result = b.select(isInteger, result, fractional);

  Value isShrinking = b.less(y, 0.0);
  Value isZero = b.equal(magnitude, 0.0);
  Value ofZero = b.select(isShrinking, infinite, zero);
  result = b.select(isZero, ofZero, result);
  Value isInfinite = b.equal(magnitude, infinity);
  Value ofInfinity = b.select(isShrinking, zero, infinite);
  result = b.select(isInfinite, ofInfinity, result);

  // Odd powers keep the sign, of zero and infinity too.
  Value half = b.mul(y, 0.5);
  Value isHalfOdd =
      compare(b, arith::CmpFPredicate::UNE, emitFloor(b, half), half);
  Value isOdd = arith::AndIOp::create(builder, loc, isInteger, isHalfOdd);
  result = b.select(isOdd, b.copysign(result, x), result);

  Value isNaN = compare(b, arith::CmpFPredicate::UNO, x, y);
  result = b.select(isNaN, b.add(x, y), result);
  // One, even with a NaN for the other.
  Value isBaseOne = b.equal(x, 1.0), isExponentZero = b.equal(y, 0.0);
  Value isOne = arith::OrIOp::create(builder, loc, isBaseOne, isExponentZero);
  return b.select(isOne, b.constant(x, 1.0), result);
}
} // namespace sinter
