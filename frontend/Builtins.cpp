//===- Builtins.cpp - The table of built-in functions ---------------------===//

#include "frontend/Builtins.h"
#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace sinter;

static constexpr Builtin table[] = {
    // Elementwise.
    {"abs", "x", "the absolute value", applyAbs},
    {"sign", "x", "-1, 0 or 1", applySign},
    {"exp", "x", "e ** x", applyExp},
    {"log", "x", "the natural logarithm", applyLog},
    {"sqrt", "x", "the square root", applySqrt},
    {"sin", "x", "the sine of an angle in radians", applySin},
    {"cos", "x", "the cosine of an angle in radians", applyCos},
    {"tanh", "x", "the hyperbolic tangent", applyTanh},
    {"erf", "x", "the error function", applyErf},
    {"sigmoid", "x", "1 / (1 + exp(-x))", applySigmoid},
    {"relu", "x", "max(x, 0)", applyRelu},
    {"floor", "x", "the largest integer not above x", applyFloor},
    {"where", "condition, a, b", "a where the condition holds, b elsewhere",
     applyWhere},
    {"cast", "x, dtype", "x with another element type", applyCast},
    {"close", "a, b, *, rtol = 1e-5, atol = 1e-8",
     "whether abs(a - b) <= atol + rtol * abs(b), element by element",
     applyClose},
    {"stop_gradient", "x", "x, through which no gradient flows",
     applyStopGradient},

    // Reductions.
    {"sum", "x, *, axis = None, keepdims = false",
     "the sum over all axes, or over those given; of integers in i64",
     applySum},
    {"mean", "x, *, axis = None, keepdims = false",
     "the mean over all axes, or over those given", applyMean},
    {"prod", "x, *, axis = None, keepdims = false",
     "the product over all axes, or over those given", applyProd},
    {"max", "x, y = None, *, axis = None, keepdims = false",
     "of one argument the largest element, of two the larger at each place",
     applyMax},
    {"min", "x, y = None, *, axis = None, keepdims = false",
     "of one argument the smallest element, of two the smaller at each place",
     applyMin},
    {"all", "x, *, axis = None, keepdims = false", "whether all are true",
     applyAll},
    {"any", "x, *, axis = None, keepdims = false", "whether any is true",
     applyAny},
    {"argmax", "x, *, axis = -1",
     "the index of the first largest element along an axis, in i32",
     applyArgMax},

    // Shapes.
    {"shape", "x", "the list of x's sizes", applyShape},
    {"reshape", "x, shape", "x's elements under another shape; -1 is inferred",
     applyReshape},
    {"flatten", "x", "axis 0 stays, the others become one", applyFlatten},
    {"transpose", "x, axes = None",
     "x with its axes in another order, by default reversed", applyTranspose},
    {"concat", "...xs, axis = 0", "tensors one after the other along an axis",
     applyConcat},
    {"stack", "...xs, axis = 0", "tensors one after the other along a new axis",
     applyStack},

    // Creation.
    {"zeros", "shape = None", "zeros; without a shape an initialiser",
     applyZeros},
    {"ones", "shape = None", "ones; without a shape an initialiser", applyOnes},
    {"dtype", "x", "the element type of x", applyDtype},
    {"full", "shape, value", "one value everywhere", applyFull},
    {"zeros_like", "x", "zeros of x's shape and type", applyZerosLike},
    {"ones_like", "x", "ones of x's shape and type", applyOnesLike},
    {"arange", "start, stop = None, step = 1",
     "arange(n): 0, 1, ... below n; arange(a, b, step): from a to below b",
     applyArange},
    {"one_hot", "x, classes", "1 at each index, 0 elsewhere, along a new axis",
     applyOneHot},

    // Linear algebra and rows.
    {"dot", "a, b", "the product of two vectors, or 'a @ b'", applyDot},
    {"outer", "a, b", "all products of two vectors' elements", applyOuter},
    {"pick", "x, index", "of each row the element at its index", applyPick},
    {"softmax", "x, *, axis = -1", "exp(x) / sum(exp(x)) along an axis",
     applySoftmax},
    {"log_softmax", "x, *, axis = -1", "log(softmax(x)) along an axis",
     applyLogSoftmax},

    // Gradients.
    {"grad", "e, x", "the gradient of the scalar e with respect to x",
     applyGrad},
    {"vjp", "e, x, seed", "the gradient of sum(seed * e) with respect to x",
     applyVjp},

    // Random numbers and initialisers.
    {"normal", "mean = 0, std = 1, shape = None",
     "normal draws; without a shape an initialiser", applyNormal},
    {"uniform", "low = 0, high = 1, shape = None",
     "uniform draws from [low, high); without a shape an initialiser",
     applyUniform},
    {"bernoulli", "p, shape", "true with probability p", applyBernoulli},
    {"constant", "value", "an initialiser: one value everywhere",
     applyConstant},
    {"xavier_normal", "",
     "an initialiser: normal, deviation sqrt(2 / (in + out))",
     applyXavierNormal},
    {"xavier_uniform", "", "an initialiser: uniform, +-sqrt(6 / (in + out))",
     applyXavierUniform},
    {"he_normal", "", "an initialiser: normal, deviation sqrt(2 / in)",
     applyHeNormal},
    {"he_uniform", "", "an initialiser: uniform, +-sqrt(6 / in)",
     applyHeUniform},

    // Layers.
    {"dense",
     "x, units, *, bias = true, init = None, bias_init = None, name = None",
     "x @ weight.T + bias, with parameters NAME.weight [units, in] and "
     "NAME.bias [units]",
     applyDense},
    {"dropout", "x, p = 0.5",
     "in training sets elements to zero with probability p and divides the "
     "others by 1 - p",
     applyDropout},

    // Data and optimizers.
    {"idx", "path", "a column: the rows of an IDX file", applyIdx},
    {"groups", "*, weights, biases",
     "an optimizer's setting for each group of parameters", applyGroups},
};

