//===- RowFormulas.cpp - The arithmetic of row operations -----------------===//

#include "codegen/RowFormulas.h"
#include "codegen/VectorMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

/// `value` in each lane of `like`, if that has lanes.
static Value spreadLike(KernelFrame &frame, Value value, Value like) {
  VectorType type = dyn_cast<VectorType>(like.getType());
  return type ? frame.spread(value, type.getNumElements()) : value;
}

Value sinter::emitSoftmaxTerm(KernelFrame &frame, Value x, Value top) {
  return emitExp(frame.lanes, frame.lanes.sub(x, spreadLike(frame, top, x)));
}

Value sinter::emitSoftmaxScale(KernelFrame &frame, bool isLog, Value sum) {
  LaneBuilder &b = frame.lanes;
  return isLog ? emitLog(b, sum) : b.div(b.constant(sum, 1.0), sum);
}

Value sinter::emitSoftmaxResult(KernelFrame &frame, bool isLog, Value x,
                                Value top, Value scale) {
  LaneBuilder &b = frame.lanes;
  scale = spreadLike(frame, scale, x);
  if (!isLog)
    return b.mul(x, scale);
  return b.sub(b.sub(x, spreadLike(frame, top, x)), scale);
}

Value sinter::emitPicked(KernelFrame &frame, Value number, int64_t rowSize,
                         Type element, function_ref<Value(Value)> elementAt) {
  OpBuilder &builder = frame.builder;
  Location loc = frame.loc;
  Type type = registerType(element);
  Value none = isa<FloatType>(type) ? frame.number(type, std::nan(""))
                                    : frame.integer(type, 0);
  if (rowSize == 0)
    return none;
  Value size = frame.integer(number.getType(), rowSize);
  // Unsigned, so that a negative index is out of range too.
  Value isInside = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::ult, number, size);
  Value first = frame.integer(number.getType(), 0);
  Value safe = arith::SelectOp::create(builder, loc, isInside, number, first);
  Value at =
      arith::IndexCastOp::create(builder, loc, builder.getIndexType(), safe);
  return arith::SelectOp::create(builder, loc, isInside, elementAt(at), none);
}
