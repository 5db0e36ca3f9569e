//===- Indexing.cpp - x[...] ----------------------------------------------===//

#include "frontend/Indexing.h"

using namespace mlir;
using namespace sinter;

bool Selection::isWhole(ArrayRef<Dim> dims) const {
  return axes.empty() && ArrayRef<Dim>(box) == dims &&
         llvm::all_of(strides, [](int64_t stride) { return stride == 1; });
}

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

static std::string elementsOf(size_t axis, int64_t size) {
  return ("dimension " + Twine(axis) + ", which has " + Twine(size) +
          (size == 1 ? " element" : " elements"))
      .str();
}

static void outOfRange(Emitter &emit, Loc loc, int64_t position, size_t axis,
                       int64_t size) {
  emit.error(Code::BadIndex, loc,
             "index " + Twine(position) + " is outside of " +
                 elementsOf(axis, size));
}

//===----------------------------------------------------------------------===//
// Indices that are tensors
//===----------------------------------------------------------------------===//

/// The numbers of an index that are known at build time; nothing for others.
static std::optional<SmallVector<int64_t>> knownNumbers(Value index) {
  SmallVector<int64_t> numbers;
  if (ConstantOp constant = index.getDefiningOp<ConstantOp>()) {
    for (const APInt &number :
         cast<DenseElementsAttr>(constant.getValue()).getValues<APInt>())
      numbers.push_back(number.getSExtValue());
    return numbers;
  }
  IotaOp iota = index.getDefiningOp<IotaOp>();
  if (!iota)
    return std::nullopt;
  Dim dim = dimsOf(index)[iota.getAxis()];
  if (dim.isDynamic() || dim.size == 0)
    return std::nullopt;
  // The first and the last are the extremes.
  double start = iota.getStart().convertToDouble();
  double step = iota.getStep().convertToDouble();
  numbers.push_back(int64_t(start));
  numbers.push_back(int64_t(start + double(dim.size - 1) * step));
  return numbers;
}

/// The object as an index: a tensor of i32 or i64.
static std::optional<Tensor> indexTensor(Elaborator &elaborator, Loc loc,
                                         const Object &object) {
  Emitter &emit = elaborator.emit;
  if (!object.is<Tensor>() && !object.list()) {
    emit.error(Code::WrongType, loc,
               "an index is an integer, a slice or None, this is " +
                   describe(object));
    return std::nullopt;
  }
  std::optional<Tensor> index = elaborator.toTensor(loc, object);
  if (!index)
    return std::nullopt;
  if (index->element().isInteger(1)) {
    emit.error(Code::WrongType, loc,
               "an index of truth values would make the shape depend on them")
        .addHelp("'where(mask, x, 0)' keeps the shape, and 'sum(mask)' counts");
    return std::nullopt;
  }
  if (isa<FloatType>(index->element())) {
    emit.error(Code::WrongType, loc,
               "an index is an integer, this is " + describe(*index))
        .addHelp("'cast(x, i64)' leaves out the fraction");
    return std::nullopt;
  }
  if (index->element().getIntOrFloatBitWidth() < 32)
    index->value = emit.cast(loc, index->value, emit.i32());
  return index;
}

/// Whether what is built now runs as a program, where errors end it.
static bool isInProgram(const Elaborator &elaborator) {
  StringAttr role =
      elaborator.frame->function->getAttrOfType<StringAttr>(roleAttr);
  return role.getValue() == "program";
}

