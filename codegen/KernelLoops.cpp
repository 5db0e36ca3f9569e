//===- KernelLoops.cpp - The loops of a kernel ----------------------------===//

#include "codegen/KernelLoops.h"
#include "codegen/GemmPlan.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Work
//===----------------------------------------------------------------------===//

WorkRange::WorkRange(const LoopSpace &space, ArrayRef<unsigned> outer,
                     std::optional<unsigned> inner, int64_t block)
    : space(space), outer(outer), inner(inner), block(block) {}

int64_t WorkRange::unitSize() const {
  if (!inner)
    return 1;
  return isInnerWhole() ? space.factor(*inner).size : block;
}

Value WorkRange::emitRows(KernelFrame &frame) const {
  Value rows = frame.index.constant(1);
  for (unsigned id : outer)
    rows = frame.index.mul(rows, frame.emitSize(space.factor(id)));
  return rows;
}

Value WorkRange::emitTrip(KernelFrame &frame) const {
  Value rows = emitRows(frame);
  if (isInnerWhole())
    return rows;
  Value size = frame.emitSize(space.factor(*inner));
  return frame.index.mul(rows, frame.index.ceilDiv(size, block));
}

/// Binds the outer loops at step `row` of all of them together.
void WorkRange::bindOuter(KernelFrame &frame, PointScope &scope,
                          Value row) const {
  IndexBuilder &index = frame.index;
  for (size_t i = outer.size(); i-- > 1;) {
    Value size = frame.emitSize(space.factor(outer[i]));
    Value next = index.div(row, size);
    scope.bind(outer[i], index.sub(row, index.mul(next, size)));
    row = next;
  }
  if (!outer.empty())
    scope.bind(outer[0], row);
}

void WorkRange::emit(
    KernelFrame &frame, const PointScope &scope,
    llvm::function_ref<void(PointScope &, Value, Value)> body) const {
  IndexBuilder &index = frame.index;
  Value innerSize;
  if (inner)
    innerSize = frame.emitSize(space.factor(*inner));
  auto emitRow = [&](Value row, Value first, Value last) {
    PointScope atRow = scope;
    bindOuter(frame, atRow, row);
    atRow.emit();
    body(atRow, first, last);
  };
  if (isInnerWhole()) {
    Value first = inner ? index.constant(0) : Value();
    // A trip of 1 is run by a piece [0, 1).
    if (outer.empty())
      return emitRow(index.constant(0), first, innerSize);
    return index.forEach(frame.lo, frame.hi, 1,
                         [&](Value row) { emitRow(row, first, innerSize); });
  }
  GemmDim rows;
  if (!outer.empty()) {
    rows.bound = 2; // More than one: the extent says how many.
    rows.extent = emitRows(frame);
  }
  Value blocks = index.ceilDiv(innerSize, block);
  forEachBatch(index, rows, blocks, frame.lo, frame.hi,
               [&](Value row, Value firstBlock, Value lastBlock) {
                 Value last = index.mul(lastBlock, block);
                 Value first = index.mul(firstBlock, block);
                 emitRow(row, first, index.min(last, innerSize));
               });
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> sinter::emitLoop(KernelFrame &frame, Value first, Value last,
                                    int64_t step, ValueRange carried,
                                    LoopBody body) {
  std::optional<int64_t> from = IndexBuilder::known(first);
  std::optional<int64_t> to = IndexBuilder::known(last);
  if (from && to && *from >= *to)
    return llvm::to_vector(carried);
  if (from && to && *from + step >= *to)
    return body(first, carried);
  scf::ForOp loop = scf::ForOp::create(frame.builder, frame.loc, first, last,
                                       frame.index.constant(step), carried);
  OpBuilder::InsertionGuard guard(frame.builder);
  frame.builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> next =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(frame.builder, frame.loc, next);
  return llvm::to_vector(ValueRange(loop.getResults()));
}

SmallVector<Value> sinter::emitLaneLoop(KernelFrame &frame, Value first,
                                        Value last, int64_t lanes,
                                        int64_t divisor, int64_t bound,
                                        ValueRange carried, LaneBody body) {
  IndexBuilder &index = frame.index;
  SmallVector<Value> values = llvm::to_vector(carried);
  bool divides = divisor % lanes == 0;
  Value whole = last;
  if (!divides) {
    Value trips = index.div(index.sub(last, first), lanes);
    whole = index.add(first, index.mul(trips, lanes));
  }
  if (bound >= lanes)
    values = emitLoop(
        frame, first, whole, lanes, values,
        [&](Value at, ValueRange now) { return body(at, Value(), now); });
  else
    whole = first;
  if (divides)
    return values;

  Value remaining = index.sub(last, whole);
  if (std::optional<int64_t> count = IndexBuilder::known(remaining))
    return *count ? body(whole, remaining, values) : values;
  Value hasRest = index.less(whole, last);
  SmallVector<Type> types = llvm::to_vector(ValueRange(values).getTypes());
  scf::IfOp rest = scf::IfOp::create(frame.builder, frame.loc, types, hasRest,
                                     /*withElseRegion=*/!types.empty());
  OpBuilder::InsertionGuard guard(frame.builder);
  frame.builder.setInsertionPointToStart(rest.thenBlock());
  SmallVector<Value> next = body(whole, remaining, values);
  if (types.empty())
    return {};
  scf::YieldOp::create(frame.builder, frame.loc, next);
  frame.builder.setInsertionPointToStart(rest.elseBlock());
  scf::YieldOp::create(frame.builder, frame.loc, values);
  return llvm::to_vector(ValueRange(rest.getResults()));
}

void sinter::emitPointLanes(const PointScope &row, const LoopSpace &space,
                            unsigned inner, int64_t lanes, Value first,
                            Value last, int64_t bound,
                            llvm::function_ref<void(PointScope &)> body) {
  emitLaneLoop(row.getFrame(), first, last, lanes,
               space.factor(inner).knownDivisor(), bound, {},
               [&](Value at, Value remaining, ValueRange) {
                 PointScope point = row;
                 point.bindLanes(inner, at, lanes, remaining);
                 body(point);
                 return SmallVector<Value>();
               });
}
