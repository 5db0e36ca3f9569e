//===- Random.cpp - Counter-based random numbers as inline code -----------===//

#include "codegen/Random.h"
#include "codegen/VectorMath.h"
#include "codegen/VectorMathTables.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinTypes.h"

#include <numeric>

using namespace mlir;
using llvm::ArrayRef;

namespace sinter {
namespace {
constexpr unsigned philoxRounds = 10;
constexpr uint32_t philoxMultiplier0 = 0xD2511F53;
constexpr uint32_t philoxMultiplier1 = 0xCD9E8D57;
constexpr uint32_t philoxWeyl0 = 0x9E3779B9;
constexpr uint32_t philoxWeyl1 = 0xBB67AE85;

using Counter = std::array<Value, 4>;

Value truncate(LaneBuilder &b, Value x) {
  Type type = LaneBuilder::shaped(x, b.getBuilder().getI32Type());
  return arith::TruncIOp::create(b.getBuilder(), b.getLoc(), type, x);
}

Value zeroExtend(LaneBuilder &b, Value x) {
  Type type = LaneBuilder::shaped(x, b.getBuilder().getI64Type());
  return arith::ExtUIOp::create(b.getBuilder(), b.getLoc(), type, x);
}

Value lowHalf(LaneBuilder &b, Value x) { return truncate(b, x); }

Value highHalf(LaneBuilder &b, Value x) {
  return truncate(b, b.shiftRight(x, 32));
}

/// `scalar` in every lane of the shape of `like`.
Value splat(LaneBuilder &b, Value scalar, Value like) {
  Type type = LaneBuilder::shaped(like, scalar.getType());
  if (type == scalar.getType())
    return scalar;
  return vector::BroadcastOp::create(b.getBuilder(), b.getLoc(), type, scalar);
}

/// mix of the definition in Random.h.
Value mix(LaneBuilder &b, Value z) {
  z = b.addBits(z, b.bits(z, 0x9E3779B97F4A7C15));
  z = b.xorBits(z, b.shiftRight(z, 30));
  z = b.mulBits(z, b.bits(z, 0xBF58476D1CE4E5B9));
  z = b.xorBits(z, b.shiftRight(z, 27));
  z = b.mulBits(z, b.bits(z, 0x94D049BB133111EB));
  return b.xorBits(z, b.shiftRight(z, 31));
}

struct WideProduct {
  Value low, high;
};

/// The product of two rows of i32, taken as unsigned.
WideProduct multiplyWide(LaneBuilder &b, Value x, Value y) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  VectorType type = dyn_cast<VectorType>(x.getType());
  if (!type || type.getRank() != 1 || type.getDimSize(0) % 2) {
    arith::MulUIExtendedOp product =
        arith::MulUIExtendedOp::create(builder, loc, x, y);
    return {product.getLow(), product.getHigh()};
  }
  // Vector units multiply every second i32 into an i64; spelt out, this is two
  // multiplications and no widening.
  int64_t lanes = type.getDimSize(0);
  VectorType pairs = VectorType::get(lanes / 2, builder.getI64Type());
  Value x64 = vector::BitCastOp::create(builder, loc, pairs, x);
  Value y64 = vector::BitCastOp::create(builder, loc, pairs, y);
  Value mask = b.bits(x64, 0xFFFFFFFF);
  Value evenX = b.andBits(x64, mask), evenY = b.andBits(y64, mask);
  Value even = b.mulBits(evenX, evenY);
  Value oddX = b.shiftRight(x64, 32), oddY = b.shiftRight(y64, 32);
  Value odd = b.mulBits(oddX, oddY);
  even = vector::BitCastOp::create(builder, loc, type, even);
  odd = vector::BitCastOp::create(builder, loc, type, odd);
  SmallVector<int64_t> lowOrder, highOrder;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t product = lane % 2 * lanes + lane / 2 * 2;
    lowOrder.push_back(product);
    highOrder.push_back(product + 1);
  }
  return {vector::ShuffleOp::create(builder, loc, even, odd, lowOrder),
          vector::ShuffleOp::create(builder, loc, even, odd, highOrder)};
}

/// Philox4x32-10 of one block or a row of blocks.
Counter philox(LaneBuilder &b, const RandomStream &stream, Value block0,
               Value block1) {
  Counter c = {block0, block1, splat(b, stream.step0, block0),
               splat(b, stream.step1, block0)};
  Value key0 = stream.key0, key1 = stream.key1;
  for (unsigned round = 0; round < philoxRounds; ++round) {
    if (round) {
      key0 = b.addBits(key0, b.bits(key0, philoxWeyl0));
      key1 = b.addBits(key1, b.bits(key1, philoxWeyl1));
    }
    WideProduct p = multiplyWide(b, c[0], b.bits(c[0], philoxMultiplier0));
    WideProduct q = multiplyWide(b, c[2], b.bits(c[2], philoxMultiplier1));
    auto nextWord = [&](Value high, Value word, Value key) {
      Value mixed = b.xorBits(high, word);
      return b.xorBits(mixed, splat(b, key, block0));
    };
    c = {nextWord(q.high, c[1], key0), q.low, nextWord(p.high, c[3], key1),
         p.low};
  }
  return c;
}

