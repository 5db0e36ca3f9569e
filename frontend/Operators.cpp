//===- Operators.cpp - Arithmetic, element types, broadcasting ------------===//

#include "frontend/Elaborator.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Numbers that are known at build time
//===----------------------------------------------------------------------===//

static bool isComparison(BinaryOp op) {
  return op >= BinaryOp::Equal && op <= BinaryOp::GreaterEqual;
}

template <typename T>
static bool compareNumbers(BinaryOp op, T a, T b) {
  switch (op) {
  case BinaryOp::Equal:
    return a == b;
  case BinaryOp::NotEqual:
    return a != b;
  case BinaryOp::Less:
    return a < b;
  case BinaryOp::LessEqual:
    return a <= b;
  case BinaryOp::Greater:
    return a > b;
  default:
    return a >= b;
  }
}

/// a ** b for b >= 0; true on overflow.
static bool powerOverflows(int64_t a, int64_t b, int64_t &result) {
  result = 1;
  while (b > 0) {
    if ((b & 1) && llvm::MulOverflow(result, a, result))
      return true;
    b >>= 1;
    if (b > 0 && llvm::MulOverflow(a, a, a))
      return true;
  }
  return false;
}

Object Elaborator::foldIntegers(BinaryOp op, Loc loc, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflows = false;
  switch (op) {
  case BinaryOp::Add:
    overflows = llvm::AddOverflow(a, b, result);
    break;
  case BinaryOp::Sub:
    overflows = llvm::SubOverflow(a, b, result);
    break;
  case BinaryOp::Mul:
    overflows = llvm::MulOverflow(a, b, result);
    break;
  case BinaryOp::FloorDiv:
  case BinaryOp::Mod: {
    if (b == 0) {
      emit.error(Code::BadArithmetic, loc, "division by zero");
      return Object::error();
    }
    overflows = a == std::numeric_limits<int64_t>::min() && b == -1;
    if (overflows)
      break;
    int64_t quotient = a / b;
    if (a % b != 0 && (a < 0) != (b < 0))
      --quotient;
    result = op == BinaryOp::FloorDiv ? quotient : a - quotient * b;
    break;
  }
  default: // Power, b >= 0
    overflows = powerOverflows(a, b, result);
    break;
  }
  if (overflows) {
    emit.error(Code::BadArithmetic, loc,
               "the result does not fit a 64-bit integer");
    return Object::error();
  }
  return Object(result);
}

Object Elaborator::foldNumbers(BinaryOp op, Loc loc, const Object &a,
                               const Object &b) {
  bool isFraction = a.is<double>() || b.is<double>();
  int64_t x =
      isFraction ? 0 : int64_t(a.is<bool>() ? *a.as<bool>() : *a.as<int64_t>());
  int64_t y =
      isFraction ? 0 : int64_t(b.is<bool>() ? *b.as<bool>() : *b.as<int64_t>());
  if (isComparison(op))
    return Object(isFraction ? compareNumbers(op, a.number(), b.number())
                             : compareNumbers(op, x, y));
  bool isIntegral = op != BinaryOp::Div && (op != BinaryOp::Power || y >= 0);
  if (!isFraction && isIntegral)
    return foldIntegers(op, loc, x, y);

  double p = a.number(), q = b.number();
  if (q == 0 && (op == BinaryOp::Div || op == BinaryOp::FloorDiv ||
                 op == BinaryOp::Mod)) {
    emit.error(Code::BadArithmetic, loc, "division by zero");
    return Object::error();
  }
  switch (op) {
  case BinaryOp::Add:
    return Object(p + q);
  case BinaryOp::Sub:
    return Object(p - q);
  case BinaryOp::Mul:
    return Object(p * q);
  case BinaryOp::Div:
    return Object(p / q);
  case BinaryOp::FloorDiv:
    return Object(std::floor(p / q));
  case BinaryOp::Mod:
    return Object(p - q * std::floor(p / q));
  default:
    return Object(std::pow(p, q));
  }
}

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

namespace {
/// What an operand brings to the choice of the result's element type.
struct ElementInfo {
  Type element;
  bool isWeak;
};
} // namespace

static ElementInfo elementOf(Emitter &emit, const Object &object) {
  if (const Tensor *tensor = object.as<Tensor>())
    return {tensor->element(), tensor->isWeak};
  if (object.is<double>())
    return {emit.f64(), true};
  return {object.is<bool>() ? emit.i1() : emit.i64(), true};
}

