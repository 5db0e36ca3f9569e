//===- Indexing.cpp - x[...] ----------------------------------------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

namespace {
/// A box of a tensor, as an index names it: offsets and strides for each
/// dimension of the tensor, and the shape that remains.
struct Box {
  SmallVector<int64_t> offsets, strides;
  Dims sizes;  // of the box, one for each dimension of the tensor
  Dims result; // without the indexed dimensions, with the new axes
};
} // namespace

/// `position` counted from the end if it is negative; nothing if it lies
/// outside of `size`.
static std::optional<int64_t> wrapPosition(int64_t position, int64_t size) {
  if (position < -size || position >= size)
    return std::nullopt;
  return position < 0 ? position + size : position;
}

/// The elements `lo:hi:step` of a dimension, as Python counts them.
static void sliceRange(std::optional<int64_t> lo, std::optional<int64_t> hi,
                       int64_t step, int64_t size, int64_t &offset,
                       int64_t &count) {
  auto clamp = [&](int64_t position, int64_t least, int64_t most) {
    if (position < 0)
      position = position < -size ? least : position + size;
    return std::min(std::max(position, least), most);
  };
  if (step > 0) {
    int64_t begin = lo ? clamp(*lo, 0, size) : 0;
    int64_t end = hi ? clamp(*hi, 0, size) : size;
    offset = begin;
    count = end > begin ? (end - begin - 1) / step + 1 : 0;
  } else {
    int64_t begin = lo ? clamp(*lo, -1, size - 1) : size - 1;
    int64_t end = hi ? clamp(*hi, -1, size - 1) : -1;
    offset = begin;
    count = begin > end ? (begin - end - 1) / -step + 1 : 0;
  }
  if (count == 0)
    offset = 0;
}

static sinter::Diagnostic &outOfRange(Emitter &emit, Loc loc, int64_t position,
                                      size_t axis, int64_t size) {
  return emit.error(Code::BadIndex, loc,
                    "index " + Twine(position) + " is outside of dimension " +
                        Twine(axis) + ", which has " + Twine(size) +
                        (size == 1 ? " element" : " elements"));
}

static bool addSlice(Elaborator &elaborator, const SliceExpr *slice,
                     const Dim &dim, Scope &scope, Box &box) {
  Emitter &emit = elaborator.emit;
  auto part = [&](const Expr *expr, std::optional<int64_t> &value) {
    if (!expr || isa<NoneExpr>(expr))
      return true;
    value = elaborator.evaluateInteger(expr, scope, "a slice's bound");
    return value.has_value();
  };
  std::optional<int64_t> lo, hi, step;
  if (!part(slice->lo, lo) || !part(slice->hi, hi) || !part(slice->step, step))
    return false;
  bool isWhole = !lo && !hi && step.value_or(1) == 1;
  if (dim.isDynamic() && !isWhole) {
    emit.error(Code::BadIndex, slice->loc,
               "the run-time dimension '" + dim.name.getValue() +
                   "' can only be taken whole, as ':'");
    return false;
  }
  if (step.value_or(1) == 0 || std::abs(step.value_or(1)) > maxDim) {
    emit.error(Code::BadIndex, slice->loc, "a slice's step is not 0");
    return false;
  }
  int64_t offset = 0, count = dim.size;
  if (!isWhole)
    sliceRange(lo, hi, step.value_or(1), dim.size, offset, count);
  Dim size = dim;
  if (!dim.isDynamic())
    size.size = count;
  box.offsets.push_back(offset);
  box.strides.push_back(count > 0 ? step.value_or(1) : 1);
  box.sizes.push_back(size);
  box.result.push_back(size);
  return true;
}

/// The box that the items of an index name in a tensor of shape `dims`.
static std::optional<Box> boxOf(Elaborator &elaborator, ArrayRef<Expr *> items,
                                ArrayRef<Dim> dims, Scope &scope) {
  Emitter &emit = elaborator.emit;
  Box box;
  for (const Expr *item : items) {
    if (isa<NoneExpr>(item)) {
      box.result.push_back({1, {}});
      continue;
    }
    size_t axis = box.sizes.size();
    if (axis == dims.size()) {
      emit.error(Code::BadIndex, item->loc,
                 "too many indices for a tensor of shape " + toString(dims));
      return std::nullopt;
    }
    const Dim &dim = dims[axis];
    if (const SliceExpr *slice = dyn_cast<SliceExpr>(item)) {
      if (!addSlice(elaborator, slice, dim, scope, box))
        return std::nullopt;
      continue;
    }
    Object object = elaborator.evaluate(item, scope);
    if (object.isAbsorbing())
      return std::nullopt;
    const int64_t *position = object.as<int64_t>();
    if (!position) {
      if (object.is<Tensor>() || object.list())
        emit.unsupported(item->loc, "an index that is a tensor or a list");
      else
        emit.error(Code::WrongType, item->loc,
                   "an index is an integer, a slice or None, this is " +
                       describe(object));
      return std::nullopt;
    }
    if (dim.isDynamic()) {
      emit.error(Code::BadIndex, item->loc,
                 "the run-time dimension '" + dim.name.getValue() +
                     "' can only be taken whole, as ':'");
      return std::nullopt;
    }
    std::optional<int64_t> wrapped = wrapPosition(*position, dim.size);
    if (!wrapped) {
      outOfRange(emit, item->loc, *position, axis, dim.size);
      return std::nullopt;
    }
    box.offsets.push_back(*wrapped);
    box.strides.push_back(1);
    box.sizes.push_back({1, {}});
  }
  for (const Dim &dim : dims.drop_front(box.sizes.size())) {
    box.offsets.push_back(0);
    box.strides.push_back(1);
    box.sizes.push_back(dim);
    box.result.push_back(dim);
  }
  return box;
}

