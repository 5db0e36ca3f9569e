//===- PointMap.cpp - Elementwise loops over one shape --------------------===//

#include "codegen/PointMap.h"
#include "codegen/RandomGroups.h"

using namespace mlir;
using namespace sinter;

/// Inner steps of a unit of work: enough to hide the cost of starting one.
static constexpr int64_t blockSize = 1024;

PointMap::PointMap(Block &body, ArrayRef<Dim> shape, MakeOutputs makeOutputs)
    : space(shape) {
  program.build(body, space, [&] {
    outputs = makeOutputs(space);
    SmallVector<PointProgram::Root, 2> roots;
    for (const Output &output : outputs)
      roots.push_back({output.value, space.indices()});
    return roots;
  });
  lanes = program.widestBits() == 64 ? 8 : 16;
  orderLoops();
}

void PointMap::orderLoops() {
  // The result is written in the order of its memory.
  SmallVector<unsigned, 4> order = space.allLoops();
  const LinearIndex &written = outputs.front().offset;
  llvm::sort(order, [&](unsigned a, unsigned b) {
    int64_t aStep = std::abs(written.scaleOf(a));
    int64_t bStep = std::abs(written.scaleOf(b));
    return aStep != bStep ? aStep > bStep : a < b;
  });
  SmallVector<LinearIndex *> forms;
  program.collectForms(forms);
  for (Output &output : outputs)
    forms.push_back(&output.offset);
  space.mergeNeighbours(order, forms);
  if (!order.empty())
    inner = order.pop_back_val();
  drawsGroups = inner && RandomGroups::fit(program, *inner);
  if (drawsGroups)
    lanes = RandomGroups::lanes;
  range.emplace(space, order, inner, blockSize);
}

int64_t PointMap::unitCost() const {
  return std::max<int64_t>(1, range->unitSize() * program.cost() / 16);
}

void PointMap::emitPoint(PointScope &scope) const {
  scope.emit();
  KernelFrame &frame = scope.getFrame();
  for (auto [number, output] : llvm::enumerate(outputs))
    scope.emitStore(scope.rootValue(number), frame.results[output.result],
                    output.offset);
}

void PointMap::emitLanes(const PointScope &row, Value first, Value last,
                         int64_t bound) const {
  emitPointLanes(row, space, *inner, lanes, first, last, bound,
                 [&](PointScope &point) { emitPoint(point); });
}

void PointMap::emitGroups(PointScope &row, Value first, Value last,
                          RandomGroups &groups) const {
  constexpr int64_t groupSize = RandomGroups::groupSize;
  KernelFrame &frame = row.getFrame();
  row.useGroups(groups);
  emitLoop(frame, first, last, groupSize, {}, [&](Value at, ValueRange) {
    groups.emitWords(at);
    Value end = frame.index.min(frame.index.add(at, groupSize), last);
    emitLanes(row, at, end, groupSize);
    return SmallVector<Value>();
  });
}

void PointMap::emit(KernelFrame &frame) const {
  PointScope entry(frame, program, space);
  entry.emit();
  std::optional<RandomGroups> groups;
  if (drawsGroups)
    groups.emplace(frame, program, entry);
  range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
    if (groups)
      emitGroups(row, first, last, *groups);
    else if (inner)
      emitLanes(row, first, last, space.factor(*inner).size);
    else
      emitPoint(row);
  });
}
