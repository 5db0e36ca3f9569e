//===- BuiltinMath.cpp - Elementwise functions, reductions -----===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

static Object wrap(Value value, bool isWeak = false) {
  return value ? Object(Tensor{value, isWeak}) : Object::error();
}

//===----------------------------------------------------------------------===//
// Functions of one number
//===----------------------------------------------------------------------===//

/// `fold` computes the function of a number that is known at build time.
template <typename OpTy>
static Object floatFunction(Call &call, double (*fold)(double)) {
  if (call[0].isNumber())
    return Object(fold(call[0].number()));
  std::optional<Tensor> x = call.floats(0);
  if (!x)
    return Object::error();
  return wrap(call.elaborator.emit.unary<OpTy>(call.loc, x->value), x->isWeak);
}

/// A function that keeps integers integers.
template <typename OpTy>
static Object numberFunction(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  Emitter &emit = call.elaborator.emit;
  Value value = x->value;
  if (x->element().isInteger(1))
    value = emit.cast(call.loc, value, emit.i64());
  return wrap(emit.unary<OpTy>(call.loc, value), x->isWeak);
}

Object sinter::applyExp(Call &call) {
  return floatFunction<ExpOp>(call, [](double x) { return std::exp(x); });
}

Object sinter::applyLog(Call &call) {
  return floatFunction<LogOp>(call, [](double x) { return std::log(x); });
}

Object sinter::applySqrt(Call &call) {
  return floatFunction<SqrtOp>(call, [](double x) { return std::sqrt(x); });
}

Object sinter::applySin(Call &call) {
  return floatFunction<SinOp>(call, [](double x) { return std::sin(x); });
}

Object sinter::applyCos(Call &call) {
  return floatFunction<CosOp>(call, [](double x) { return std::cos(x); });
}

Object sinter::applyTanh(Call &call) {
  return floatFunction<TanhOp>(call, [](double x) { return std::tanh(x); });
}

Object sinter::applyErf(Call &call) {
  return floatFunction<ErfOp>(call, [](double x) { return std::erf(x); });
}

Object sinter::applyExactGelu(Call &call) {
  return floatFunction<GeluOp>(
      call, [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; });
}

Object sinter::applySigmoid(Call &call) {
  return floatFunction<SigmoidOp>(
      call, [](double x) { return 1 / (1 + std::exp(-x)); });
}

Object sinter::applyRelu(Call &call) {
  return floatFunction<ReluOp>(call, [](double x) { return x > 0 ? x : 0; });
}

Object sinter::applyFloor(Call &call) {
  return floatFunction<FloorOp>(call, [](double x) { return std::floor(x); });
}

Object sinter::applyAbs(Call &call) {
  if (const double *fraction = call[0].as<double>())
    return Object(std::fabs(*fraction));
  const int64_t *integer = call[0].as<int64_t>();
  if (integer && *integer != std::numeric_limits<int64_t>::min())
    return Object(std::abs(*integer));
  return numberFunction<AbsOp>(call);
}

Object sinter::applySign(Call &call) {
  if (call[0].isNumber()) {
    double x = call[0].number();
    return Object(int64_t(x > 0) - int64_t(x < 0));
  }
  return numberFunction<SignOp>(call);
}

Object sinter::applyStopGradient(Call &call) {
  if (call[0].isNumber())
    return call[0];
  std::optional<Tensor> x = call.tensor(0);
  if (!x || !isa<FloatType>(x->element()))
    return x ? Object(*x) : Object::error();
  return wrap(call.elaborator.emit.unary<StopGradientOp>(call.loc, x->value),
              x->isWeak);
}

//===----------------------------------------------------------------------===//
// Functions of two
//===----------------------------------------------------------------------===//

static Object larger(Call &call, bool wantsLarger) {
  if (call[0].isNumber() && call[1].isNumber()) {
    bool isFirst = (call[0].number() > call[1].number()) == wantsLarger;
    return isFirst ? call[0] : call[1];
  }
  Emitter &emit = call.elaborator.emit;
  UnifiedPair pair;
  if (!call.elaborator.unify(call.loc, call.name, call[0], call.place(0),
                             call[1], call.place(1), false, pair))
    return Object::error();
  if (pair.element().isInteger(1))
    return wantsLarger
               ? wrap(emit.binary<OrOp>(call.loc, pair.left, pair.right))
               : wrap(emit.binary<AndOp>(call.loc, pair.left, pair.right));
  Value value = wantsLarger
                    ? emit.binary<MaximumOp>(call.loc, pair.left, pair.right)
                    : emit.binary<MinimumOp>(call.loc, pair.left, pair.right);
  return wrap(value, pair.isWeak);
}

