//===- IndexEmitters.cpp - Kernels of gather and scatter_add --------------===//

#include "codegen/ElementOps.h"
#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"
#include "codegen/RunTimeIndices.h"
#include "codegen/ZeroFill.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The dimensions of the indices, then those of the tensor they index.
static Dims joinDims(Value index, Value indexed) {
  Dims dims = dimsOf(index);
  llvm::append_range(dims, dimsOf(indexed));
  return dims;
}

/// Of indices into a space of `joinDims`: those of gathered elements.
static SmallVector<LinearIndex, 4>
gatheredAt(ArrayRef<LinearIndex> at, unsigned leading, ArrayRef<int64_t> axes) {
  SmallVector<LinearIndex, 4> result(at.take_front(leading));
  for (auto [dim, index] : llvm::enumerate(at.drop_front(leading)))
    if (!llvm::is_contained(axes, int64_t(dim)))
      result.push_back(index);
  return result;
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

namespace {
/// Rows are copied in lanes, single elements one by one.
class GatherEmitter : public KernelEmitter {
public:
  GatherEmitter(Block &body, GatherOp gather);

  SmallVector<Phase, 2> phases() const override {
    return {
        {"", std::max<int64_t>(1, range->unitSize() / (copiesRows ? 8 : 1))}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  void emitElements(PointScope &point, Value isInside) const;
  void emitRow(PointScope &row, Value first, Value last) const;

  Type element;
  unsigned leading;
  LoopSpace space;
  RunTimeIndices indices;
  PointProgram program;
  LinearIndex written;
  std::optional<unsigned> inner;
  /// The inner loop does not depend on the indices.
  bool copiesRows = false;
  int64_t lanes;
  std::optional<WorkRange> range;
};
} // namespace

GatherEmitter::GatherEmitter(Block &body, GatherOp gather)
    : element(tensorOf(gather.getResult()).getElementType()),
      leading(tensorOf(gather.getIndices().front()).getRank()),
      space(joinDims(gather.getIndices().front(), gather.getInput())),
      indices(gather.getIndices(), gather.getAxes(), gather.getInput(),
              leading) {
  space.forbidSplits();
  SmallVector<LinearIndex, 4> at = space.indices();
  program.build(body, space, [&] {
    SmallVector<PointProgram::Root, 2> roots;
    roots.push_back({gather.getInput(), {at.begin() + leading, at.end()}});
    indices.addTo(roots, ArrayRef(at).take_front(leading));
    return roots;
  });
  written = offsetIn(tensorOf(gather.getResult()),
                     gatheredAt(at, leading, gather.getAxes()));
  lanes = program.widestBits() == 64 ? 8 : 16;
  SmallVector<unsigned, 4> loops;
  for (unsigned dim = 0; dim < leading; ++dim)
    llvm::append_range(loops, space.loopsOf(dim));
  SmallVector<unsigned, 4> copied = indices.otherLoops(space);
  copiesRows = !copied.empty();
  llvm::append_range(loops, copied);
  SmallVector<LinearIndex *> forms = {&written};
  program.collectForms(forms);
  space.mergeNeighbours(loops, forms);
  if (!loops.empty())
    inner = loops.pop_back_val();
  constexpr int64_t blockSize = 1024;
  range.emplace(space, loops, inner, blockSize);
}

void GatherEmitter::emitElements(PointScope &point, Value isInside) const {
  KernelFrame &frame = point.getFrame();
  Type type = registerType(element);
  Value missing = isa<FloatType>(type) ? frame.number(type, std::nan(""))
                                       : frame.integer(type, 0);
  if (!indices.mayBeInRange())
    return point.emitStore(missing, frame.results[0], written);
  point.emit();
  Value found = point.rootValue(0);
  if (isa<VectorType>(found.getType()))
    missing = frame.spread(missing, lanes);
  Value result = arith::SelectOp::create(frame.builder, frame.loc, isInside,
                                         found, missing);
  point.emitStore(result, frame.results[0], written);
}

void GatherEmitter::emitRow(PointScope &row, Value first, Value last) const {
  KernelFrame &frame = row.getFrame();
  if (!inner || !copiesRows) {
    auto emitOne = [&](PointScope &point) {
      Value isInside = indices.bind(point, space);
      emitElements(point, isInside);
    };
    if (!inner)
      return emitOne(row);
    return frame.index.forEach(first, last, 1, [&](Value at) {
      PointScope point = row;
      point.bind(*inner, at);
      emitOne(point);
    });
  }
  Value isInside = indices.bind(row, space);
  row.emit();
  emitPointLanes(row, space, *inner, lanes, first, last,
                 space.factor(*inner).size,
                 [&](PointScope &point) { emitElements(point, isInside); });
}

void GatherEmitter::emitBody(KernelFrame &frame, unsigned) const {
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
    emitRow(row, first, last);
  });
}

std::unique_ptr<KernelEmitter> sinter::createGatherEmitter(KernelOp kernel,
                                                           GatherOp gather) {
  return std::make_unique<GatherEmitter>(kernel.getBody().front(), gather);
}

//===----------------------------------------------------------------------===//
// Scatter
//===----------------------------------------------------------------------===//

namespace {
/// Zeros, then the updates: units of work are columns, each adds the updates in
/// order.
class ScatterAddEmitter : public KernelEmitter {
public:
  ScatterAddEmitter(Block &body, ScatterAddOp scatter);

  SmallVector<Phase, 2> phases() const override {
    int64_t columns = llvm::divideCeil(range->unitSize(), lanes);
    int64_t cost = std::min(updateCount, maxDim) * columns * 2;
    return {{"zero", ZeroFill::unitCost()}, {"", std::max<int64_t>(1, cost)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned phase) const override {
    return phase == 0 ? zeros.emitTrip(frame) : range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned phase) const override;

private:
  void emitUpdates(PointScope &scope, unsigned depth, Value first,
                   Value last) const;
  void emitColumns(PointScope &scope, Value first, Value last) const;
  void emitAddition(PointScope &point) const;

  Type element;
  unsigned leading;
  int64_t updateCount;
  LoopSpace space;
  RunTimeIndices indices;
  PointProgram program;
  ZeroFill zeros;
  LinearIndex written;
  SmallVector<unsigned, 4> updateLoops;
  std::optional<unsigned> inner;
  int64_t lanes;
  std::optional<WorkRange> range;
};
} // namespace

ScatterAddEmitter::ScatterAddEmitter(Block &body, ScatterAddOp scatter)
    : element(tensorOf(scatter.getResult()).getElementType()),
      leading(tensorOf(scatter.getIndices().front()).getRank()),
      updateCount(*elementCount(dimsOf(scatter.getIndices().front()))),
      space(joinDims(scatter.getIndices().front(), scatter.getResult())),
      indices(scatter.getIndices(), scatter.getAxes(), scatter.getResult(),
              leading),
      zeros(tensorOf(scatter.getResult())) {
  space.forbidSplits();
  SmallVector<LinearIndex, 4> at = space.indices();
  program.build(body, space, [&] {
    SmallVector<PointProgram::Root, 2> roots;
    roots.push_back(
        {scatter.getUpdates(), gatheredAt(at, leading, scatter.getAxes())});
    indices.addTo(roots, ArrayRef(at).take_front(leading));
    return roots;
  });
  written =
      offsetIn(tensorOf(scatter.getResult()), ArrayRef(at).drop_front(leading));
  lanes = program.widestBits() == 64 ? 8 : 16;
  for (unsigned dim = 0; dim < leading; ++dim)
    llvm::append_range(updateLoops, space.loopsOf(dim));
  SmallVector<unsigned, 4> columns = indices.otherLoops(space);
  SmallVector<LinearIndex *> forms = {&written};
  program.collectForms(forms);
  space.mergeNeighbours(columns, forms);
  if (!columns.empty())
    inner = columns.pop_back_val();
  constexpr int64_t columnBlock = 64;
  range.emplace(space, columns, inner, columnBlock);
}

void ScatterAddEmitter::emitAddition(PointScope &point) const {
  KernelFrame &frame = point.getFrame();
  point.emit();
  Value update = point.rootValue(0);
  if (point.lanes())
    update = frame.spread(update, point.lanes());
  Value sum = point.emitLoad(frame.results[0], written, element);
  point.emitStore(emitAdd(frame, sum, update), frame.results[0], written);
}

void ScatterAddEmitter::emitColumns(PointScope &scope, Value first,
                                    Value last) const {
  KernelFrame &frame = scope.getFrame();
  auto emitAll = [&] {
    if (!inner)
      return emitAddition(scope);
    emitPointLanes(scope, space, *inner, lanes, first, last,
                   space.factor(*inner).size,
                   [&](PointScope &point) { emitAddition(point); });
  };
  Value isInside = indices.bind(scope, space);
  scope.emit();
  frame.index.branch(isInside, emitAll, [] {});
}

/// The loops over the updates from number `depth` on, in row-major order.
void ScatterAddEmitter::emitUpdates(PointScope &scope, unsigned depth,
                                    Value first, Value last) const {
  if (depth == updateLoops.size())
    return emitColumns(scope, first, last);
  KernelFrame &frame = scope.getFrame();
  unsigned id = updateLoops[depth];
  Value size = frame.emitSize(space.factor(id));
  frame.index.forEach(frame.zero(), size, 1, [&](Value at) {
    PointScope next = scope;
    next.bind(id, at);
    next.emit();
    emitUpdates(next, depth + 1, first, last);
  });
}

void ScatterAddEmitter::emitBody(KernelFrame &frame, unsigned phase) const {
  if (phase == 0)
    return zeros.emit(frame);
  if (!indices.mayBeInRange())
    return;
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &columns, Value first, Value last) {
    emitUpdates(columns, 0, first, last);
  });
}

std::unique_ptr<KernelEmitter>
sinter::createScatterAddEmitter(KernelOp kernel, ScatterAddOp scatter) {
  return std::make_unique<ScatterAddEmitter>(kernel.getBody().front(), scatter);
}
