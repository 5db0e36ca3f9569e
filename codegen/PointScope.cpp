//===- PointScope.cpp - Computing a program inside loops ------------------===//

#include "codegen/PointScope.h"
#include "codegen/ElementOps.h"
#include "codegen/RandomGroups.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace sinter;

static Type elementOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getElementType();
}

PointScope::PointScope(KernelFrame &frame, const PointProgram &program,
                       const LoopSpace &space)
    : frame(&frame), program(&program), space(&space),
      factors(space.numFactors()), dependsOnLanes(space.numFactors()),
      values(program.demands().size()) {}

//===----------------------------------------------------------------------===//
// Loop variables
//===----------------------------------------------------------------------===//

void PointScope::bind(unsigned factor, Value value) {
  factors[factor] = value;
  bindDerived();
}

void PointScope::bindLanes(unsigned factor, Value first, int64_t lanes,
                           Value remaining) {
  laneFactor = factor;
  numLanes = lanes;
  laneRemaining = remaining;
  if (remaining)
    laneMask = frame->laneMask(remaining, lanes);
  dependsOnLanes[factor] = true;
  bind(factor, first);
}

/// Sources only use factors that were made before.
void PointScope::bindDerived() {
  for (unsigned id = 0; id < factors.size(); ++id) {
    const Factor &factor = space->factor(id);
    if (!factor.isDerived() || isBound(id))
      continue;
    bool isReady = true, varies = false;
    for (const LinearIndex::Term &term : factor.source.terms) {
      isReady &= isBound(term.factor);
      varies |= dependsOnLanes[term.factor];
    }
    if (isReady && varies)
      dependsOnLanes[id] = true;
    else if (isReady)
      factors[id] = emitDivision(factor);
  }
}

Value PointScope::emitDivision(const Factor &factor) const {
  IndexBuilder &index = frame->index;
  Value source = emitIndex(factor.source);
  Value quotient = index.div(source, factor.divisor);
  if (!factor.isRemainder)
    return quotient;
  return index.sub(source, index.mul(quotient, factor.divisor));
}

bool PointScope::isLinear(const LinearIndex &form) const {
  return llvm::all_of(form.terms, [&](const LinearIndex::Term &term) {
    return term.factor == laneFactor || !dependsOnLanes[term.factor];
  });
}

Value PointScope::emitIndex(const LinearIndex &form) const {
  IndexBuilder &index = frame->index;
  Value sum = index.constant(form.constant);
  // The lanes' own loop is the innermost: its term comes last, so that the rest
  // of the sum can be moved out of it.
  for (const LinearIndex::Term &term : form.terms)
    if (term.factor != laneFactor)
      sum = index.add(sum, index.mul(factors[term.factor], term.scale));
  if (numLanes)
    if (int64_t scale = form.scaleOf(laneFactor))
      sum = index.add(sum, index.mul(factors[laneFactor], scale));
  return sum;
}

