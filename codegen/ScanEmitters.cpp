//===- ScanEmitters.cpp - Kernels that walk along an axis -----------------===//
//
// cumsum and argsort.
//
//===----------------------------------------------------------------------===//

#include "codegen/ElementOps.h"
#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// CumSum
//===----------------------------------------------------------------------===//

namespace {
/// Lines along the axis, several side by side unless the axis is the last.
class CumSumEmitter : public KernelEmitter {
public:
  CumSumEmitter(Block &body, CumSumOp cumsum);

  SmallVector<Phase, 2> phases() const override {
    int64_t columns = llvm::divideCeil(range->unitSize(), lanes);
    return {{"", std::max<int64_t>(1, dim.size * columns * 4)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  void emitLine(PointScope &line) const;

  Value input;
  bool isReverse;
  Dim dim;
  LoopSpace space;
  PointProgram program;
  LinearIndex written;
  /// The loop along the axis; none if its size is 1.
  std::optional<unsigned> summed;
  /// The kept loop whose steps are summed side by side.
  std::optional<unsigned> inner;
  int64_t lanes;
  std::optional<WorkRange> range;
};
} // namespace

CumSumEmitter::CumSumEmitter(Block &body, CumSumOp cumsum)
    : input(cumsum.getInput()), isReverse(cumsum.getReverse()),
      dim(dimsOf(input)[cumsum.getAxis()]), space(dimsOf(input)) {
  space.forbidSplits();
  program.build(body, space, [&] {
    return SmallVector<PointProgram::Root, 2>{{input, space.indices()}};
  });
  written = offsetIn(tensorOf(cumsum.getResult()), space.indices());
  lanes = program.widestBits() == 64 ? 8 : 16;
  SmallVector<unsigned, 4> kept = space.allLoops();
  bool isInnermost = false;
  if (!space.loopsOf(cumsum.getAxis()).empty()) {
    summed = space.loopsOf(cumsum.getAxis()).front();
    isInnermost = kept.back() == *summed;
    llvm::erase(kept, *summed);
  }
  SmallVector<LinearIndex *> forms = {&written};
  program.collectForms(forms);
  space.mergeNeighbours(kept, forms);
  if (!isInnermost && !kept.empty())
    inner = kept.pop_back_val();
  constexpr int64_t columnBlock = 64;
  range.emplace(space, kept, inner, columnBlock);
}

void CumSumEmitter::emitLine(PointScope &line) const {
  KernelFrame &frame = line.getFrame();
  int64_t count = line.lanes();
  Type element = tensorOf(input).getElementType();
  // -0 + x is x, whatever its sign.
  Value start = frame.number(lanesOf(registerType(element), count), -0.0);
  Value size = frame.emitSize(dim);
  Value last = frame.index.add(size, -1);
  emitLoop(
      frame, frame.zero(), size, 1, start, [&](Value step, ValueRange now) {
        PointScope point = line;
        if (summed)
          point.bind(*summed, isReverse ? frame.index.sub(last, step) : step);
        point.emit();
        Value number = point.rootValue(0);
        if (count)
          number = frame.spread(number, count);
        Value sum = emitAdd(frame, now[0], number);
        point.emitStore(sum, frame.results[0], written);
        return SmallVector<Value>{sum};
      });
}

void CumSumEmitter::emitBody(KernelFrame &frame, unsigned) const {
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
    if (!inner)
      return emitLine(row);
    emitPointLanes(row, space, *inner, lanes, first, last,
                   space.factor(*inner).size,
                   [&](PointScope &lines) { emitLine(lines); });
  });
}

std::unique_ptr<KernelEmitter> sinter::createCumSumEmitter(KernelOp kernel,
                                                           CumSumOp cumsum) {
  return std::make_unique<CumSumEmitter>(kernel.getBody().front(), cumsum);
}

//===----------------------------------------------------------------------===//
// ArgSort
//===----------------------------------------------------------------------===//

namespace {
/// Merges runs of 1, 2, 4, ... sorted indices, to and fro between the two
/// halves of a line's scratch.
class ArgSortEmitter : public KernelEmitter {
public:
  ArgSortEmitter(Block &body, ArgSortOp argsort);

