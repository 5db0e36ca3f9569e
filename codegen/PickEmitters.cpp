//===- PickEmitters.cpp - Kernels that find or read one of a row ----------===//
//
// argmax and pick.
//
//===----------------------------------------------------------------------===//

#include "codegen/ArgMaxSearch.h"
#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"
#include "codegen/Reduction.h"
#include "codegen/RowFormulas.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// ArgMax
//===----------------------------------------------------------------------===//

namespace {
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

/// The axis is the innermost: a row is searched in lanes.
void ArgMaxEmitter::emitRow(PointScope &row) const {
  KernelFrame &frame = row.getFrame();
  const Factor &loop = space.factor(*searched);
  ArgMaxSearch search(frame, element);
  ArgMaxCandidate best = search.start(lanes);
  Value first = frame.zero(), end = frame.emitSize(loop);
  SmallVector<Value> found = emitLaneLoop(
      frame, first, end, lanes, loop.size, loop.size, {best.number, best.index},
      [&](Value at, Value remaining, ValueRange now) {
        PointScope point = row;
        point.bindLanes(*searched, at, lanes, remaining);
        point.emit();
        ArgMaxCandidate next = {frame.spread(point.rootValue(0), lanes),
                                search.emitIndices(at, lanes, 1)};
        next = search.better({now[0], now[1]}, next, point.mask());
        return SmallVector<Value>{next.number, next.index};
      });
  Value index = search.bestOfLanes({found[0], found[1]}, lanes);
  row.emitStore(index, frame.results[0], written);
}

/// One or several elements of the result, each searched in ascending order.
void ArgMaxEmitter::emitColumn(PointScope &column) const {
  KernelFrame &frame = column.getFrame();
  int64_t count = column.lanes();
  ArgMaxSearch search(frame, element);
  ArgMaxCandidate best = search.start(count);
  auto visit = [&](Value at, ValueRange now) {
    PointScope point = column;
    if (searched)
      point.bind(*searched, at);
    point.emit();
    Value number = point.rootValue(0);
    Value index = search.emitIndices(at, count, 0);
    if (count)
      number = frame.spread(number, count);
    ArgMaxCandidate next = search.better({now[0], now[1]}, {number, index}, {});
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
    emitPointLanes(row, space, *inner, lanes, first, last,
                   space.factor(*inner).size,
                   [&](PointScope &column) { emitColumn(column); });
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
  point.emit();
  auto elementAt = [&](Value at) {
    PointScope there = point;
    if (picked)
      there.bind(*picked, at);
    there.emit();
    return there.rootValue(0);
  };
  Value result =
      emitPicked(frame, point.rootValue(1), rowSize, element, elementAt);
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
