//===- VectorMathCircle.cpp - Sine and cosine -----------------------------===//
//
// |x| = q * pi/2 + r with |r| hardly above pi/4; q mod 4 and r give the result.
// Arguments up to circleLimit are reduced by Cody and Waite's method: pi/2 in
// three parts. Past it, 2/pi is multiplied by the argument's significand in
// integers, beginning with the bits that matter (Payne and Hanek's method),
// lane by lane: rare enough to be slow, and still right.
//
//===----------------------------------------------------------------------===//

#include "codegen/VectorMath.h"
#include "codegen/VectorMathDetail.h"
#include "codegen/VectorMathTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>

using namespace mlir;
using namespace sinter::detail;
using llvm::ArrayRef;

namespace sinter {
namespace {
/// What differs between the formats.
struct CircleConstants {
  double halfPi[3];
  ArrayRef<double> sin, cos;
  /// The quick reduction is right up to here.
  double limit;
};

const CircleConstants circleF32 = {
    {0x1.921fb6p+0, -0x1.777a5cp-25, -0x1.ee59dap-50},
    tables::sinF32,
    tables::cosF32,
    0x1p17};
const CircleConstants circleF64 = {
    {0x1.921fb54442d18p+0, 0x1.1a62633145c07p-54, -0x1.f1976b7ed8fbcp-110},
    tables::sinF64,
    tables::cosF64,
    0x1p30};

const CircleConstants &circleConstants(Value x) {
  return LaneBuilder::isF64(x) ? circleF64 : circleF32;
}

/// An argument within an eighth of a turn of zero, and the quarter turns taken
/// off, as an integer of the argument's width of which the low two bits count.
struct Reduced {
  Value r, quadrant;
};

Reduced reduceQuickly(LaneBuilder &b, Value magnitude) {
  const CircleConstants &c = circleConstants(magnitude);
  double rounding = b.roundingConstant(magnitude);
  Value shifted = b.fma(magnitude, M_2_PI, b.constant(magnitude, rounding));
  Value n = b.sub(shifted, rounding);
  Value r = magnitude;
  for (double part : c.halfPi)
    r = nearDifference(b, r, n, b.constant(n, part));
  return {r, b.toBits(shifted)};
}

/// 192 bits of 2/pi, most significant word first.
struct Window {
  Value words[3];
};

/// The bits of twoOverPi from `position` on.
Window cutTwoOverPi(LaneBuilder &b, Value position) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  Type i64 = builder.getI64Type();
  ArrayRef<uint64_t> words = tables::twoOverPi;
  VectorType type = VectorType::get(words.size(), i64);
  Value table = arith::ConstantOp::create(builder, loc,
                                          DenseElementsAttr::get(type, words));
  Value first = b.shiftRight(position, 6);
  Value shift = b.andBits(position, b.bits(position, 63));
  // A shift by 64 has no value, so the lower word moves in two steps.
  Value back = b.xorBits(shift, b.bits(shift, 63));
  auto load = [&](uint64_t i) -> Value {
    Value index =
        arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                   b.addBits(first, b.bits(first, i)));
    return vector::ExtractOp::create(builder, loc, table, OpFoldResult(index));
  };
  Window window;
  Value upper = load(0);
  for (uint64_t i = 0; i < 3; ++i) {
    Value lower = load(i + 1);
    Value high = arith::ShLIOp::create(builder, loc, upper, shift);
    Value low =
        arith::ShRUIOp::create(builder, loc, b.shiftRight(lower, 1), back);
    window.words[i] = b.orBits(high, low);
    upper = lower;
  }
  return window;
}

/// The 128 bits after the point of x * 2/pi / 4, for a scalar x >= 2**17 whose
/// bits as an f64 are given.
struct Turns {
  Value high, low;
};