  SmallVector<Phase, 2> phases() const override {
    int64_t passes = llvm::Log2_64_Ceil(std::max<int64_t>(size, 2));
    return {{"", std::max<int64_t>(1, size * passes)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;
  int64_t scratchElements() const override { return 2 * numElements; }

private:
  /// One line: where its scratch begins.
  struct Line {
    const PointScope &scope;
    Value scratch;
  };

  Value emitKey(const Line &line, Value index) const;
  Value emitIsBefore(KernelFrame &frame, Value a, Value b) const;
  Value emitPasses(const Line &line) const;
  void emitPass(const Line &line, Value from, Value to, Value width) const;
  void emitMerge(const Line &line, Value from, Value to, Value lo,
                 Value width) const;
  void emitLine(const Line &line) const;

  Value input;
  Type element;
  bool isDescending;
  int64_t axis, size, numElements;
  LoopSpace space;
  PointProgram program;
  LinearIndex written, scratchAt;
  std::optional<WorkRange> range;
};
} // namespace

ArgSortEmitter::ArgSortEmitter(Block &body, ArgSortOp argsort)
    : input(argsort.getInput()), element(tensorOf(input).getElementType()),
      isDescending(argsort.getDescending()), axis(argsort.getAxis()),
      size(dimsOf(input)[axis].size), numElements(*elementCount(dimsOf(input))),
      space(dimsOf(input)) {
  space.forbidSplits();
  SmallVector<LinearIndex, 4> at = space.indices();
  program.build(body, space, [&] {
    return SmallVector<PointProgram::Root, 2>{{input, at}};
  });
  written = offsetIn(tensorOf(argsort.getResult()), at);
  Dims dims = dimsOf(input);
  at.erase(at.begin() + axis);
  dims.erase(dims.begin() + axis);
  scratchAt.add(flatten(at, dims), 2 * size);
  SmallVector<unsigned, 4> lines = space.allLoops();
  for (unsigned id : space.loopsOf(axis))
    llvm::erase(lines, id);
  range.emplace(space, lines, std::nullopt, 0);
}

/// The element at `index` of a line.
Value ArgSortEmitter::emitKey(const Line &line, Value index) const {
  PointScope point = line.scope;
  if (size > 1)
    point.bind(space.loopsOf(axis).front(), index);
  point.emit();
  return point.rootValue(0);
}

/// a goes before b, whatever their order was.
Value ArgSortEmitter::emitIsBefore(KernelFrame &frame, Value a, Value b) const {
  if (!isDescending)
    std::swap(a, b);
  Value isGreater = emitGreater(frame, element, a, b);
  if (!isa<FloatType>(element))
    return isGreater;
  OpBuilder &builder = frame.builder;
  Value aIsNaN = arith::CmpFOp::create(builder, frame.loc,
                                       arith::CmpFPredicate::UNO, a, a);
  Value bIsNumber = arith::CmpFOp::create(builder, frame.loc,
                                          arith::CmpFPredicate::ORD, b, b);
  Value isNaNBefore =
      arith::AndIOp::create(builder, frame.loc, aIsNaN, bIsNumber);
  return arith::OrIOp::create(builder, frame.loc, isGreater, isNaNBefore);
}

/// Merges the runs [lo, lo + width) and [lo + width, lo + 2 * width), as far as
/// the line goes.
void ArgSortEmitter::emitMerge(const Line &line, Value from, Value to, Value lo,
                               Value width) const {
  KernelFrame &frame = line.scope.getFrame();
  OpBuilder &builder = frame.builder;
  IndexBuilder &index = frame.index;
  Location loc = frame.loc;
  Type i32 = builder.getI32Type();
  Value end = index.constant(size), last = index.constant(size - 1);
  Value middle = index.min(index.add(lo, width), end);
  Value hi = index.min(index.add(middle, width), end);
  auto load = [&](Value at) -> std::pair<Value, Value> {
    // What lies past a run is not taken, but must be somewhere.
    Value place = index.add(from, index.min(at, last));
    Value number = frame.loadElement(frame.scratch, place, i32);
    Value position = arith::IndexCastOp::create(builder, loc,
                                                builder.getIndexType(), number);
    return {number, emitKey(line, position)};
  };
  emitLoop(frame, lo, hi, 1, {lo, middle}, [&](Value at, ValueRange heads) {
    auto [left, leftKey] = load(heads[0]);
    auto [right, rightKey] = load(heads[1]);
    Value hasLeft = index.less(heads[0], middle);
    Value hasRight = index.less(heads[1], hi);
    // Equal elements stay in order: the right one has to be less.
    Value isBefore = emitIsBefore(frame, rightKey, leftKey);
    Value noLeft = arith::XOrIOp::create(builder, loc, hasLeft,
                                         frame.integer(builder.getI1Type(), 1));
    Value wantsRight = arith::OrIOp::create(builder, loc, noLeft, isBefore);
    Value takesRight =
        arith::AndIOp::create(builder, loc, hasRight, wantsRight);
    Value taken =
        arith::SelectOp::create(builder, loc, takesRight, right, left);
    frame.storeElement(taken, frame.scratch, index.add(to, at));
    Value nextLeft = index.add(heads[0], 1), nextRight = index.add(heads[1], 1);
    return SmallVector<Value>{
        arith::SelectOp::create(builder, loc, takesRight, heads[0], nextLeft),
        arith::SelectOp::create(builder, loc, takesRight, nextRight, heads[1])};
  });
}

void ArgSortEmitter::emitPass(const Line &line, Value from, Value to,
                              Value width) const {
  KernelFrame &frame = line.scope.getFrame();
  IndexBuilder &index = frame.index;
  Value both = index.add(width, width);
  Value pairs = index.div(index.add(index.constant(size - 1), both), both);
  emitLoop(frame, frame.zero(), pairs, 1, {}, [&](Value pair, ValueRange) {
    emitMerge(line, from, to, index.mul(pair, both), width);
    return SmallVector<Value>();
  });
}

/// Sorts the line's scratch; returns where the sorted half begins.
Value ArgSortEmitter::emitPasses(const Line &line) const {
  KernelFrame &frame = line.scope.getFrame();
  IndexBuilder &index = frame.index;
  Value passes = index.constant(llvm::Log2_64_Ceil(std::max<int64_t>(size, 1)));
  Value other = index.add(line.scratch, size), one = index.constant(1);
  SmallVector<Value> found =
      emitLoop(frame, frame.zero(), passes, 1, {line.scratch, other, one},
               [&](Value, ValueRange now) {
                 emitPass(line, now[0], now[1], now[2]);
                 Value width = index.add(now[2], now[2]);
                 return SmallVector<Value>{now[1], now[0], width};
               });
  return found[0];
}

void ArgSortEmitter::emitLine(const Line &line) const {
  KernelFrame &frame = line.scope.getFrame();
  OpBuilder &builder = frame.builder;
  Type i32 = builder.getI32Type();
  Value end = frame.index.constant(size);
  frame.index.forEach(frame.zero(), end, 1, [&](Value at) {
    Value number = arith::IndexCastOp::create(builder, frame.loc, i32, at);
    frame.storeElement(number, frame.scratch,
                       frame.index.add(line.scratch, at));
  });
  Value sorted = emitPasses(line);
  frame.index.forEach(frame.zero(), end, 1, [&](Value at) {
    PointScope point = line.scope;
    if (size > 1)
      point.bind(space.loopsOf(axis).front(), at);
    Value number =
        frame.loadElement(frame.scratch, frame.index.add(sorted, at), i32);
    point.emitStore(number, frame.results[0], written);
  });
}

void ArgSortEmitter::emitBody(KernelFrame &frame, unsigned) const {
  if (numElements == 0)
    return;
  PointScope entry(frame, program, space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value, Value) {
    emitLine({row, row.emitIndex(scratchAt)});
  });
}

std::unique_ptr<KernelEmitter> sinter::createArgSortEmitter(KernelOp kernel,
                                                            ArgSortOp argsort) {
  return std::make_unique<ArgSortEmitter>(kernel.getBody().front(), argsort);
}
