//===- RowEmitters.cpp - Kernels that work on whole rows ------------------===//
//
// softmax and log_softmax. Rows are reduced in the lanes of Reduction.h, so
// that the bits depend on the row's length alone.
//
//===----------------------------------------------------------------------===//

#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"
#include "codegen/Reduction.h"
#include "codegen/RowFormulas.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
class SoftmaxEmitter : public KernelEmitter {
public:
  SoftmaxEmitter(Block &body, Operation *op);

  SmallVector<Phase, 2> phases() const override {
    return {{"", std::max<int64_t>(4, rowSize * 2)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  /// One vector of a row: its lanes bound, its input loaded.
  PointScope emitChunk(PointScope &row, Value at, Value remaining) const;
  void emitShortRow(PointScope &row) const;
  void emitLongRow(PointScope &row) const;

  using ChunkBody = llvm::function_ref<Value(PointScope &, Value carried)>;
  /// Runs over the vectors of a row, carrying one value if there is `start`.
  Value emitChunks(PointScope &row, Value start, ChunkBody body) const;

  Value emitExpOf(PointScope &chunk, Value top) const;

  bool isLog;
  Type element;
  int64_t rowSize, lanes;
  LoopSpace space;
  PointProgram program;
  LinearIndex written;
  /// The loop along a row; none if its size is 1.
  std::optional<unsigned> inner;
  std::optional<WorkRange> range;
};
} // namespace

SoftmaxEmitter::SoftmaxEmitter(Block &body, Operation *op)
    : isLog(isa<LogSoftmaxOp>(op)),
      element(tensorOf(op->getResult(0)).getElementType()),
      rowSize(dimsOf(op->getResult(0)).back().size),
      lanes(reductionLanes(element, rowSize)), space(dimsOf(op->getResult(0))) {
  // Lanes count whole rows, so these are never cut.
  space.forbidSplits();
  program.build(body, space, [&] {
    return SmallVector<PointProgram::Root, 2>{
        {op->getOperand(0), space.indices()}};
  });
  written = offsetIn(tensorOf(op->getResult(0)), space.indices());
  SmallVector<unsigned, 4> outer = space.allLoops();
  if (rowSize != 1)
    inner = outer.pop_back_val();
  SmallVector<LinearIndex *> forms = {&written};
  program.collectForms(forms);
  space.mergeNeighbours(outer, forms);
  range.emplace(space, outer, std::nullopt, 0);
}

PointScope SoftmaxEmitter::emitChunk(PointScope &row, Value at,
                                     Value remaining) const {
  PointScope chunk = row;
  if (inner)
    chunk.bindLanes(*inner, at, lanes, remaining);
  chunk.emit();
  return chunk;
}

Value SoftmaxEmitter::emitExpOf(PointScope &chunk, Value top) const {
  KernelFrame &frame = chunk.getFrame();
  return emitSoftmaxTerm(frame, frame.spread(chunk.rootValue(0), lanes), top);
}

/// A row of few vectors stays in registers.
void SoftmaxEmitter::emitShortRow(PointScope &row) const {
  KernelFrame &frame = row.getFrame();
  IndexBuilder &index = frame.index;
  Reduction max(frame, ReduceKind::Max, element);
  Reduction sum(frame, ReduceKind::Sum, element);
  SmallVector<PointScope> chunks;
  for (int64_t at = 0; at < rowSize; at += lanes) {
    int64_t rest = rowSize - at;
    Value first = index.constant(at);
    Value remaining = rest < lanes ? index.constant(rest) : Value();
    chunks.push_back(emitChunk(row, first, remaining));
  }
  Value tops = max.identity(lanes);
  for (PointScope &chunk : chunks) {
    Value numbers = frame.spread(chunk.rootValue(0), lanes);
    tops = max.combineMasked(tops, numbers, chunk.mask());
  }
  Value top = max.combineLanes(tops);
  Value sums = sum.identity(lanes);
  SmallVector<Value> values;
  for (PointScope &chunk : chunks) {
    Value exp = emitExpOf(chunk, top);
    sums = sum.combineMasked(sums, exp, chunk.mask());
    values.push_back(isLog ? frame.spread(chunk.rootValue(0), lanes) : exp);
  }
  Value scale = emitSoftmaxScale(frame, isLog, sum.combineLanes(sums));
  for (auto [chunk, value] : llvm::zip(chunks, values))
    chunk.emitStore(emitSoftmaxResult(frame, isLog, value, top, scale),
                    frame.results[0], written);
}

Value SoftmaxEmitter::emitChunks(PointScope &row, Value start,
                                 ChunkBody body) const {
  KernelFrame &frame = row.getFrame();
  SmallVector<Value> carried;
  if (start)
    carried.push_back(start);
  Value first = frame.zero(), end = frame.index.constant(rowSize);
  carried = emitLaneLoop(frame, first, end, lanes, rowSize, rowSize, carried,
                         [&](Value at, Value remaining, ValueRange now) {
                           PointScope chunk = emitChunk(row, at, remaining);
                           Value next = body(chunk, start ? now[0] : Value());
                           return start ? SmallVector<Value>{next}
                                        : SmallVector<Value>();
                         });
  return start ? carried[0] : Value();
}

void SoftmaxEmitter::emitLongRow(PointScope &row) const {
  KernelFrame &frame = row.getFrame();
  Reduction max(frame, ReduceKind::Max, element);
  Reduction sum(frame, ReduceKind::Sum, element);
  Value result = frame.results[0];
  Value tops = emitChunks(
      row, max.identity(lanes), [&](PointScope &chunk, Value carried) {
        Value numbers = frame.spread(chunk.rootValue(0), lanes);
        return max.combineMasked(carried, numbers, chunk.mask());
      });
  Value top = max.combineLanes(tops);
  Value sums = emitChunks(
      row, sum.identity(lanes), [&](PointScope &chunk, Value carried) {
        Value exp = emitExpOf(chunk, top);
        if (!isLog)
          chunk.emitStore(exp, result, written);
        return sum.combineMasked(carried, exp, chunk.mask());
      });
  Value scale = emitSoftmaxScale(frame, isLog, sum.combineLanes(sums));
  emitChunks(row, {}, [&](PointScope &chunk, Value) {
    Value value =
        isLog ? chunk.rootValue(0) : chunk.emitLoad(result, written, element);
    value =
        emitSoftmaxResult(frame, isLog, frame.spread(value, lanes), top, scale);
    chunk.emitStore(value, result, written);
    return Value();
  });
}

void SoftmaxEmitter::emitBody(KernelFrame &frame, unsigned) const {
  constexpr int64_t maxRegisters = 4;
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value, Value) {
    if (rowSize <= maxRegisters * lanes)
      emitShortRow(row);
    else
      emitLongRow(row);
  });
}

std::unique_ptr<KernelEmitter> sinter::createSoftmaxEmitter(KernelOp kernel,
                                                            Operation *op) {
  return std::make_unique<SoftmaxEmitter>(kernel.getBody().front(), op);
}
