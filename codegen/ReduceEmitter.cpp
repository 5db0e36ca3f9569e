//===- ReduceEmitter.cpp - Reductions over axes ---------------------------===//
//
// The order of additions follows from the operand's shape and the run-time
// extents, never from memory layout, target or fusion. The innermost dimension
// (of size other than 1) decides:
//
// * It is reduced: it is a row, and element j of each row is added to lane
//   j mod 16 (8 for elements of 8 bytes), row after row; at the end the lanes
//   are combined in halves.
// * It is kept: each result is one chain over the reduced dimensions in
//   ascending order, and neighbouring results are computed side by side.
//
//===----------------------------------------------------------------------===//

#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"
#include "codegen/Reduction.h"
#include "codegen/RootResults.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
class ReduceEmitter : public KernelEmitter {
public:
  ReduceEmitter(Block &body, ReduceOp reduce);

  SmallVector<Phase, 2> phases() const override;
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  void analyse(Block &body, ReduceOp reduce);
  void emitRow(PointScope &row) const;
  void emitColumns(PointScope &row, Value first, Value last) const;
  void emitColumnVectors(PointScope &row, Value first, int64_t vectors,
                         Value remaining) const;

  /// Runs `body` in the reduced loops from number `depth` on.
  using ScopeBody =
      llvm::function_ref<SmallVector<Value>(PointScope &, ValueRange)>;
  SmallVector<Value> emitReducedLoops(PointScope &scope, ValueRange carried,
                                      ScopeBody body, size_t depth = 0) const;
  int64_t lanes() const;

  ReduceKind kind;
  Type element;
  LoopSpace space;
  PointProgram program;
  RootResults results;
  /// Loops over reduced dimensions, without the row's own.
  SmallVector<unsigned, 4> reduced;
  /// Loops over kept dimensions, without the vectorised one.
  SmallVector<unsigned, 4> kept;
  /// The row, or the kept loop whose steps are computed side by side.
  std::optional<unsigned> inner;
  bool reducesRows = false;
  std::optional<WorkRange> range;
};
} // namespace

/// Vectors of results computed side by side, so that each visit of a row of the
/// operand uses whole cache lines.
static constexpr int64_t columnVectors = 4;

ReduceEmitter::ReduceEmitter(Block &body, ReduceOp reduce)
    : kind(reduce.getKind()),
      element(tensorOf(reduce.getInput()).getElementType()),
      space(dimsOf(reduce.getInput())), results(body, reduce) {
  analyse(body, reduce);
  if (reducesRows && !inner) {
    // The row was cut by a reshape. Its lanes count whole rows.
    space.forbidSplits();
    analyse(body, reduce);
  }
  int64_t block = columnVectors * reductionLanes(element);
  range.emplace(space, kept, reducesRows ? std::nullopt : inner, block);
}

void ReduceEmitter::analyse(Block &body, ReduceOp reduce) {
  Dims dims = dimsOf(reduce.getInput());
  auto isReduced = [&](size_t dim) {
    return llvm::is_contained(reduce.getAxes(), int64_t(dim));
  };
  size_t innermost = dims.size();
  for (size_t dim = 0; dim < dims.size(); ++dim)
    if (dims[dim].isDynamic() || dims[dim].size != 1)
      innermost = dim;
  reducesRows = innermost < dims.size() && isReduced(innermost);

  auto keptIndices = [&] {
    SmallVector<LinearIndex, 4> indices;
    for (size_t dim = 0; dim < dims.size(); ++dim)
      if (!isReduced(dim))
        indices.push_back(space.index(dim));
    return indices;
  };
  program.build(body, space, [&] {
    SmallVector<PointProgram::Root, 2> roots = {
        {reduce.getInput(), space.indices()}};
    results.addTo(roots, keptIndices());
    return roots;
  });
  SmallVector<unsigned, 4> row;
  kept.clear();
  reduced.clear();
  for (size_t dim = 0; dim < dims.size(); ++dim) {
    bool isRow = reducesRows && dim == innermost;
    llvm::append_range(isRow            ? row
                       : isReduced(dim) ? reduced
                                        : kept,
                       space.loopsOf(dim));
  }
  results.place(keptIndices());

  SmallVector<LinearIndex *> forms;
  results.collectForms(forms);
  program.collectForms(forms);
  for (SmallVectorImpl<unsigned> *loops :
       std::initializer_list<SmallVectorImpl<unsigned> *>{&row, &reduced,
                                                          &kept})
    space.mergeNeighbours(*loops, forms);
  inner.reset();
  if (reducesRows && row.size() == 1)
    inner = row.front();
  else if (!reducesRows && !kept.empty())
    inner = kept.pop_back_val();
}

int64_t ReduceEmitter::lanes() const {
  return inner ? reductionLanes(element, space.factor(*inner).size) : 0;
}

