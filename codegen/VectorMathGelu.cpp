//===- VectorMathGelu.cpp - x times a normal probability ------------------===//

#include "codegen/VectorMath.h"
#include "codegen/VectorMathDetail.h"
#include "codegen/VectorMathTables.h"

using namespace mlir;
using namespace sinter::detail;
using llvm::ArrayRef;

namespace sinter {
namespace {
/// What differs between the formats.
struct GeluConstants {
  ArrayRef<double> density, normal, normalTail;
  /// Where the tail's polynomial has its origin.
  double middle;
  /// From here on the exponential is zero.
  double last;
};

const GeluConstants geluF32 = {tables::densityF32, tables::normalF32,
                               tables::normalTailF32, tables::normalMiddleF32,
                               15.0};
const GeluConstants geluF64 = {tables::densityF64, tables::normalF64,
                               tables::normalTailF64, tables::normalMiddleF64,
                               39.0};

/// gelu(x) for |x| <= 1.
Value smallGelu(LaneBuilder &b, Value x, const GeluConstants &c) {
  // The largest term is rounded after 1/2 has taken its leading digits.
  Value half = b.constant(x, 0.5);
  Value large = b.fma(x, c.density[0], half);
  Value z = b.mul(x, x);
  Value low = b.constant(x, c.density[1]);
  Value rest = b.fma(z, b.polynomial(z, c.normal), low);
  return b.mul(x, b.fma(x, rest, large));
}

/// gelu(-t) for t >= 1.
Value geluBelow(LaneBuilder &b, Value t, const GeluConstants &c) {
  t = b.atMost(t, c.last);
  // The quotient is near zero where the polynomial depends on it most, and the
  // square has a part for what its rounding loses.
  Value difference = b.sub(t, c.middle);
  Value quotient = b.div(difference, b.add(t, c.middle));
  Value factor = b.neg(b.polynomial(quotient, c.normalTail));
  DoubleWord square = exactProduct(b, t, t);
  Value low = b.mul(square.low, -0.5);
  return expOfSum(b, b.mul(square.high, -0.5), low, factor);
}
} // namespace

Value emitGelu(LaneBuilder &b, Value x) {
  const GeluConstants &c = LaneBuilder::isF64(x) ? geluF64 : geluF32;
  Value magnitude = b.abs(x);
  Value below = geluBelow(b, magnitude, c);
  // x = gelu(x) - gelu(-x)
  Value isNegative = b.less(x, 0.0);
  Value large = b.select(isNegative, below, b.add(x, below));
  Value one = b.constant(x, 1.0);
  Value isLarge = b.less(one, magnitude);
  return b.select(isLarge, large, smallGelu(b, x, c));
}
} // namespace sinter
