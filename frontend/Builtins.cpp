//===- Builtins.cpp - The table of built-in functions ---------------------===//

#include "frontend/Builtins.h"
#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace sinter;

static constexpr Builtin table[] = {
#define BUILTIN(NAME, KIND, SIGNATURE, SHAPE, DOC, EXAMPLE, CODE)              \
  {NAME, BuiltinKind::KIND, SIGNATURE, SHAPE, DOC, EXAMPLE, CODE},
#include "frontend/Builtins.def"
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
    } else if (size.is<Tensor>()) {
      elaborator.emit.error(Code::NotBuildTime, place(i),
                            "a dimension must be an integer that is known at "
                            "build time, this is " +
                                describe(size));
      return false;
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

std::optional<int64_t> Call::staticAxis(unsigned i, const Tensor &x) {
  Dims dims = x.dims();
  std::optional<int64_t> found = axis(i, dims.size());
  if (!found || !dims[*found].isDynamic())
    return found;
  elaborator.emit.error(Code::BadAxis, place(i),
                        "'" + name + "' along the run-time dimension '" +
                            dims[*found].name.getValue() + "'");
  return std::nullopt;
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
