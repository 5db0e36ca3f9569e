//===- ElementOps.cpp - Elementwise operations in registers ---------------===//

#include "codegen/ElementOps.h"
#include "codegen/VectorMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

namespace {
/// Emits one operation; `element` is the tensor's element type, which knows
/// whether an integer is unsigned.
class ElementEmitter {
public:
  ElementEmitter(KernelFrame &frame, Type element)
      : frame(frame), builder(frame.builder), loc(frame.loc), b(frame.lanes),
        element(element), isFloat(isa<FloatType>(element)) {}

  Value unary(Operation *op, Value x);
  Value binary(Operation *op, Value x, Value y);
  Value compare(Predicate predicate, Value x, Value y);
  Value cast(Type to, Value x);
  Value extreme(bool isMaximum, Value x, Value y);

private:
  bool isUnsigned() const {
    return element.isUnsignedInteger() || element.isInteger(1);
  }
  Value same(Value like, double value) {
    return frame.number(like.getType(), value);
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(builder, loc, condition, x, y);
  }
  template <typename OpTy>
  Value make(Value x, Value y) {
    return OpTy::create(builder, loc, x, y);
  }
  Value compareInts(arith::CmpIPredicate predicate, Value x, Value y) {
    return arith::CmpIOp::create(builder, loc, predicate, x, y);
  }
  Value compareFloats(arith::CmpFPredicate predicate, Value x, Value y) {
    return arith::CmpFOp::create(builder, loc, predicate, x, y);
  }

  Value sign(Value x);
  Value intAbs(Value x);
  Value intFloorDiv(Value x, Value y);
  Value intMod(Value x, Value y);
  Value floatToInt(IntegerType to, Value x);
  Value floatToFloat(FloatType to, Value x);
  Value intToInt(Type to, Value x);

  KernelFrame &frame;
  OpBuilder &builder;
  Location loc;
  LaneBuilder &b;
  Type element;
  bool isFloat;
};
} // namespace

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

Value ElementEmitter::intAbs(Value x) {
  if (isUnsigned())
    return x;
  Value zero = same(x, 0);
  Value isNegative = compareInts(arith::CmpIPredicate::slt, x, zero);
  return select(isNegative, make<arith::SubIOp>(zero, x), x);
}

/// The quotient rounded down; 0 for y = 0, and wrapped for the smallest number
/// by -1. The machine's division traps on both.
Value ElementEmitter::intFloorDiv(Value x, Value y) {
  Value zero = same(x, 0), one = same(x, 1);
  Value byZero = compareInts(arith::CmpIPredicate::eq, y, zero);
  if (isUnsigned()) {
    Value quotient = make<arith::DivUIOp>(x, select(byZero, one, y));
    return select(byZero, zero, quotient);
  }
  Value minusOne = same(x, -1);
  Value byMinusOne = compareInts(arith::CmpIPredicate::eq, y, minusOne);
  Value unsafe = make<arith::OrIOp>(byZero, byMinusOne);
  Value safe = select(unsafe, one, y);
  Value quotient = make<arith::DivSIOp>(x, safe);
  Value rest = make<arith::SubIOp>(x, make<arith::MulIOp>(quotient, safe));
  Value signsDiffer = compareInts(arith::CmpIPredicate::slt,
                                  make<arith::XOrIOp>(x, safe), zero);
  Value inexact = compareInts(arith::CmpIPredicate::ne, rest, zero);
  Value isRoundedUp = make<arith::AndIOp>(signsDiffer, inexact);
  Value floor =
      select(isRoundedUp, make<arith::AddIOp>(quotient, minusOne), quotient);
  Value negated = select(byMinusOne, make<arith::SubIOp>(zero, x), floor);
  return select(byZero, zero, negated);
}