/// The top half of a block's number, marked for the word wanted.
Value markWord(LaneBuilder &b, Value block1, RandomWord which) {
  if (which == RandomWord::First)
    return block1;
  return b.orBits(block1, b.bits(block1, 0x80000000));
}

Value toFloat(LaneBuilder &b, Value x, FloatType element) {
  Type type = LaneBuilder::shaped(x, element);
  return arith::SIToFPOp::create(b.getBuilder(), b.getLoc(), type, x);
}

/// The float 2**52 + x, for i64 below 2**52. AVX2 cannot convert an i64.
Value aboveTwo52(LaneBuilder &b, Value x) {
  Value f64Bits = b.orBits(x, b.bits(x, 0x4330000000000000));
  Type type = LaneBuilder::shaped(x, b.getBuilder().getF64Type());
  return arith::BitcastOp::create(b.getBuilder(), b.getLoc(), type, f64Bits);
}

/// |x| and 1 - |x| of the normal distribution's quantile at (1 + x) / 2, where
/// `magnitude` counts cells of width 2**-width and |x| is a cell's middle.
struct QuantileArgument {
  Value x, complement;
};

QuantileArgument quantileArgumentF32(LaneBuilder &b, Value magnitude) {
  FloatType f32 = b.getBuilder().getF32Type();
  Value opposite = b.xorBits(magnitude, b.bits(magnitude, 0x7FFFFFFF));
  Value x = b.add(toFloat(b, magnitude, f32), 0.5);
  Value complement = b.add(toFloat(b, opposite, f32), 0.5);
  return {b.mul(x, 0x1p-31), b.mul(complement, 0x1p-31)};
}

QuantileArgument quantileArgumentF64(LaneBuilder &b, Value magnitude) {
  Value opposite = b.xorBits(magnitude, b.bits(magnitude, 0xFFFFFFFFFFFFF));
  Value x = b.sub(aboveTwo52(b, magnitude), 0x1p52 - 0.5);
  Value complement = b.sub(aboveTwo52(b, opposite), 0x1p52 - 0.5);
  return {b.mul(x, 0x1p-52), b.mul(complement, 0x1p-52)};
}

/// The quantile has two pieces, in w = -log(1 - x**2) and in its root.
struct QuantileTables {
  double split, middle;
  ArrayRef<double> body, tail;
};

const QuantileTables quantileF32 = {
    tables::quantileSplitF32, tables::quantileMiddleF32,
    tables::quantileBodyF32, tables::quantileTailF32};
const QuantileTables quantileF64 = {
    tables::quantileSplitF64, tables::quantileMiddleF64,
    tables::quantileBodyF64, tables::quantileTailF64};

/// The magnitude of the normal distribution's quantile.
Value quantile(LaneBuilder &b, QuantileArgument argument) {
  Value x = argument.x;
  const QuantileTables &table =
      LaneBuilder::isF64(x) ? quantileF64 : quantileF32;
  // 1 - x**2 without cancellation.
  Value two = b.constant(x, 2.0);
  Value product = b.mul(argument.complement, b.sub(two, argument.complement));
  Value w = b.neg(emitLogOfPositive(b, product));
  Value isBody = b.less(w, table.split);
  Value bodyV = b.sub(w, table.split / 2);
  Value tailV = b.sub(b.sqrt(w), table.middle);
  Value v = b.select(isBody, bodyV, tailV);
  Value sum;
  for (auto [body, tail] : llvm::reverse(llvm::zip(table.body, table.tail))) {
    Value bodyTerm = b.constant(x, body), tailTerm = b.constant(x, tail);
    Value term = b.select(isBody, bodyTerm, tailTerm);
    sum = sum ? b.fma(sum, v, term) : term;
  }
  return b.mul(sum, x);
}
} // namespace

RandomStream emitRandomStream(LaneBuilder &b, Value seed, Value stream,
                              Value step) {
  Value key = mix(b, b.addBits(mix(b, seed), stream));
  return {lowHalf(b, key), highHalf(b, key), lowHalf(b, step),
          highHalf(b, step)};
}

