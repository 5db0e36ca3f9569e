//===- PickEmitters.cpp - Kernels that find or read one of a row ----------===//
//
// argmax and pick.
//
//===----------------------------------------------------------------------===//

#include "codegen/ElementOps.h"
#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"
#include "codegen/Reduction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// ArgMax
//===----------------------------------------------------------------------===//

namespace {
/// A number and its index, or one of each for every lane.
struct Candidate {
  Value number, index;
};

class ArgMaxEmitter : public KernelEmitter {
public:
  ArgMaxEmitter(Block &body, ArgMaxOp argMax);

  SmallVector<Phase, 2> phases() const override {
    int64_t points = range->unitSize() * dimsOf(input)[axis].size;
    return {{"", std::max<int64_t>(1, points / 4)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  void emitRow(PointScope &row) const;
  void emitColumn(PointScope &column) const;
  Candidate start(KernelFrame &frame, int64_t count) const;
  Candidate better(KernelFrame &frame, Candidate a, Candidate b,
                   Value mask) const;
  Value emitIndices(KernelFrame &frame, Value first, int64_t count,
                    int64_t step) const;

  Value input;
  int64_t axis;
  Type element;
  LoopSpace space;
  PointProgram program;
  LinearIndex written;
  /// The loop along the axis; none if its size is 1.
  std::optional<unsigned> searched;
  /// The kept loop whose steps are searched side by side.
  std::optional<unsigned> inner;
  int64_t lanes = 0;
  std::optional<WorkRange> range;
};
} // namespace

ArgMaxEmitter::ArgMaxEmitter(Block &body, ArgMaxOp argMax)
    : input(argMax.getInput()), axis(argMax.getAxis()),
      element(tensorOf(input).getElementType()), space(dimsOf(input)) {
  space.forbidSplits();
  program.build(body, space, [&] {
    return SmallVector<PointProgram::Root, 2>{{input, space.indices()}};
  });
  SmallVector<LinearIndex, 4> at = space.indices();
  at.erase(at.begin() + axis);
  written = offsetIn(tensorOf(argMax.getResult()), at);
  SmallVector<unsigned, 4> kept = space.allLoops();
  bool isInnermost = false;
  if (!space.loopsOf(axis).empty()) {
    searched = space.loopsOf(axis).front();
    isInnermost = kept.back() == *searched;
    llvm::erase(kept, *searched);
  }
  SmallVector<LinearIndex *> forms = {&written};
  program.collectForms(forms);
  space.mergeNeighbours(kept, forms);
  if (isInnermost) {
    lanes = reductionLanes(element, space.factor(*searched).size);
  } else if (!kept.empty()) {
    inner = kept.pop_back_val();
    lanes = reductionLanes(element, space.factor(*inner).size);
  }
  constexpr int64_t columnBlock = 64;
  range.emplace(space, kept, inner, columnBlock);
}

/// Loses against every element.
Candidate ArgMaxEmitter::start(KernelFrame &frame, int64_t count) const {
  Reduction max(frame, ReduceKind::Max, element);
  Type type = lanesOf(frame.builder.getI32Type(), count);
  return {max.identity(count),
          frame.integer(type, std::numeric_limits<int32_t>::max())};
}

/// The larger number, of equal ones the one with the smaller index; a NaN is
/// larger than all others. `b` is only looked at in the lanes of `mask`.
Candidate ArgMaxEmitter::better(KernelFrame &frame, Candidate a, Candidate b,
                                Value mask) const {
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

/// first + lane * step in i32; a scalar if `count` is 0.
Value ArgMaxEmitter::emitIndices(KernelFrame &frame, Value first, int64_t count,
                                 int64_t step) const {
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

/// The axis is the innermost: a row is searched in lanes.
void ArgMaxEmitter::emitRow(PointScope &row) const {
  KernelFrame &frame = row.getFrame();
  const Factor &loop = space.factor(*searched);
  Candidate best = start(frame, lanes);
  SmallVector<Value> found =
      emitLaneLoop(frame, frame.zero(), frame.emitSize(loop), lanes, loop.size,
                   loop.size, {best.number, best.index},
                   [&](Value at, Value remaining, ValueRange now) {
                     PointScope point = row;
                     point.bindLanes(*searched, at, lanes, remaining);
                     point.emit();
                     Candidate next = {frame.spread(point.rootValue(0), lanes),
                                       emitIndices(frame, at, lanes, 1)};
                     next = better(frame, {now[0], now[1]}, next, point.mask());
                     return SmallVector<Value>{next.number, next.index};
                   });
  best = {found[0], found[1]};
  for (int64_t left = lanes; left > 1; left /= 2) {
    auto [lowNumber, highNumber] = emitHalves(frame, best.number);
    auto [lowIndex, highIndex] = emitHalves(frame, best.index);
    best = better(frame, {lowNumber, lowIndex}, {highNumber, highIndex}, {});
  }
  row.emitStore(emitOnlyLane(frame, best.index), frame.results[0], written);
}

/// One or several elements of the result, each searched in ascending order.
void ArgMaxEmitter::emitColumn(PointScope &column) const {
  KernelFrame &frame = column.getFrame();
  int64_t count = column.lanes();
  Candidate best = start(frame, count);
  auto visit = [&](Value at, ValueRange now) {
    PointScope point = column;
    if (searched)
      point.bind(*searched, at);
    point.emit();
    Value number = point.rootValue(0);
    Value index = emitIndices(frame, at, count, 0);
    if (count)
      number = frame.spread(number, count);
    Candidate next = better(frame, {now[0], now[1]}, {number, index}, {});
    return SmallVector<Value>{next.number, next.index};
  };
  Value size = frame.index.constant(dimsOf(input)[axis].size);
  SmallVector<Value> found =
      emitLoop(frame, frame.zero(), size, 1, {best.number, best.index}, visit);
  column.emitStore(found[1], frame.results[0], written);
}

void ArgMaxEmitter::emitBody(KernelFrame &frame, unsigned) const {
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
    if (!inner)
      return lanes ? emitRow(row) : emitColumn(row);
    const Factor &loop = space.factor(*inner);
    emitLaneLoop(frame, first, last, lanes, loop.knownDivisor(), loop.size, {},
                 [&](Value at, Value remaining, ValueRange) {
                   PointScope column = row;
                   column.bindLanes(*inner, at, lanes, remaining);
                   emitColumn(column);
                   return SmallVector<Value>();
                 });
  });
}

std::unique_ptr<KernelEmitter> sinter::createArgMaxEmitter(KernelOp kernel,
                                                           ArgMaxOp argMax) {
  return std::make_unique<ArgMaxEmitter>(kernel.getBody().front(), argMax);
}

//===----------------------------------------------------------------------===//
// Pick
//===----------------------------------------------------------------------===//

namespace {
class PickEmitter : public KernelEmitter {
public:
  PickEmitter(Block &body, PickOp pick);

  SmallVector<Phase, 2> phases() const override {
    return {{"", std::max<int64_t>(1, range->unitSize() * 2)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  void emitOne(PointScope &point) const;

  Type element;
  int64_t rowSize;
  LoopSpace space;
  PointProgram program;
  LinearIndex written;
  /// The variable of the row: no loop, but the index picked.
  std::optional<unsigned> picked;
  std::optional<unsigned> inner;
  std::optional<WorkRange> range;
};
} // namespace

PickEmitter::PickEmitter(Block &body, PickOp pick)
    : element(tensorOf(pick.getResult()).getElementType()),
      rowSize(dimsOf(pick.getInput()).back().size),
      space(dimsOf(pick.getInput())) {
  space.forbidSplits();
  SmallVector<LinearIndex, 4> at = space.indices();
  at.pop_back();
  program.build(body, space, [&] {
    return SmallVector<PointProgram::Root, 2>{
        {pick.getInput(), space.indices()}, {pick.getIndex(), at}};
  });
  written = offsetIn(tensorOf(pick.getResult()), at);
  SmallVector<unsigned, 4> outer = space.allLoops();
  if (rowSize != 1)
    picked = outer.pop_back_val();
  SmallVector<LinearIndex *> forms = {&written};
  program.collectForms(forms);
  space.mergeNeighbours(outer, forms);
  if (!outer.empty())
    inner = outer.pop_back_val();
  constexpr int64_t blockSize = 1024;
  range.emplace(space, outer, inner, blockSize);
}

void PickEmitter::emitOne(PointScope &point) const {
  KernelFrame &frame = point.getFrame();
  OpBuilder &builder = frame.builder;
  Location loc = frame.loc;
  point.emit();
  Value number = point.rootValue(1);
  Value size = frame.integer(number.getType(), rowSize);
  // Unsigned, so that a negative index is out of range too.
  Value isInside = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::ult, number, size);
  Type type = registerType(element);
  Value result = isa<FloatType>(type) ? frame.number(type, std::nan(""))
                                      : frame.integer(type, 0);
  if (rowSize > 0) {
    Value safe = arith::SelectOp::create(builder, loc, isInside, number,
                                         frame.integer(number.getType(), 0));
    Value at =
        arith::IndexCastOp::create(builder, loc, builder.getIndexType(), safe);
    PointScope there = point;
    if (picked)
      there.bind(*picked, at);
    there.emit();
    result = arith::SelectOp::create(builder, loc, isInside, there.rootValue(0),
                                     result);
  }
  point.emitStore(result, frame.results[0], written);
}

void PickEmitter::emitBody(KernelFrame &frame, unsigned) const {
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
    if (!inner)
      return emitOne(row);
    frame.index.forEach(first, last, 1, [&](Value at) {
      PointScope point = row;
      point.bind(*inner, at);
      emitOne(point);
    });
  });
}

std::unique_ptr<KernelEmitter> sinter::createPickEmitter(KernelOp kernel,
                                                         PickOp pick) {
  return std::make_unique<PickEmitter>(kernel.getBody().front(), pick);
}
