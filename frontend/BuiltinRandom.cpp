//===- BuiltinRandom.cpp - Random numbers and initialisers ----------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

static Object wrap(Value value) {
  return value ? Object(value) : Object::error();
}

/// Standard draws of the given shape, in f32 unless `element` says otherwise.
static Value drawStandard(Call &call, Distribution distribution,
                          ArrayRef<Dim> dims, Type element = {}) {
  Elaborator &elaborator = call.elaborator;
  Emitter &emit = elaborator.emit;
  if (!elaborator.frame) {
    emit.error(Code::WrongPlace, call.loc,
               "random numbers cannot be drawn here");
    return {};
  }
  RankedTensorType type =
      emit.tensorType(call.loc, dims, element ? element : emit.f32());
  if (!type)
    return {};
  return elaborator.frame->random(call.loc, distribution,
                                  elaborator.streams.nextDraw(), type);
}

/// `scale * draws + shift`, leaving out what does nothing.
static Object scaled(Call &call, Value draws, const Object &scale,
                     const Object &shift) {
  Elaborator &elaborator = call.elaborator;
  if (!draws)
    return Object::error();
  Object result(draws);
  if (!scale.isNumber() || scale.number() != 1)
    result = elaborator.binary(BinaryOp::Mul, call.loc, result, call.loc, scale,
                               call.place(1));
  if (!shift.isNumber() || shift.number() != 0)
    result = elaborator.binary(BinaryOp::Add, call.loc, result, call.loc, shift,
                               call.place(0));
  return result;
}

static Object initialiser(Call &call, Initialiser::Kind kind) {
  std::optional<double> a = call.number(0), b = call.number(1);
  if (!a || !b)
    return Object::error();
  return Object(Initialiser{kind, *a, *b});
}

Object sinter::applyNormal(Call &call) {
  if (call[2].isNone())
    return initialiser(call, Initialiser::Kind::Normal);
  std::optional<Dims> dims = call.shape(2);
  if (!dims)
    return Object::error();
  return scaled(call, drawStandard(call, Distribution::Normal, *dims), call[1],
                call[0]);
}

Object sinter::applyUniform(Call &call) {
  if (call[2].isNone())
    return initialiser(call, Initialiser::Kind::Uniform);
  std::optional<Dims> dims = call.shape(2);
  if (!dims)
    return Object::error();
  Object width = call.elaborator.binary(BinaryOp::Sub, call.loc, call[1],
                                        call.place(1), call[0], call.place(0));
  if (width.isAbsorbing())
    return width;
  return scaled(call, drawStandard(call, Distribution::Uniform, *dims), width,
                call[0]);
}

Object sinter::applyBernoulli(Call &call) {
  std::optional<Dims> dims = call.shape(1);
  if (!dims)
    return Object::error();
  if (call[0].isNumber() && !(call[0].number() >= 0 && call[0].number() <= 1)) {
    call.elaborator.emit.error(Code::BadValue, call.place(0),
                               "a probability is between 0 and 1, this is " +
                                   numberText(call[0].number()));
    return Object::error();
  }
  Value draws = drawStandard(call, Distribution::Uniform, *dims);
  if (!draws)
    return Object::error();
  return call.elaborator.binary(BinaryOp::Less, call.loc, Object(draws),
                                call.loc, call[0], call.place(0));
}

/// floor(u * (high - low)) + low, with u of 53 bits: the probabilities of two
/// values differ by less than 2**-52.
Object sinter::applyRandInt(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<int64_t> low = call.integer(0), high = call.integer(1);
  std::optional<Dims> dims = call.shape(2);
  if (!low || !high || !dims)
    return Object::error();
  constexpr uint64_t most = uint64_t(1) << 32;
  uint64_t count = uint64_t(*high) - uint64_t(*low);
  if (*high <= *low || count > most) {
    emit.error(Code::BadValue, call.loc,
               "'randint' draws from low to below high, at most 2**32 numbers; "
               "this is " +
                   Twine(*low) + " to " + Twine(*high));
    return Object::error();
  }
  Value draws = drawStandard(call, Distribution::Uniform, *dims, emit.f64());
  if (!draws)
    return Object::error();
  RankedTensorType type = cast<RankedTensorType>(draws.getType());
  Value width = emit.splat(call.loc, type, double(count));
  Value steps = emit.binary<MulOp>(call.loc, draws, width);
  steps = emit.cast(call.loc, steps, emit.i64());
  Value base = emit.splat(call.loc, *dims, emit.i64(), Object(*low));
  return Object(emit.binary<AddOp>(call.loc, steps, base));
}