std::array<Value, 4> emitRandomGroup(LaneBuilder &b, const RandomStream &stream,
                                     Value first, RandomWord which) {
  OpBuilder &builder = b.getBuilder();
  Value block = b.shiftRight(first, 2);
  VectorType type = VectorType::get(16, builder.getI32Type());
  SmallVector<int32_t> numbers(16);
  std::iota(numbers.begin(), numbers.end(), 0);
  Value lane = arith::ConstantOp::create(
      builder, b.getLoc(),
      DenseElementsAttr::get(type, ArrayRef<int32_t>(numbers)));
  // The first block's number is a multiple of 16.
  Value block0 = b.orBits(splat(b, lowHalf(b, block), lane), lane);
  Value block1 = splat(b, markWord(b, highHalf(b, block), which), lane);
  return philox(b, stream, block0, block1);
}

Value emitRandomWords(LaneBuilder &b, const RandomStream &stream,
                      Value elements, RandomWord which) {
  Value group = b.shiftLeft(b.shiftRight(elements, 6), 4);
  Value block = b.orBits(group, b.andBits(elements, b.bits(elements, 15)));
  Value block1 = markWord(b, highHalf(b, block), which);
  Counter words = philox(b, stream, lowHalf(b, block), block1);
  auto bitSet = [&](uint64_t bit) -> Value {
    Value masked = b.andBits(elements, b.bits(elements, bit));
    return arith::CmpIOp::create(b.getBuilder(), b.getLoc(),
                                 arith::CmpIPredicate::ne, masked,
                                 b.bits(elements, 0));
  };
  Value isOdd = bitSet(16);
  Value low = b.select(isOdd, words[1], words[0]);
  Value high = b.select(isOdd, words[3], words[2]);
  return b.select(bitSet(32), high, low);
}

Value emitUniformF32(LaneBuilder &b, Value first) {
  Value u24 = toFloat(b, b.shiftRight(first, 8), b.getBuilder().getF32Type());
  return b.mul(u24, 0x1p-24);
}

Value emitUniformF64(LaneBuilder &b, Value first, Value second) {
  Value high = b.sub(aboveTwo52(b, zeroExtend(b, first)), 0x1p52);
  Value low =
      b.sub(aboveTwo52(b, zeroExtend(b, b.shiftRight(second, 11))), 0x1p52);
  high = b.mul(high, 0x1p-32);
  low = b.mul(low, 0x1p-53);
  return b.add(high, low);
}

Value emitNormalF32(LaneBuilder &b, Value first) {
  // The top bit clear means the lower half of the distribution.
  Value centred = b.xorBits(first, b.bits(first, 0x80000000));
  Value magnitude = b.xorBits(centred, b.shiftRightSigned(centred, 31));
  Value z = quantile(b, quantileArgumentF32(b, magnitude));
  return b.copysign(z, b.fromBits(centred, z));
}

Value emitNormalF64(LaneBuilder &b, Value first, Value second) {
  Value high = b.shiftLeft(zeroExtend(b, first), 32);
  Value both = b.orBits(high, zeroExtend(b, second));
  Value centred = b.xorBits(both, b.bits(both, 0x8000000000000000));
  Value folded = b.xorBits(centred, b.shiftRightSigned(centred, 63));
  Value z = quantile(b, quantileArgumentF64(b, b.shiftRight(folded, 11)));
  return b.copysign(z, b.fromBits(centred, z));
}

Value emitBernoulliThreshold(LaneBuilder &b, Value p) {
  OpBuilder &builder = b.getBuilder();
  Location loc = b.getLoc();
  if (!LaneBuilder::isF64(p))
    p = arith::ExtFOp::create(builder, loc, builder.getF64Type(), p);
  Value zero = b.constant(p, 0.0);
  Value positive = b.select(b.less(zero, p), p, zero);
  Value scaled = b.mul(b.atMost(positive, 1.0), 0x1p24);
  // Rounded up: an integer is below `scaled` when it is below its ceiling.
  Value whole =
      arith::FPToSIOp::create(builder, loc, builder.getI32Type(), scaled);
  Value isShort = b.less(toFloat(b, whole, builder.getF64Type()), scaled);
  Value extra =
      arith::ExtUIOp::create(builder, loc, builder.getI32Type(), isShort);
  return b.addBits(whole, extra);
}

Value emitBernoulli(LaneBuilder &b, Value first, Value threshold) {
  Value drawn = b.shiftRight(first, 8);
  return arith::CmpIOp::create(b.getBuilder(), b.getLoc(),
                               arith::CmpIPredicate::slt, drawn,
                               splat(b, threshold, first));
}

Value emitRandomBelow(LaneBuilder &b, Value first, Value bound) {
  return multiplyWide(b, first, splat(b, bound, first)).high;
}
} // namespace sinter