ArrayRef<Builtin> sinter::allBuiltins() { return table; }

const Builtin *sinter::findBuiltin(StringRef name) {
  static const llvm::StringMap<const Builtin *> byName = [] {
    llvm::StringMap<const Builtin *> map;
    for (const Builtin &builtin : table)
      map[builtin.name] = &builtin;
    return map;
  }();
  return byName.lookup(name);
}

SmallVector<BuiltinParameter, 4> sinter::parametersOf(const Builtin &builtin) {
  SmallVector<BuiltinParameter, 4> parameters;
  SmallVector<StringRef> words;
  builtin.signature.split(words, ", ", -1, /*KeepEmpty=*/false);
  bool isKeywordOnly = false;
  for (StringRef word : words) {
    if (word == "*") {
      isKeywordOnly = true;
      continue;
    }
    BuiltinParameter parameter;
    auto [name, value] = word.split(" = ");
    parameter.isVariadic = name.consume_front("...");
    parameter.name = name;
    parameter.defaultText = value;
    parameter.isKeywordOnly = isKeywordOnly;
    isKeywordOnly |= parameter.isVariadic;
    parameters.push_back(parameter);
  }
  return parameters;
}

//===----------------------------------------------------------------------===//
// Access to arguments
//===----------------------------------------------------------------------===//

void Call::wrongType(unsigned i, const Twine &wanted) {
  elaborator.emit.error(Code::WrongType, place(i),
                        "'" + parameters[i].name + "' of '" + name +
                            "' wants " + wanted + ", this is " +
                            describe(arguments[i].value));
}

std::optional<Tensor> Call::tensor(unsigned i) {
  return elaborator.toTensor(place(i), arguments[i].value);
}