/// The index of each lane. Lanes that are not there repeat the last that is, so
/// that every index is valid.
SmallVector<Value> PointScope::emitLaneIndices(const LinearIndex &form) const {
  IndexBuilder &index = frame->index;
  SmallVector<Value> result;
  for (int64_t lane = 0; lane < numLanes; ++lane) {
    Value offset = index.constant(lane);
    if (laneRemaining && lane)
      offset = index.min(offset, index.sub(laneRemaining, index.constant(1)));
    PointScope at = *this;
    at.numLanes = 0;
    at.laneFactor = ~0u;
    at.dependsOnLanes.assign(factors.size(), false);
    at.bind(laneFactor, index.add(factors[laneFactor], offset));
    result.push_back(at.emitIndex(form));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static bool reads(const LinearIndex &form, ArrayRef<bool> dependsOnLanes) {
  return llvm::any_of(form.terms, [&](const LinearIndex::Term &term) {
    return dependsOnLanes[term.factor];
  });
}

Value PointScope::emitLoad(Value buffer, const LinearIndex &form,
                           Type element) const {
  if (!numLanes || !reads(form, dependsOnLanes))
    return frame->loadElement(buffer, emitIndex(form), element);
  if (isLinear(form) && form.scaleOf(laneFactor) == 1)
    return frame->loadLanes(buffer, emitIndex(form), element, numLanes,
                            laneMask);
  SmallVector<Value> elements;
  for (Value at : emitLaneIndices(form))
    elements.push_back(frame->loadElement(buffer, at, element));
  return vector::FromElementsOp::create(
      frame->builder, frame->loc,
      VectorType::get(numLanes, registerType(element)), elements);
}

void PointScope::emitStore(Value value, Value buffer,
                           const LinearIndex &form) const {
  OpBuilder &builder = frame->builder;
  if (!numLanes) {
    if (isa<VectorType>(value.getType()))
      value = vector::ExtractOp::create(builder, frame->loc, value, 0);
    return frame->storeElement(value, buffer, emitIndex(form));
  }
  value = frame->spread(value, numLanes);
  if (isLinear(form) && form.scaleOf(laneFactor) == 1)
    return frame->storeLanes(value, buffer, emitIndex(form), laneMask);
  SmallVector<Value> indices = emitLaneIndices(form);
  for (int64_t lane = 0; lane < numLanes; ++lane) {
    auto storeLane = [&] {
      Value one = vector::ExtractOp::create(builder, frame->loc, value, lane);
      frame->storeElement(one, buffer, indices[lane]);
    };
    if (!laneRemaining) {
      storeLane();
      continue;
    }
    Value isThere =
        frame->index.less(frame->index.constant(lane), laneRemaining);
    frame->index.branch(isThere, storeLane, [] {});
  }
}

//===----------------------------------------------------------------------===//
// Demands
//===----------------------------------------------------------------------===//

bool PointScope::isReady(const Demand &demand) const {
  return !demand.isProvided &&
         llvm::all_of(
             demand.operands,
             [&](unsigned operand) { return bool(values[operand]); }) &&
         llvm::all_of(demand.forms, [&](const LinearIndex &form) {
           return llvm::all_of(form.terms, [&](const LinearIndex::Term &term) {
             return isBound(term.factor);
           });
         });
}

void PointScope::emit() {
  for (unsigned number : program->order())
    if (!values[number] && isReady(program->demands()[number]))
      values[number] = emitDemand(program->demands()[number]);
}

void PointScope::provide(Value root, Value value) {
  for (auto [number, demand] : llvm::enumerate(program->demands()))
    if (demand.value == root)
      values[number] = value;
}

Value PointScope::emitDemand(const Demand &demand) const {
  Operation *op = demand.value.getDefiningOp();
  Type element = elementOf(demand.value);
  if (!op)
    return emitLoad(frame->buffers.lookup(demand.value), demand.forms[0],
                    element);
  if (op->hasTrait<ViewTensorOp>())
    return values[demand.operands[0]];
  if (SplatOp splat = dyn_cast<SplatOp>(op)) {
    Type type = registerType(element);
    if (FloatAttr number = dyn_cast<FloatAttr>(splat.getValue()))
      return frame->number(type, number.getValueAsDouble());
    APInt number = cast<IntegerAttr>(splat.getValue()).getValue();
    return frame->integer(type, number.getSExtValue());
  }
  if (isa<IotaOp>(op))
    return emitIota(demand);
  if (ExtentOp extent = dyn_cast<ExtentOp>(op)) {
    Value size =
        frame->emitSize(Dim{int64_t(extent.getBound()), extent.getNameAttr()});
    return arith::IndexCastOp::create(frame->builder, frame->loc,
                                      frame->builder.getI64Type(), size);
  }
  if (isa<RandomOp>(op))
    return emitRandom(demand);
  return emitComputed(demand);
}

Value PointScope::emitComputed(const Demand &demand) const {
  SmallVector<Value, 3> operands;
  for (unsigned operand : demand.operands)
    operands.push_back(values[operand]);
  bool isVector = llvm::any_of(
      operands, [](Value v) { return isa<VectorType>(v.getType()); });
  if (isVector)
    for (Value &operand : operands)
      operand = frame->spread(operand, numLanes);
  return emitElementOp(*frame, demand.value.getDefiningOp(), operands);
}

/// first + lane * step in i64, one for each lane.
Value PointScope::emitSteps(Value first, Value step) const {
  OpBuilder &builder = frame->builder;
  Location loc = frame->loc;
  Type i64 = builder.getI64Type();
  SmallVector<int64_t> numbers(numLanes);
  for (int64_t lane = 0; lane < numLanes; ++lane)
    numbers[lane] = lane;
  VectorType type = VectorType::get(numLanes, i64);
  Value counts = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(type, ArrayRef<int64_t>(numbers)));
  auto spread = [&](Value index) {
    return frame->spread(arith::IndexCastOp::create(builder, loc, i64, index),
                         numLanes);
  };
  if (IndexBuilder::known(step) != 1)
    counts = arith::MulIOp::create(builder, loc, counts, spread(step));
  return arith::AddIOp::create(builder, loc, spread(first), counts);
}

Value PointScope::emitIota(const Demand &demand) const {
  OpBuilder &builder = frame->builder;
  IotaOp iota = cast<IotaOp>(demand.value.getDefiningOp());
  Type element = elementOf(demand.value), i64 = builder.getI64Type();
  const LinearIndex &form = demand.forms[0];
  auto toInt64 = [&](Value index) -> Value {
    return arith::IndexCastOp::create(builder, frame->loc, i64, index);
  };
  Value position;
  if (!numLanes || !reads(form, dependsOnLanes)) {
    position = toInt64(emitIndex(form));
  } else if (isLinear(form)) {
    Value start = emitIndex(form);
    position =
        emitSteps(start, frame->index.constant(form.scaleOf(laneFactor)));
  } else {
    SmallVector<Value> lanes = emitLaneIndices(form);
    for (Value &lane : lanes)
      lane = toInt64(lane);
    position = vector::FromElementsOp::create(
        builder, frame->loc, VectorType::get(numLanes, i64), lanes);
  }
  double start = iota.getStart().convertToDouble();
  double step = iota.getStep().convertToDouble();
  if (start == 0 && step == 1)
    return emitFromInt64(*frame, element, position);
  if (!isa<FloatType>(element)) {
    auto same = [&](double number) {
      return frame->integer(position.getType(), int64_t(number));
    };
    Value number =
        emitAdd(*frame, emitMul(*frame, position, same(step)), same(start));
    return emitFromInt64(*frame, element, number);
  }
  // In f64, so that one rounding to the element is left.
  Value exact = emitFromInt64(*frame, builder.getF64Type(), position);
  Value number = frame->lanes.add(frame->lanes.mul(exact, step), start);
  if (element.isF64())
    return number;
  return arith::TruncFOp::create(builder, frame->loc,
                                 LaneBuilder::shaped(number, element), number);
}

//===----------------------------------------------------------------------===//
// Random numbers
//===----------------------------------------------------------------------===//

/// Row-major numbers of the elements by run-time extents, in i64.
Value PointScope::emitElementNumbers(const Demand &demand) const {
  IndexBuilder &index = frame->index;
  Value first = index.constant(0), step = index.constant(0);
  auto append = [&](const LinearIndex &form) {
    first = index.add(first, emitIndex(form));
    if (numLanes)
      step = index.add(step, form.scaleOf(laneFactor));
  };
  if (demand.forms.size() == 1) {
    append(demand.forms[0]);
  } else {
    for (auto [dim, form] : llvm::zip(dimsOf(demand.value), demand.forms)) {
      Value size = frame->emitSize(dim);
      first = index.mul(first, size);
      step = index.mul(step, size);
      append(form);
    }
  }
  if (numLanes && IndexBuilder::known(step) != 0)
    return emitSteps(first, step);
  return arith::IndexCastOp::create(frame->builder, frame->loc,
                                    frame->builder.getI64Type(), first);
}

Value PointScope::emitRandomWord(const Demand &demand, RandomWord which) const {
  if (groups)
    return groups->emitLoad(&demand - program->demands().begin(), which,
                            factors[laneFactor]);
  RandomStream stream = emitStream(demand);
  return emitRandomWords(frame->lanes, stream, emitElementNumbers(demand),
                         which);
}

RandomStream PointScope::emitStream(const Demand &demand) const {
  RandomOp random = cast<RandomOp>(demand.value.getDefiningOp());
  Value number = arith::ConstantOp::create(
      frame->builder, frame->loc,
      frame->builder.getI64IntegerAttr(random.getStream()));
  if (random.getKey())
    number = arith::AddIOp::create(frame->builder, frame->loc, number,
                                   values[demand.operands[2]]);
  return emitRandomStream(frame->lanes, values[demand.operands[0]], number,
                          values[demand.operands[1]]);
}

Value PointScope::emitRandom(const Demand &demand) const {
  RandomOp random = cast<RandomOp>(demand.value.getDefiningOp());
  LaneBuilder &b = frame->lanes;
  bool isNormal = random.getDistribution() == Distribution::Normal;
  Value first = emitRandomWord(demand, RandomWord::First);
  if (elementOf(demand.value).isF32())
    return isNormal ? emitNormalF32(b, first) : emitUniformF32(b, first);
  Value second = emitRandomWord(demand, RandomWord::Second);
  return isNormal ? emitNormalF64(b, first, second)
                  : emitUniformF64(b, first, second);
}