/// The element type that two operands meet in.
static Type commonElement(Emitter &emit, ElementInfo a, ElementInfo b) {
  if (a.isWeak == b.isWeak)
    return elementRank(a.element) >= elementRank(b.element) ? a.element
                                                            : b.element;
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
    if (!element.isNumber() || flat.dims.size() != level + 1)
      return false;
    flat.hasFraction |= element.is<double>();
    flat.hasInteger |= element.is<int64_t>();
    flat.leaves.push_back(&element);
  }
  return true;
}

static DenseElementsAttr constantOf(Emitter &emit, const FlatList &flat,
                                    bool &fits) {
  Type element = flat.hasFraction  ? emit.f32()
                 : flat.hasInteger ? emit.i32()
                                   : emit.i1();
  RankedTensorType type = makeTensor(flat.dims, element);
  fits = true;
  if (flat.hasFraction) {
    std::vector<float> values;
    for (const Object *leaf : flat.leaves)
      values.push_back(float(leaf->number()));
    return DenseElementsAttr::get(type, ArrayRef<float>(values));
  }
  if (flat.hasInteger) {
    std::vector<int32_t> values;
    for (const Object *leaf : flat.leaves) {
      int64_t value =
          leaf->is<bool>() ? *leaf->as<bool>() : *leaf->as<int64_t>();
      fits &= llvm::isInt<32>(value);
      values.push_back(int32_t(value));
    }
    return DenseElementsAttr::get(type, ArrayRef<int32_t>(values));
  }
  SmallVector<bool> values;
  for (const Object *leaf : flat.leaves)
    values.push_back(*leaf->as<bool>());
  return DenseElementsAttr::get(type, ArrayRef<bool>(values));
}

