//===- BuiltinShape.cpp - Shapes and creation of tensors ------------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

static Object wrap(Value value) {
  return value ? Object(value) : Object::error();
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

Object sinter::applyShape(Call &call) {
  RankedTensorType type;
  if (const ColumnOfFile *column = call[0].as<ColumnOfFile>())
    type = call.elaborator.typeOf(call.loc, *column);
  else if (std::optional<Tensor> x = call.tensor(0))
    type = x->type();
  if (!type)
    return Object::error();
  std::vector<Object> sizes;
  for (const Dim &dim : dimsOf(type))
    sizes.push_back(dim.isDynamic() ? Object(dim) : Object(dim.size));
  // How many rows a file has is not known before it is read.
  if (call[0].is<ColumnOfFile>())
    sizes.front() = call[0];
  return Object::list(std::move(sizes));
}

/// The size that stands for -1: what is left of `from` after the other sizes.
static std::optional<Dim> inferSize(ArrayRef<Dim> from, ArrayRef<Dim> others) {
  int64_t have = 1, want = 1;
  SmallVector<Dim> dynamic;
  for (const Dim &dim : from) {
    if (dim.isDynamic())
      dynamic.push_back(dim);
    else
      have *= dim.size;
  }
  for (const Dim &dim : others) {
    if (!dim.isDynamic()) {
      want *= std::max<int64_t>(dim.size, 0);
      continue;
    }
    Dim *match = llvm::find(dynamic, dim);
    if (match == dynamic.end())
      return std::nullopt;
    dynamic.erase(match);
  }
  if (dynamic.size() == 1 && have == want)
    return dynamic.front();
  if (!dynamic.empty() || want == 0 || have % want != 0)
    return std::nullopt;
  return Dim{have / want, {}};
}

Object sinter::applyReshape(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  // -1 stands for the size that is left: taken out before the shape is read.
  std::optional<size_t> inferred;
  std::vector<Object> sizes;
  if (const List *list = call[1].list())
    sizes = list->elements;
  else
    sizes.push_back(call[1]);
  for (size_t i = 0; i < sizes.size();) {
    const int64_t *size = sizes[i].as<int64_t>();
    if (!size || *size != -1) {
      ++i;
      continue;
    }
    if (inferred) {
      emit.error(Code::BadValue, call.place(1),
                 "only one size of a shape can be -1");
      return Object::error();
    }
    inferred = i;
    sizes.erase(sizes.begin() + i);
  }
  call.arguments[1].value = Object::list(std::move(sizes));
  std::optional<Dims> dims = call.shape(1);
  if (!dims || !emit.tensorType(call.place(1), *dims, x->element()))
    return Object::error();
  if (inferred) {
    std::optional<Dim> size = inferSize(x->dims(), *dims);
    if (!size) {
      emit.error(Code::ShapeMismatch, call.loc,
                 "no size for -1 fits " + toString(x->dims()) + " beside " +
                     toString(*dims));
      return Object::error();
    }
    dims->insert(dims->begin() + *inferred, *size);
  }
  return wrap(emit.reshape(call.loc, x->value, *dims));
}

Object sinter::applyFlatten(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  Dims dims = x->dims();
  if (dims.empty()) {
    call.wrongType(0, "a tensor with an axis 0");
    return Object::error();
  }
  int64_t rest = 1;
  for (const Dim &dim : ArrayRef<Dim>(dims).drop_front()) {
    if (dim.isDynamic()) {
      call.elaborator.emit.error(Code::ShapeMismatch, call.loc,
                                 "the run-time dimension '" +
                                     dim.name.getValue() +
                                     "' cannot be flattened");
      return Object::error();
    }
    rest *= dim.size;
  }
  return wrap(call.elaborator.emit.reshape(call.loc, x->value,
                                           {dims.front(), Dim{rest, {}}}));
}

Object sinter::applyTranspose(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  int64_t rank = x->type().getRank();
  SmallVector<int64_t> permutation;
  if (call[1].isNone()) {
    for (int64_t i = rank; i > 0; --i)
      permutation.push_back(i - 1);
  } else if (const List *list = call[1].list()) {
    SmallVector<bool> seen(rank, false);
    for (const Object &element : list->elements) {
      const int64_t *axis = element.as<int64_t>();
      if (!axis || *axis < 0 || *axis >= rank || seen[*axis])
        break;
      seen[*axis] = true;
      permutation.push_back(*axis);
    }
    if (int64_t(permutation.size()) != rank ||
        list->elements.size() != permutation.size())
      permutation.clear();
  }
  if (int64_t(permutation.size()) != rank) {
    call.elaborator.emit.error(Code::BadAxis, call.place(1),
                               "'axes' of 'transpose' wants each axis of " +
                                   toString(x->dims()) + " once");
    return Object::error();
  }
  return wrap(call.elaborator.emit.transpose(call.loc, x->value, permutation));
}

/// The tensors of a variadic call, with one element type.
static bool gather(Call &call, SmallVectorImpl<Value> &values) {
  Elaborator &elaborator = call.elaborator;
  if (call.rest.empty()) {
    elaborator.emit.error(Code::WrongArguments, call.loc,
                          "'" + call.name + "' wants at least one tensor");
    return false;
  }
  // One list of tensors is as good as the tensors themselves.
  if (call.rest.size() == 1)
    if (const List *list = call.rest.front().value.list()) {
      SmallVector<CallArgument> elements;
      for (const Object &element : list->elements)
        elements.push_back({call.rest.front().loc, {}, element});
      call.rest.assign(elements.begin(), elements.end());
    }
  for (CallArgument &argument : call.rest) {
    std::optional<Tensor> tensor =
        elaborator.toTensor(argument.loc, argument.value);
    if (!tensor)
      return false;
    argument.value = *tensor;
    values.push_back(tensor->value);
  }
  Type element = elaborator.commonElementType(call.rest);
  for (auto [value, argument] : llvm::zip(values, call.rest))
    value = elaborator.emit.cast(argument.loc, value, element);
  return true;
}

Object sinter::applyConcat(Call &call) {
  Emitter &emit = call.elaborator.emit;
  SmallVector<Value> values;
  if (!gather(call, values))
    return Object::error();
  Dims first = dimsOf(values.front());
  std::optional<int64_t> axis = call.axis(1, first.size());
  if (!axis)
    return Object::error();
  if (first[*axis].isDynamic()) {
    emit.error(Code::BadAxis, call.place(1),
               "'concat' along the run-time dimension '" +
                   first[*axis].name.getValue() + "'");
    return Object::error();
  }
  for (auto [value, argument] : llvm::zip(values, call.rest)) {
    Dims dims = dimsOf(value);
    bool fits = dims.size() == first.size();
    for (size_t i = 0; fits && i < dims.size(); ++i)
      fits = i == size_t(*axis) ? !dims[i].isDynamic() : dims[i] == first[i];
    if (fits)
      continue;
    emit.error(Code::ShapeMismatch, argument.loc,
               "'concat' along axis " + Twine(*axis) + ": " + toString(dims) +
                   " does not fit " + toString(first))
        .addNote(call.rest.front().loc, "the first is " + toString(first))
        .addHelp("all sizes but that of the axis must be equal");
    return Object::error();
  }
  return wrap(emit.concat(call.loc, values, *axis));
}

Object sinter::applyStack(Call &call) {
  Emitter &emit = call.elaborator.emit;
  SmallVector<Value> values;
  if (!gather(call, values))
    return Object::error();
  Dims first = dimsOf(values.front());
  std::optional<int64_t> axis = call.axis(1, first.size() + 1);
  if (!axis)
    return Object::error();
  for (auto [value, argument] : llvm::zip(values, call.rest)) {
    Dims dims = dimsOf(value);
    if (dims != first) {
      emit.error(Code::ShapeMismatch, argument.loc,
                 "'stack' wants equal shapes: " + toString(dims) + " is not " +
                     toString(first));
      return Object::error();
    }
    dims.insert(dims.begin() + *axis, Dim{1, {}});
    value = emit.reshape(argument.loc, value, dims);
    if (!value)
      return Object::error();
  }
  return wrap(emit.concat(call.loc, values, *axis));
}

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

static Object filled(Call &call, double value) {
  Emitter &emit = call.elaborator.emit;
  if (call[0].isNone())
    return Object(Initialiser{Initialiser::Kind::Constant, value, 0});
  std::optional<Dims> dims = call.shape(0);
  if (!dims)
    return Object::error();
  return wrap(emit.splat(call.loc, *dims, emit.f32(), Object(value)));
}

Object sinter::applyZeros(Call &call) { return filled(call, 0); }
Object sinter::applyOnes(Call &call) { return filled(call, 1); }

Object sinter::applyDtype(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  return x ? Object(x->element()) : Object::error();
}

Object sinter::applyFull(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Dims> dims = call.shape(0);
  if (!dims)
    return Object::error();
  if (call[1].isNumber()) {
    Type element = call[1].is<double>() ? emit.f32()
                   : call[1].is<bool>() ? emit.i1()
                                        : emit.i32();
    return wrap(emit.splat(call.loc, *dims, element, call[1]));
  }
  std::optional<Tensor> value = call.tensor(1);
  if (!value)
    return Object::error();
  if (value->type().getRank() != 0) {
    call.wrongType(1, "a scalar");
    return Object::error();
  }
  Type element = value->element();
  if (value->isWeak)
    element = isa<FloatType>(element) ? emit.f32() : emit.i32();
  return wrap(call.elaborator.convert(call.loc, *value, element, *dims));
}

static Object filledLike(Call &call, int64_t value) {
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  return wrap(call.elaborator.emit.splat(call.loc, x->dims(), x->element(),
                                         Object(value)));
}

Object sinter::applyZerosLike(Call &call) { return filledLike(call, 0); }
Object sinter::applyOnesLike(Call &call) { return filledLike(call, 1); }

Object sinter::applyArange(Call &call) {
  Emitter &emit = call.elaborator.emit;
  bool isFraction =
      call[0].is<double>() || call[1].is<double>() || call[2].is<double>();
  std::optional<double> start = call.number(0);
  std::optional<double> stop = call[1].isNone() ? start : call.number(1);
  std::optional<double> step = call.number(2);
  if (!start || !stop || !step)
    return Object::error();
  if (call[1].isNone())
    start = 0;
  double count = std::ceil((*stop - *start) / *step);
  if (*step == 0 || !(count <= double(maxDim))) {
    emit.error(Code::BadValue, call.loc,
               "'arange' from " + numberText(*start) + " to " +
                   numberText(*stop) + " in steps of " + numberText(*step) +
                   " has no end");
    return Object::error();
  }
  if (!isFraction &&
      (std::fabs(*start) > maxDim || std::fabs(*stop) > maxDim)) {
    emit.error(Code::BadValue, call.loc,
               "the integers of this 'arange' do not fit i32");
    return Object::error();
  }
  Dim dim{int64_t(std::max(count, 0.0)), {}};
  RankedTensorType type =
      emit.tensorType(call.loc, dim, isFraction ? emit.f32() : emit.i32());
  if (!type)
    return Object::error();
  return wrap(IotaOp::create(emit.builder, emit.at(call.loc), type,
                             emit.builder.getI64IntegerAttr(0),
                             emit.builder.getF64FloatAttr(*start),
                             emit.builder.getF64FloatAttr(*step)));
}
