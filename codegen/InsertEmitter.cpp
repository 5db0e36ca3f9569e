//===- InsertEmitter.cpp - Kernels that replace a box ---------------------===//

#include "codegen/KernelEmitter.h"
#include "codegen/PointMap.h"
#include "codegen/RunTimeIndices.h"
#include "passes/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
/// Everything, unless the result stands where the input does; then the box.
class InsertEmitter : public KernelEmitter {
public:
  InsertEmitter(KernelOp kernel, InsertOp insert);

  SmallVector<Phase, 2> phases() const override {
    return {
        {"copy", whole.unitCost()},
        {"", std::max<int64_t>(1, range->unitSize() * program.cost() / 16)}};
  }
  Value emitTrip(KernelFrame &frame, unsigned phase) const override {
    return phase == 0 ? whole.emitTrip(frame) : range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned phase) const override {
    phase == 0 ? emitCopy(frame) : emitBox(frame);
  }

private:
  void emitCopy(KernelFrame &frame) const;
  void emitBox(KernelFrame &frame) const;
  void emitLanes(PointScope &row, Value first, Value last) const;

  Value input;
  /// The result may take the input's bytes.
  bool mayShare;
  PointMap whole;
  LoopSpace space;
  RunTimeIndices indices;
  PointProgram program;
  LinearIndex written;
  std::optional<unsigned> inner;
  int64_t lanes;
  std::optional<WorkRange> range;
};
} // namespace

/// The dimensions of the box, then those of the whole.
static Dims joinDims(InsertOp insert) {
  Dims dims = dimsOf(insert.getValue());
  llvm::append_range(dims, dimsOf(insert.getInput()));
  return dims;
}

static bool mayShareBytes(KernelOp kernel, InsertOp insert) {
  BlockArgument argument = dyn_cast<BlockArgument>(insert.getInput());
  return argument && mayWriteOver(kernel, argument.getArgNumber(), 0);
}

InsertEmitter::InsertEmitter(KernelOp kernel, InsertOp insert)
    : input(insert.getInput()), mayShare(mayShareBytes(kernel, insert)),
      whole(kernel.getBody().front(), dimsOf(input),
            [&](const LoopSpace &space) {
              return SmallVector<PointMap::Output, 2>{
                  {input, 0,
                   offsetIn(tensorOf(insert.getResult()), space.indices())}};
            }),
      space(joinDims(insert)), indices(insert.getIndices(), insert.getAxes(),
                                       input, tensorOf(input).getRank()) {
  space.forbidSplits();
  size_t rank = tensorOf(input).getRank();
  SmallVector<LinearIndex, 4> all = space.indices();
  SmallVector<LinearIndex, 4> at(all.begin(), all.begin() + rank);
  program.build(kernel.getBody().front(), space, [&] {
    SmallVector<PointProgram::Root, 2> roots;
    roots.push_back({insert.getValue(), at});
    indices.addTo(roots, {});
    return roots;
  });
  Dims dims = dimsOf(insert.getValue());
  for (size_t i = 0; i < rank; ++i)
    at[i] = llvm::is_contained(insert.getAxes(), int64_t(i))
                ? all[rank + i]
                : indexInBox(at[i], dims[i].size, insert.getOffsets()[i],
                             insert.getStrides()[i]);
  written = offsetIn(tensorOf(insert.getResult()), at);
  lanes = program.widestBits() == 64 ? 8 : 16;
  SmallVector<unsigned, 4> loops;
  for (size_t dim = 0; dim < rank; ++dim)
    llvm::append_range(loops, space.loopsOf(dim));
  SmallVector<LinearIndex *> forms = {&written};
  program.collectForms(forms);
  space.mergeNeighbours(loops, forms);
  if (!loops.empty())
    inner = loops.pop_back_val();
  constexpr int64_t blockSize = 1024;
  range.emplace(space, loops, inner, blockSize);
}

void InsertEmitter::emitCopy(KernelFrame &frame) const {
  if (!mayShare)
    return whole.emit(frame);
  auto address = [&](Value buffer) -> Value {
    return memref::ExtractAlignedPointerAsIndexOp::create(frame.builder,
                                                          frame.loc, buffer);
  };
  Value from = address(frame.buffers.lookup(input));
  Value to = address(frame.results[0]);
  Value isElsewhere = arith::CmpIOp::create(frame.builder, frame.loc,
                                            arith::CmpIPredicate::ne, from, to);
  frame.index.branch(isElsewhere, [&] { whole.emit(frame); }, [] {});
}

void InsertEmitter::emitLanes(PointScope &row, Value first, Value last) const {
  KernelFrame &frame = row.getFrame();
  auto emitPoint = [&](PointScope &point) {
    point.emit();
    point.emitStore(point.rootValue(0), frame.results[0], written);
  };
  if (!inner)
    return emitPoint(row);
  emitPointLanes(row, space, *inner, lanes, first, last,
                 space.factor(*inner).size,
                 [&](PointScope &point) { emitPoint(point); });
}

void InsertEmitter::emitBox(KernelFrame &frame) const {
  if (!indices.mayBeInRange())
    return;
  PointScope entry(frame, program, space);
  Value isInside = indices.bind(entry, space);
  auto emitAll = [&] {
    range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
      emitLanes(row, first, last);
    });
  };
  frame.index.branch(isInside, emitAll, [] {});
}

std::unique_ptr<KernelEmitter> sinter::createInsertEmitter(KernelOp kernel,
                                                           InsertOp insert) {
  return std::make_unique<InsertEmitter>(kernel, insert);
}