Turns multiplyByTwoOverPi(LaneBuilder &b, Value f64Bits) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  // x = significand * 2**e. Bits of 2/pi worth 4 or more in units of 2**-e only
  // make whole turns; the first word of twoOverPi is there for negative e.
  Value significand =
      b.andBits(f64Bits, b.bits(f64Bits, (uint64_t(1) << 52) - 1));
  significand = b.orBits(significand, b.bits(f64Bits, uint64_t(1) << 52));
  Value biased = b.shiftRight(f64Bits, 52);
  Value position = b.subBits(biased, b.bits(biased, 1023 + 52 + 2 - 64));
  Window window = cutTwoOverPi(b, position);
  arith::MulUIExtendedOp lower = arith::MulUIExtendedOp::create(
      builder, loc, significand, window.words[2]);
  arith::MulUIExtendedOp middle = arith::MulUIExtendedOp::create(
      builder, loc, significand, window.words[1]);
  Value upper = b.mulBits(significand, window.words[0]);
  arith::AddUIExtendedOp sum = arith::AddUIExtendedOp::create(
      builder, loc, middle.getLow(), lower.getHigh());
  Value carry = arith::ExtUIOp::create(builder, loc, builder.getI64Type(),
                                       sum.getOverflow());
  Value high = b.addBits(b.addBits(upper, middle.getHigh()), carry);
  return {high, sum.getSum()};
}

/// The reduction of one scalar x of at least 2**17; an infinity or NaN gives
/// a NaN.
Reduced reduceExactly(LaneBuilder &b, Value x) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  Type f64 = builder.getF64Type();
  Value wide = x;
  if (!LaneBuilder::isF64(x))
    wide = arith::ExtFOp::create(builder, loc, f64, x);
  Turns turns = multiplyByTwoOverPi(b, b.toBits(wide));

  // Round to the nearest quarter turn; what is left has the sign of its top.
  Value high = turns.high;
  Value quadrant =
      b.shiftRight(b.addBits(high, b.bits(high, uint64_t(1) << 61)), 62);
  Value left = b.subBits(high, b.shiftLeft(quadrant, 62));
  Value sign = b.shiftRightSigned(left, 63);
  // The complement instead of the negative is off by 2**-128.
  left = b.xorBits(left, sign);
  Value rest = b.shiftRight(b.xorBits(turns.low, sign), 1);
  Value large = arith::SIToFPOp::create(builder, loc, f64, left);
  Value small = arith::SIToFPOp::create(builder, loc, f64, rest);
  Value fraction = b.fma(small, 0x1p-63, large);
  Value r = b.mul(fraction, 0x1p-64 * 2 * M_PI);
  r = b.copysign(r, b.fromBits(sign, r));
  // Nothing for a finite x, and a NaN for the rest.
  r = b.add(r, b.sub(wide, wide));
  if (LaneBuilder::isF64(x))
    return {r, quadrant};
  return {
      arith::TruncFOp::create(builder, loc, x.getType(), r),
      arith::TruncIOp::create(builder, loc, builder.getI32Type(), quadrant)};
}

/// Replaces the reductions of large lanes of `magnitude` by exact ones.
Reduced correctLargeLanes(LaneBuilder &b, Value magnitude, Reduced quick) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  VectorType type = dyn_cast<VectorType>(magnitude.getType());
  if (!type)
    return reduceExactly(b, magnitude);
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  OpBuilder::InsertionGuard guard(builder);
  scf::ForOp loop =
      scf::ForOp::create(builder, loc, index(0), index(type.getDimSize(0)),
                         index(1), ValueRange{quick.r, quick.quadrant});
  builder.setInsertionPointToStart(loop.getBody());
  OpFoldResult lane = loop.getInductionVar();
  Value x = vector::ExtractOp::create(builder, loc, magnitude, lane);
  Value limit = b.constant(x, circleConstants(x).limit);
  scf::IfOp isLarge =
      scf::IfOp::create(builder, loc, loop.getResultTypes(), b.less(limit, x),
                        /*withElseRegion=*/true);
  scf::YieldOp::create(builder, loc, isLarge.getResults());

  builder.setInsertionPointToStart(isLarge.elseBlock());
  scf::YieldOp::create(
      builder, loc,
      ValueRange{loop.getRegionIterArg(0), loop.getRegionIterArg(1)});
  builder.setInsertionPointToStart(isLarge.thenBlock());
  Reduced exact = reduceExactly(b, x);
  Value r = vector::InsertOp::create(builder, loc, exact.r,
                                     loop.getRegionIterArg(0), lane);
  Value quadrant = vector::InsertOp::create(builder, loc, exact.quadrant,
                                            loop.getRegionIterArg(1), lane);
  scf::YieldOp::create(builder, loc, ValueRange{r, quadrant});
  return {loop.getResult(0), loop.getResult(1)};
}

