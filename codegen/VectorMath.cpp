//===- VectorMath.cpp - Exponentials, logarithms, roots -------------------===//

#include "codegen/VectorMath.h"
#include "codegen/VectorMathDetail.h"
#include "codegen/VectorMathTables.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter::detail;

namespace sinter {
//===----------------------------------------------------------------------===//
// Shared parts
//===----------------------------------------------------------------------===//

static const ExpConstants expConstantsF32 = {
    0x1.62e4p-1,    0x1.7f7d1cp-20, tables::expm1F32,
    tables::logF32, -104.0,         89.0,
    10.0,           0x3f3504f3,     25};
static const ExpConstants expConstantsF64 = {0x1.62e42fefa38p-1,
                                             0x1.ef35793c7673p-45,
                                             tables::expm1F64,
                                             tables::logF64,
                                             -746.0,
                                             710.0,
                                             20.0,
                                             0x3fe6a09e667f3bcd,
                                             54};

const ExpConstants &detail::expConstants(Value x) {
  return LaneBuilder::isF64(x) ? expConstantsF64 : expConstantsF32;
}

ExpReduction detail::reduceExp(LaneBuilder &b, Value x) {
  const ExpConstants &c = expConstants(x);
  double rounding = b.roundingConstant(x);
  Value shifted = b.fma(x, 1 / M_LN2, b.constant(x, rounding));
  Value n = b.sub(shifted, rounding);
  Value r = b.fma(n, -c.log2High, x);
  return {b.fma(n, -c.log2Low, r), b.toBits(shifted)};
}

/// 2**n as a float, for an exponent n that is in the format's normal range.
static Value powerOfTwo(LaneBuilder &b, Value nBits, Value like) {
  Value exponent = b.shiftLeft(nBits, LaneBuilder::layout(like).mantissaBits);
  Value one = b.toBits(b.constant(like, 1.0));
  return b.fromBits(b.addBits(exponent, one), like);
}

/// n = half + rest, for an n whose power of two may be out of range.
struct SplitExponent {
  Value half, rest;
};

static SplitExponent splitExponent(LaneBuilder &b, Value nBits) {
  // What lies above n in the bits is shifted out when the powers are made.
  Value half = b.shiftRight(nBits, 1);
  return {half, b.subBits(nBits, half)};
}

/// e**r - 1 for a reduced r.
static Value reducedExpm1(LaneBuilder &b, Value r) {
  Value tail = b.polynomial(r, expConstants(r).expm1);
  return b.fma(b.mul(r, r), tail, r);
}

Value detail::expOfSum(LaneBuilder &b, Value x, Value small, Value factor) {
  const ExpConstants &c = expConstants(x);
  ExpReduction reduced =
      reduceExp(b, b.atLeast(b.atMost(x, c.expHigh), c.expLow));
  Value r = small ? b.add(reduced.r, small) : reduced.r;
  Value one = b.constant(x, 1.0);
  Value p = b.fma(b.polynomial(r, c.expm1), r, one);
  p = b.fma(p, r, one);
  if (factor)
    p = b.mul(p, factor);
  // p * 2**n may be in range where 2**n is not, so it is applied in two parts;
  // only the last product can round.
  SplitExponent n = splitExponent(b, reduced.nBits);
  p = b.mul(p, powerOfTwo(b, n.half, x));
  return b.mul(p, powerOfTwo(b, n.rest, x));
}

LogReduction detail::reduceLog(LaneBuilder &b, Value x) {
  const ExpConstants &c = expConstants(x);
  FloatLayout layout = LaneBuilder::layout(x);
  Value isDenormal = b.less(x, std::ldexp(1.0, 1 - layout.bias));
  Value scaled = b.mul(x, std::ldexp(1.0, c.denormalShift));
  Value normal = b.select(isDenormal, scaled, x);

  // Moved so that the exponent changes at sqrt(1/2) * 2**k.
  uint64_t oneBits = uint64_t(layout.bias) << layout.mantissaBits;
  Value moved = b.toBits(normal);
  moved = b.addBits(moved, b.bits(x, oneBits - c.sqrtHalfBits));
  Value fraction =
      b.andBits(moved, b.bits(x, (uint64_t(1) << layout.mantissaBits) - 1));
  Value m = b.fromBits(b.addBits(fraction, b.bits(x, c.sqrtHalfBits)), x);

  // The biased exponent becomes a float in the low bits of the rounding
  // constant; the bias leaves together with the constant.
  double rounding = b.roundingConstant(x);
  Value exponent = b.shiftRight(moved, layout.mantissaBits);
  exponent = b.orBits(exponent, b.toBits(b.constant(x, rounding)));
  double bias = rounding + double(layout.bias);
  Value shiftedBias = b.constant(x, bias + c.denormalShift);
  Value offset = b.select(isDenormal, shiftedBias, b.constant(x, bias));
  return {b.sub(b.fromBits(exponent, x), offset), b.sub(m, 1.0)};
}

DoubleWord detail::exactSum(LaneBuilder &b, Value x, Value y) {
  Value sum = b.add(x, y);
  return {sum, b.add(b.sub(x, sum), y)};
}

/// x in two parts of half the significand each, so that products of parts are
/// exact.
static DoubleWord halves(LaneBuilder &b, Value x) {
  unsigned digits = LaneBuilder::layout(x).mantissaBits + 1;
  Value scaled = b.mul(x, std::ldexp(1.0, (digits + 1) / 2) + 1);
  Value high = b.sub(scaled, b.sub(scaled, x));
  return {high, b.sub(x, high)};
}

DoubleWord detail::exactProduct(LaneBuilder &b, Value x, Value y) {
  Value high = b.mul(x, y);
  if (b.getTarget().hasFMA)
    return {high, b.fma(x, y, b.neg(high))};
  DoubleWord xHalves = halves(b, x), yHalves = halves(b, y);
  Value low = b.sub(b.mul(xHalves.high, yHalves.high), high);
  low = b.add(low, b.mul(xHalves.high, yHalves.low));
  low = b.add(low, b.mul(xHalves.low, yHalves.high));
  return {high, b.add(low, b.mul(xHalves.low, yHalves.low))};
}

DoubleWord detail::product(LaneBuilder &b, DoubleWord x, DoubleWord y) {
  DoubleWord result = exactProduct(b, x.high, y.high);
  result.low = b.fma(x.high, y.low, result.low);
  result.low = b.fma(x.low, y.high, result.low);
  return result;
}

Value detail::nearDifference(LaneBuilder &b, Value c, Value x, Value y) {
  if (b.getTarget().hasFMA)
    return b.fma(b.neg(x), y, c);
  DoubleWord exact = exactProduct(b, x, y);
  return b.sub(b.sub(c, exact.high), exact.low);
}

//===----------------------------------------------------------------------===//
// Exponentials
//===----------------------------------------------------------------------===//

Value emitExp(LaneBuilder &b, Value x) { return expOfSum(b, x, Value()); }

Value emitExpm1(LaneBuilder &b, Value x) {
  const ExpConstants &c = expConstants(x);
  ExpReduction reduced =
      reduceExp(b, b.atLeast(b.atMost(x, c.expHigh), c.expLow));
  Value q = reducedExpm1(b, reduced.r);
  // 2**n * (q + 1) - 1, as 2**rest * (2**half * q + (2**half - 2**-rest)), so
  // that nothing overflows before the result does and n = 0 leaves q alone.
  SplitExponent n = splitExponent(b, reduced.nBits);
  Value half = powerOfTwo(b, n.half, x);
  Value rest = powerOfTwo(b, n.rest, x);
  Value unit = powerOfTwo(b, b.subBits(b.bits(x, 0), n.rest), x);
  Value result = b.mul(rest, b.fma(half, q, b.sub(half, unit)));
  return b.copysign(result, x);
}

Value emitTanh(LaneBuilder &b, Value x) {
  // tanh(y/2) = expm1(y) / (expm1(y) + 2), where y >= 0 so that nothing
  // cancels.
  Value magnitude = b.atMost(b.abs(x), expConstants(x).tanhOne);
  ExpReduction reduced = reduceExp(b, b.add(magnitude, magnitude));
  Value power = powerOfTwo(b, reduced.nBits, x);
  Value rest = reducedExpm1(b, reduced.r);
  Value expm1 = b.fma(power, rest, b.sub(power, 1.0));
  return b.copysign(b.div(expm1, b.add(expm1, 2.0)), x);
}

Value emitSigmoid(LaneBuilder &b, Value x) {
  // e**-|x| cannot overflow, and both signs divide by the same sum.
  Value e = emitExp(b, b.neg(b.abs(x)));
  Value isNegative = b.less(x, 0.0);
  Value numerator = b.select(isNegative, e, b.constant(x, 1.0));
  return b.div(numerator, b.add(e, 1.0));
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

/// log(2**k * (1 + f)) + correction, the correction being far below an ulp of
/// 2**k * (1 + f), or absent.
static Value logOfReduced(LaneBuilder &b, LogReduction reduced,
                          Value correction) {
  const ExpConstants &c = expConstants(reduced.f);
  // With s = f / (2 + f), log(1 + f) = log((1 + s) / (1 - s))
  // = f - (f*f/2 - s*(f*f/2 + s**2 * P)). The small terms are added first.
  Value f = reduced.f;
  Value s = b.div(f, b.add(f, 2.0));
  Value z = b.mul(s, s);
  Value halfSquare = b.mul(f, b.mul(f, 0.5));
  Value tail = b.fma(z, b.polynomial(z, c.log), halfSquare);
  Value small = b.mul(reduced.k, c.log2Low);
  if (correction)
    small = b.add(small, correction);
  small = b.fma(s, tail, small);
  return b.fma(reduced.k, c.log2High, b.sub(f, b.sub(halfSquare, small)));
}

/// `result` for a positive finite x; the logarithm's special values elsewhere.
static Value withLogPoles(LaneBuilder &b, Value x, Value result) {
  double infinity = std::numeric_limits<double>::infinity();
  double nan = std::numeric_limits<double>::quiet_NaN();
  // Infinity and NaN are their own logarithms.
  Value upper = b.select(b.less(x, infinity), result, x);
  Value isZero = b.equal(x, 0.0), lowest = b.constant(x, -infinity);
  Value pole = b.select(isZero, lowest, b.constant(x, nan));
  return b.select(b.less(b.constant(x, 0.0), x), upper, pole);
}

Value emitLogOfPositive(LaneBuilder &b, Value x) {
  return logOfReduced(b, reduceLog(b, x), Value());
}

Value emitLog(LaneBuilder &b, Value x) {
  return withLogPoles(b, x, emitLogOfPositive(b, x));
}

Value emitLog1p(LaneBuilder &b, Value x) {
  // log(1 + x) = log(u) + log(1 + e/u), where u = 1 + x rounded and e is what
  // the rounding lost, whichever of 1 and x is larger.
  Value u = b.add(x, 1.0);
  Value one = b.sub(u, x);
  Value lostOfOne = b.sub(b.constant(x, 1.0), one);
  Value lost = b.add(lostOfOne, b.sub(x, b.sub(u, one)));
  Value result = logOfReduced(b, reduceLog(b, u), b.div(lost, u));
  return b.copysign(withLogPoles(b, u, result), x);
}

//===----------------------------------------------------------------------===//
// The rest
//===----------------------------------------------------------------------===//

Value emitSqrt(LaneBuilder &b, Value x) { return b.sqrt(x); }

Value emitRsqrt(LaneBuilder &b, Value x) {
  Value one = b.constant(x, 1.0);
  return b.div(one, b.sqrt(x));
}

Value emitFloor(LaneBuilder &b, Value x) {
  // SSE4.1 brought the instruction; AVX2 and later have it at every width.
  if (b.getTarget().vectorBits >= 256)
    return math::FloorOp::create(b.getBuilder(), b.getLoc(), x);
  // From here on every float is an integer, so that adding it rounds to one.
  double integral = std::ldexp(1.0, LaneBuilder::layout(x).mantissaBits);
  Value magnitude = b.abs(x);
  Value near = b.sub(b.add(magnitude, integral), integral);
  near = b.copysign(near, x);
  Value isAbove = b.less(x, near);
  Value down = b.select(isAbove, b.sub(near, 1.0), near);
  return b.select(b.less(magnitude, integral), down, x);
}

Value emitRelu(LaneBuilder &b, Value x) { return b.atLeast(x, 0.0); }
} // namespace sinter
