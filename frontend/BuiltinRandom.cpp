//===- BuiltinRandom.cpp - Random numbers and initialisers ----------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

static Object wrap(Value value) {
  return value ? Object(value) : Object::error();
}

/// Standard draws of the given shape in f32.
static Value drawStandard(Call &call, Distribution distribution,
                          ArrayRef<Dim> dims) {
  Elaborator &elaborator = call.elaborator;
  Emitter &emit = elaborator.emit;
  if (!elaborator.frame) {
    emit.error(Code::WrongPlace, call.loc,
               "random numbers cannot be drawn here");
    return {};
  }
  RankedTensorType type = emit.tensorType(call.loc, dims, emit.f32());
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
  Value draws = drawStandard(call, Distribution::Uniform, *dims);
  if (!draws)
    return Object::error();
  return call.elaborator.binary(BinaryOp::Less, call.loc, Object(draws),
                                call.loc, call[0], call.place(0));
}

Object sinter::applyConstant(Call &call) {
  std::optional<double> value = call.number(0);
  if (!value)
    return Object::error();
  // As a schedule: the setting itself.
  Elaborator &elaborator = call.elaborator;
  if (!elaborator.setting.empty())
    return elaborator.hyperParameter(call.loc, elaborator.setting, call[0]);
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