/// Ends the program where an index is out of range; false, with an error, if
/// that is known already.
static bool checkRange(Elaborator &elaborator, Loc loc, Value index,
                       size_t axis, int64_t size) {
  Emitter &emit = elaborator.emit;
  if (std::optional<SmallVector<int64_t>> numbers = knownNumbers(index)) {
    for (int64_t number : *numbers)
      if (!wrapPosition(number, size)) {
        outOfRange(emit, loc, number, axis, size);
        return false;
      }
    return true;
  }
  if (!isInProgram(elaborator))
    return true;
  RankedTensorType type = cast<RankedTensorType>(index.getType());
  Value least = emit.splat(loc, type, double(-size));
  Value end = emit.splat(loc, type, double(size));
  Value isAbove = emit.compare(loc, Predicate::GE, index, least);
  Value isBelow = emit.compare(loc, Predicate::LT, index, end);
  Value isInside = emit.binary<AndOp>(loc, isAbove, isBelow);
  CheckOp::create(emit.builder, emit.at(loc), isInside, index,
                  "the index lies within " + elementsOf(axis, size));
  return true;
}

//===----------------------------------------------------------------------===//
// Selections
//===----------------------------------------------------------------------===//

namespace {
/// Takes the items of an index one by one.
class Selector {
public:
  Selector(Elaborator &elaborator, ArrayRef<Dim> dims)
      : elaborator(elaborator), emit(elaborator.emit), dims(dims) {}

  bool add(const Expr *item, const Object &value, Scope &scope);
  std::optional<Selection> finish(Loc loc);

private:
  bool addSlice(const SliceExpr *slice, const Dim &dim, Scope &scope);
  bool addPosition(Loc loc, int64_t position, const Dim &dim);
  bool addTensor(Loc loc, const Object &object, const Dim &dim);
  void add(int64_t offset, int64_t stride, const Dim &size);
  bool placePairs(Loc loc);

  /// What the result's dimensions come from.
  enum class Part { NewAxis, Kept, Single, Indexed };

  Elaborator &elaborator;
  Emitter &emit;
  ArrayRef<Dim> dims;
  Selection found;
  SmallVector<Part> parts;
};
} // namespace

void Selector::add(int64_t offset, int64_t stride, const Dim &size) {
  found.offsets.push_back(offset);
  found.strides.push_back(stride);
  found.box.push_back(size);
}

bool Selector::addSlice(const SliceExpr *slice, const Dim &dim, Scope &scope) {
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
  int64_t by = step.value_or(1);
  if (by == 0 || by < -maxDim || by > maxDim) {
    emit.error(Code::BadIndex, slice->loc,
               "a slice's step is not 0, nor larger than " + Twine(maxDim));
    return false;
  }
  int64_t offset = 0, count = dim.size;
  if (!isWhole)
    sliceRange(lo, hi, step.value_or(1), dim.size, offset, count);
  Dim size = dim;
  if (!dim.isDynamic())
    size.size = count;
  add(offset, count > 0 ? step.value_or(1) : 1, size);
  parts.push_back(Part::Kept);
  return true;
}

bool Selector::addPosition(Loc loc, int64_t position, const Dim &dim) {
  size_t axis = found.box.size();
  std::optional<int64_t> wrapped = wrapPosition(position, dim.size);
  if (!wrapped) {
    outOfRange(emit, loc, position, axis, dim.size);
    return false;
  }
  found.singles.push_back(axis);
  add(*wrapped, 1, {1, {}});
  parts.push_back(Part::Single);
  return true;
}

bool Selector::addTensor(Loc loc, const Object &object, const Dim &dim) {
  size_t axis = found.box.size();
  std::optional<Tensor> index = indexTensor(elaborator, loc, object);
  if (!index || !checkRange(elaborator, loc, index->value, axis, dim.size))
    return false;
  Dims pairs;
  unsigned fromEnd = 0;
  if (!Emitter::broadcastDims(found.pairs, index->dims(), pairs, fromEnd)) {
    emit.error(Code::ShapeMismatch, loc,
               "indices pair up: the shape " + toString(index->dims()) +
                   " of this one does not fit " + toString(found.pairs) +
                   " of those before");
    return false;
  }
  found.pairs = pairs;
  found.axes.push_back(axis);
  found.indices.push_back(index->value);
  add(0, 1, dim);
  parts.push_back(Part::Indexed);
  return true;
}

