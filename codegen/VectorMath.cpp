//===- VectorMath.cpp - Elementary functions as inline code ---------------===//

#include "codegen/VectorMath.h"
#include "codegen/VectorMathTables.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace mlir;
using llvm::ArrayRef;

namespace sinter {
namespace {
/// What differs between the formats.
struct Coefficients {
  /// log(2) in two parts. The first leaves so many bits free that its product
  /// with any exponent is exact.
  double log2High, log2Low;
  ArrayRef<double> expm1, log;
  /// Beyond these, exp is zero or infinite.
  double expLow, expHigh;
  /// From here on tanh rounds to one.
  double tanhOne;
  /// The bits of sqrt(1/2).
  uint64_t sqrtHalfBits;
  /// A factor that makes denormals normal, as a power of two.
  int denormalShift;
};

const Coefficients coefficientsF32 = {
    0x1.62e4p-1,    0x1.7f7d1cp-20, tables::expm1F32,
    tables::logF32, -104.0,         89.0,
    10.0,           0x3f3504f3,     25};
const Coefficients coefficientsF64 = {0x1.62e42fefa38p-1,
                                      0x1.ef35793c7673p-45,
                                      tables::expm1F64,
                                      tables::logF64,
                                      -746.0,
                                      710.0,
                                      20.0,
                                      0x3fe6a09e667f3bcd,
                                      54};

const Coefficients &coefficients(Value x) {
  return LaneBuilder::isF64(x) ? coefficientsF64 : coefficientsF32;
}

/// x = n*log(2) + r with n an integer and |r| <= log(2)/2 or hardly more.
struct ExpReduction {
  Value r;
  /// Ends in the bits of n; see LaneBuilder::roundingConstant.
  Value nBits;
};

ExpReduction reduceExp(LaneBuilder &b, Value x) {
  const Coefficients &c = coefficients(x);
  double rounding = b.roundingConstant(x);
  Value shifted = b.fma(x, 1 / M_LN2, b.constant(x, rounding));
  Value n = b.sub(shifted, rounding);
  Value r = b.fma(n, -c.log2High, x);
  return {b.fma(n, -c.log2Low, r), b.toBits(shifted)};
}

/// 2**n as a float, for an exponent n that is in the format's normal range.
Value powerOfTwo(LaneBuilder &b, Value nBits, Value like) {
  FloatLayout layout = LaneBuilder::layout(like);
  Value one = b.toBits(b.constant(like, 1.0));
  return b.fromBits(b.addBits(b.shiftLeft(nBits, layout.mantissaBits), one),
                    like);
}

/// e**r - 1 for a reduced r.
Value reducedExpm1(LaneBuilder &b, Value r) {
  Value tail = b.polynomial(r, coefficients(r).expm1);
  return b.fma(b.mul(r, r), tail, r);
}
} // namespace

Value emitLogOfPositive(LaneBuilder &b, Value x) {
  const Coefficients &c = coefficients(x);
  FloatLayout layout = LaneBuilder::layout(x);

  Value isDenormal = b.less(x, std::ldexp(1.0, 1 - layout.bias));
  Value scaled = b.mul(x, std::ldexp(1.0, c.denormalShift));
  Value normal = b.select(isDenormal, scaled, x);

  // normal = 2**k * m with m in [sqrt(1/2), sqrt(2)). The exponent stays
  // biased: it goes through the rounding constant's low bits, and the bias
  // leaves with the constant.
  uint64_t oneBits = uint64_t(layout.bias) << layout.mantissaBits;
  Value moved =
      b.addBits(b.toBits(normal), b.bits(x, oneBits - c.sqrtHalfBits));
  Value fraction =
      b.andBits(moved, b.bits(x, (uint64_t(1) << layout.mantissaBits) - 1));
  Value m = b.fromBits(b.addBits(fraction, b.bits(x, c.sqrtHalfBits)), x);
  double rounding = b.roundingConstant(x);
  Value exponent = b.orBits(b.shiftRight(moved, layout.mantissaBits),
                            b.toBits(b.constant(x, rounding)));
  Value bias = b.select(isDenormal,
                        b.constant(x, rounding + layout.bias + c.denormalShift),
                        b.constant(x, rounding + layout.bias));
  Value k = b.sub(b.fromBits(exponent, x), bias);

  // With f = m - 1 and s = f / (2 + f), log(m) = log((1 + s) / (1 - s))
  // = f - (f*f/2 - s*(f*f/2 + s**2 * P)). The small terms are added first.
  Value f = b.sub(m, 1.0);
  Value s = b.div(f, b.add(f, 2.0));
  Value z = b.mul(s, s);
  Value halfSquare = b.mul(f, b.mul(f, 0.5));
  Value tail = b.fma(z, b.polynomial(z, c.log), halfSquare);
  Value small = b.fma(s, tail, b.mul(k, c.log2Low));
  return b.fma(k, c.log2High, b.sub(f, b.sub(halfSquare, small)));
}

Value emitExp(LaneBuilder &b, Value x) {
  const Coefficients &c = coefficients(x);
  Value clamped = b.atLeast(b.atMost(x, c.expHigh), c.expLow);
  ExpReduction reduced = reduceExp(b, clamped);
  Value r = reduced.r;
  Value one = b.constant(x, 1.0);
  Value p = b.fma(b.polynomial(r, c.expm1), r, one);
  p = b.fma(p, r, one);
  // 2**n may be out of range where p * 2**n is not, so it is applied in two
  // parts of half the exponent; only the last product can round.
  Value half = b.shiftRight(reduced.nBits, 1);
  Value rest = b.subBits(reduced.nBits, half);
  return b.mul(b.mul(p, powerOfTwo(b, half, x)), powerOfTwo(b, rest, x));
}

Value emitLog(LaneBuilder &b, Value x) {
  double infinity = std::numeric_limits<double>::infinity();
  Value zero = b.constant(x, 0.0);
  Value finite = b.less(x, infinity);
  Value result = b.select(finite, emitLogOfPositive(b, x), x);
  Value pole =
      b.select(b.equal(x, 0.0), b.constant(x, -infinity),
               b.constant(x, std::numeric_limits<double>::quiet_NaN()));
  return b.select(b.less(zero, x), result, pole);
}

Value emitTanh(LaneBuilder &b, Value x) {
  // tanh(y/2) = expm1(y) / (expm1(y) + 2), where y >= 0 so that nothing
  // cancels.
  Value magnitude = b.atMost(b.abs(x), coefficients(x).tanhOne);
  ExpReduction reduced = reduceExp(b, b.add(magnitude, magnitude));
  Value power = powerOfTwo(b, reduced.nBits, x);
  Value expm1 = b.fma(power, reducedExpm1(b, reduced.r), b.sub(power, 1.0));
  return b.copysign(b.div(expm1, b.add(expm1, 2.0)), x);
}

Value emitSigmoid(LaneBuilder &b, Value x) {
  // e**-|x| cannot overflow, and both signs divide by the same sum.
  Value e = emitExp(b, b.neg(b.abs(x)));
  Value one = b.constant(x, 1.0);
  Value numerator = b.select(b.less(x, 0.0), e, one);
  return b.div(numerator, b.add(e, 1.0));
}

Value emitSqrt(LaneBuilder &b, Value x) { return b.sqrt(x); }

Value emitRsqrt(LaneBuilder &b, Value x) {
  return b.div(b.constant(x, 1.0), b.sqrt(x));
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
  Value down = b.select(b.less(x, near), b.sub(near, 1.0), near);
  return b.select(b.less(magnitude, integral), down, x);
}

Value emitRelu(LaneBuilder &b, Value x) { return b.atLeast(x, 0.0); }
} // namespace sinter
