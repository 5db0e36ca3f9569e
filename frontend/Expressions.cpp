//===- Expressions.cpp - Names, literals, conditions, texts ---------------===//

#include "frontend/ControlFlow.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace sinter;

Object Elaborator::evaluate(const Expr *expr, Scope &scope) {
  if (++evaluations > kMaxEvaluations)
    emit.exhaust(expr->loc, "the file takes more than " +
                                Twine(kMaxEvaluations) +
                                " steps to expand; are its loops too long?");
  if (emit.isExhausted())
    return Object::error();
  if (depth >= kMaxDepth) {
    emit.exhaust(expr->loc, "functions and blocks are nested more than " +
                                Twine(kMaxDepth) + " deep");
    return Object::error();
  }
  ++depth;
  Object result;
  switch (expr->kind) {
  case Expr::Kind::Number:
    result = evaluateNumber(cast<NumberExpr>(expr));
    break;
  case Expr::Kind::Bool:
    result = Object(cast<BoolExpr>(expr)->value);
    break;
  case Expr::Kind::None:
    result = Object(Nothing());
    break;
  case Expr::Kind::Text:
    result = evaluateText(cast<TextExpr>(expr), scope);
    break;
  case Expr::Kind::Name:
    result = evaluateName(expr->loc, cast<NameExpr>(expr)->name, scope);
    break;
  case Expr::Kind::List:
    result = evaluateList(cast<ListExpr>(expr), scope);
    break;
  case Expr::Kind::Call:
    result = evaluateCall(cast<CallExpr>(expr), nullptr, {}, scope);
    break;
  case Expr::Kind::Binary:
    result = evaluateBinary(cast<BinaryExpr>(expr), scope);
    break;
  case Expr::Kind::Unary: {
    const UnaryExpr *unary = cast<UnaryExpr>(expr);
    Object operand = evaluate(unary->operand, scope);
    result = unary->op == UnaryOp::Neg ? negate(expr->loc, operand)
                                       : logicalNot(expr->loc, operand);
    break;
  }
  case Expr::Kind::Index: {
    const IndexExpr *indexed = cast<IndexExpr>(expr);
    result =
        index(expr->loc, evaluate(indexed->base, scope), indexed->items, scope);
    break;
  }
  case Expr::Kind::Slice:
    emit.error(Code::WrongType, expr->loc, "a slice stands in an index only");
    break;
  case Expr::Kind::Field:
    result = evaluateField(cast<FieldExpr>(expr), scope);
    break;
  case Expr::Kind::Range:
    result = evaluateRange(cast<RangeExpr>(expr), scope);
    break;
  case Expr::Kind::If:
    result = evaluateIf(cast<IfExpr>(expr), scope, /*isStatement=*/false);
    break;
  }
  --depth;
  return result;
}

