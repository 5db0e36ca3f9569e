//===- LaneBuilder.cpp - Arithmetic on a scalar or a vector ---------------===//

#include "codegen/LaneBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"

#include <cmath>

using namespace mlir;

namespace sinter {
Type LaneBuilder::shaped(Value like, Type element) {
  if (VectorType vector = dyn_cast<VectorType>(like.getType()))
    return vector.clone(element);
  return element;
}

bool LaneBuilder::isF64(Value x) {
  return getElementTypeOrSelf(x.getType()).isF64();
}

FloatLayout LaneBuilder::layout(Value x) {
  return isF64(x) ? FloatLayout{52, 1023} : FloatLayout{23, 127};
}

Value LaneBuilder::constant(Value like, double value) {
  FloatType element = cast<FloatType>(getElementTypeOrSelf(like.getType()));
  TypedAttr attribute = builder.getFloatAttr(element, value);
  if (VectorType vector = dyn_cast<VectorType>(like.getType()))
    attribute = DenseElementsAttr::get(vector, attribute);
  return arith::ConstantOp::create(builder, loc, attribute);
}

Value LaneBuilder::bits(Value like, uint64_t value) {
  Type element = getElementTypeOrSelf(like.getType());
  return integer(like, builder.getIntegerType(element.getIntOrFloatBitWidth()),
                 value);
}

Value LaneBuilder::integer(Value like, Type element, uint64_t value) {
  APInt truncated(element.getIntOrFloatBitWidth(), value, /*isSigned=*/false,
                  /*implicitTrunc=*/true);
  TypedAttr attribute = builder.getIntegerAttr(element, truncated);
  Type type = shaped(like, element);
  if (VectorType vector = dyn_cast<VectorType>(type))
    attribute = DenseElementsAttr::get(vector, attribute);
  return arith::ConstantOp::create(builder, loc, attribute);
}

Value LaneBuilder::add(Value a, Value b) {
  return arith::AddFOp::create(builder, loc, a, b);
}

Value LaneBuilder::sub(Value a, Value b) {
  return arith::SubFOp::create(builder, loc, a, b);
}

Value LaneBuilder::mul(Value a, Value b) {
  return arith::MulFOp::create(builder, loc, a, b);
}

Value LaneBuilder::div(Value a, Value b) {
  return arith::DivFOp::create(builder, loc, a, b);
}

Value LaneBuilder::neg(Value a) {
  return arith::NegFOp::create(builder, loc, a);
}

Value LaneBuilder::abs(Value a) {
  return math::AbsFOp::create(builder, loc, a);
}

Value LaneBuilder::sqrt(Value a) {
  return math::SqrtOp::create(builder, loc, a);
}

Value LaneBuilder::copysign(Value a, Value b) {
  return math::CopySignOp::create(builder, loc, a, b);
}

Value LaneBuilder::fma(Value a, Value b, Value c) {
  if (target.hasFMA)
    return math::FmaOp::create(builder, loc, a, b, c);
  return add(mul(a, b), c);
}

Value LaneBuilder::fma(Value a, double b, Value c) {
  return fma(a, constant(a, b), c);
}

Value LaneBuilder::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = constant(x, coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = fma(sum, x, constant(x, coefficient));
  return sum;
}

Value LaneBuilder::less(Value a, Value b) {
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, a, b);
}

Value LaneBuilder::lessOrEqual(Value a, Value b) {
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLE, a, b);
}

Value LaneBuilder::equal(Value a, double b) {
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, a,
                               constant(a, b));
}

Value LaneBuilder::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}

Value LaneBuilder::atMost(Value x, double limit) {
  // Written so that x86's minimum, which returns its second operand when
  // either is a NaN, is this one instruction.
  Value bound = constant(x, limit);
  return select(less(bound, x), bound, x);
}

Value LaneBuilder::atLeast(Value x, double limit) {
  Value bound = constant(x, limit);
  return select(less(x, bound), bound, x);
}

Value LaneBuilder::toBits(Value x) {
  unsigned width = getElementTypeOrSelf(x.getType()).getIntOrFloatBitWidth();
  Type type = shaped(x, builder.getIntegerType(width));
  return arith::BitcastOp::create(builder, loc, type, x);
}

Value LaneBuilder::fromBits(Value x, Value like) {
  return arith::BitcastOp::create(builder, loc, like.getType(), x);
}

Value LaneBuilder::addBits(Value a, Value b) {
  return arith::AddIOp::create(builder, loc, a, b);
}

Value LaneBuilder::subBits(Value a, Value b) {
  return arith::SubIOp::create(builder, loc, a, b);
}

Value LaneBuilder::mulBits(Value a, Value b) {
  return arith::MulIOp::create(builder, loc, a, b);
}

Value LaneBuilder::andBits(Value a, Value b) {
  return arith::AndIOp::create(builder, loc, a, b);
}

Value LaneBuilder::orBits(Value a, Value b) {
  return arith::OrIOp::create(builder, loc, a, b);
}

Value LaneBuilder::xorBits(Value a, Value b) {
  return arith::XOrIOp::create(builder, loc, a, b);
}

Value LaneBuilder::shiftLeft(Value a, unsigned count) {
  return arith::ShLIOp::create(builder, loc, a, bits(a, count));
}

Value LaneBuilder::shiftRight(Value a, unsigned count) {
  return arith::ShRUIOp::create(builder, loc, a, bits(a, count));
}

Value LaneBuilder::shiftRightSigned(Value a, unsigned count) {
  return arith::ShRSIOp::create(builder, loc, a, bits(a, count));
}

double LaneBuilder::roundingConstant(Value x) const {
  return std::ldexp(1.5, layout(x).mantissaBits);
}
} // namespace sinter