/// The number of rows of what is to be permuted; nothing if it is not fixed.
static std::optional<int64_t> rowCount(const Object &object,
                                       const std::optional<Tensor> &x) {
  if (const int64_t *count = object.as<int64_t>())
    return *count >= 0 && *count <= maxDim ? std::optional<int64_t>(*count)
                                           : std::nullopt;
  if (!x || x->type().getRank() == 0 || x->dims().front().isDynamic())
    return std::nullopt;
  return x->dims().front().size;
}

/// The order of random keys: of 53 bits, so that equal ones all but never
/// occur.
Object sinter::applyPermutation(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x;
  bool isCount = call[0].is<int64_t>();
  if (!isCount)
    x = call.tensor(0);
  if (!isCount && !x)
    return Object::error();
  std::optional<int64_t> rows = rowCount(call[0], x);
  if (!rows) {
    call.wrongType(0, "a number of rows, or rows of a fixed number");
    return Object::error();
  }
  Value keys =
      drawStandard(call, Distribution::Uniform, Dim{*rows, {}}, emit.f64());
  if (!keys)
    return Object::error();
  mlir::Location at = emit.at(call.loc);
  Value order =
      ArgSortOp::create(emit.builder, at, keys, 0, /*descending=*/false);
  if (isCount)
    return Object(order);
  return wrap(GatherOp::create(emit.builder, at, x->value, ValueRange(order),
                               ArrayRef<int64_t>{0}));
}

Object sinter::applyConstant(Call &call) {
  std::optional<double> value = call.number(0);
  if (!value)
    return Object::error();
  return Object(Initialiser{Initialiser::Kind::Constant, *value, 0});
}

Object sinter::applyXavierNormal(Call &) {
  return Object(Initialiser{Initialiser::Kind::XavierNormal, 0, 0});
}

Object sinter::applyXavierUniform(Call &) {
  return Object(Initialiser{Initialiser::Kind::XavierUniform, 0, 0});
}

Object sinter::applyHeNormal(Call &) {
  return Object(Initialiser{Initialiser::Kind::HeNormal, 0, 0});
}

Object sinter::applyHeUniform(Call &) {
  return Object(Initialiser{Initialiser::Kind::HeUniform, 0, 0});
}

Object sinter::applyDropout(Call &call) {
  Elaborator &elaborator = call.elaborator;
  Emitter &emit = elaborator.emit;
  std::optional<Tensor> x = call.floats(0);
  std::optional<double> p = call.number(1);
  if (!x || !p)
    return Object::error();
  if (*p < 0 || *p > 1) {
    emit.error(Code::BadValue, call.place(1),
               "a probability is between 0 and 1, this is " + numberText(*p));
    return Object::error();
  }
  if (!elaborator.training || *p == 0)
    return Object(*x);
  Value zeros = emit.splat(call.loc, x->type(), 0);
  if (*p == 1)
    return wrap(zeros);
  Value draws = drawStandard(call, Distribution::Uniform, x->dims());
  if (!draws)
    return Object::error();
  RankedTensorType drawType = cast<RankedTensorType>(draws.getType());
  Value keep = emit.compare(call.loc, Predicate::GE, draws,
                            emit.splat(call.loc, drawType, *p));
  Value scaled = emit.binary<MulOp>(
      call.loc, x->value, emit.splat(call.loc, x->type(), 1 / (1 - *p)));
  return wrap(emit.select(call.loc, keep, scaled, zeros));
}
