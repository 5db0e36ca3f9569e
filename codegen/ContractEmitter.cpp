//===- ContractEmitter.cpp - Kernels of contractions ----------------------===//
//
// The letters of a contraction are batch, row, column and summed dimensions.
// Where those of each kind walk both operands and the result with one stride,
// which views seldom prevent, the contraction is a batch of matrix products
// (Gemm.h). Any other is computed by plain loops, vectorised along the result's
// innermost dimension. Either way a result is one chain of multiply-adds over
// the summed letters in the order of their first appearance.
//
//===----------------------------------------------------------------------===//

#include "codegen/ElementOps.h"
#include "codegen/Gemm.h"
#include "codegen/KernelEmitter.h"
#include "codegen/KernelLoops.h"
#include "codegen/Reduction.h"
#include "codegen/RootResults.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
/// The letters of a contraction as dimensions of one loop space: the result's
/// first, then the summed ones.
struct Letters {
  explicit Letters(ContractOp contract);

  SmallVector<LinearIndex, 4> indices(StringRef word,
                                      const LoopSpace &space) const {
    SmallVector<LinearIndex, 4> result;
    for (char letter : word)
      result.push_back(space.index(order.find(letter)));
    return result;
  }

  ContractSpec spec;
  std::string order;
  Dims dims;
};

/// What both ways of computing a contraction start from.
struct ContractLoops {
  ContractLoops(Block &body, ContractOp contract);

  /// Loops of the letters for which `chooses` is true.
  SmallVector<unsigned, 4>
  loopsWhere(llvm::function_ref<bool(char letter)> chooses) const;
  SmallVector<LinearIndex *> forms();

  Letters letters;
  LoopSpace space;
  PointProgram program;
  RootResults results;
  LinearIndex written;
};
} // namespace

Letters::Letters(ContractOp contract)
    : spec(*parseContractSpec(contract.getSpec())) {
  for (StringRef word : {spec.result, spec.lhs, spec.rhs})
    for (char letter : word)
      if (order.find(letter) == std::string::npos)
        order.push_back(letter);
  Dims lhs = dimsOf(contract.getLhs()), rhs = dimsOf(contract.getRhs());
  for (char letter : order) {
    size_t at = spec.lhs.find(letter);
    dims.push_back(at != StringRef::npos ? lhs[at]
                                         : rhs[spec.rhs.find(letter)]);
  }
}

ContractLoops::ContractLoops(Block &body, ContractOp contract)
    : letters(contract), space(letters.dims), results(body, contract) {
  auto resultIndices = [&] {
    return letters.indices(letters.spec.result, space);
  };
  program.build(body, space, [&] {
    SmallVector<PointProgram::Root, 2> roots = {
        {contract.getLhs(), letters.indices(letters.spec.lhs, space)},
        {contract.getRhs(), letters.indices(letters.spec.rhs, space)}};
    results.addTo(roots, resultIndices());
    return roots;
  });
  results.place(resultIndices());
  written = offsetIn(tensorOf(contract.getResult()), resultIndices());
}

SmallVector<unsigned, 4>
ContractLoops::loopsWhere(llvm::function_ref<bool(char letter)> chooses) const {
  SmallVector<unsigned, 4> loops;
  for (auto [dim, letter] : llvm::enumerate(letters.order))
    if (chooses(letter))
      llvm::append_range(loops, space.loopsOf(dim));
  return loops;
}