Object Elaborator::evaluateNumber(const NumberExpr *expr) {
  if (expr->isInteger()) {
    int64_t value = 0;
    if (!expr->spelling.getAsInteger(10, value))
      return Object(value);
  }
  double value = 0;
  if (expr->spelling.getAsDouble(value)) {
    emit.error(Code::BadNumber, expr->loc,
               "'" + expr->spelling + "' is not a number");
    return Object::error();
  }
  return Object(value);
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Names of the language that this version has nothing for.
static constexpr StringLiteral plannedNames[] = {"boolean_mask", "inverse"};

Object Elaborator::contextName(Loc loc, StringRef name) {
  if (name == "training")
    return Object(training);
  if (name == "pi")
    return Object(3.141592653589793);
  if (hasSteps && name == "step")
    return Object::weak(frame->step(loc));
  if (hasSteps && name == "epoch")
    return Object::weak(frame->epoch(loc));
  return Object::error();
}

Object Elaborator::evaluateName(Loc loc, StringRef name, Scope &scope,
                                bool isCallee) {
  Binding *binding = scope.find(name);
  // An initialiser elsewhere.
  if (isCallee && !binding && !setting.empty() && name == "constant")
    binding = preludeScope->findHere("constant_schedule");
  // The user's names hide those of the place, which hide the library's.
  bool isOwn = binding && binding != preludeScope->findHere(name);
  if (!isCallee && !isOwn) {
    Object context = contextName(loc, name);
    if (!context.isAbsorbing())
      return context;
  }
  if (binding) {
    lint.noteUse(binding->loc);
    if (binding->object.is<Deferred>())
      force(*binding);
    return checkedName(loc, name, binding->object);
  }
  if (Type type = dtypeNamed(emit.context(), name))
    return Object(type);
  const Builtin *builtin = findBuiltin(name);
  if (builtin && (builtin->isForUsers() || loc.file == emit.preludeFile))
    return Object(builtin);
  if (llvm::is_contained(plannedNames, name)) {
    emit.unsupported(loc, "'" + name + "'");
    return Object::error();
  }
  if (rows) {
    llvm::StringMap<Loc>::const_iterator whole =
        rows->part->wholeValues.find(name);
    if (whole != rows->part->wholeValues.end()) {
      emit.unsupported(loc, "'" + name +
                                "' belongs to all rows at once and cannot be "
                                "combined with the rows of a file")
          .addNote(whole->second, "'" + name + "' is computed here");
      return Object::error();
    }
  }
  unknownName(loc, name, scope);
  return Object::error();
}

/// Evaluates a column or `let` of a data section that a row needs.
void Elaborator::force(Binding &binding) {
  Deferred deferred = *binding.object.as<Deferred>();
  binding.object = Object::error();
  std::string column = std::move(rows->column);
  rows->column = deferred.stmt->name.str();
  binding.object = evaluateBound(deferred.stmt, *deferred.scope);
  rows->column = std::move(column);
}

/// A graph value of another function cannot be used in this one.
Object Elaborator::checkedName(Loc loc, StringRef name, const Object &object) {
  const Tensor *tensor = object.as<Tensor>();
  if (!tensor || !frame)
    return object;
  Value value = tensor->value;
  if (frame->function->isAncestor(value.getParentRegion()->getParentOp()))
    return object;
  emit.error(Code::WrongPlace, loc,
             "'" + name + "' is computed in each step and cannot be used here")
      .addHelp("initial values are computed once, before the first step");
  return Object::error();
}

/// Habits from elsewhere, with the word of this language.
static StringRef wordInstead(StringRef name) {
  return llvm::StringSwitch<StringRef>(name)
      .Cases({"linear", "Linear", "Dense"}, "dense")
      .Cases({"cat", "concatenate"}, "concat")
      .Cases({"matmul", "mm", "mv"}, "@")
      .Cases({"randn", "gauss"}, "normal")
      .Cases({"rand", "random"}, "uniform")
      .Cases({"True", "False"}, name == "True" ? "true" : "false")
      .Cases({"pow", "power"}, "**")
      .Case("permute", "transpose")
      .Case("maximum", "max")
      .Case("minimum", "min")
      .Case("range", "0..n")
      .Case("str", "\"{x}\"")
      .Default("");
}

void Elaborator::unknownName(Loc loc, StringRef name, Scope &scope) {
  SmallVector<StringRef> candidates;
  scope.collect(candidates);
  for (const Builtin &builtin : allBuiltins())
    if (builtin.isForUsers())
      candidates.push_back(builtin.name);
  Diagnostic &diagnostic = emit.error(Code::UnknownName, loc,
                                      "nothing is called '" + name + "' here");
  StringRef word = wordInstead(name);
  StringRef closest = closestName(name, candidates);
  // 'np.sum', 'nn.Linear'.
  auto [module, member] = name.rsplit('.');
  if (!wordInstead(member).empty())
    word = wordInstead(member);
  else if (llvm::is_contained(candidates, member))
    word = member;
  if (!word.empty())
    diagnostic.addHelp("this language says '" + word + "'");
  else if (!closest.empty())
    diagnostic.addHelp("did you mean '" + closest + "'?");
}

/// "net.weight" of `net.weight`, empty if the base is no chain of names.
static std::string dottedName(const Expr *expr) {
  if (const NameExpr *name = dyn_cast<NameExpr>(expr))
    return name->name.str();
  const FieldExpr *field = dyn_cast<FieldExpr>(expr);
  if (!field)
    return {};
  std::string base = dottedName(field->base);
  return base.empty() ? base : base + "." + field->name.str();
}

Object Elaborator::evaluateField(const FieldExpr *expr, Scope &scope) {
  std::string dotted = dottedName(expr);
  if (!dotted.empty())
    if (Binding *binding = scope.find(dotted))
      return checkedName(expr->loc, dotted, binding->object);

  StringRef root = StringRef(dotted).split('.').first;
  if (!root.empty() && !scope.find(root) && expr->name != "T" &&
      !findBuiltin(root)) {
    unknownName(expr->loc, dotted, scope);
    return Object::error();
  }
  Object base = evaluate(expr->base, scope);
  if (base.isAbsorbing())
    return base;
  if (const DataPart *const *part = base.as<const DataPart *>())
    return sectionField(expr->nameLoc, **part, expr->name);
  if (const Declaration *declaration = base.as<Declaration>())
    return declarationField(expr->nameLoc, *declaration, expr->name);
  if (const MemberPath *path = base.as<MemberPath>())
    return experimentField(expr->nameLoc, *path->experiment,
                           path->prefix.empty()
                               ? expr->name.str()
                               : path->prefix + "." + expr->name.str());
  if (expr->name != "T") {
    emit.error(Code::UnknownName, expr->nameLoc,
               describe(base) + " has no '." + expr->name + "'")
        .addHelp(findBuiltin(expr->name)
                     ? "write '" + expr->name + "(x)'"
                     : "'.T' transposes; any other 'a.b' is a parameter, a "
                       "column or a data section");
    return Object::error();
  }
  std::optional<Tensor> tensor = toTensor(expr->loc, base);
  if (!tensor)
    return Object::error();
  SmallVector<int64_t> permutation;
  for (int64_t dim = tensor->type().getRank(); dim > 0; --dim)
    permutation.push_back(dim - 1);
  if (permutation.size() < 2)
    return base;
  return emit.transpose(expr->loc, tensor->value, permutation);
}

//===----------------------------------------------------------------------===//
// Texts, lists, ranges
//===----------------------------------------------------------------------===//

/// A format of Python's mini language that the runtime knows: ".4f", "e", "d".
static bool isFormat(StringRef format) {
  if (format == "d")
    return true;
  if (format.consume_front(".")) {
    StringRef digits =
        format.take_while([](char c) { return llvm::isDigit(c); });
    unsigned precision = 0;
    if (digits.getAsInteger(10, precision) || precision > 60)
      return false;
    format = format.drop_front(digits.size());
  }
  return format == "f" || format == "e" || format == "g";
}

static std::string formatNumber(const Object &number, StringRef format) {
  if (format.empty()) {
    if (const bool *b = number.as<bool>())
      return *b ? "True" : "False";
    if (const int64_t *i = number.as<int64_t>())
      return std::to_string(*i);
    return numberText(number.number());
  }
  if (format == "d") {
    const int64_t *i = number.as<int64_t>();
    return std::to_string(i ? *i : int64_t(*number.as<bool>()));
  }
  // isFormat has bounded the precision, but %f of 1e308 is long.
  char text[400];
  std::snprintf(text, sizeof text, ("%" + format.str()).c_str(),
                number.number());
  return text;
}

static bool isFraction(const Object &object) {
  const Tensor *tensor = object.as<Tensor>();
  return tensor ? isa<FloatType>(tensor->element()) : object.is<double>();
}

Object Elaborator::evaluateText(const TextExpr *expr, Scope &scope) {
  Text text;
  auto append = [&](StringRef characters) {
    if (text.empty() || text.back().value)
      text.push_back({characters.str(), {}, {}});
    else
      text.back().characters += characters;
  };
  Object failed(Nothing{});
  for (const TextPart &part : expr->parts) {
    if (!part.value) {
      append(part.literal);
      continue;
    }
    Object object = evaluate(part.value, scope);
    if (!part.format.empty() && !isFormat(part.format)) {
      emit.error(Code::BadValue, part.loc,
                 "'" + part.format + "' is not a format")
          .addHelp("formats are 'd' and '.4f', '.4e', '.4g' with any number "
                   "of digits");
      object = Object::error();
    } else if (part.format == "d" && isFraction(object)) {
      emit.error(Code::WrongType, part.loc,
                 "'d' writes an integer, this is " + describe(object))
          .addHelp("'.4f' writes four decimals");
      object = Object::error();
    }
    if (object.isAbsorbing()) {
      failed = object;
    } else if (object.isNumber()) {
      append(formatNumber(object, part.format));
    } else if (const std::shared_ptr<const Text> *inner =
                   object.as<std::shared_ptr<const Text>>()) {
      for (const TextPiece &piece : **inner)
        if (piece.value)
          text.push_back(piece);
        else
          append(piece.characters);
    } else if (std::optional<Tensor> tensor =
                   toTensor(part.value->loc, object)) {
      if (!part.format.empty() && tensor->type().getRank() != 0) {
        emit.error(Code::WrongType, part.value->loc,
                   "a format wants a scalar, this is " + describe(*tensor));
        failed = Object::error();
      }
      text.push_back({{}, tensor->value, part.format.str()});
    } else {
      failed = Object::error();
    }
  }
  if (failed.isAbsorbing())
    return failed;
  size_t length = text.size();
  for (const TextPiece &piece : text)
    length += piece.characters.size();
  if (length > kMaxTextLength) {
    emit.error(Code::TooLarge, expr->loc,
               "a text of more than " + Twine(kMaxTextLength) + " characters");
    return Object::error();
  }
  return Object(std::make_shared<const Text>(std::move(text)));
}

std::optional<std::string>
Elaborator::evaluateText(const Expr *expr, Scope &scope, const Twine &what) {
  Object object = evaluate(expr, scope);
  if (object.isAbsorbing())
    return std::nullopt;
  if (const std::string *characters = object.characters())
    return *characters;
  emit.error(Code::WrongType, expr->loc,
             object.is<std::shared_ptr<const Text>>()
                 ? what + " wants a text that is known at build time"
                 : what + " wants a text, this is " + describe(object));
  return std::nullopt;
}

Object Elaborator::evaluateList(const ListExpr *expr, Scope &scope) {
  std::vector<Object> elements;
  Object failed(Nothing{});
  for (const Expr *element : expr->elements) {
    elements.push_back(evaluate(element, scope));
    if (elements.back().isAbsorbing())
      failed = failed.isAbsorbing() ? absorb(failed, elements.back())
                                    : elements.back();
  }
  if (failed.isAbsorbing())
    return failed;
  // Loops can nest lists far deeper than the text does.
  for (const Object &element : elements)
    if (const List *inner = element.list())
      if (inner->depth >= kMaxListDepth) {
        emit.error(Code::TooLarge, expr->loc,
                   "lists are nested more than " + Twine(kMaxListDepth) +
                       " deep");
        return Object::error();
      }
  Object list = Object::list(std::move(elements));
  (*list.as<std::shared_ptr<List>>())->regionDepth = region ? region->depth : 0;
  return list;
}

std::optional<int64_t>
Elaborator::evaluateInteger(const Expr *expr, Scope &scope, const Twine &what) {
  Object object = evaluate(expr, scope);
  if (object.isAbsorbing())
    return std::nullopt;
  if (const int64_t *integer = object.as<int64_t>())
    return *integer;
  bool isGraph = object.is<Tensor>();
  emit.error(isGraph ? Code::NotBuildTime : Code::WrongType, expr->loc,
             what + " must be an integer" +
                 (isGraph ? " that is known at build time" : "") +
                 ", this is " + describe(object));
  return std::nullopt;
}

Object Elaborator::evaluateRange(const RangeExpr *expr, Scope &scope) {
  std::optional<int64_t> lo =
      evaluateInteger(expr->lo, scope, "a range's start");
  std::optional<int64_t> hi = evaluateInteger(expr->hi, scope, "a range's end");
  if (!lo || !hi)
    return Object::error();
  return Object(IntegerRange{*lo, *hi});
}

//===----------------------------------------------------------------------===//
// Operators and conditions
//===----------------------------------------------------------------------===//

Object Elaborator::evaluateBinary(const BinaryExpr *expr, Scope &scope) {
  BinaryOp first = expr->terms.front().op;
  if (first == BinaryOp::Pipe)
    return evaluatePipe(expr, scope);
  Object result = evaluate(expr->first, scope);
  for (const BinaryTerm &term : expr->terms) {
    // A side that is known to decide leaves the other out.
    const bool *known = result.as<bool>();
    if (known && ((term.op == BinaryOp::And && !*known) ||
                  (term.op == BinaryOp::Or && *known)))
      continue;
    Object operand = evaluate(term.operand, scope);
    result = binary(term.op, term.loc, result, expr->first->loc, operand,
                    term.operand->loc);
  }
  return result;
}

Object Elaborator::evaluatePipe(const BinaryExpr *expr, Scope &scope) {
  Object value = evaluate(expr->first, scope);
  for (const BinaryTerm &term : expr->terms) {
    if (const CallExpr *callee = dyn_cast<CallExpr>(term.operand)) {
      value = evaluateCall(callee, &value, expr->first->loc, scope);
      continue;
    }
    const NameExpr *word = dyn_cast<NameExpr>(term.operand);
    Object function = word ? evaluateName(word->loc, word->name, scope, true)
                           : evaluate(term.operand, scope);
    std::vector<CallArgument> arguments;
    arguments.push_back({expr->first->loc, {}, value});
    value = call(term.operand->loc, word ? word->name : "this", function,
                 std::move(arguments));
  }
  return value;
}

std::optional<bool> Elaborator::condition(Loc loc, const Object &object) {
  if (const bool *known = object.as<bool>())
    return *known;
  if (object.is<Tensor>()) {
    emit.error(Code::NotBuildTime, loc,
               "true or false must be known at build time here, this is " +
                   describe(object));
    return std::nullopt;
  }
  if (!object.isAbsorbing())
    emit.error(Code::WrongType, loc,
               "a condition wants true or false, this is " + describe(object));
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

RankedTensorType Elaborator::evaluateType(const TypeSyntax *type,
                                          Scope &scope) {
  Type element = dtypeNamed(emit.context(), type->dtype);
  if (!element) {
    Diagnostic &diagnostic =
        emit.error(Code::UnknownDtype, type->loc,
                   "'" + type->dtype + "' is not an element type");
    StringRef closest =
        closestName(type->dtype, {"f32", "f64", "i32", "i64", "u8", "bool"});
    if (!closest.empty())
      diagnostic.addHelp("did you mean '" + closest + "'?");
    else
      diagnostic.addHelp("element types are f32, f64, i32, i64, u8 and bool");
    return {};
  }
  Dims dims;
  for (const Expr *expr : type->dims) {
    Object object = evaluate(expr, scope);
    if (object.isAbsorbing())
      return {};
    if (const Dim *dim = object.as<Dim>()) {
      dims.push_back(*dim);
    } else if (const int64_t *size = object.as<int64_t>()) {
      dims.push_back({*size, {}});
    } else {
      emit.error(object.is<Tensor>() ? Code::NotBuildTime : Code::WrongType,
                 expr->loc,
                 "a dimension must be an integer that is known at build time, "
                 "this is " +
                     describe(object));
      return {};
    }
  }
  return emit.tensorType(type->loc, dims, element);
}