Value Elaborator::listTensor(Loc loc, List &list) {
  if (list.tensor && list.frame == frame->id &&
      list.tensor.getParentRegion()->isAncestor(
          emit.builder.getInsertionBlock()->getParent()))
    return list.tensor;
  if (list.elements.empty()) {
    emit.error(Code::WrongType, loc, "an empty list is no tensor");
    return {};
  }
  FlatList flat;
  if (flatten(list, 0, flat)) {
    bool fits = true;
    DenseElementsAttr constant = constantOf(emit, flat, fits);
    if (!fits) {
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
  emit.error(Code::WrongType, loc,
             "expected a tensor, got " + describe(object));
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
// Elementwise operators
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
  pair.left = convert(aLoc.isValid() ? aLoc : loc, left, element, dims);
  pair.right = convert(bLoc.isValid() ? bLoc : loc, right, element, dims);
  return pair.left && pair.right;
}

static Predicate predicateOf(BinaryOp op) {
  switch (op) {
  case BinaryOp::Equal:
    return Predicate::EQ;
  case BinaryOp::NotEqual:
    return Predicate::NE;
  case BinaryOp::Less:
    return Predicate::LT;
  case BinaryOp::LessEqual:
    return Predicate::LE;
  case BinaryOp::Greater:
    return Predicate::GT;
  default:
    return Predicate::GE;
  }
}

Object Elaborator::elementwise(BinaryOp op, Loc loc, const Object &a, Loc aLoc,
                               const Object &b, Loc bLoc) {
  // Integers to a known power stay integers.
  const int64_t *exponent = b.as<int64_t>();
  if (op == BinaryOp::Power && exponent && *exponent >= 0) {
    std::optional<Tensor> base = toTensor(aLoc, a);
    if (!base)
      return Object::error();
    if (!isa<FloatType>(base->element()))
      return integerPower(loc, *base, *exponent);
  }
  bool wantsFloat = op == BinaryOp::Div || op == BinaryOp::Power;
  UnifiedPair pair;
  if (!unify(loc, spelling(op), a, aLoc, b, bLoc, wantsFloat, pair))
    return Object::error();
  if (isComparison(op))
    return Object(
        Tensor{emit.compare(loc, predicateOf(op), pair.left, pair.right),
               pair.isWeak});
  if (isBool(pair.element())) {
    // Truth values count as 0 and 1.
    pair.left = emit.cast(loc, pair.left, emit.i64());
    pair.right = emit.cast(loc, pair.right, emit.i64());
  }
  Value result;
  switch (op) {
  case BinaryOp::Add:
    result = emit.binary<AddOp>(loc, pair.left, pair.right);
    break;
  case BinaryOp::Sub:
    result = emit.binary<SubOp>(loc, pair.left, pair.right);
    break;
  case BinaryOp::Mul:
    result = emit.binary<MulOp>(loc, pair.left, pair.right);
    break;
  case BinaryOp::Div:
    result = emit.binary<DivOp>(loc, pair.left, pair.right);
    break;
  case BinaryOp::FloorDiv:
    result = emit.binary<FloorDivOp>(loc, pair.left, pair.right);
    break;
  case BinaryOp::Mod:
    result = emit.binary<ModOp>(loc, pair.left, pair.right);
    break;
  default:
    result = emit.binary<PowOp>(loc, pair.left, pair.right);
    break;
  }
  return Object(Tensor{result, pair.isWeak});
}

Object Elaborator::integerPower(Loc loc, const Tensor &base, int64_t exponent) {
  Type element = isBool(base.element()) ? emit.i64() : base.element();
  Value square = emit.cast(loc, base.value, element), result;
  for (int64_t rest = exponent; rest > 0; rest >>= 1) {
    if (rest & 1)
      result = result ? emit.binary<MulOp>(loc, result, square) : square;
    if (rest > 1)
      square = emit.binary<MulOp>(loc, square, square);
  }
  if (!result)
    result = emit.splat(loc, base.dims(), element, Object(int64_t(1)));
  return Object(Tensor{result, base.isWeak});
}

//===----------------------------------------------------------------------===//
// and, or, not, minus
//===----------------------------------------------------------------------===//

Object Elaborator::logical(BinaryOp op, Loc loc, const Object &a, Loc aLoc,
                           const Object &b, Loc bLoc) {
  for (auto [object, place] : {std::pair(&a, aLoc), std::pair(&b, bLoc)}) {
    const Tensor *tensor = object->as<Tensor>();
    if (object->is<bool>() || object->list() ||
        (tensor && isBool(tensor->element())))
      continue;
    emit.error(Code::WrongType, place,
               "'" + spelling(op) + "' wants truth values, this is " +
                   describe(*object));
    return Object::error();
  }
  if (a.is<bool>() && b.is<bool>())
    return Object(op == BinaryOp::And ? *a.as<bool>() && *b.as<bool>()
                                      : *a.as<bool>() || *b.as<bool>());
  UnifiedPair pair;
  if (!unify(loc, spelling(op), a, aLoc, b, bLoc, false, pair))
    return Object::error();
  if (!isBool(pair.element())) {
    emit.error(Code::WrongType, loc,
               "'" + spelling(op) + "' wants truth values, got " +
                   dtypeName(pair.element()));
    return Object::error();
  }
  Value value = op == BinaryOp::And
                    ? emit.binary<AndOp>(loc, pair.left, pair.right)
                    : emit.binary<OrOp>(loc, pair.left, pair.right);
  return Object(Tensor{value, pair.isWeak});
}

Object Elaborator::logicalNot(Loc loc, const Object &a) {
  if (a.isAbsorbing())
    return a;
  if (const bool *known = a.as<bool>())
    return Object(!*known);
  const Tensor *tensor = a.as<Tensor>();
  if (tensor && isBool(tensor->element()))
    return Object(
        Tensor{emit.unary<NotOp>(loc, tensor->value), tensor->isWeak});
  emit.error(Code::WrongType, loc,
             "'not' wants truth values, this is " + describe(a));
  return Object::error();
}

Object Elaborator::negate(Loc loc, const Object &a) {
  if (a.isAbsorbing())
    return a;
  if (const double *fraction = a.as<double>())
    return Object(-*fraction);
  if (a.isNumber())
    return foldIntegers(BinaryOp::Sub, loc, 0, int64_t(a.number()));
  std::optional<Tensor> tensor = toTensor(loc, a);
  if (!tensor)
    return Object::error();
  Value value = tensor->value;
  if (isBool(tensor->element()))
    value = emit.cast(loc, value, emit.i64());
  return Object(Tensor{emit.unary<NegOp>(loc, value), tensor->isWeak});
}

Object Elaborator::binary(BinaryOp op, Loc loc, const Object &a, Loc aLoc,
                          const Object &b, Loc bLoc) {
  if (a.isAbsorbing() || b.isAbsorbing())
    return absorb(a, b);
  if (op == BinaryOp::And || op == BinaryOp::Or)
    return logical(op, loc, a, aLoc, b, bLoc);
  if (op == BinaryOp::MatMul)
    return matmul(loc, a, aLoc, b, bLoc);
  if (a.isNumber() && b.isNumber())
    return foldNumbers(op, loc, a, b);
  bool isEquality = op == BinaryOp::Equal || op == BinaryOp::NotEqual;
  if (isEquality && (a.isNone() || b.isNone()))
    return Object((a.isNone() && b.isNone()) == (op == BinaryOp::Equal));
  const std::string *aText = a.characters(), *bText = b.characters();
  if (isEquality && aText && bText)
    return Object((*aText == *bText) == (op == BinaryOp::Equal));
  if (isEquality && a.is<Type>() && b.is<Type>())
    return Object((*a.as<Type>() == *b.as<Type>()) == (op == BinaryOp::Equal));
  return elementwise(op, loc, a, aLoc, b, bLoc);
}

//===----------------------------------------------------------------------===//
// Contraction
//===----------------------------------------------------------------------===//

namespace {
/// An operand of `@`: its dimensions with their letters.
struct MatrixOperand {
  Value value;
  Dims dims;
  std::string letters;
};
} // namespace

/// A transposed matrix is read in place: its letters change their order.
static void foldTranspose(MatrixOperand &operand) {
  TransposeOp transpose = operand.value.getDefiningOp<TransposeOp>();
  if (!transpose)
    return;
  std::string letters(operand.letters.size(), ' ');
  for (auto [i, source] : llvm::enumerate(transpose.getPermutation()))
    letters[source] = operand.letters[i];
  operand.letters = letters;
  operand.value = transpose.getInput();
}

Object Elaborator::matmul(Loc loc, const Object &a, Loc aLoc, const Object &b,
                          Loc bLoc) {
  MatrixOperand left, right;
  Tensor tensors[2];
  for (auto [i, object, place] :
       {std::tuple(0, &a, aLoc), std::tuple(1, &b, bLoc)}) {
    std::optional<Tensor> tensor = toTensor(place, *object);
    if (!tensor)
      return Object::error();
    if (tensor->type().getRank() == 0 || isBool(tensor->element())) {
      emit.error(Code::WrongType, place,
                 "'@' multiplies vectors and matrices, this is " +
                     describe(object->isNumber() ? *object : Object(*tensor)))
          .addHelp("'*' multiplies element by element");
      return Object::error();
    }
    tensors[i] = *tensor;
  }
  Type element = commonElement(emit, {tensors[0].element(), false},
                               {tensors[1].element(), false});
  left.dims = tensors[0].dims();
  right.dims = tensors[1].dims();

  // x is the summed dimension: the left's last, the right's last but one.
  size_t aAxis = left.dims.size() - 1;
  size_t bAxis = right.dims.size() == 1 ? 0 : right.dims.size() - 2;
  if (left.dims[aAxis] != right.dims[bAxis]) {
    shapeClash(loc, "@", left.dims, aLoc, aAxis, right.dims, bLoc, bAxis,
               "'a @ b' sums over a's last dimension and b's last but one; "
               "'.T' transposes");
    return Object::error();
  }
  Dims aBatch(left.dims.begin(),
              left.dims.end() - std::min<size_t>(2, left.dims.size()));
  Dims bBatch(right.dims.begin(),
              right.dims.end() - std::min<size_t>(2, right.dims.size()));
  Dims batch;
  unsigned fromEnd = 0;
  if (!Emitter::broadcastDims(aBatch, bBatch, batch, fromEnd)) {
    shapeClash(loc, "@", left.dims, aLoc, aBatch.size() - fromEnd, right.dims,
               bLoc, bBatch.size() - fromEnd,
               "the dimensions before the matrices must be equal, or 1");
    return Object::error();
  }
  auto prepare = [&](MatrixOperand &operand, const Tensor &tensor,
                     const Dims &own, StringRef matrix) {
    operand.value = emit.cast(loc, tensor.value, element);
    if (!own.empty() && own != batch) {
      operand.dims.erase(operand.dims.begin(),
                         operand.dims.begin() + own.size());
      operand.dims.insert(operand.dims.begin(), batch.begin(), batch.end());
      operand.value = emit.broadcast(loc, operand.value, operand.dims);
    }
    if (!own.empty())
      for (size_t i = 0; i < batch.size(); ++i)
        operand.letters += char('a' + i);
    operand.letters += matrix;
  };
  bool aIsVector = left.dims.size() == 1, bIsVector = right.dims.size() == 1;
  prepare(left, tensors[0], aBatch, aIsVector ? "x" : "wx");
  prepare(right, tensors[1], bBatch, bIsVector ? "x" : "xy");
  if (!left.value || !right.value)
    return Object::error();

  std::string result;
  for (size_t i = 0; i < batch.size(); ++i)
    result += char('a' + i);
  Dims dims = batch;
  if (!aIsVector) {
    result += 'w';
    dims.push_back(left.dims[left.dims.size() - 2]);
  }
  if (!bIsVector) {
    result += 'y';
    dims.push_back(right.dims.back());
  }
  foldTranspose(left);
  foldTranspose(right);
  return emit.contract(loc, left.letters + "," + right.letters + "->" + result,
                       left.value, right.value, dims);
}
