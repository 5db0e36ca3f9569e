//===- Object.cpp - What an expression means ------------------------------===//

#include "frontend/Object.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace sinter;

Object Object::text(llvm::StringRef characters) {
  Text text;
  if (!characters.empty())
    text.push_back({characters.str(), {}, {}});
  return Object(std::make_shared<const Text>(std::move(text)));
}

Object Object::list(std::vector<Object> elements) {
  unsigned depth = 1;
  for (const Object &element : elements)
    if (const List *inner = element.list())
      depth = std::max(depth, inner->depth + 1);
  return Object(std::make_shared<List>(
      List{std::move(elements), depth, {}, 0, ~0u, false}));
}

double Object::number() const {
  if (const bool *b = as<bool>())
    return *b;
  if (const int64_t *i = as<int64_t>())
    return double(*i);
  return *as<double>();
}

const List *Object::list() const {
  const std::shared_ptr<List> *pointer = as<std::shared_ptr<List>>();
  return pointer ? pointer->get() : nullptr;
}

const std::string *Object::characters() const {
  static const std::string empty;
  const std::shared_ptr<const Text> *text = as<std::shared_ptr<const Text>>();
  if (!text || (*text)->size() > 1)
    return nullptr;
  if ((*text)->empty())
    return &empty;
  return (*text)->front().value ? nullptr : &(*text)->front().characters;
}

Object sinter::absorb(const Object &a, const Object &b) {
  if (a.isError() || b.isError())
    return Object::error();
  return Object::rows();
}

llvm::StringRef sinter::dtypeName(mlir::Type element) {
  if (element.isF32())
    return "f32";
  if (element.isF64())
    return "f64";
  if (element.isInteger(1))
    return "bool";
  if (element.isInteger(32))
    return "i32";
  if (element.isInteger(64))
    return "i64";
  return element.isUnsignedInteger(8) ? "u8" : "i8";
}

mlir::Type sinter::dtypeNamed(mlir::MLIRContext *context,
                              llvm::StringRef name) {
  using mlir::IntegerType;
  return llvm::StringSwitch<mlir::Type>(name)
      .Case("f32", mlir::Float32Type::get(context))
      .Case("f64", mlir::Float64Type::get(context))
      .Case("i32", IntegerType::get(context, 32))
      .Case("i64", IntegerType::get(context, 64))
      .Case("u8", IntegerType::get(context, 8, IntegerType::Unsigned))
      .Case("bool", IntegerType::get(context, 1))
      .Default({});
}

std::string sinter::typeName(mlir::RankedTensorType type) {
  return dtypeName(type.getElementType()).str() + toString(dimsOf(type));
}

std::string sinter::numberText(double value) {
  if (std::isnan(value))
    return "nan";
  if (std::isinf(value))
    return value < 0 ? "-inf" : "inf";
  // The shortest spelling that reads back as the same number.
  char text[40];
  for (int precision = 1; precision <= 17; ++precision) {
    std::snprintf(text, sizeof text, "%.*g", precision, value);
    if (std::strtod(text, nullptr) == value)
      break;
  }
  // Python writes plain digits up to 1e16.
  double magnitude = std::fabs(value);
  if (std::strchr(text, 'e') && magnitude >= 1 && magnitude < 1e16)
    std::snprintf(text, sizeof text, "%.0f", value);
  std::string result = text;
  if (result.find_first_of(".e") == std::string::npos)
    result += ".0";
  return result;
}

std::string sinter::describe(const Object &object) {
  if (const bool *b = object.as<bool>())
    return *b ? "true" : "false";
  if (const int64_t *i = object.as<int64_t>())
    return "the number " + std::to_string(*i);
  if (const double *d = object.as<double>())
    return "the number " + numberText(*d);
  if (const Tensor *tensor = object.as<Tensor>())
    return "a tensor " + typeName(tensor->type());
  if (const std::string *characters = object.characters())
    return "the text \"" + *characters + "\"";
  if (object.isNone())
    return "None";
  if (object.list())
    return "a list";
  if (object.is<IntegerRange>())
    return "a range";
  if (const Dim *dim = object.as<Dim>())
    return ("the size '" + dim->name.getValue() + "'").str();
  if (object.is<Closure>() || object.is<const Builtin *>())
    return "a function";
  if (object.is<mlir::Type>())
    return "an element type";
  if (object.is<Initialiser>())
    return "an initialiser without a shape";
  if (object.is<Groups>())
    return "a value for each group of parameters";
  if (object.is<const DataPart *>())
    return "a data section";
  if (object.is<ColumnOfFile>())
    return "the rows of a file";
  if (object.is<MemberPath>())
    return "an experiment";
  if (object.is<Declaration>())
    return "a declaration";
  return "a text";
}
