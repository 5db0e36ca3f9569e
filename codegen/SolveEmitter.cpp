//===- SolveEmitter.cpp - Kernels of linear systems -----------------------===//
//
// Gaussian elimination with partial pivoting, on a copy of the matrix in
// scratch and on the right side in the result. Every element of a row is
// changed by one multiplication and one subtraction a step, rounded apart, so
// that the bits depend neither on vectors nor on fused operations.
//
//===----------------------------------------------------------------------===//

#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
class SolveEmitter : public KernelEmitter {
public:
  SolveEmitter(Block &body, SolveOp solve);

  SmallVector<Phase, 2> phases() const override {
    int64_t work = std::min(size, maxDim / 2) * (size + columns) / lanes;
    return {{"", std::max<int64_t>(1, std::min(work, maxDim) * size)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;
  int64_t scratchElements() const override { return matrixElements; }

private:
  /// The dimensions of the space after those of the batch.
  enum Axis { Row, Column, Side };

  void bind(PointScope &scope, Axis axis, Value at) const;
  /// Elements of the matrix's copy (along Column) or the right side (Side).
  Value emitLoad(const PointScope &point, Axis along) const;
  void emitStore(const PointScope &point, Axis along, Value value) const;
  Value emitEntry(const PointScope &scope, Value row, Value column) const;

  using RowAt = llvm::function_ref<PointScope(Value row)>;
  using ElementBody = llvm::function_ref<void(RowAt rowAt, int64_t count)>;
  void forEachElement(const PointScope &scope, Axis along, Value first,
                      ElementBody body) const;

  void emitCopies(const PointScope &scope) const;
  Value emitPivot(const PointScope &scope, Value step) const;
  void emitSwap(const PointScope &scope, Axis along, Value a, Value b) const;
  /// row a -= factor * row b, from element `first` on.
  void emitSubtract(const PointScope &scope, Axis along, Value a, Value b,
                    Value factor, Value first) const;
  void emitElimination(const PointScope &scope) const;
  void emitSubstitution(const PointScope &scope) const;

  Type element;
  int64_t size, columns, matrixElements, lanes;
  unsigned batchRank;
  LoopSpace space;
  PointProgram program;
  /// Where an element of the copy and of the result stands.
  LinearIndex copyAt, written;
  std::optional<WorkRange> range;
};
} // namespace

/// The batch, then the rows, the matrix's columns and the right side's.
static Dims spaceOf(SolveOp solve) {
  Dims dims = dimsOf(solve.getMatrix());
  dims.push_back(dimsOf(solve.getRhs()).back());
  return dims;
}

SolveEmitter::SolveEmitter(Block &body, SolveOp solve)
    : element(tensorOf(solve.getResult()).getElementType()),
      size(dimsOf(solve.getMatrix()).back().size),
      columns(dimsOf(solve.getRhs()).back().size),
      matrixElements(*elementCount(dimsOf(solve.getMatrix()))),
      lanes(element.isF64() ? 8 : 16),
      batchRank(tensorOf(solve.getMatrix()).getRank() - 2),
      space(spaceOf(solve)) {
  space.forbidSplits();
  SmallVector<LinearIndex, 4> matrixAt = space.indices();
  SmallVector<LinearIndex, 4> sideAt = matrixAt;
  matrixAt.pop_back();
  sideAt.erase(sideAt.begin() + batchRank + Column);
  program.build(body, space, [&] {
    return SmallVector<PointProgram::Root, 2>{{solve.getMatrix(), matrixAt},
                                              {solve.getRhs(), sideAt}};
  });
  copyAt = flatten(matrixAt, dimsOf(solve.getMatrix()));
  written = offsetIn(tensorOf(solve.getResult()), sideAt);
  SmallVector<unsigned, 4> batch;
  for (unsigned dim = 0; dim < batchRank; ++dim)
    llvm::append_range(batch, space.loopsOf(dim));
  range.emplace(space, batch, std::nullopt, 0);
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// A dimension of size 1 has no loop to bind.
void SolveEmitter::bind(PointScope &scope, Axis axis, Value at) const {
  ArrayRef<unsigned> loops = space.loopsOf(batchRank + axis);
  if (!loops.empty())
    scope.bind(loops.front(), at);
}

Value SolveEmitter::emitLoad(const PointScope &point, Axis along) const {
  KernelFrame &frame = point.getFrame();
  return along == Column ? point.emitLoad(frame.scratch, copyAt, element)
                         : point.emitLoad(frame.results[0], written, element);
}

void SolveEmitter::emitStore(const PointScope &point, Axis along,
                             Value value) const {
  KernelFrame &frame = point.getFrame();
  if (along == Column)
    point.emitStore(value, frame.scratch, copyAt);
  else
    point.emitStore(value, frame.results[0], written);
}

Value SolveEmitter::emitEntry(const PointScope &scope, Value row,
                              Value column) const {
  PointScope point = scope;
  bind(point, Row, row);
  bind(point, Column, column);
  return emitLoad(point, Column);
}

/// Calls `body` for the elements of a row from `first` on, in lanes: with what
/// binds a row at them, and their number (0 for one alone).
void SolveEmitter::forEachElement(const PointScope &scope, Axis along,
                                  Value first, ElementBody body) const {
  KernelFrame &frame = scope.getFrame();
  ArrayRef<unsigned> loops = space.loopsOf(batchRank + along);
  if (loops.empty())
    return frame.index.branch(
        frame.index.less(first, frame.index.constant(1)),
        [&] {
          body(
              [&](Value row) {
                PointScope point = scope;
                bind(point, Row, row);
                return point;
              },
              0);
        },
        [] {});
  int64_t bound = space.factor(loops.front()).size;
  Value last = frame.index.constant(bound);
  emitLaneLoop(frame, first, last, lanes, 1, bound, {},
               [&](Value at, Value remaining, ValueRange) {
                 body(
                     [&](Value row) {
                       PointScope point = scope;
                       bind(point, Row, row);
                       point.bindLanes(loops.front(), at, lanes, remaining);
                       return point;
                     },
                     lanes);
                 return SmallVector<Value>();
               });
}

//===----------------------------------------------------------------------===//
// Elimination
//===----------------------------------------------------------------------===//

void SolveEmitter::emitCopies(const PointScope &scope) const {
  KernelFrame &frame = scope.getFrame();
  Value first = frame.zero(), end = frame.index.constant(size);
  frame.index.forEach(first, end, 1, [&](Value row) {
    for (Axis along : {Column, Side})
      forEachElement(scope, along, frame.zero(), [&](RowAt rowAt, int64_t) {
        PointScope point = rowAt(row);
        point.emit();
        Value given = point.rootValue(along == Column ? 0 : 1);
        emitStore(point, along, given);
      });
  });
}

/// The first row, from `step` on, with the largest magnitude in that column.
Value SolveEmitter::emitPivot(const PointScope &scope, Value step) const {
  KernelFrame &frame = scope.getFrame();
  Value first = frame.lanes.abs(emitEntry(scope, step, step));
  Value next = frame.index.add(step, 1), end = frame.index.constant(size);
  SmallVector<Value> best = emitLoop(
      frame, next, end, 1, {first, step}, [&](Value row, ValueRange now) {
        Value entry = frame.lanes.abs(emitEntry(scope, row, step));
        Value isLarger = frame.lanes.less(now[0], entry);
        auto choose = [&](Value a, Value b) -> Value {
          return arith::SelectOp::create(frame.builder, frame.loc, isLarger, a,
                                         b);
        };
        return SmallVector<Value>{choose(entry, now[0]), choose(row, now[1])};
      });
  return best[1];
}

void SolveEmitter::emitSwap(const PointScope &scope, Axis along, Value a,
                            Value b) const {
  forEachElement(scope, along, scope.getFrame().zero(),
                 [&](RowAt rowAt, int64_t) {
                   PointScope atA = rowAt(a), atB = rowAt(b);
                   Value fromA = emitLoad(atA, along);
                   Value fromB = emitLoad(atB, along);
                   emitStore(atA, along, fromB);
                   emitStore(atB, along, fromA);
                 });
}

void SolveEmitter::emitSubtract(const PointScope &scope, Axis along, Value a,
                                Value b, Value factor, Value first) const {
  KernelFrame &frame = scope.getFrame();
  forEachElement(scope, along, first, [&](RowAt rowAt, int64_t count) {
    PointScope atA = rowAt(a);
    Value other = emitLoad(rowAt(b), along);
    Value multiple = count ? frame.spread(factor, count) : factor;
    Value product = frame.lanes.mul(multiple, other);
    Value now = emitLoad(atA, along);
    emitStore(atA, along, frame.lanes.sub(now, product));
  });
}

void SolveEmitter::emitElimination(const PointScope &scope) const {
  KernelFrame &frame = scope.getFrame();
  IndexBuilder &index = frame.index;
  Value end = index.constant(size);
  index.forEach(frame.zero(), end, 1, [&](Value step) {
    Value pivot = emitPivot(scope, step);
    Value isElsewhere = arith::CmpIOp::create(
        frame.builder, frame.loc, arith::CmpIPredicate::ne, pivot, step);
    index.branch(
        isElsewhere,
        [&] {
          emitSwap(scope, Column, step, pivot);
          emitSwap(scope, Side, step, pivot);
        },
        [] {});
    Value next = index.add(step, 1);
    emitLoop(frame, next, end, 1, {}, [&](Value row, ValueRange) {
      Value top = emitEntry(scope, row, step);
      Value bottom = emitEntry(scope, step, step);
      Value factor = frame.lanes.div(top, bottom);
      emitSubtract(scope, Column, row, step, factor, step);
      emitSubtract(scope, Side, row, step, factor, frame.zero());
      return SmallVector<Value>();
    });
  });
}

/// From the last row up.
void SolveEmitter::emitSubstitution(const PointScope &scope) const {
  KernelFrame &frame = scope.getFrame();
  IndexBuilder &index = frame.index;
  Value end = index.constant(size), last = index.constant(size - 1);
  index.forEach(frame.zero(), end, 1, [&](Value step) {
    Value row = index.sub(last, step), next = index.add(row, 1);
    emitLoop(frame, next, end, 1, {}, [&](Value column, ValueRange) {
      Value factor = emitEntry(scope, row, column);
      emitSubtract(scope, Side, row, column, factor, frame.zero());
      return SmallVector<Value>();
    });
    Value divisor = emitEntry(scope, row, row);
    forEachElement(scope, Side, frame.zero(), [&](RowAt rowAt, int64_t count) {
      PointScope point = rowAt(row);
      Value below = count ? frame.spread(divisor, count) : divisor;
      Value now = emitLoad(point, Side);
      emitStore(point, Side, frame.lanes.div(now, below));
    });
  });
}

void SolveEmitter::emitBody(KernelFrame &frame, unsigned) const {
  if (matrixElements == 0 || columns == 0)
    return;
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &scope, Value, Value) {
    emitCopies(scope);
    emitElimination(scope);
    emitSubstitution(scope);
  });
}

std::unique_ptr<KernelEmitter> sinter::createSolveEmitter(KernelOp kernel,
                                                          SolveOp solve) {
  return std::make_unique<SolveEmitter>(kernel.getBody().front(), solve);
}
