//===- ElementWrites.cpp - x[...] = e -------------------------------------===//
//
// An element write gives the variable a new value; whoever holds the old one
// keeps it.
//
//===----------------------------------------------------------------------===//

#include "frontend/Indexing.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// What is written, with the element type of the tensor and the shape of the
/// selection.
static Value writtenValue(Elaborator &elaborator, const Object &value, Loc loc,
                          Type element, const Selection &selection) {
  Dims have, fitted;
  if (!value.isNumber()) {
    std::optional<Tensor> given = elaborator.toTensor(loc, value);
    if (!given)
      return {};
    have = given->dims();
  }
  unsigned fromEnd = 0;
  if (!Emitter::broadcastDims(have, selection.result, fitted, fromEnd) ||
      fitted != selection.result) {
    elaborator.emit.error(Code::ShapeMismatch, loc,
                          "a value of shape " + toString(have) +
                              " does not fit the elements of shape " +
                              toString(selection.result));
    return {};
  }
  RankedTensorType type = elaborator.emit.tensorType(loc, have, element);
  Value same = elaborator.coerce(loc, value, type, "what is assigned here");
  return same ? elaborator.emit.broadcast(loc, same, fitted) : Value();
}

/// `x` with the selection, a box, replaced.
static Value writeBox(Emitter &emit, Loc loc, Value x, Value value,
                      const Selection &selection) {
  Dims box = selection.box;
  for (int64_t axis : selection.axes)
    box[axis] = Dim{1, {}};
  value = emit.reshape(loc, value, box);
  if (!value || selection.isWhole(dimsOf(x)))
    return value;
  return InsertOp::create(emit.builder, emit.at(loc), x.getType(), value, x,
                          selection.indices, selection.offsets,
                          selection.strides, selection.axes);
}

//===----------------------------------------------------------------------===//
// Indices that pair up
//===----------------------------------------------------------------------===//

static Value iota(Emitter &emit, Loc loc, RankedTensorType type, double start) {
  return IotaOp::create(
      emit.builder, emit.at(loc), type, emit.builder.getI64IntegerAttr(0),
      emit.builder.getF64FloatAttr(start), emit.builder.getF64FloatAttr(1));
}

static Value gatherRows(Emitter &emit, Loc loc, Value x, Value index) {
  Type type = makeTensor(dimsOf(index), typeOf(x).getElementType());
  return GatherOp::create(emit.builder, emit.at(loc), type, x, index,
                          ArrayRef<int64_t>{0});
}

static Value scatter(Emitter &emit, Loc loc, Value updates, Value index,
                     int64_t size) {
  Type type = makeTensor(Dim{size, {}}, typeOf(updates).getElementType());
  return ScatterAddOp::create(emit.builder, emit.at(loc), type, updates, index,
                              ArrayRef<int64_t>{0});
}

/// The places that a selection names in a tensor of shape `dims`, as numbers in
/// row-major order, in one row; those out of range are past the end.
static Value namedPlaces(Emitter &emit, Loc loc, ArrayRef<Dim> dims,
                         const Selection &selection) {
  int64_t size = *elementCount(dims);
  Type element = size < maxDim ? emit.i32() : emit.i64();
  // From 1, as an index out of range reads a 0.
  Value numbers = iota(emit, loc, makeTensor(Dim{size, {}}, element), 1);
  Value named =
      readSelection(emit, loc, emit.reshape(loc, numbers, dims), selection);
  if (!named)
    return {};
  named = emit.reshape(loc, named, Dim{*elementCount(dimsOf(named)), {}});
  RankedTensorType type = typeOf(named);
  Value isNowhere =
      emit.compare(loc, Predicate::EQ, named, emit.splat(loc, type, 0));
  Value place = emit.binary<SubOp>(loc, named, emit.splat(loc, type, 1));
  return emit.select(loc, isNowhere, emit.splat(loc, type, double(size)),
                     place);
}