Object sinter::applyWhere(Call &call) {
  if (const bool *known = call[0].as<bool>())
    return *known ? call[1] : call[2];
  Elaborator &elaborator = call.elaborator;
  std::optional<Tensor> condition = call.tensor(0);
  if (!condition)
    return Object::error();
  if (!condition->element().isInteger(1)) {
    call.wrongType(0, "truth values");
    return Object::error();
  }
  UnifiedPair pair;
  if (!elaborator.unify(call.loc, "where", call[1], call.place(1), call[2],
                        call.place(2), false, pair))
    return Object::error();
  Type element = pair.element();
  // Numbers that a tensor chooses between have met a tensor.
  if (pair.isWeak && !condition->isWeak)
    element = isa<FloatType>(element) ? elaborator.emit.f32()
              : element.isInteger(1)  ? element
                                      : elaborator.emit.i32();
  Dims dims, valueDims = dimsOf(pair.left);
  unsigned fromEnd = 0;
  Dims own = condition->dims();
  if (!Emitter::broadcastDims(own, valueDims, dims, fromEnd)) {
    elaborator.shapeClash(call.loc, "where", own, call.place(0),
                          own.size() - fromEnd, valueDims, call.place(1),
                          valueDims.size() - fromEnd,
                          "the condition and both values must fit together");
    return Object::error();
  }
  Value onTrue = elaborator.convert(call.loc, call[1], element, dims);
  Value onFalse = elaborator.convert(call.loc, call[2], element, dims);
  Value mask = elaborator.emit.broadcast(call.loc, condition->value, dims);
  if (!onTrue || !onFalse || !mask)
    return Object::error();
  return wrap(elaborator.emit.select(call.loc, mask, onTrue, onFalse),
              pair.isWeak && condition->isWeak);
}

Object sinter::applyCast(Call &call) {
  const Type *element = call[1].as<Type>();
  if (!element) {
    call.wrongType(1, "an element type, as in 'cast(x, f32)'");
    return Object::error();
  }
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  return wrap(call.elaborator.emit.cast(call.loc, x->value, *element));
}