std::optional<Tensor> Call::floats(unsigned i) {
  std::optional<Tensor> x = tensor(i);
  if (!x || isa<FloatType>(x->element()))
    return x;
  Emitter &emit = elaborator.emit;
  Type element = x->isWeak ? emit.f64() : emit.f32();
  return Tensor{emit.cast(place(i), x->value, element), x->isWeak};
}

std::optional<int64_t> Call::integer(unsigned i) {
  if (const int64_t *value = arguments[i].value.as<int64_t>())
    return *value;
  wrongType(i, "an integer that is known at build time");
  return std::nullopt;
}

std::optional<double> Call::number(unsigned i) {
  if (arguments[i].value.isNumber())
    return arguments[i].value.number();
  wrongType(i, "a number that is known at build time");
  return std::nullopt;
}

std::optional<bool> Call::flag(unsigned i) {
  if (const bool *value = arguments[i].value.as<bool>())
    return *value;
  wrongType(i, "true or false");
  return std::nullopt;
}

std::optional<std::string> Call::text(unsigned i) {
  if (const std::string *characters = arguments[i].value.characters())
    return *characters;
  wrongType(i, "a text");
  return std::nullopt;
}

std::optional<Dims> Call::shape(unsigned i) {
  const Object &object = arguments[i].value;
  Dims dims;
  auto add = [&](const Object &size) {
    if (const int64_t *integer = size.as<int64_t>()) {
      if (*integer < 0) {
        elaborator.emit.error(Code::BadValue, place(i),
                              "a shape holds the negative size " +
                                  Twine(*integer));
        return false;
      }
      dims.push_back({*integer, {}});
    } else if (const Dim *dim = size.as<Dim>()) {
      dims.push_back(*dim);
    } else {
      wrongType(i, "a shape, as in '[2, 3]'");
      return false;
    }
    return true;
  };
  if (const List *list = object.list()) {
    for (const Object &size : list->elements)
      if (!add(size))
        return std::nullopt;
  } else if (!add(object)) {
    return std::nullopt;
  }
  return dims;
}

static std::optional<int64_t> checkAxis(Call &call, unsigned i,
                                        const Object &object, size_t rank) {
  const int64_t *axis = object.as<int64_t>();
  if (!axis) {
    call.wrongType(i, "an axis");
    return std::nullopt;
  }
  int64_t size = int64_t(rank);
  if (*axis < -size || *axis >= size) {
    sinter::Diagnostic &diagnostic = call.elaborator.emit.error(
        Code::BadAxis, call.place(i),
        "axis " + Twine(*axis) + " of a tensor with " + Twine(rank) +
            (rank == 1 ? " dimension" : " dimensions"));
    if (rank)
      diagnostic.addHelp("axes go from 0 to " + Twine(rank - 1) +
                         ", or from -1 backwards");
    return std::nullopt;
  }
  return *axis < 0 ? *axis + size : *axis;
}

std::optional<int64_t> Call::axis(unsigned i, size_t rank) {
  return checkAxis(*this, i, arguments[i].value, rank);
}

std::optional<SmallVector<int64_t>> Call::axes(unsigned i, size_t rank) {
  SmallVector<int64_t> axes;
  const Object &object = arguments[i].value;
  if (object.isNone()) {
    for (size_t axis = 0; axis < rank; ++axis)
      axes.push_back(axis);
    return axes;
  }
  std::vector<Object> single;
  const std::vector<Object> *elements = &single;
  if (const List *list = object.list())
    elements = &list->elements;
  else
    single.push_back(object);
  for (const Object &element : *elements) {
    std::optional<int64_t> axis = checkAxis(*this, i, element, rank);
    if (!axis)
      return std::nullopt;
    if (llvm::is_contained(axes, *axis)) {
      elaborator.emit.error(Code::BadAxis, place(i),
                            "axis " + Twine(*axis) + " is given twice");
      return std::nullopt;
    }
    axes.push_back(*axis);
  }
  llvm::sort(axes);
  return axes;
}
