//===- BuiltinSize.cpp - Sizes, repetition, numbers, choices --------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

static Object wrap(Value value) {
  return value ? Object(value) : Object::error();
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

Object sinter::applyNDim(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  return x ? Object(x->type().getRank()) : Object::error();
}

/// A size that is known at build time is a number, others are read when the
/// program runs.
static Object sizeObject(const Dim &dim) {
  return dim.isDynamic() ? Object(dim) : Object(dim.size);
}

Object sinter::applyLen(Call &call) {
  if (const List *list = call[0].list())
    return Object(int64_t(list->elements.size()));
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  if (x->type().getRank() == 0) {
    call.wrongType(0, "a list, or a tensor with an axis 0");
    return Object::error();
  }
  return sizeObject(x->dims().front());
}

Object sinter::applySize(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  Dims dims = x->dims();
  if (!call[1].isNone()) {
    std::optional<int64_t> axis = call.axis(1, dims.size());
    return axis ? sizeObject(dims[*axis]) : Object::error();
  }
  Object count = Object(int64_t(1));
  for (const Dim &dim : dims)
    count = call.elaborator.binary(BinaryOp::Mul, call.loc, count, call.loc,
                                   sizeObject(dim), call.loc);
  return count;
}

Object sinter::applySqueeze(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  auto isOne = [](const Dim &dim) { return !dim.isDynamic() && dim.size == 1; };
  Dims dims = x->dims(), kept;
  std::optional<SmallVector<int64_t>> axes = call.axes(1, dims.size());
  if (!axes)
    return Object::error();
  for (auto [number, dim] : llvm::enumerate(dims)) {
    bool isNamed = llvm::is_contained(*axes, int64_t(number));
    if (isNamed && !isOne(dim) && !call[1].isNone()) {
      call.elaborator.emit.error(Code::ShapeMismatch, call.place(1),
                                 "axis " + Twine(number) + " of " +
                                     toString(dims) + " is not of size 1");
      return Object::error();
    }
    if (!isNamed || !isOne(dim))
      kept.push_back(dim);
  }
  return wrap(call.elaborator.emit.reshape(call.loc, x->value, kept));
}

Object sinter::applyExpandDims(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  Dims dims = x->dims();
  std::optional<int64_t> axis = call.axis(1, dims.size() + 1);
  if (!axis)
    return Object::error();
  dims.insert(dims.begin() + *axis, Dim{1, {}});
  return wrap(call.elaborator.emit.reshape(call.loc, x->value, dims));
}

//===----------------------------------------------------------------------===//
// Repetition
//===----------------------------------------------------------------------===//

/// `x` with `count` copies of each piece of an axis that follows `axis`: the
/// pieces are what a new axis at `axis` repeats.
static Value repeatAt(Emitter &emit, Loc loc, Value x, int64_t newAxis,
                      int64_t axis, int64_t count) {
  Dims dims = dimsOf(x), repeated = dims;
  Dims ones = dims;
  ones.insert(ones.begin() + newAxis, Dim{1, {}});
  repeated.insert(repeated.begin() + newAxis, Dim{count, {}});
  x = emit.reshape(loc, x, ones);
  x = x ? emit.broadcast(loc, x, repeated) : x;
  dims[axis].size *= count; // both are below 2^31
  return x ? emit.reshape(loc, x, dims) : x;
}

/// The tensor, axis and count of `repeat` and `tile`.
static bool repeatArguments(Call &call, Value &x, int64_t &axis,
                            int64_t &count) {
  std::optional<Tensor> tensor = call.tensor(0);
  std::optional<int64_t> times = call.integer(1), which;
  if (tensor)
    which = call.staticAxis(2, *tensor);
  if (!which || !times)
    return false;
  if (*times < 0 || *times > maxDim) {
    call.wrongType(1, "a count");
    return false;
  }
  x = tensor->value;
  axis = *which;
  count = *times;
  return true;
}

Object sinter::applyRepeat(Call &call) {
  Value x;
  int64_t axis = 0, count = 0;
  if (!repeatArguments(call, x, axis, count))
    return Object::error();
  return wrap(
      repeatAt(call.elaborator.emit, call.loc, x, axis + 1, axis, count));
}

Object sinter::applyTile(Call &call) {
  Value x;
  int64_t axis = 0, count = 0;
  if (!repeatArguments(call, x, axis, count))
    return Object::error();
  return wrap(repeatAt(call.elaborator.emit, call.loc, x, axis, axis, count));
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// The only element of a tensor as a scalar.
static Value onlyElement(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return {};
  if (elementCount(x->dims()) != 1) {
    call.wrongType(0, "a single element");
    return {};
  }
  return call.elaborator.emit.reshape(call.loc, x->value, {});
}

Object sinter::applyItem(Call &call) {
  return call[0].isNumber() ? call[0] : wrap(onlyElement(call));
}

Object sinter::applyInt(Call &call) {
  Emitter &emit = call.elaborator.emit;
  if (!call[0].isNumber()) {
    Value x = onlyElement(call);
    return x ? wrap(emit.cast(call.loc, x, emit.i64())) : Object::error();
  }
  double whole = std::trunc(call[0].number());
  if (const int64_t *integer = call[0].as<int64_t>())
    return Object(*integer);
  if (!(std::fabs(whole) < 0x1p63)) {
    call.wrongType(0, "a number that fits an i64");
    return Object::error();
  }
  return Object(int64_t(whole));
}

Object sinter::applyFloat(Call &call) {
  Emitter &emit = call.elaborator.emit;
  if (call[0].isNumber())
    return Object(call[0].number());
  Value x = onlyElement(call);
  if (!x ||
      isa<FloatType>(cast<RankedTensorType>(x.getType()).getElementType()))
    return wrap(x);
  return wrap(emit.cast(call.loc, x, emit.f32()));
}

Object sinter::applyGamma(Call &call) {
  std::optional<double> x = call.number(0);
  return x ? Object(std::tgamma(*x)) : Object::error();
}

//===----------------------------------------------------------------------===//
// What the prelude demands of arguments
//===----------------------------------------------------------------------===//

/// The value; where a condition that is known at build time does not hold, an
/// error at the call of the library's function.
Object sinter::applyRequire(Call &call) {
  const bool *holds = call[0].as<bool>();
  if (holds && !*holds) {
    call.elaborator.emit.error(Code::BadValue, call.loc, *call[1].characters());
    return Object::error();
  }
  return call[2];
}

/// `value`, if it is one of `texts`; the error names the user's argument and is
/// at the call of the library's function.
Object sinter::applyOneOf(Call &call) {
  const std::string *value = call[1].characters();
  std::string choices;
  for (size_t i = 0, count = call.rest.size(); i < count; ++i) {
    const std::string &text = *call.rest[i].value.characters();
    if (value && *value == text)
      return call[1];
    choices += i == 0 ? "" : i + 1 < count ? ", " : " or ";
    choices += "\"" + text + "\"";
  }
  std::string found = value ? "\"" + *value + "\"" : describe(call[1]);
  call.elaborator.emit.error(Code::BadValue, call.loc,
                             "'" + *call[0].characters() + "' is " + choices +
                                 ", not " + found);
  return Object::error();
}