bool Selector::add(const Expr *item, const Object &value, Scope &scope) {
  const SliceExpr *slice = dyn_cast<SliceExpr>(item);
  if (!slice && value.isNone()) {
    parts.push_back(Part::NewAxis);
    return true;
  }
  size_t axis = found.box.size();
  if (axis == dims.size()) {
    emit.error(Code::BadIndex, item->loc,
               "too many indices for a tensor of shape " + toString(dims));
    return false;
  }
  const Dim &dim = dims[axis];
  if (slice)
    return addSlice(slice, dim, scope);
  if (dim.isDynamic()) {
    emit.error(Code::BadIndex, item->loc,
               "the run-time dimension '" + dim.name.getValue() +
                   "' can only be taken whole, as ':'");
    return false;
  }
  if (const int64_t *position = value.as<int64_t>())
    return addPosition(item->loc, *position, dim);
  return addTensor(item->loc, value, dim);
}

/// Makes the result's shape. Beside indices that pair up, numbers count as such
/// too; if a slice or new axis parts them, their dimensions come first.
bool Selector::placePairs(Loc loc) {
  auto isIndex = [](Part part) {
    return part == Part::Single || part == Part::Indexed;
  };
  Part *first = llvm::find_if(parts, isIndex), *last = first;
  while (last != parts.end() && isIndex(*last))
    ++last;
  bool isApart = std::any_of(last, parts.end(), isIndex);
  size_t place = 0, axis = 0;
  for (auto [number, part] : llvm::enumerate(parts)) {
    if (&parts[number] == first && !isApart) {
      found.pairsAt = axis - llvm::count_if(found.singles, [&](int64_t single) {
                        return single < int64_t(axis);
                      });
      place = found.result.size();
    }
    if (part == Part::NewAxis)
      found.result.push_back({1, {}});
    else if (part == Part::Kept)
      found.result.push_back(found.box[axis]);
    axis += part != Part::NewAxis;
  }
  llvm::append_range(found.result, ArrayRef(found.box).drop_front(axis));
  found.result.insert(found.result.begin() + place, found.pairs.begin(),
                      found.pairs.end());
  return bool(emit.tensorType(loc, found.result, emit.i32()));
}

std::optional<Selection> Selector::finish(Loc loc) {
  for (const Dim &dim : dims.drop_front(found.box.size()))
    add(0, 1, dim);
  SmallVector<Part> all = parts;
  all.append(
      found.box.size() -
          llvm::count_if(parts, [](Part p) { return p != Part::NewAxis; }),
      Part::Kept);
  parts = all;
  if (!placePairs(loc))
    return std::nullopt;
  for (Value &index : found.indices)
    if (!(index = emit.broadcast(loc, index, found.pairs)))
      return std::nullopt;
  return std::move(found);
}

std::vector<Object> sinter::evaluateItems(Elaborator &elaborator,
                                          ArrayRef<Expr *> items,
                                          Scope &scope) {
  std::vector<Object> values;
  for (const Expr *item : items)
    values.push_back(isa<SliceExpr>(item) ? Object(Nothing())
                                          : elaborator.evaluate(item, scope));
  return values;
}

