//===- MapEmitters.cpp - Kernels that write each index on its own ---------===//
//
// Copies, elementwise operations, concatenation and padding.
//
//===----------------------------------------------------------------------===//

#include "codegen/KernelEmitter.h"
#include "codegen/PointMap.h"
#include "codegen/ZeroFill.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

namespace {
class ElementwiseEmitter : public KernelEmitter {
public:
  explicit ElementwiseEmitter(Block &body)
      : map(body, dimsOf(body.getTerminator()->getOperand(0)),
            [&](const LoopSpace &space) {
              SmallVector<PointMap::Output, 2> outputs;
              for (Value value : body.getTerminator()->getOperands())
                outputs.push_back({value, unsigned(outputs.size()),
                                   offsetIn(tensorOf(value), space.indices())});
              return outputs;
            }) {}

  SmallVector<Phase, 2> phases() const override {
    return {{"", map.unitCost()}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return map.emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override {
    map.emit(frame);
  }

private:
  PointMap map;
};
} // namespace

std::unique_ptr<KernelEmitter>
sinter::createElementwiseEmitter(KernelOp kernel) {
  return std::make_unique<ElementwiseEmitter>(kernel.getBody().front());
}

//===----------------------------------------------------------------------===//
// Concatenation
//===----------------------------------------------------------------------===//

namespace {
/// One map for each operand; the trips follow each other.
class ConcatEmitter : public KernelEmitter {
public:
  ConcatEmitter(Block &body, ConcatOp concat);

  SmallVector<Phase, 2> phases() const override {
    int64_t cost = 1;
    for (const std::unique_ptr<PointMap> &map : maps)
      cost = std::max(cost, map->unitCost());
    return {{"", cost}};
  }
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    Value sum = frame.index.constant(0);
    for (const std::unique_ptr<PointMap> &map : maps)
      sum = frame.index.add(sum, map->emitTrip(frame));
    return sum;
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  SmallVector<std::unique_ptr<PointMap>> maps;
};
} // namespace

ConcatEmitter::ConcatEmitter(Block &body, ConcatOp concat) {
  RankedTensorType type = tensorOf(concat.getResult());
  int64_t axis = concat.getAxis(), begin = 0;
  for (Value input : concat.getInputs()) {
    maps.push_back(std::make_unique<PointMap>(
        body, dimsOf(input), [&](const LoopSpace &space) {
          SmallVector<LinearIndex, 4> at = space.indices();
          at[axis].constant += begin;
          return SmallVector<PointMap::Output, 2>{
              {input, 0, offsetIn(type, at)}};
        }));
    begin += tensorOf(input).getDimSize(axis);
  }
}

void ConcatEmitter::emitBody(KernelFrame &frame, unsigned) const {
  IndexBuilder &index = frame.index;
  Value lo = frame.lo, hi = frame.hi, begin = index.constant(0);
  for (const std::unique_ptr<PointMap> &map : maps) {
    Value trip = map->emitTrip(frame), end = index.add(begin, trip);
    Value from = index.max(lo, begin), to = index.min(hi, end);
    auto emitPart = [&] {
      frame.lo = index.sub(from, begin);
      frame.hi = index.sub(to, begin);
      map->emit(frame);
    };
    index.branch(index.less(from, to), emitPart, [] {});
    begin = end;
  }
  frame.lo = lo;
  frame.hi = hi;
}

std::unique_ptr<KernelEmitter> sinter::createConcatEmitter(KernelOp kernel,
                                                           ConcatOp concat) {
  return std::make_unique<ConcatEmitter>(kernel.getBody().front(), concat);
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

namespace {
/// Zeros everywhere, then the box.
class PadEmitter : public KernelEmitter {
public:
  PadEmitter(Block &body, PadOp pad)
      : zeros(tensorOf(pad.getResult())),
        box(body, dimsOf(pad.getInput()), [&](const LoopSpace &space) {
          SmallVector<LinearIndex, 4> at = space.indices();
          Dims dims = dimsOf(pad.getInput());
          for (auto [i, form] : llvm::enumerate(at))
            form = indexInBox(form, dims[i].size, pad.getOffsets()[i],
                              pad.getStrides()[i]);
          return SmallVector<PointMap::Output, 2>{
              {pad.getInput(), 0, offsetIn(tensorOf(pad.getResult()), at)}};
        }) {}

  SmallVector<Phase, 2> phases() const override {
    return {{"zero", ZeroFill::unitCost()}, {"", box.unitCost()}};
  }
  Value emitTrip(KernelFrame &frame, unsigned phase) const override {
    return phase == 0 ? zeros.emitTrip(frame) : box.emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned phase) const override {
    phase == 0 ? zeros.emit(frame) : box.emit(frame);
  }

private:
  ZeroFill zeros;
  PointMap box;
};
} // namespace

std::unique_ptr<KernelEmitter> sinter::createPadEmitter(KernelOp kernel,
                                                        PadOp pad) {
  return std::make_unique<PadEmitter>(kernel.getBody().front(), pad);
}