/// Which places of an ascending row are followed by another one.
static Value isLastOfRun(Emitter &emit, Loc loc, Value sorted) {
  RankedTensorType type = typeOf(sorted);
  int64_t count = type.getDimSize(0);
  RankedTensorType lastType = makeTensor(Dim{1, {}}, type.getElementType());
  Value rest = emit.slice(loc, sorted, {1}, {1}, Dim{count - 1, {}});
  Value none = emit.splat(loc, lastType, -1);
  Value next = emit.concat(loc, {rest, none}, 0);
  return emit.compare(loc, Predicate::NE, sorted, next);
}

/// `x` with the elements of a selection replaced. Where places are named more
/// than once the last value stays: a stable sort brings them together, and all
/// but the last go nowhere.
static Value writePairs(Emitter &emit, Loc loc, Value x, Value value,
                        const Selection &selection) {
  Value places = namedPlaces(emit, loc, dimsOf(x), selection);
  if (!places)
    return {};
  int64_t size = *elementCount(dimsOf(x));
  RankedTensorType type = typeOf(places);
  if (type.getDimSize(0) == 0)
    return x;
  value = emit.reshape(loc, value, dimsOf(type));
  Value order = ArgSortOp::create(emit.builder, emit.at(loc),
                                  withElement(type, emit.i32()), places,
                                  uint64_t(0), /*descending=*/false);
  Value sorted = gatherRows(emit, loc, places, order);
  Value nowhere = emit.splat(loc, type, double(size));
  Value isLast = isLastOfRun(emit, loc, sorted);
  Value kept = emit.select(loc, isLast, sorted, nowhere);
  Value written =
      scatter(emit, loc, gatherRows(emit, loc, value, order), kept, size);
  Value ones = emit.splat(loc, withElement(type, emit.i32()), 1);
  Value hits = scatter(emit, loc, ones, kept, size);
  Value isHit =
      emit.compare(loc, Predicate::NE, hits, emit.splat(loc, typeOf(hits), 0));
  Value flat = emit.reshape(loc, x, Dim{size, {}});
  Value result = emit.select(loc, isHit, written, flat);
  return emit.reshape(loc, result, dimsOf(x));
}

Object Elaborator::assignElement(const IndexExpr *target, const Object &old,
                                 const Object &value, Loc valueLoc,
                                 Scope &scope) {
  if (old.isAbsorbing() || value.isAbsorbing())
    return absorb(old, value);
  std::vector<Object> items = evaluateItems(*this, target->items, scope);
  std::optional<Tensor> tensor = toTensor(target->loc, old);
  if (!tensor)
    return Object::error();
  Dims dims = tensor->dims();
  std::optional<Selection> selection =
      select(*this, target->loc, target->items, items, dims, scope);
  if (!selection)
    return Object::error();
  Value part =
      writtenValue(*this, value, valueLoc, tensor->element(), *selection);
  if (!part)
    return Object::error();
  Value result;
  if (selection->pairs.empty()) {
    result = writeBox(emit, target->loc, tensor->value, part, *selection);
  } else if (llvm::any_of(dims, [](const Dim &d) { return d.isDynamic(); })) {
    emit.error(Code::BadIndex, target->loc,
               "elements of a tensor with the shape " + toString(dims) +
                   " cannot be assigned at a list of places")
        .addHelp("'where' chooses between two tensors element by element");
    return Object::error();
  } else {
    // Truth values are added up as numbers.
    Type element = tensor->element();
    bool isBool = element.isInteger(1);
    Type number = isBool ? emit.i32() : element;
    Value whole = emit.cast(target->loc, tensor->value, number);
    part = emit.cast(target->loc, part, number);
    result = writePairs(emit, target->loc, whole, part, *selection);
    result =
        result && isBool ? emit.cast(target->loc, result, element) : result;
  }
  return result ? Object(result) : Object::error();
}