SmallVector<LinearIndex *> ContractLoops::forms() {
  SmallVector<LinearIndex *> all = {&written};
  results.collectForms(all);
  program.collectForms(all);
  return all;
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

namespace {
class GemmEmitter : public KernelEmitter {
public:
  /// Null if the contraction is no batch of matrix products.
  static std::unique_ptr<GemmEmitter> create(Block &body, ContractOp contract,
                                             const Target &target);

  SmallVector<Phase, 2> phases() const override;
  Value emitTrip(KernelFrame &frame, unsigned phase) const override;
  void emitBody(KernelFrame &frame, unsigned phase) const override;
  int64_t scratchElements() const override {
    return gemmScratchElements(spec, target);
  }

private:
  GemmEmitter(Block &body, ContractOp contract, const Target &target)
      : loops(body, contract), target(target) {
    spec.element =
        registerType(tensorOf(contract.getResult()).getElementType());
    spec.hasEpilogue = !loops.results.isRootAlone();
  }

  bool findGroups();
  bool findOperands();
  bool isPack(unsigned phase) const {
    return phase == 0 && scratchElements() != 0;
  }
  GemmDim dimOf(std::optional<unsigned> loop) const;
  GemmOperand operandOf(const LinearIndex &form, std::optional<unsigned> row,
                        std::optional<unsigned> col) const;
  GemmSpec specIn(KernelFrame &frame) const;
  void emitResults(const PointScope &entry, const GemmElements &elements) const;

  ContractLoops loops;
  const Target &target;
  std::optional<unsigned> batch, rows, cols, summed;
  /// An operand is an element of an argument for each index.
  struct Source {
    Value argument;
    LinearIndex offset;
  };
  Source lhs, rhs;
  GemmSpec spec;
};
} // namespace

/// One loop for each kind of letter.
bool GemmEmitter::findGroups() {
  const ContractSpec &words = loops.letters.spec;
  auto kindOf = [&](char letter) {
    if (!words.result.contains(letter))
      return &summed;
    if (!words.rhs.contains(letter))
      return &rows;
    return words.lhs.contains(letter) ? &batch : &cols;
  };
  SmallVector<LinearIndex *> forms = loops.forms();
  for (std::optional<unsigned> *kind : {&batch, &rows, &cols, &summed}) {
    SmallVector<unsigned, 4> group =
        loops.loopsWhere([&](char letter) { return kindOf(letter) == kind; });
    loops.space.mergeNeighbours(group, forms);
    if (group.size() > 1)
      return false;
    if (!group.empty())
      *kind = group.front();
  }
  return true;
}

/// The argument that each operand is a view of.
bool GemmEmitter::findOperands() {
  unsigned number = 0;
  for (Source *source : {&lhs, &rhs}) {
    const Demand *demand =
        &loops.program.demands()[loops.program.root(number++)];
    while (Operation *op = demand->value.getDefiningOp()) {
      if (!op->hasTrait<ViewTensorOp>())
        return false;
      demand = &loops.program.demands()[demand->operands[0]];
    }
    *source = {demand->value, demand->forms[0]};
    for (const LinearIndex::Term &term : source->offset.terms)
      if (loops.space.factor(term.factor).isDerived())
        return false;
  }
  return true;
}

std::unique_ptr<GemmEmitter>
GemmEmitter::create(Block &body, ContractOp contract, const Target &target) {
  std::unique_ptr<GemmEmitter> emitter(new GemmEmitter(body, contract, target));
  if (!emitter->findGroups() || !emitter->findOperands())
    return nullptr;
  GemmSpec &spec = emitter->spec;
  spec.batch = emitter->dimOf(emitter->batch);
  spec.m = emitter->dimOf(emitter->rows);
  spec.n = emitter->dimOf(emitter->cols);
  spec.k = emitter->dimOf(emitter->summed);
  spec.a =
      emitter->operandOf(emitter->lhs.offset, emitter->rows, emitter->summed);
  spec.b =
      emitter->operandOf(emitter->rhs.offset, emitter->summed, emitter->cols);
  spec.c =
      emitter->operandOf(emitter->loops.written, emitter->rows, emitter->cols);
  return emitter;
}

GemmDim GemmEmitter::dimOf(std::optional<unsigned> loop) const {
  GemmDim dim;
  dim.bound = loop ? loops.space.factor(*loop).size : 1;
  return dim;
}

GemmOperand GemmEmitter::operandOf(const LinearIndex &form,
                                   std::optional<unsigned> row,
                                   std::optional<unsigned> col) const {
  GemmOperand operand;
  operand.rowStride = row ? form.scaleOf(*row) : 0;
  operand.colStride = col ? form.scaleOf(*col) : 1;
  operand.batchStride = batch ? form.scaleOf(*batch) : 0;
  return operand;
}

/// `buffer` from element `offset` on.
static Value emitFrom(KernelFrame &frame, Value buffer, int64_t offset) {
  if (offset == 0)
    return buffer;
  MemRefType type = cast<MemRefType>(buffer.getType());
  StridedLayoutAttr layout =
      StridedLayoutAttr::get(type.getContext(), offset, {1});
  MemRefType shifted =
      MemRefType::get(type.getShape(), type.getElementType(), layout);
  return memref::ReinterpretCastOp::create(frame.builder, frame.loc, shifted,
                                           buffer, offset, type.getShape(),
                                           ArrayRef<int64_t>{1});
}

GemmSpec GemmEmitter::specIn(KernelFrame &frame) const {
  GemmSpec result = spec;
  auto setExtent = [&](GemmDim &dim, std::optional<unsigned> loop) {
    if (loop && loops.space.factor(*loop).name)
      dim.extent = frame.emitSize(loops.space.factor(*loop));
  };
  setExtent(result.batch, batch);
  setExtent(result.m, rows);
  setExtent(result.n, cols);
  setExtent(result.k, summed);
  if (frame.results.empty())
    return result;
  result.a.buffer =
      emitFrom(frame, frame.buffers.lookup(lhs.argument), lhs.offset.constant);
  result.b.buffer =
      emitFrom(frame, frame.buffers.lookup(rhs.argument), rhs.offset.constant);
  result.c.buffer = frame.results[0];
  result.scratch = frame.scratch;
  return result;
}

SmallVector<KernelEmitter::Phase, 2> GemmEmitter::phases() const {
  constexpr int64_t elementsPerCost = 16;
  auto share = [&](int64_t elements, int64_t trip) {
    return std::max<int64_t>(1, elements / elementsPerCost /
                                    std::max<int64_t>(trip, 1));
  };
  SmallVector<Phase, 2> result;
  if (isPack(0))
    result.push_back(
        {"pack", share(scratchElements(), gemmPackTrip(spec, target))});
  int64_t points = 1;
  for (int64_t size :
       {spec.batch.bound, spec.m.bound, spec.n.bound, spec.k.bound})
    points = std::min(points * size, maxBytes);
  result.push_back({"", share(points, gemmTrip(spec, target))});
  return result;
}

Value GemmEmitter::emitTrip(KernelFrame &frame, unsigned phase) const {
  GemmSpec spec = specIn(frame);
  if (isPack(phase))
    return emitGemmPackTrip(frame.builder, frame.loc, spec, target);
  return emitGemmTrip(frame.builder, frame.loc, spec, target);
}

void GemmEmitter::emitBody(KernelFrame &frame, unsigned phase) const {
  GemmSpec spec = specIn(frame);
  if (isPack(phase))
    return emitGemmPack(frame.builder, frame.loc, spec, target, frame.lo,
                        frame.hi);
  PointScope entry(frame, loops.program, loops.space);
  if (spec.hasEpilogue) {
    entry.emit();
    spec.epilogue = [&](const GemmElements &elements) {
      emitResults(entry, elements);
    };
  }
  emitGemm(frame.builder, frame.loc, spec, target, frame.lo, frame.hi);
}

void GemmEmitter::emitResults(const PointScope &entry,
                              const GemmElements &elements) const {
  KernelFrame &frame = entry.getFrame();
  PointScope point = entry;
  std::optional<unsigned> across = rows, along = cols;
  Value acrossAt = elements.row, alongAt = elements.col;
  if (elements.alongColumn) {
    std::swap(across, along);
    std::swap(acrossAt, alongAt);
  }
  if (batch)
    point.bind(*batch, elements.batch);
  if (across)
    point.bind(*across, acrossAt);
  Value value = elements.value;
  VectorType vector = dyn_cast<VectorType>(value.getType());
  if (vector && along)
    point.bindLanes(*along, alongAt, vector.getNumElements(), elements.count);
  else if (vector)
    value = vector::ExtractOp::create(frame.builder, frame.loc, value, 0);
  else if (along)
    point.bind(*along, alongAt);
  loops.results.emit(point, value);
}

//===----------------------------------------------------------------------===//
// Anything else
//===----------------------------------------------------------------------===//

namespace {
class LoopContractEmitter : public KernelEmitter {
public:
  LoopContractEmitter(Block &body, ContractOp contract);

  SmallVector<Phase, 2> phases() const override;
  Value emitTrip(KernelFrame &frame, unsigned) const override {
    return range->emitTrip(frame);
  }
  void emitBody(KernelFrame &frame, unsigned) const override;

private:
  /// The results at a scope's lanes.
  void emitResults(PointScope &point) const;
  Value emitSum(PointScope &point, Value sum, size_t depth) const;

  Type element;
  ContractLoops loops;
  SmallVector<unsigned, 4> summed;
  std::optional<unsigned> inner;
  int64_t lanes = 0;
  std::optional<WorkRange> range;
};
} // namespace

LoopContractEmitter::LoopContractEmitter(Block &body, ContractOp contract)
    : element(tensorOf(contract.getResult()).getElementType()),
      loops(body, contract) {
  StringRef result = loops.letters.spec.result;
  SmallVector<unsigned, 4> kept =
      loops.loopsWhere([&](char letter) { return result.contains(letter); });
  summed =
      loops.loopsWhere([&](char letter) { return !result.contains(letter); });
  SmallVector<LinearIndex *> forms = loops.forms();
  loops.space.mergeNeighbours(kept, forms);
  loops.space.mergeNeighbours(summed, forms);
  if (!kept.empty()) {
    inner = kept.pop_back_val();
    lanes = reductionLanes(element, loops.space.factor(*inner).size);
  }
  constexpr int64_t blockSize = 64;
  range.emplace(loops.space, kept, inner, blockSize);
}

SmallVector<KernelEmitter::Phase, 2> LoopContractEmitter::phases() const {
  int64_t points = range->unitSize();
  for (unsigned id : summed)
    points = std::min(points * loops.space.factor(id).size, maxBytes);
  return {{"", std::max<int64_t>(1, points / 4)}};
}

Value LoopContractEmitter::emitSum(PointScope &point, Value sum,
                                   size_t depth) const {
  KernelFrame &frame = point.getFrame();
  if (depth < summed.size()) {
    Value size = frame.emitSize(loops.space.factor(summed[depth]));
    auto emitStep = [&](Value at, ValueRange carried) {
      PointScope next = point;
      next.bind(summed[depth], at);
      next.emit();
      return SmallVector<Value>{emitSum(next, carried[0], depth + 1)};
    };
    return emitLoop(frame, frame.zero(), size, 1, sum, emitStep)[0];
  }
  Value a = point.rootValue(0), b = point.rootValue(1);
  if (lanes) {
    a = frame.spread(a, lanes);
    b = frame.spread(b, lanes);
  }
  if (isa<FloatType>(element))
    return frame.lanes.fma(a, b, sum);
  return emitAdd(frame, emitMul(frame, a, b), sum);
}

void LoopContractEmitter::emitResults(PointScope &point) const {
  KernelFrame &frame = point.getFrame();
  point.emit();
  Value sum = frame.number(lanesOf(registerType(element), lanes), 0);
  loops.results.emit(point, emitSum(point, sum, 0));
}

void LoopContractEmitter::emitBody(KernelFrame &frame, unsigned) const {
  PointScope entry(frame, loops.program, loops.space);
  entry.emit();
  range->emit(frame, entry, [&](PointScope &row, Value first, Value last) {
    if (!inner)
      return emitResults(row);
    emitPointLanes(row, loops.space, *inner, lanes, first, last,
                   loops.space.factor(*inner).size,
                   [&](PointScope &point) { emitResults(point); });
  });
}

std::unique_ptr<KernelEmitter>
sinter::createContractEmitter(KernelOp kernel, ContractOp contract,
                              const Target &target) {
  Block &body = kernel.getBody().front();
  if (std::unique_ptr<GemmEmitter> gemm =
          GemmEmitter::create(body, contract, target))
    return gemm;
  return std::make_unique<LoopContractEmitter>(body, contract);
}