Object Elaborator::index(Loc loc, const Object &base, ArrayRef<Expr *> items,
                         Scope &scope) {
  if (base.isAbsorbing())
    return base;
  // A list that is no tensor yet is indexed at build time.
  const List *list = base.list();
  if (list && items.size() == 1 && !isa<SliceExpr, NoneExpr>(items[0])) {
    Object object = evaluate(items[0], scope);
    if (object.isAbsorbing())
      return object;
    if (const int64_t *position = object.as<int64_t>()) {
      int64_t size = list->elements.size();
      if (std::optional<int64_t> wrapped = wrapPosition(*position, size))
        return list->elements[*wrapped];
      outOfRange(emit, items[0]->loc, *position, 0, size);
      return Object::error();
    }
  }
  std::optional<Tensor> tensor = toTensor(loc, base);
  if (!tensor)
    return Object::error();
  std::optional<Box> box = boxOf(*this, items, tensor->dims(), scope);
  if (!box)
    return Object::error();
  Value value =
      emit.slice(loc, tensor->value, box->offsets, box->strides, box->sizes);
  value = value ? emit.reshape(loc, value, box->result) : value;
  return value ? Object(value) : Object::error();
}

Object Elaborator::assignElement(const IndexExpr *target, const Object &old,
                                 const Object &value, Loc valueLoc,
                                 Scope &scope) {
  if (old.isAbsorbing() || value.isAbsorbing())
    return absorb(old, value);
  std::optional<Tensor> tensor = toTensor(target->loc, old);
  if (!tensor)
    return Object::error();
  std::optional<Box> box = boxOf(*this, target->items, tensor->dims(), scope);
  if (!box)
    return Object::error();
  // The value takes the shape of what the index names, then the box's own.
  Type element = tensor->element();
  Dims dims;
  unsigned fromEnd = 0;
  Dims have;
  if (!value.isNumber()) {
    std::optional<Tensor> given = toTensor(valueLoc, value);
    if (!given)
      return Object::error();
    have = given->dims();
  }
  if (!Emitter::broadcastDims(have, box->result, dims, fromEnd) ||
      dims != box->result) {
    emit.error(Code::ShapeMismatch, valueLoc,
               "a value of shape " + toString(have) +
                   " does not fit the elements of shape " +
                   toString(box->result));
    return Object::error();
  }
  Value part = convert(valueLoc, value, element, dims);
  part = part ? emit.reshape(valueLoc, part, box->sizes) : part;
  if (!part)
    return Object::error();
  if (box->sizes == tensor->dims() &&
      llvm::all_of(box->strides, [](int64_t stride) { return stride == 1; }))
    return Object(part);
  return replaceBox(target->loc, tensor->value, part, box->offsets,
                    box->strides);
}

/// `whole` with the elements of a box replaced by those of `part`.
Value Elaborator::replaceBox(Loc loc, Value whole, Value part,
                             ArrayRef<int64_t> offsets,
                             ArrayRef<int64_t> strides) {
  RankedTensorType type = cast<RankedTensorType>(whole.getType());
  RankedTensorType partType = cast<RankedTensorType>(part.getType());
  Value ones = emit.splat(loc, withElement(partType, emit.i32()), 1);
  Value mask =
      PadOp::create(emit.builder, emit.at(loc), withElement(type, emit.i32()),
                    ones, offsets, strides);
  Value isInside =
      emit.compare(loc, Predicate::NE, mask,
                   emit.splat(loc, withElement(type, emit.i32()), 0));
  Value placed =
      PadOp::create(emit.builder, emit.at(loc), type, part, offsets, strides);
  return emit.select(loc, isInside, placed, whole);
}
