//===- Operators.cpp - Arithmetic, comparisons, logic ---------------------===//

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

/// Python's %, and the // that goes with it.
static double modulo(double a, double b) {
  double rest = std::fmod(a, b);
  if (rest == 0)
    return std::copysign(rest, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

static double floorDivide(double a, double b) {
  double rest = std::fmod(a, b);
  double quotient = std::nearbyint((a - rest) / b);
  if (rest != 0 && (rest < 0) != (b < 0))
    quotient -= 1;
  return quotient == 0 ? std::copysign(quotient, a / b) : quotient;
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
    return Object(floorDivide(p, q));
  case BinaryOp::Mod:
    return Object(modulo(p, q));
  default:
    return Object(std::pow(p, q));
  }
}

//===----------------------------------------------------------------------===//
// Elementwise operators
//===----------------------------------------------------------------------===//

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
  if (pair.element().isInteger(1)) {
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
  Type element = base.element().isInteger(1) ? emit.i64() : base.element();
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
        (tensor && tensor->element().isInteger(1)))
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
  if (!pair.element().isInteger(1)) {
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
  std::optional<Tensor> tensor;
  if (a.is<Tensor>() || a.list()) {
    tensor = toTensor(loc, a);
    if (!tensor)
      return Object::error();
  }
  if (tensor && tensor->element().isInteger(1))
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
  if (const int64_t *integer = a.as<int64_t>())
    return foldIntegers(BinaryOp::Sub, loc, 0, *integer);
  if (const bool *truth = a.as<bool>())
    return Object(-int64_t(*truth));
  std::optional<Tensor> tensor = toTensor(loc, a);
  if (!tensor)
    return Object::error();
  Value value = tensor->value;
  if (tensor->element().isInteger(1))
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
