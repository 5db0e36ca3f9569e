//===- Conversions.cpp - Element types, lists, broadcasting ---------------===//

#include "frontend/ControlFlow.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

static bool isBool(Type element) { return element.isInteger(1); }

static int elementRank(Type element) {
  if (element.isF64())
    return 5;
  if (element.isF32())
    return 4;
  if (element.isInteger(64))
    return 3;
  if (element.isInteger(32))
    return 2;
  return isBool(element) ? 0 : 1;
}

ElementInfo sinter::elementOf(Emitter &emit, const Object &object) {
  if (const Tensor *tensor = object.as<Tensor>())
    return {tensor->element(), tensor->isWeak};
  if (object.is<double>())
    return {emit.f64(), true};
  return {object.is<bool>() ? emit.i1() : emit.i64(), true};
}

Type sinter::promote(Type a, Type b) {
  return elementRank(a) >= elementRank(b) ? a : b;
}

Type sinter::commonElement(Emitter &emit, ElementInfo a, ElementInfo b) {
  if (a.isWeak == b.isWeak)
    return promote(a.element, b.element);
  ElementInfo strong = a.isWeak ? b : a, weak = a.isWeak ? a : b;
  if (isa<FloatType>(weak.element))
    return isa<FloatType>(strong.element) ? strong.element : emit.f32();
  if (isBool(strong.element))
    return weak.element;
  return strong.element;
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

namespace {
/// The numbers of a nested list, flattened, with its shape.
struct FlatList {
  Dims dims;
  std::vector<const Object *> leaves;
  bool hasFraction = false, hasInteger = false;
};
} // namespace

/// Collects the numbers of a list. False if it holds anything but numbers in
/// lists of equal lengths.
static bool flatten(const List &list, unsigned level, FlatList &flat) {
  int64_t size = list.elements.size();
  if (flat.dims.size() == level) {
    if (!flat.leaves.empty() || level >= unsigned(maxRank))
      return false;
    flat.dims.push_back({size, {}});
  } else if (flat.dims[level].size != size) {
    return false;
  }
  for (const Object &element : list.elements) {
    if (const List *inner = element.list()) {
      if (!flatten(*inner, level + 1, flat))
        return false;
      continue;
    }
    if (!element.isNumber() || flat.dims.size() != level + 1 ||
        flat.leaves.size() == kMaxListNumbers)
      return false;
    flat.hasFraction |= element.is<double>();
    flat.hasInteger |= element.is<int64_t>();
    flat.leaves.push_back(&element);
  }
  return true;
}

/// The element type of a list of numbers.
static Type listElement(Emitter &emit, const FlatList &flat) {
  if (flat.hasFraction)
    return emit.f32();
  return flat.hasInteger ? emit.i32() : emit.i1();
}

/// The numbers as a constant; null if an integer does not fit.
static DenseElementsAttr constantOf(Emitter &emit, const FlatList &flat,
                                    Type element) {
  SmallVector<Attribute> values;
  for (const Object *leaf : flat.leaves) {
    TypedAttr value = emit.numberAttr(element, *leaf);
    if (!value)
      return {};
    values.push_back(value);
  }
  return DenseElementsAttr::get(makeTensor(flat.dims, element), values);
}

/// The list has become a tensor, which is known where operations are built.
bool Elaborator::isTensorHere(List &list) {
  return frame && list.tensor && list.frame == frame->id &&
         list.tensor.getParentRegion()->isAncestor(
             emit.builder.getInsertionBlock()->getParent());
}

bool Elaborator::isFloatTensor(List &list) {
  return isTensorHere(list) &&
         isa<FloatType>(
             cast<RankedTensorType>(list.tensor.getType()).getElementType());
}

Value Elaborator::listTensor(Loc loc, List &list) {
  InsertionScope insertion(emit);
  leaveRegions(list.regionDepth);
  if (isTensorHere(list))
    return list.tensor;
  if (list.elements.empty()) {
    emit.error(Code::WrongType, loc, "an empty list is no tensor");
    return {};
  }
  FlatList flat;
  bool isConstant = flatten(list, 0, flat);
  if (!isConstant && flat.leaves.size() == kMaxListNumbers) {
    emit.error(Code::TooLarge, loc,
               "a list of more than " + Twine(kMaxListNumbers) + " numbers");
    return {};
  }
  if (isConstant) {
    DenseElementsAttr constant =
        constantOf(emit, flat, listElement(emit, flat));
    if (!constant) {
      emit.error(Code::BadValue, loc,
                 "the integers of this list do not fit i32");
      return {};
    }
    list.tensor = ConstantOp::create(emit.builder, emit.at(loc), constant);
  } else {
    list.tensor = stackList(loc, list);
  }
  list.frame = frame->id;
  return list.tensor;
}

/// A list that holds graph values: its elements become slices of one tensor.
Value Elaborator::stackList(Loc loc, const List &list) {
  std::vector<Tensor> tensors;
  Type element;
  bool isWeak = true;
  for (const Object &object : list.elements) {
    std::optional<Tensor> tensor = toTensor(loc, object);
    if (!tensor)
      return {};
    element = element ? commonElement(emit, {element, isWeak},
                                      {tensor->element(), tensor->isWeak})
                      : tensor->element();
    isWeak &= tensor->isWeak;
    tensors.push_back(*tensor);
  }
  if (isWeak)
    element = isa<FloatType>(element) ? emit.f32() : emit.i32();
  SmallVector<Value> rows;
  for (const Tensor &tensor : tensors) {
    if (tensor.dims() != tensors.front().dims()) {
      emit.error(Code::ShapeMismatch, loc,
                 "the elements of a list have different shapes: " +
                     toString(tensors.front().dims()) + " and " +
                     toString(tensor.dims()));
      return {};
    }
    Dims dims = tensor.dims();
    dims.insert(dims.begin(), Dim{1, {}});
    Value row = emit.reshape(loc, emit.cast(loc, tensor.value, element), dims);
    if (!row)
      return {};
    rows.push_back(row);
  }
  return emit.concat(loc, rows, 0);
}

std::optional<Tensor> Elaborator::toTensor(Loc loc, const Object &object) {
  if (const Tensor *tensor = object.as<Tensor>())
    return *tensor;
  if (object.isAbsorbing())
    return std::nullopt;
  if (!frame) {
    emit.error(Code::WrongPlace, loc, "a tensor cannot be computed here");
    return std::nullopt;
  }
  if (object.isNumber()) {
    Type element = elementOf(emit, object).element;
    return Tensor{emit.splat(loc, {}, element, object), true};
  }
  if (const Dim *dim = object.as<Dim>())
    return Tensor{emit.extent(loc, *dim), true};
  if (const std::shared_ptr<List> *list = object.as<std::shared_ptr<List>>()) {
    Value value = listTensor(loc, **list);
    if (!value)
      return std::nullopt;
    return Tensor{value};
  }
  sinter::Diagnostic &diagnostic = emit.error(
      Code::WrongType, loc, "expected a tensor, got " + describe(object));
  if (object.is<ColumnOfFile>())
    diagnostic.addHelp("a fixed range of them is a tensor: '[0:256]'");
  else if (object.isNone())
    diagnostic.addHelp("'None' is no value: it can be compared, and stands for "
                       "what is left out");
  return std::nullopt;
}

Type Elaborator::commonElementType(ArrayRef<CallArgument> tensors) {
  ElementInfo common = elementOf(emit, tensors.front().value);
  for (const CallArgument &argument : tensors.drop_front()) {
    ElementInfo info = elementOf(emit, argument.value);
    common = {commonElement(emit, common, info), common.isWeak && info.isWeak};
  }
  if (!common.isWeak)
    return common.element;
  return isa<FloatType>(common.element) ? emit.f32()
         : isBool(common.element)       ? common.element
                                        : emit.i32();
}

std::string Elaborator::wordFor(Value value) {
  if (NameLoc name = dyn_cast<NameLoc>(value.getLoc()))
    return name.getName().str();
  return "x";
}

Value Elaborator::convert(Loc loc, const Object &object, Type element,
                          ArrayRef<Dim> dims) {
  if (object.isNumber())
    return emit.splat(loc, dims, element, object);
  std::optional<Tensor> tensor = toTensor(loc, object);
  if (!tensor)
    return {};
  return emit.broadcast(loc, emit.cast(loc, tensor->value, element), dims);
}

/// No value of `from` is changed by becoming a `to`, rounding of integers to
/// floats excepted.
static bool widens(ElementInfo from, Type to) {
  if (from.isWeak)
    return isa<FloatType>(to) || !isa<FloatType>(from.element);
  return elementRank(from.element) <= elementRank(to);
}

Value Elaborator::coerce(Loc loc, const Object &object, RankedTensorType type,
                         const Twine &what) {
  if (object.isAbsorbing())
    return {};
  // Numbers in a list that is declared f64 are not rounded to f32 first.
  FlatList flat;
  const List *list = object.list();
  if (list && type.getElementType().isF64() && flatten(*list, 0, flat) &&
      flat.dims == dimsOf(type))
    return ConstantOp::create(emit.builder, emit.at(loc),
                              constantOf(emit, flat, type.getElementType()));
  std::optional<Tensor> tensor;
  if (!object.isNumber()) {
    tensor = toTensor(loc, object);
    if (!tensor)
      return {};
  }
  bool fits = widens(elementOf(emit, tensor ? Object(*tensor) : object),
                     type.getElementType());
  bool isNumber = !tensor || (tensor->isWeak && tensor->type().getRank() == 0);
  bool isShape = isNumber || tensor->dims() == dimsOf(type);
  if (fits && isShape)
    return convert(loc, object, type.getElementType(), dimsOf(type));
  Diagnostic &diagnostic =
      emit.error(isShape ? Code::WrongType : Code::ShapeMismatch, loc,
                 what + " is " + typeName(type) + ", but this is " +
                     describe(object.isNumber() ? object : Object(*tensor)));
  if (isShape)
    diagnostic.addHelp("'cast(x, " + dtypeName(type.getElementType()) +
                       ")' converts where something may be lost");
  return {};
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

/// "784" or "batch".
static std::string sizeText(const Dim &dim) {
  return dim.isDynamic() ? dim.name.str() : std::to_string(dim.size);
}

void Elaborator::shapeClash(Loc loc, StringRef what, ArrayRef<Dim> a, Loc aLoc,
                            size_t aAxis, ArrayRef<Dim> b, Loc bLoc,
                            size_t bAxis, const Twine &help) {
  Diagnostic &diagnostic = emit.error(
      Code::ShapeMismatch, loc,
      "shapes " + toString(a) + " and " + toString(b) + " do not fit in '" +
          what + "': dimension " + Twine(aAxis) + " of the left side is " +
          sizeText(a[aAxis]) + ", dimension " + Twine(bAxis) +
          " of the right side is " + sizeText(b[bAxis]));
  if (aLoc.isValid() && emit.userPlace(aLoc) == aLoc)
    diagnostic.addNote(aLoc, "the left side is " + toString(a));
  if (bLoc.isValid() && emit.userPlace(bLoc) == bLoc)
    diagnostic.addNote(bLoc, "the right side is " + toString(b));
  diagnostic.addHelp(help);
}

/// The last dimensions would fit if `x` had a dimension of 1 at `axis`: what a
/// reduction without `keepdims` leaves out.
static bool lacksKeptDimension(ArrayRef<Dim> x, ArrayRef<Dim> other) {
  return x.size() + 1 == other.size() && x == other.drop_back();
}

bool Elaborator::unify(Loc loc, StringRef what, const Object &a, Loc aLoc,
                       const Object &b, Loc bLoc, bool wantsFloat,
                       UnifiedPair &pair) {
  // Lists and sizes become tensors first: they decide the element type.
  Object left = a, right = b;
  for (auto [object, loc] : {std::pair(&left, aLoc), std::pair(&right, bLoc)}) {
    if (object->isNumber())
      continue;
    std::optional<Tensor> tensor = toTensor(loc, *object);
    if (!tensor)
      return false;
    *object = *tensor;
  }
  ElementInfo aInfo = elementOf(emit, left), bInfo = elementOf(emit, right);
  Type element = commonElement(emit, aInfo, bInfo);
  pair.isWeak = aInfo.isWeak && bInfo.isWeak;
  if (wantsFloat && !isa<FloatType>(element))
    element = pair.isWeak ? emit.f64() : emit.f32();

  Dims aDims = left.isNumber() ? Dims() : left.as<Tensor>()->dims();
  Dims bDims = right.isNumber() ? Dims() : right.as<Tensor>()->dims();
  Dims dims;
  unsigned fromEnd = 0;
  if (!Emitter::broadcastDims(aDims, bDims, dims, fromEnd)) {
    bool isKeepdims =
        lacksKeptDimension(aDims, bDims) || lacksKeptDimension(bDims, aDims);
    shapeClash(loc, what, aDims, aLoc, aDims.size() - fromEnd, bDims, bLoc,
               bDims.size() - fromEnd,
               isKeepdims
                   ? "a reduction keeps its dimension with 'keepdims = true'"
                   : "sizes are compared from the last dimension on; each two "
                     "must be equal, or one of them 1");
    return false;
  }
  lint.noteBroadcast(loc, aDims, bDims);
  pair.left = convert(aLoc.isValid() ? aLoc : loc, left, element, dims);
  pair.right = convert(bLoc.isValid() ? bLoc : loc, right, element, dims);
  return pair.left && pair.right;
}
