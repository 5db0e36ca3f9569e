//===- RowKernelEmitter.cpp - Several row operations in one pass ----------===//
//
// A kernel of the form row. Row operations are computed in rounds: in each, one
// visit of the row combines everything whose elements are known. softmax and
// log_softmax take two, for the largest element and for the sum; pick takes
// none, it computes the one element it wants. Between visits nothing but the
// row's own values stays: a visit computes the elements it needs again, and
// where a row fits into registers the copies are merged afterwards.
//
//===----------------------------------------------------------------------===//

#include "codegen/ArgMaxSearch.h"
#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"
#include "codegen/Reduction.h"
#include "codegen/RowFormulas.h"
#include "passes/Kernels.h"
#include "passes/Rows.h"

#include <vector>

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
struct RowOperation {
  Operation *op;
  /// Among the kernel's row operations.
  size_t number;
  /// Numbers of the program's roots: the rows, and of pick the index.
  unsigned input, index;
  /// When the elements are known, and when the result is.
  unsigned firstRound, endRound;

  bool isSoftmax() const { return isa<SoftmaxOp, LogSoftmaxOp>(op); }
  bool isLog() const { return isa<LogSoftmaxOp>(op); }
};

/// What is known of one row: the largest element and the scale of each softmax.
struct RowState {
  explicit RowState(size_t numOperations)
      : tops(numOperations), scales(numOperations) {}

  SmallVector<Value> tops, scales;
};

class RowKernelEmitter : public KernelEmitter {
public:
  explicit RowKernelEmitter(Block &body);

