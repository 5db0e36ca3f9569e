//===- ArgMaxSearch.cpp - Finding the largest of many ---------------------===//

#include "codegen/ArgMaxSearch.h"
#include "codegen/ElementOps.h"
#include "codegen/Reduction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <limits>

using namespace mlir;
using namespace sinter;

ArgMaxCandidate ArgMaxSearch::start(int64_t count) {
  Reduction max(frame, ReduceKind::Max, element);
  Type type = lanesOf(frame.builder.getI32Type(), count);
  return {max.identity(count),
          frame.integer(type, std::numeric_limits<int32_t>::max())};
}

ArgMaxCandidate ArgMaxSearch::better(ArgMaxCandidate a, ArgMaxCandidate b,
                                     Value mask) {
  OpBuilder &builder = frame.builder;
  Location loc = frame.loc;
  auto both = [&](Value x, Value y) -> Value {
    return arith::AndIOp::create(builder, loc, x, y);
  };
  auto either = [&](Value x, Value y) -> Value {
    return arith::OrIOp::create(builder, loc, x, y);
  };
  Value greater = emitGreater(frame, element, b.number, a.number);
  Value smaller = emitGreater(frame, element, a.number, b.number);
  if (isa<FloatType>(element)) {
    auto compare = [&](arith::CmpFPredicate predicate, Value x) -> Value {
      return arith::CmpFOp::create(builder, loc, predicate, x, x);
    };
    Value aIsNumber = compare(arith::CmpFPredicate::ORD, a.number);
    Value bIsNumber = compare(arith::CmpFPredicate::ORD, b.number);
    Value aIsNaN = compare(arith::CmpFPredicate::UNO, a.number);
    Value bIsNaN = compare(arith::CmpFPredicate::UNO, b.number);
    greater = either(greater, both(bIsNaN, aIsNumber));
    smaller = either(smaller, both(aIsNaN, bIsNumber));
  }
  Value isEarlier = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::slt, b.index, a.index);
  Value isTieBefore = both(
      isEarlier, arith::XOrIOp::create(builder, loc, smaller,
                                       frame.integer(smaller.getType(), 1)));
  Value takesB = either(greater, isTieBefore);
  if (mask)
    takesB = both(takesB, mask);
  auto choose = [&](Value x, Value y) {
    return arith::SelectOp::create(builder, loc, takesB, x, y);
  };
  return {choose(b.number, a.number), choose(b.index, a.index)};
}

Value ArgMaxSearch::bestOfLanes(ArgMaxCandidate best, int64_t lanes) {
  for (int64_t left = lanes; left > 1; left /= 2) {
    auto [lowNumber, highNumber] = emitHalves(frame, best.number);
    auto [lowIndex, highIndex] = emitHalves(frame, best.index);
    best = better({lowNumber, lowIndex}, {highNumber, highIndex}, {});
  }
  return emitOnlyLane(frame, best.index);
}

Value ArgMaxSearch::emitIndices(Value first, int64_t count, int64_t step) {
  Type i32 = frame.builder.getI32Type();
  Value base = arith::IndexCastOp::create(frame.builder, frame.loc, i32, first);
  if (!count)
    return base;
  SmallVector<int32_t> offsets;
  for (int64_t lane = 0; lane < count; ++lane)
    offsets.push_back(lane * step);
  Value vector = arith::ConstantOp::create(
      frame.builder, frame.loc,
      DenseElementsAttr::get(VectorType::get(count, i32),
                             ArrayRef<int32_t>(offsets)));
  return emitAdd(frame, frame.spread(base, count), vector);
}
