//===- VectorMathErf.cpp - The error function -----------------------------===//

#include "codegen/VectorMath.h"
#include "codegen/VectorMathDetail.h"
#include "codegen/VectorMathTables.h"

using namespace mlir;
using namespace sinter::detail;
using llvm::ArrayRef;

namespace sinter {
/// erf(y) / y - 1 for 0 <= y <= 1.
static Value smallErfTail(LaneBuilder &b, Value y) {
  ArrayRef<double> table = LaneBuilder::isF64(y)
                               ? ArrayRef<double>(tables::erfF64)
                               : ArrayRef<double>(tables::erfF32);
  return b.polynomial(b.mul(y, y), table);
}

/// erfc(y) for y >= 1.
static Value largeErfc(LaneBuilder &b, Value y) {
  bool isF64 = LaneBuilder::isF64(y);
  ArrayRef<double> table = isF64 ? ArrayRef<double>(tables::erfcF64)
                                 : ArrayRef<double>(tables::erfcF32);
  // Past the table's end the exponential is zero.
  y = b.atMost(y, isF64 ? 28.0 : 12.0);
  // exp(-y**2) / (y + 3) * P((y - 3) / (y + 3)). The relative errors of the
  // square, the sum and the quotient are made good in the exponent.
  Value one = b.constant(y, 1.0);
  DoubleWord square = exactProduct(b, y, y);
  Value sum = b.add(y, 3.0);
  Value lost = b.sub(y, b.sub(sum, 3.0));
  Value inverse = b.div(one, sum);
  Value rest = nearDifference(b, one, sum, inverse);
  Value small = b.sub(b.sub(rest, b.mul(lost, inverse)), square.low);
  Value e = expOfSum(b, b.neg(square.high), small);
  Value t = b.mul(b.sub(y, 3.0), inverse);
  return b.mul(e, b.mul(b.polynomial(t, table), inverse));
}

Value emitErfc(LaneBuilder &b, Value x) {
  Value y = b.abs(x);
  Value one = b.constant(x, 1.0);
  Value minusY = b.neg(y), tail = smallErfTail(b, y);
  Value small = b.fma(minusY, tail, b.sub(one, y));
  Value isSmall = b.less(y, one);
  Value upper = b.select(isSmall, small, largeErfc(b, y));
  Value isNegative = b.less(x, 0.0);
  Value mirrored = b.sub(b.constant(x, 2.0), upper);
  return b.select(isNegative, mirrored, upper);
}

Value emitErf(LaneBuilder &b, Value x) {
  Value y = b.abs(x);
  Value one = b.constant(x, 1.0);
  Value small = b.fma(y, smallErfTail(b, y), y);
  Value large = b.sub(one, largeErfc(b, y));
  return b.copysign(b.select(b.less(y, one), small, large), x);
}
} // namespace sinter