  SmallVector<Phase, 2> phases() const override {
    int64_t chunks = llvm::divideCeil(rowSize, lanes);
    return {{"", std::max<int64_t>(4, chunks * program.cost())}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  void findOperations(Block &body);
  void buildProgram(Block &body);

  bool isShort() const { return rowSize <= 4 * lanes; }
  bool isFull(Value value) const {
    return int64_t(dimsOf(value).size()) == rank;
  }
  Type elementOf(const RowOperation &operation) const {
    return tensorOf(operation.op->getOperand(0)).getElementType();
  }

  /// One vector of a row, everything that is known there computed.
  PointScope emitChunk(const PointScope &row, const RowState &state, Value at,
                       Value remaining) const;
  void provideSoftmax(PointScope &scope, const RowState &state) const;
  using ChunkBody = llvm::function_ref<SmallVector<Value>(
      PointScope &chunk, Value at, ValueRange carried)>;
  SmallVector<Value> emitVisit(const PointScope &row, const RowState &state,
                               ArrayRef<Value> start, ChunkBody body) const;

  void emitRow(PointScope &row) const;
  void emitRound(PointScope &row, RowState &state, unsigned round) const;
  void emitPicks(PointScope &row, const RowState &state, unsigned round) const;
  void emitResults(PointScope &row, const RowState &state) const;

  // What a row operation does in one visit of a row.
  bool isVisited(const RowOperation &operation, unsigned round) const {
    return operation.firstRound <= round && round < operation.endRound;
  }
  Reduction reductionFor(KernelFrame &frame, const RowOperation &operation,
                         unsigned round) const;
  SmallVector<Value> emitStart(KernelFrame &frame,
                               const RowOperation &operation,
                               unsigned round) const;
  SmallVector<Value> emitStep(PointScope &chunk, const RowState &state,
                              const RowOperation &operation, unsigned round,
                              Value at, ValueRange carried) const;
  void emitEnd(PointScope &row, RowState &state, const RowOperation &operation,
               unsigned round, ValueRange carried) const;

  int64_t rank = 0, rowSize = 0, lanes = 0;
  SmallVector<RowOperation, 4> operations;
  unsigned numRounds = 0;
  Operation *yield;
  std::optional<LoopSpace> space;
  PointProgram program;
  /// Of the first result among the program's roots; places in the results.
  unsigned firstResult = 0;
  SmallVector<LinearIndex, 4> places;
  unsigned inner = 0;
  std::optional<WorkRange> range;
};
} // namespace

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

RowKernelEmitter::RowKernelEmitter(Block &body) : yield(body.getTerminator()) {
  findOperations(body);
  Value rows = operations.front().op->getOperand(0);
  Dims dims = dimsOf(rows);
  rank = dims.size();
  rowSize = dims.back().size;
  lanes = reductionLanes(tensorOf(rows).getElementType(), rowSize);
  space.emplace(dims);
  // Lanes count whole rows, so these are never cut.
  space->forbidSplits();
  buildProgram(body);

  SmallVector<unsigned, 4> outer = space->allLoops();
  inner = outer.pop_back_val();
  SmallVector<LinearIndex *> forms;
  for (LinearIndex &place : places)
    forms.push_back(&place);
  program.collectForms(forms);
  space->mergeNeighbours(outer, forms);
  range.emplace(*space, outer, std::nullopt, 0);
}

/// Finds the row operations and their rounds.
void RowKernelEmitter::findOperations(Block &body) {
  DenseMap<Operation *, unsigned> knownAt;
  for (Operation &op : body.without_terminator()) {
    unsigned first = 0;
    for (Value operand : op.getOperands())
      if (Operation *from = operand.getDefiningOp())
        first = std::max(first, knownAt.lookup(from));
    unsigned end = first;
    if (isComputing(&op) && !isElementwise(&op)) {
      end += isa<PickOp>(op) ? 0 : isa<SoftmaxOp, LogSoftmaxOp>(op) ? 2 : 1;
      operations.push_back({&op, operations.size(), 0, 0, first, end});
    }
    knownAt[&op] = end;
    numRounds = std::max(numRounds, end);
  }
}

void RowKernelEmitter::buildProgram(Block &body) {
  program.build(body, *space, [&] {
    SmallVector<LinearIndex, 4> full = space->indices(), outer = full;
    outer.pop_back();
    SmallVector<PointProgram::Root, 2> roots;
    for (RowOperation &operation : operations) {
      operation.input = roots.size();
      roots.push_back({operation.op->getOperand(0), full});
      operation.index = roots.size();
      if (PickOp pick = dyn_cast<PickOp>(operation.op))
        roots.push_back({pick.getIndex(), outer});
    }
    firstResult = roots.size();
    places.clear();
    for (Value result : yield->getOperands()) {
      const SmallVector<LinearIndex, 4> &at = isFull(result) ? full : outer;
      roots.push_back({result, at});
      places.push_back(offsetIn(tensorOf(result), at));
    }
    return roots;
  });
}

//===----------------------------------------------------------------------===//
// Visits of a row
//===----------------------------------------------------------------------===//

/// Computes the elements of each softmax whose scale is known.
void RowKernelEmitter::provideSoftmax(PointScope &scope,
                                      const RowState &state) const {
  KernelFrame &frame = scope.getFrame();
  for (const RowOperation &operation : operations) {
    Value scale = state.scales[operation.number];
    if (!scale)
      continue;
    scope.emit();
    Value x = scope.rootValue(operation.input);
    Value top = state.tops[operation.number];
    if (!operation.isLog())
      x = emitSoftmaxTerm(frame, x, top);
    scope.provide(operation.op->getResult(0),
                  emitSoftmaxResult(frame, operation.isLog(), x, top, scale));
  }
  scope.emit();
}

PointScope RowKernelEmitter::emitChunk(const PointScope &row,
                                       const RowState &state, Value at,
                                       Value remaining) const {
  PointScope chunk = row;
  chunk.bindLanes(inner, at, lanes, remaining);
  provideSoftmax(chunk, state);
  return chunk;
}

SmallVector<Value> RowKernelEmitter::emitVisit(const PointScope &row,
                                               const RowState &state,
                                               ArrayRef<Value> start,
                                               ChunkBody body) const {
  KernelFrame &frame = row.getFrame();
  IndexBuilder &index = frame.index;
  auto visit = [&](Value at, Value remaining, ValueRange carried) {
    PointScope chunk = emitChunk(row, state, at, remaining);
    return body(chunk, at, carried);
  };
  SmallVector<Value> carried(start);
  if (!isShort()) {
    Value first = frame.zero(), end = index.constant(rowSize);
    return emitLaneLoop(frame, first, end, lanes, rowSize, rowSize, carried,
                        visit);
  }
  for (int64_t at = 0; at < rowSize; at += lanes) {
    int64_t rest = rowSize - at;
    Value first = index.constant(at);
    Value remaining = rest < lanes ? index.constant(rest) : Value();
    carried = visit(first, remaining, carried);
  }
  return carried;
}

//===----------------------------------------------------------------------===//
// Row operations
//===----------------------------------------------------------------------===//

/// Of a reduction, or of the round of a softmax.
Reduction RowKernelEmitter::reductionFor(KernelFrame &frame,
                                         const RowOperation &operation,
                                         unsigned round) const {
  if (ReduceOp reduce = dyn_cast<ReduceOp>(operation.op))
    return Reduction(frame, reduce.getKind(), elementOf(operation));
  bool isFirst = round == operation.firstRound;
  return Reduction(frame, isFirst ? ReduceKind::Max : ReduceKind::Sum,
                   elementOf(operation));
}

SmallVector<Value> RowKernelEmitter::emitStart(KernelFrame &frame,
                                               const RowOperation &operation,
                                               unsigned round) const {
  if (!isa<ArgMaxOp>(operation.op))
    return {reductionFor(frame, operation, round).identity(lanes)};
  ArgMaxCandidate none = ArgMaxSearch(frame, elementOf(operation)).start(lanes);
  return {none.number, none.index};
}

SmallVector<Value> RowKernelEmitter::emitStep(PointScope &chunk,
                                              const RowState &state,
                                              const RowOperation &operation,
                                              unsigned round, Value at,
                                              ValueRange carried) const {
  KernelFrame &frame = chunk.getFrame();
  Value x = frame.spread(chunk.rootValue(operation.input), lanes);
  if (isa<ArgMaxOp>(operation.op)) {
    ArgMaxSearch search(frame, elementOf(operation));
    ArgMaxCandidate here = {x, search.emitIndices(at, lanes, 1)};
    ArgMaxCandidate best =
        search.better({carried[0], carried[1]}, here, chunk.mask());
    return {best.number, best.index};
  }
  if (operation.isSoftmax() && round != operation.firstRound)
    x = emitSoftmaxTerm(frame, x, state.tops[operation.number]);
  Reduction reduction = reductionFor(frame, operation, round);
  return {reduction.combineMasked(carried[0], x, chunk.mask())};
}

/// Makes what a visit found known to the row.
void RowKernelEmitter::emitEnd(PointScope &row, RowState &state,
                               const RowOperation &operation, unsigned round,
                               ValueRange carried) const {
  KernelFrame &frame = row.getFrame();
  Value result = operation.op->getResult(0);
  if (isa<ArgMaxOp>(operation.op)) {
    ArgMaxSearch search(frame, elementOf(operation));
    return row.provide(result,
                       search.bestOfLanes({carried[0], carried[1]}, lanes));
  }
  Value all = reductionFor(frame, operation, round).combineLanes(carried[0]);
  if (!operation.isSoftmax())
    row.provide(result, all);
  else if (round == operation.firstRound)
    state.tops[operation.number] = all;
  else
    state.scales[operation.number] =
        emitSoftmaxScale(frame, operation.isLog(), all);
}

void RowKernelEmitter::emitRound(PointScope &row, RowState &state,
                                 unsigned round) const {
  KernelFrame &frame = row.getFrame();
  SmallVector<Value> start;
  for (const RowOperation &operation : operations)
    if (isVisited(operation, round))
      llvm::append_range(start, emitStart(frame, operation, round));
  SmallVector<Value> found = emitVisit(
      row, state, start, [&](PointScope &chunk, Value at, ValueRange carried) {
        SmallVector<Value> next;
        for (const RowOperation &operation : operations)
          if (isVisited(operation, round))
            llvm::append_range(next,
                               emitStep(chunk, state, operation, round, at,
                                        carried.drop_front(next.size())));
        return next;
      });
  ValueRange rest = found;
  for (const RowOperation &operation : operations)
    if (isVisited(operation, round)) {
      emitEnd(row, state, operation, round, rest);
      rest = rest.drop_front(isa<ArgMaxOp>(operation.op) ? 2 : 1);
    }
  row.emit();
}

void RowKernelEmitter::emitPicks(PointScope &row, const RowState &state,
                                 unsigned round) const {
  for (const RowOperation &operation : operations) {
    if (!isa<PickOp>(operation.op) || operation.firstRound != round)
      continue;
    auto elementAt = [&](Value at) {
      PointScope there = row;
      there.bind(inner, at);
      provideSoftmax(there, state);
      return there.rootValue(operation.input);
    };
    Value picked = emitPicked(row.getFrame(), row.rootValue(operation.index),
                              rowSize, elementOf(operation), elementAt);
    row.provide(operation.op->getResult(0), picked);
    row.emit();
  }
}

/// No result is written before everything else is computed: of a row in
/// registers, of one vector where rows are long.
void RowKernelEmitter::emitResults(PointScope &row,
                                   const RowState &state) const {
  auto store = [&](PointScope &scope, bool full) {
    for (auto [number, result] : llvm::enumerate(yield->getOperands()))
      if (isFull(result) == full)
        scope.emitStore(scope.rootValue(firstResult + number),
                        scope.getFrame().results[number], places[number]);
  };
  std::vector<PointScope> chunks;
  auto visit = [&](PointScope &chunk, Value, ValueRange) {
    if (isShort())
      chunks.push_back(chunk);
    else
      store(chunk, /*full=*/true);
    return SmallVector<Value>();
  };
  if (llvm::any_of(yield->getOperands(),
                   [&](Value result) { return isFull(result); }))
    emitVisit(row, state, {}, visit);
  for (PointScope &chunk : chunks)
    store(chunk, /*full=*/true);
  store(row, /*full=*/false);
}

void RowKernelEmitter::emitRow(PointScope &row) const {
  RowState state(operations.size());
  emitPicks(row, state, 0);
  for (unsigned round = 0; round < numRounds; ++round) {
    emitRound(row, state, round);
    emitPicks(row, state, round + 1);
  }
  emitResults(row, state);
}

void RowKernelEmitter::emitBody(KernelFrame &frame, unsigned) const {
  PointScope entry(frame, program, *space);
  entry.emit();
  range->emit(frame, entry,
              [&](PointScope &row, Value, Value) { emitRow(row); });
}

std::unique_ptr<KernelEmitter> sinter::createRowKernelEmitter(KernelOp kernel) {
  return std::make_unique<RowKernelEmitter>(kernel.getBody().front());
}