SmallVector<KernelEmitter::Phase, 2> ReduceEmitter::phases() const {
  int64_t points = range->unitSize();
  if (reducesRows)
    points *= space.factor(*inner).size;
  for (unsigned id : reduced)
    points = std::min(points * space.factor(id).size, maxBytes);
  return {{"", std::max<int64_t>(1, points / 16 * program.cost())}};
}

SmallVector<Value> ReduceEmitter::emitReducedLoops(PointScope &scope,
                                                   ValueRange carried,
                                                   ScopeBody body,
                                                   size_t depth) const {
  if (depth == reduced.size())
    return body(scope, carried);
  KernelFrame &frame = scope.getFrame();
  Value size = frame.emitSize(space.factor(reduced[depth]));
  return emitLoop(frame, frame.zero(), size, 1, carried,
                  [&](Value at, ValueRange now) {
                    PointScope next = scope;
                    next.bind(reduced[depth], at);
                    next.emit();
                    return emitReducedLoops(next, now, body, depth + 1);
                  });
}

void ReduceEmitter::emitRow(PointScope &row) const {
  KernelFrame &frame = row.getFrame();
  Reduction reduction(frame, kind, element);
  const Factor &loop = space.factor(*inner);
  auto emitLanes = [&](PointScope &scope, ValueRange carried) {
    Value first = frame.zero(), end = frame.emitSize(loop);
    return emitLaneLoop(
        frame, first, end, lanes(), loop.knownDivisor(), loop.size, carried,
        [&](Value at, Value remaining, ValueRange now) {
          PointScope point = scope;
          point.bindLanes(*inner, at, lanes(), remaining);
          point.emit();
          Value next = frame.spread(point.rootValue(0), lanes());
          return SmallVector<Value>{
              reduction.combineMasked(now[0], next, point.mask())};
        });
  };
  SmallVector<Value> sums =
      emitReducedLoops(row, reduction.identity(lanes()), emitLanes);
  results.emit(row, reduction.combineLanes(sums[0]));
}

/// Results at `vectors` vectors from `first` on; at one scalar if there is no
/// inner loop.
void ReduceEmitter::emitColumnVectors(PointScope &row, Value first,
                                      int64_t vectors, Value remaining) const {
  KernelFrame &frame = row.getFrame();
  Reduction reduction(frame, kind, element);
  auto bindVector = [&](PointScope point, int64_t vector) {
    if (inner)
      point.bindLanes(*inner, frame.index.add(first, vector * lanes()), lanes(),
                      remaining);
    return point;
  };
  auto emitVectors = [&](PointScope &scope, ValueRange carried) {
    SmallVector<Value> sums;
    for (auto [vector, sum] : llvm::enumerate(carried)) {
      PointScope point = bindVector(scope, vector);
      point.emit();
      Value next = point.rootValue(0);
      if (inner)
        next = frame.spread(next, lanes());
      sums.push_back(reduction.combine(sum, next));
    }
    return sums;
  };
  SmallVector<Value> start(vectors, reduction.identity(lanes()));
  SmallVector<Value> sums = emitReducedLoops(row, start, emitVectors);
  for (auto [vector, sum] : llvm::enumerate(sums)) {
    PointScope point = bindVector(row, vector);
    results.emit(point, sum);
  }
}

void ReduceEmitter::emitColumns(PointScope &row, Value first,
                                Value last) const {
  KernelFrame &frame = row.getFrame();
  IndexBuilder &index = frame.index;
  const Factor &loop = space.factor(*inner);
  int64_t wide = columnVectors * lanes(), bound = loop.size;
  if (bound >= wide) {
    Value trips = index.div(index.sub(last, first), wide);
    Value whole = index.add(first, index.mul(trips, wide));
    emitLoop(frame, first, whole, wide, {}, [&](Value at, ValueRange) {
      emitColumnVectors(row, at, columnVectors, {});
      return SmallVector<Value>();
    });
    first = whole;
    bound = wide - 1;
  }
  if (loop.knownDivisor() % wide == 0)
    return;
  emitLaneLoop(frame, first, last, lanes(), loop.knownDivisor(), bound, {},
               [&](Value at, Value remaining, ValueRange) {
                 emitColumnVectors(row, at, 1, remaining);
                 return SmallVector<Value>();
               });
}

void ReduceEmitter::emitBody(KernelFrame &frame, unsigned) const {
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
    if (reducesRows)
      emitRow(row);
    else if (inner)
      emitColumns(row, first, last);
    else
      emitColumnVectors(row, {}, 1, {});
  });
}

std::unique_ptr<KernelEmitter> sinter::createReduceEmitter(KernelOp kernel,
                                                           ReduceOp reduce) {
  return std::make_unique<ReduceEmitter>(kernel.getBody().front(), reduce);
}