Object sinter::applyClose(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<double> rtol = call.number(2), atol = call.number(3);
  if (!rtol || !atol)
    return Object::error();
  if (call[0].isNumber() && call[1].isNumber()) {
    double a = call[0].number(), b = call[1].number();
    return Object(a == b || std::fabs(a - b) <= *atol + *rtol * std::fabs(b));
  }
  UnifiedPair pair;
  if (!call.elaborator.unify(call.loc, "close", call[0], call.place(0), call[1],
                             call.place(1), true, pair))
    return Object::error();
  RankedTensorType type = cast<RankedTensorType>(pair.left.getType());
  Value distance = emit.unary<AbsOp>(
      call.loc, emit.binary<SubOp>(call.loc, pair.left, pair.right));
  Value relative = emit.splat(call.loc, type, *rtol);
  Value scale = emit.binary<MulOp>(call.loc, relative,
                                   emit.unary<AbsOp>(call.loc, pair.right));
  Value bound =
      emit.binary<AddOp>(call.loc, emit.splat(call.loc, type, *atol), scale);
  return wrap(emit.compare(call.loc, Predicate::LE, distance, bound));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// Gives a reduction's result the reduced axes back, with size 1.
static Value keepAxes(Emitter &emit, Loc loc, Value reduced, ArrayRef<Dim> from,
                      ArrayRef<int64_t> axes) {
  Dims dims(from.begin(), from.end());
  for (int64_t axis : axes)
    dims[axis] = Dim{1, {}};
  return emit.reshape(loc, reduced, dims);
}

/// `build` reduces a tensor over axes; the axis and keepdims arguments are at
/// positions `axisAt` and `axisAt + 1`.
template <typename Build>
static Object reduction(Call &call, std::optional<Tensor> x, unsigned axisAt,
                        Build build) {
  if (!x)
    return Object::error();
  std::optional<SmallVector<int64_t>> axes =
      call.axes(axisAt, x->type().getRank());
  std::optional<bool> keepdims = call.flag(axisAt + 1);
  if (!axes || !keepdims)
    return Object::error();
  Value value = build(x->value, *axes);
  if (value && *keepdims)
    value = keepAxes(call.elaborator.emit, call.loc, value, x->dims(), *axes);
  return wrap(value, x->isWeak);
}

/// Truth values and integers are summed in i64.
static std::optional<Tensor> summable(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  Emitter &emit = call.elaborator.emit;
  if (x && !isa<FloatType>(x->element()))
    x->value = emit.cast(call.loc, x->value, emit.i64());
  return x;
}

static Object simpleReduction(Call &call, std::optional<Tensor> x,
                              ReduceKind kind, unsigned axisAt) {
  return reduction(call, x, axisAt, [&](Value value, ArrayRef<int64_t> axes) {
    return call.elaborator.emit.reduce(call.loc, kind, value, axes);
  });
}

Object sinter::applySum(Call &call) {
  return simpleReduction(call, summable(call), ReduceKind::Sum, 1);
}

Object sinter::applyProd(Call &call) {
  return simpleReduction(call, summable(call), ReduceKind::Prod, 1);
}

Object sinter::applyMean(Call &call) {
  return reduction(call, call.floats(0), 1,
                   [&](Value value, ArrayRef<int64_t> axes) {
                     return call.elaborator.emit.mean(call.loc, value, axes);
                   });
}

static Object extremum(Call &call, bool wantsLarger) {
  if (!call[1].isNone()) {
    if (call[2].isNone())
      return larger(call, wantsLarger);
    call.elaborator.emit.error(Code::WrongArguments, call.place(2),
                               "'" + call.name +
                                   "' of two arguments has no axis");
    return Object::error();
  }
  std::optional<Tensor> x = call.tensor(0);
  if (x && x->element().isInteger(1))
    return simpleReduction(call, x,
                           wantsLarger ? ReduceKind::Or : ReduceKind::And, 2);
  return simpleReduction(call, x,
                         wantsLarger ? ReduceKind::Max : ReduceKind::Min, 2);
}

Object sinter::applyMax(Call &call) { return extremum(call, true); }
Object sinter::applyMin(Call &call) { return extremum(call, false); }

static Object quantifier(Call &call, ReduceKind kind) {
  std::optional<Tensor> x = call.tensor(0);
  if (x && !x->element().isInteger(1)) {
    call.wrongType(0, "truth values");
    return Object::error();
  }
  return simpleReduction(call, x, kind, 1);
}

Object sinter::applyAll(Call &call) {
  return quantifier(call, ReduceKind::And);
}

Object sinter::applyAny(Call &call) { return quantifier(call, ReduceKind::Or); }

Object sinter::applyArgMax(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  std::optional<int64_t> axis = call.axis(1, x->type().getRank());
  if (!axis)
    return Object::error();
  Emitter &emit = call.elaborator.emit;
  Dim dim = x->dims()[*axis];
  if (dim.isDynamic() || dim.size == 0) {
    emit.error(Code::BadAxis, call.place(1),
               dim.isDynamic()
                   ? "'argmax' over the run-time dimension '" +
                         dim.name.getValue() + "'"
                   : Twine("'argmax' over an axis without elements"));
    return Object::error();
  }
  Value value = x->value;
  if (x->element().isInteger(1))
    value = emit.cast(call.loc, value, emit.i32());
  return wrap(emit.argmax(call.loc, value, *axis));
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// A function of the last axis, applied to any.
template <typename OpTy>
static Object rowFunction(Call &call) {
  std::optional<Tensor> x = call.floats(0);
  if (!x)
    return Object::error();
  int64_t rank = x->type().getRank();
  std::optional<int64_t> axis = call.axis(1, rank);
  if (!axis)
    return Object::error();
  Emitter &emit = call.elaborator.emit;
  if (x->dims()[*axis].isDynamic()) {
    emit.error(Code::BadAxis, call.place(1),
               "'" + call.name + "' along the run-time dimension '" +
                   x->dims()[*axis].name.getValue() + "'");
    return Object::error();
  }
  if (*axis == rank - 1)
    return wrap(emit.unary<OpTy>(call.loc, x->value));
  SmallVector<int64_t> swap;
  for (int64_t i = 0; i < rank; ++i)
    swap.push_back(i);
  std::swap(swap[*axis], swap[rank - 1]);
  Value rows = emit.transpose(call.loc, x->value, swap);
  return wrap(emit.transpose(call.loc, emit.unary<OpTy>(call.loc, rows), swap));
}

Object sinter::applySoftmax(Call &call) { return rowFunction<SoftmaxOp>(call); }

Object sinter::applyLogSoftmax(Call &call) {
  if (const Tensor *x = call[0].as<Tensor>())
    call.elaborator.lint.noteLogSoftmax(call.loc, x->value);
  return rowFunction<LogSoftmaxOp>(call);
}

Object sinter::applyPick(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x = call.tensor(0), index = call.tensor(1);
  if (!x || !index)
    return Object::error();
  if (x->type().getRank() == 0 || x->element().isInteger(1)) {
    call.wrongType(0, "rows of numbers");
    return Object::error();
  }
  if (isa<FloatType>(index->element()) || index->element().isInteger(1)) {
    call.wrongType(1, "integers");
    return Object::error();
  }
  Dims dims = x->dims();
  Dim classes = dims.pop_back_val();
  if (dims != index->dims()) {
    emit.error(Code::ShapeMismatch, call.loc,
               "'pick' wants an index for each row: rows of " +
                   toString(x->dims()) + " are " + toString(dims) +
                   ", the index is " + toString(index->dims()));
    return Object::error();
  }
  if (classes.isDynamic()) {
    emit.error(Code::ShapeMismatch, call.place(0),
               "'pick' from the run-time dimension '" +
                   classes.name.getValue() + "'");
    return Object::error();
  }
  call.elaborator.noteClasses(index->value, classes.size);
  Value wide = index->element().isInteger(64)
                   ? index->value
                   : emit.cast(call.loc, index->value, emit.i32());
  return wrap(PickOp::create(emit.builder, emit.at(call.loc),
                             makeTensor(dims, x->element()), x->value, wide));
}

Object sinter::applyOneHot(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x = call.tensor(0);
  std::optional<int64_t> classes = call.integer(1);
  if (!x || !classes)
    return Object::error();
  if (isa<FloatType>(x->element())) {
    call.wrongType(0, "integers");
    return Object::error();
  }
  if (*classes < 1) {
    call.wrongType(1, "a number of classes above 0");
    return Object::error();
  }
  call.elaborator.noteClasses(x->value, *classes);
  Dims dims = x->dims();
  dims.push_back({1, {}});
  Value column =
      emit.reshape(call.loc, emit.cast(call.loc, x->value, emit.i64()), dims);
  dims.back().size = *classes;
  Value repeated = column ? emit.broadcast(call.loc, column, dims) : Value();
  if (!repeated)
    return Object::error();
  Value number = IotaOp::create(
      emit.builder, emit.at(call.loc), makeTensor(dims, emit.i64()),
      emit.builder.getI64IntegerAttr(dims.size() - 1),
      emit.builder.getF64FloatAttr(0), emit.builder.getF64FloatAttr(1));
  Value hit = emit.compare(call.loc, Predicate::EQ, repeated, number);
  return wrap(emit.cast(call.loc, hit, emit.f32()));
}

Object sinter::applyDot(Call &call) {
  return call.elaborator.binary(BinaryOp::MatMul, call.loc, call[0],
                                call.place(0), call[1], call.place(1));
}

Object sinter::applyOuter(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> a = call.tensor(0), b = call.tensor(1);
  if (!a || !b)
    return Object::error();
  for (auto [i, x] : {std::pair(0u, *a), std::pair(1u, *b)})
    if (x.type().getRank() != 1) {
      call.wrongType(i, "a vector");
      return Object::error();
    }
  Value column = emit.reshape(call.loc, a->value, {a->dims()[0], Dim{1, {}}});
  if (!column)
    return Object::error();
  return call.elaborator.binary(BinaryOp::Mul, call.loc, Object(column),
                                call.place(0), Object(*b), call.place(1));
}