std::optional<Selection> sinter::select(Elaborator &elaborator, Loc loc,
                                        ArrayRef<Expr *> items,
                                        ArrayRef<Object> values,
                                        ArrayRef<Dim> dims, Scope &scope) {
  Selector selector(elaborator, dims);
  for (auto [item, value] : llvm::zip(items, values))
    if (value.isAbsorbing() || !selector.add(item, value, scope))
      return std::nullopt;
  return selector.finish(loc);
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// Moves the dimensions [0, count) behind the `place` ones that follow them.
static Value moveFront(Emitter &emit, Loc loc, Value x, size_t count,
                       size_t place) {
  if (count == 0 || place == 0)
    return x;
  SmallVector<int64_t> permutation;
  for (size_t dim = 0; dim < place; ++dim)
    permutation.push_back(count + dim);
  for (size_t dim = 0; dim < count; ++dim)
    permutation.push_back(dim);
  for (size_t dim = count + place; dim < dimsOf(x).size(); ++dim)
    permutation.push_back(dim);
  return emit.transpose(loc, x, permutation);
}

Value sinter::readSelection(Emitter &emit, Loc loc, Value x,
                            const Selection &selection) {
  x = emit.slice(loc, x, selection.offsets, selection.strides, selection.box);
  if (selection.axes.empty())
    return emit.reshape(loc, x, selection.result);
  // Without the dimensions that numbers took.
  Dims kept, gathered = selection.pairs;
  SmallVector<int64_t> axes;
  for (auto [axis, dim] : llvm::enumerate(selection.box)) {
    if (llvm::is_contained(selection.singles, int64_t(axis)))
      continue;
    if (llvm::is_contained(selection.axes, int64_t(axis)))
      axes.push_back(kept.size());
    else
      gathered.push_back(dim);
    kept.push_back(dim);
  }
  x = emit.reshape(loc, x, kept);
  RankedTensorType type = emit.tensorType(
      loc, gathered, cast<RankedTensorType>(x.getType()).getElementType());
  if (!type)
    return {};
  x = GatherOp::create(emit.builder, emit.at(loc), type, x, selection.indices,
                       axes);
  x = moveFront(emit, loc, x, selection.pairs.size(), selection.pairsAt);
  return emit.reshape(loc, x, selection.result);
}

/// Numbers in lists of equal lengths, some of them written as fractions.
static bool holdsFractions(const List &list) {
  bool hasFraction = false;
  size_t length = ~size_t(0);
  for (const Object &element : list.elements) {
    const List *inner = element.list();
    size_t innerLength = inner ? inner->elements.size() : 0;
    if (length != ~size_t(0) && innerLength != length)
      return false;
    length = innerLength;
    if (inner ? !holdsFractions(*inner) : !element.isNumber())
      return false;
    hasFraction |= inner || element.is<double>();
  }
  return hasFraction;
}

/// The list can never become a tensor.
static bool holdsNoNumbers(const List &list) {
  if (list.elements.empty())
    return false;
  const Object &first = list.elements.front();
  return !first.isNumber() && !first.is<Tensor>() && !first.is<Dim>() &&
         !first.list() && !first.isAbsorbing();
}

Object Elaborator::index(Loc loc, const Object &base, ArrayRef<Expr *> items,
                         Scope &scope) {
  if (base.isAbsorbing())
    return base;
  if (const ColumnOfFile *column = base.as<ColumnOfFile>())
    return sliceRows(loc, *column, items, scope);
  std::vector<Object> values = evaluateItems(*this, items, scope);
  // A list that is no tensor yet is indexed at build time, and so is one of
  // integers, which may be sizes; a matrix of fractions is a tensor.
  const std::shared_ptr<List> *list = base.as<std::shared_ptr<List>>();
  const int64_t *position = values.front().as<int64_t>();
  bool isTensor =
      list &&
      (isFloatTensor(**list) ||
       (!(*list)->isIndexed && (*list)->depth > 1 && holdsFractions(**list)));
  if (list && position && items.size() == 1 && !isTensor) {
    (*list)->isIndexed = true;
    int64_t size = (*list)->elements.size();
    if (std::optional<int64_t> wrapped = wrapPosition(*position, size))
      return (*list)->elements[*wrapped];
    outOfRange(emit, items[0]->loc, *position, 0, size);
    return Object::error();
  }
  if (list && holdsNoNumbers(**list)) {
    emit.error(Code::NotBuildTime, items[0]->loc,
               "a list that is no tensor is indexed by one integer that is "
               "known at build time");
    return Object::error();
  }
  std::optional<Tensor> tensor = toTensor(loc, base);
  if (!tensor)
    return Object::error();
  std::optional<Selection> selection =
      select(*this, loc, items, values, tensor->dims(), scope);
  if (!selection)
    return Object::error();
  Value value = readSelection(emit, loc, tensor->value, *selection);
  return value ? Object(value) : Object::error();
}