Reduced reduceCircle(LaneBuilder &b, Value magnitude) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  Reduced quick = reduceQuickly(b, magnitude);
  Value limit = b.constant(magnitude, circleConstants(magnitude).limit);
  Value isAnyLarge = b.less(limit, magnitude);
  if (isa<VectorType>(magnitude.getType()))
    isAnyLarge = vector::ReductionOp::create(
        builder, loc, vector::CombiningKind::OR, isAnyLarge);
  OpBuilder::InsertionGuard guard(builder);
  scf::IfOp branch = scf::IfOp::create(
      builder, loc, TypeRange{quick.r.getType(), quick.quadrant.getType()},
      isAnyLarge, /*withElseRegion=*/true);
  builder.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(builder, loc, ValueRange{quick.r, quick.quadrant});
  builder.setInsertionPointToStart(branch.thenBlock());
  Reduced all = correctLargeLanes(b, magnitude, quick);
  scf::YieldOp::create(builder, loc, ValueRange{all.r, all.quadrant});
  return {branch.getResult(0), branch.getResult(1)};
}

/// sin(r + quadrant * pi/2), its sign flipped where `sign` has the sign bit.
Value sineOfReduced(LaneBuilder &b, Reduced reduced, Value sign) {
  Value r = reduced.r, quadrant = reduced.quadrant;
  const CircleConstants &c = circleConstants(r);
  Value z = b.mul(r, r);
  Value cube = b.mul(r, z);
  Value sine = b.fma(cube, b.polynomial(z, c.sin), r);
  Value fourth = b.mul(z, z), tail = b.polynomial(z, c.cos);
  Value one = b.constant(r, 1.0);
  Value cosine = b.fma(fourth, tail, b.sub(one, b.mul(z, 0.5)));
  Value lastBit = b.andBits(quadrant, b.bits(quadrant, 1));
  Value isOdd = arith::CmpIOp::create(b.getBuilder(), b.getLoc(),
                                      arith::CmpIPredicate::ne, lastBit,
                                      b.bits(quadrant, 0));
  Value result = b.select(isOdd, cosine, sine);
  // The second bit of the quadrant flips the sign.
  unsigned up = LaneBuilder::isF64(r) ? 62 : 30;
  Value flips = b.xorBits(b.shiftLeft(quadrant, up), sign);
  flips = b.andBits(flips, b.bits(quadrant, uint64_t(2) << up));
  return b.fromBits(b.xorBits(b.toBits(result), flips), r);
}
} // namespace

Value emitSin(LaneBuilder &b, Value x) {
  Reduced reduced = reduceCircle(b, b.abs(x));
  return sineOfReduced(b, reduced, b.toBits(x));
}

Value emitCos(LaneBuilder &b, Value x) {
  Reduced reduced = reduceCircle(b, b.abs(x));
  reduced.quadrant = b.addBits(reduced.quadrant, b.bits(reduced.quadrant, 1));
  return sineOfReduced(b, reduced, b.bits(x, 0));
}
} // namespace sinter