Value ElementEmitter::intMod(Value x, Value y) {
  Value zero = same(x, 0);
  Value product = make<arith::MulIOp>(intFloorDiv(x, y), y);
  Value isByZero = compareInts(arith::CmpIPredicate::eq, y, zero);
  return select(isByZero, zero, make<arith::SubIOp>(x, product));
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

Value ElementEmitter::sign(Value x) {
  Value zero = same(x, 0), one = same(x, 1);
  if (isUnsigned())
    return select(compareInts(arith::CmpIPredicate::ne, x, zero), one, zero);
  Value isPositive = compare(Predicate::GT, x, zero);
  Value isNegative = compare(Predicate::LT, x, zero);
  return select(isPositive, one, select(isNegative, same(x, -1), x));
}

Value ElementEmitter::compare(Predicate predicate, Value x, Value y) {
  static const arith::CmpFPredicate floats[] = {
      arith::CmpFPredicate::OEQ, arith::CmpFPredicate::UNE,
      arith::CmpFPredicate::OLT, arith::CmpFPredicate::OLE,
      arith::CmpFPredicate::OGT, arith::CmpFPredicate::OGE};
  static const arith::CmpIPredicate signedInts[] = {
      arith::CmpIPredicate::eq,  arith::CmpIPredicate::ne,
      arith::CmpIPredicate::slt, arith::CmpIPredicate::sle,
      arith::CmpIPredicate::sgt, arith::CmpIPredicate::sge};
  static const arith::CmpIPredicate unsignedInts[] = {
      arith::CmpIPredicate::eq,  arith::CmpIPredicate::ne,
      arith::CmpIPredicate::ult, arith::CmpIPredicate::ule,
      arith::CmpIPredicate::ugt, arith::CmpIPredicate::uge};
  unsigned number = static_cast<unsigned>(predicate);
  if (isFloat)
    return compareFloats(floats[number], x, y);
  return compareInts(isUnsigned() ? unsignedInts[number] : signedInts[number],
                     x, y);
}

Value ElementEmitter::extreme(bool isMaximum, Value x, Value y) {
  Value wins = compare(isMaximum ? Predicate::GT : Predicate::LT, x, y);
  Value result = select(wins, x, y);
  if (!isFloat)
    return result;
  // The comparison is false for a NaN, so y's is chosen already.
  return select(compareFloats(arith::CmpFPredicate::UNO, x, x), x, result);
}

Value ElementEmitter::unary(Operation *op, Value x) {
  return TypeSwitch<Operation *, Value>(op)
      .Case<NegOp>([&](Operation *) {
        return isFloat ? b.neg(x) : make<arith::SubIOp>(same(x, 0), x);
      })
      .Case<AbsOp>([&](Operation *) { return isFloat ? b.abs(x) : intAbs(x); })
      .Case<SignOp>([&](Operation *) { return sign(x); })
      .Case<ExpOp>([&](Operation *) { return emitExp(b, x); })
      .Case<LogOp>([&](Operation *) { return emitLog(b, x); })
      .Case<SqrtOp>([&](Operation *) { return emitSqrt(b, x); })
      .Case<SinOp>([&](Operation *) { return emitSin(b, x); })
      .Case<CosOp>([&](Operation *) { return emitCos(b, x); })
      .Case<ErfOp>([&](Operation *) { return emitErf(b, x); })
      .Case<GeluOp>([&](Operation *) { return emitGelu(b, x); })
      .Case<TanhOp>([&](Operation *) { return emitTanh(b, x); })
      .Case<SigmoidOp>([&](Operation *) { return emitSigmoid(b, x); })
      .Case<ReluOp>([&](Operation *) { return emitRelu(b, x); })
      .Case<FloorOp>([&](Operation *) { return emitFloor(b, x); })
      .Case<NotOp>(
          [&](Operation *) { return make<arith::XOrIOp>(x, same(x, 1)); })
      .Case<StopGradientOp>([&](Operation *) { return x; })
      .Default([&](Operation *) { return Value(); });
}

Value ElementEmitter::binary(Operation *op, Value x, Value y) {
  return TypeSwitch<Operation *, Value>(op)
      .Case<AddOp>([&](Operation *) { return emitAdd(frame, x, y); })
      .Case<SubOp>([&](Operation *) {
        return isFloat ? b.sub(x, y) : make<arith::SubIOp>(x, y);
      })
      .Case<MulOp>([&](Operation *) { return emitMul(frame, x, y); })
      .Case<DivOp>([&](Operation *) { return b.div(x, y); })
      .Case<PowOp>([&](Operation *) { return emitPow(b, x, y); })
      .Case<FloorDivOp>([&](Operation *) {
        return isFloat ? emitFloorDiv(b, x, y) : intFloorDiv(x, y);
      })
      .Case<ModOp>([&](Operation *) {
        return isFloat ? emitMod(b, x, y) : intMod(x, y);
      })
      .Case<MaximumOp>([&](Operation *) { return extreme(true, x, y); })
      .Case<MinimumOp>([&](Operation *) { return extreme(false, x, y); })
      .Case<AndOp>([&](Operation *) { return make<arith::AndIOp>(x, y); })
      .Case<OrOp>([&](Operation *) { return make<arith::OrIOp>(x, y); })
      .Default([&](Operation *) { return Value(); });
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

/// Truncates and saturates; a NaN becomes 0. The machine's conversion is
/// undefined outside the range, so it never sees such a number.
Value ElementEmitter::floatToInt(IntegerType to, Value x) {
  bool isSigned = !to.isUnsigned();
  unsigned bits = to.getWidth();
  double end = std::ldexp(1.0, isSigned ? bits - 1 : bits);
  double begin = isSigned ? -end : 0.0;
  Value tooHigh = compareFloats(arith::CmpFPredicate::OGE, x, same(x, end));
  Value fits = compareFloats(arith::CmpFPredicate::OGE, x, same(x, begin));
  Value tooLow = compareFloats(arith::CmpFPredicate::OLT, x, same(x, begin));
  Value zero = same(x, 0);
  Value inRange = select(tooHigh, zero, select(fits, x, zero));
  // Narrow integers go through one that holds their range as signed numbers.
  Type wide = builder.getIntegerType(std::max(bits, 32u));
  Value number = arith::FPToSIOp::create(builder, loc,
                                         LaneBuilder::shaped(x, wide), inRange);
  APInt highest =
      isSigned ? APInt::getSignedMaxValue(bits) : APInt::getMaxValue(bits);
  APInt lowest = isSigned ? APInt::getSignedMinValue(bits) : APInt(bits, 0);
  Type narrow = LaneBuilder::shaped(x, registerType(to));
  if (bits < 32)
    number = arith::TruncIOp::create(builder, loc, narrow, number);
  number =
      select(tooHigh, frame.integer(narrow, highest.getZExtValue()), number);
  return select(tooLow, frame.integer(narrow, lowest.getZExtValue()), number);
}

Value ElementEmitter::floatToFloat(FloatType to, Value x) {
  Type type = LaneBuilder::shaped(x, to);
  if (to == element)
    return x;
  if (to.getWidth() > element.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(builder, loc, type, x);
  return arith::TruncFOp::create(builder, loc, type, x);
}

Value ElementEmitter::intToInt(Type to, Value x) {
  Type type = LaneBuilder::shaped(x, registerType(to));
  unsigned from = element.getIntOrFloatBitWidth();
  unsigned bits = to.getIntOrFloatBitWidth();
  if (from == bits)
    return x;
  if (bits < from)
    return arith::TruncIOp::create(builder, loc, type, x);
  if (isUnsigned())
    return arith::ExtUIOp::create(builder, loc, type, x);
  return arith::ExtSIOp::create(builder, loc, type, x);
}

Value ElementEmitter::cast(Type to, Value x) {
  if (to.isInteger(1))
    return element.isInteger(1) ? x : compare(Predicate::NE, x, same(x, 0));
  if (FloatType toFloat = dyn_cast<FloatType>(to)) {
    if (isFloat)
      return floatToFloat(toFloat, x);
    Type type = LaneBuilder::shaped(x, to);
    if (isUnsigned())
      return arith::UIToFPOp::create(builder, loc, type, x);
    return arith::SIToFPOp::create(builder, loc, type, x);
  }
  return isFloat ? floatToInt(mlir::cast<IntegerType>(to), x) : intToInt(to, x);
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

static Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

Value sinter::emitElementOp(KernelFrame &frame, Operation *op,
                            ValueRange operands) {
  ElementEmitter emitter(frame, elementOf(op->getOperand(0)));
  if (CompareOp compare = dyn_cast<CompareOp>(op))
    return emitter.compare(compare.getPredicate(), operands[0], operands[1]);
  if (CastOp cast = dyn_cast<CastOp>(op))
    return emitter.cast(elementOf(cast.getResult()), operands[0]);
  if (isa<SelectOp>(op))
    return arith::SelectOp::create(frame.builder, frame.loc, operands[0],
                                   operands[1], operands[2]);
  return operands.size() == 1 ? emitter.unary(op, operands[0])
                              : emitter.binary(op, operands[0], operands[1]);
}

Value sinter::emitExtreme(KernelFrame &frame, Type element, bool isMaximum,
                          Value a, Value b) {
  return ElementEmitter(frame, element).extreme(isMaximum, a, b);
}

Value sinter::emitGreater(KernelFrame &frame, Type element, Value a, Value b) {
  return ElementEmitter(frame, element).compare(Predicate::GT, a, b);
}

Value sinter::emitAdd(KernelFrame &frame, Value a, Value b) {
  if (isa<FloatType>(getElementTypeOrSelf(a.getType())))
    return frame.lanes.add(a, b);
  return arith::AddIOp::create(frame.builder, frame.loc, a, b);
}

Value sinter::emitMul(KernelFrame &frame, Value a, Value b) {
  if (isa<FloatType>(getElementTypeOrSelf(a.getType())))
    return frame.lanes.mul(a, b);
  return arith::MulIOp::create(frame.builder, frame.loc, a, b);
}

Value sinter::emitFromInt64(KernelFrame &frame, Type element, Value value) {
  return ElementEmitter(frame, frame.builder.getI64Type()).cast(element, value);
}
