//===- JsonExprReader.cpp - Expressions in JSON ---------------------------===//

#include "frontend/JsonReaderImpl.h"
#include "frontend/Parser.h"

using namespace llvm;

namespace sinter {
const JsonMember *onlyMember(const JsonValue *object) {
  return object->members.size() == 1 ? object->members.begin() : nullptr;
}

Expr *JsonReader::readExpr(const JsonValue *value) {
  NestingScope nest(*this, value);
  if (!nest || !checkNodes(value))
    return nullptr;
  Expr *e = readExprBody(value);
  return e && checkHasElse(e, diagnostics) ? e : nullptr;
}

Expr *JsonReader::readExprBody(const JsonValue *value) {
  switch (value->kind) {
  case JsonValue::Kind::Null:
    return file.create<NoneExpr>(loc(value));
  case JsonValue::Kind::Bool:
    return file.create<BoolExpr>(loc(value), value->boolean);
  case JsonValue::Kind::Number:
    return readNumber(value);
  case JsonValue::Kind::String:
    return readName(value->text, loc(value));
  case JsonValue::Kind::Array:
    return readList(value);
  case JsonValue::Kind::Object:
    return readObject(value);
  }
  return nullptr;
}

/// Reads an object with one key: an operator, a call or a special form.
Expr *JsonReader::readObject(const JsonValue *value) {
  if (value->find("if"))
    return readIf(value);
  const JsonMember *member = onlyMember(value);
  if (!member)
    return error(loc(value), "an expression is an object with exactly one key",
                 "a call's arguments are its value: {\"f\": [1, 2]} or {\"f\": "
                 "{\"args\": [1], \"k\": 2}}");
  StringRef key = member->key;
  const JsonValue *operands = member->value;
  BinaryOp op;
  if (key == "text")
    return readText(operands);
  if (key == "float")
    return readFloat(operands);
  if (key == "[]")
    return readIndex(operands);
  if (key == ".")
    return readField(operands);
  if (key == "..")
    return readRange(operands);
  if (key == "()")
    return readCalleeCall(operands);
  if (key == ":")
    return error(loc(*member), "a slice can stand in an index only");
  bool hasOne = operands->elements.size() == 1;
  if (key == "not" && isOperands(operands, 1, key))
    return readUnary(UnaryOp::Not, loc(*member), operands->elements[0]);
  if (key == "-" && hasOne)
    return readUnary(UnaryOp::Neg, loc(*member), operands->elements[0]);
  if (findBinaryOp(key, op))
    return readBinary(value);
  return key == "not" ? nullptr : readCall(*member);
}

/// Reports operands that are not an array of `count` values.
bool JsonReader::isOperands(const JsonValue *value, size_t count,
                            StringRef key) {
  if (value->is(JsonValue::Kind::Array) && value->elements.size() == count)
    return true;
  error(loc(value), "'" + key + "' wants an array of " + Twine(count) +
                        (count == 1 ? " value" : " values"));
  return false;
}

//===----------------------------------------------------------------------===//
// Literals and names
//===----------------------------------------------------------------------===//

Expr *JsonReader::readNumber(const JsonValue *value) {
  StringRef spelling = value->text;
  bool isNegative = spelling.consume_front("-");
  Expr *number = makeNumber(file, diagnostics, loc(value), spelling);
  if (!number || !isNegative)
    return number;
  return file.create<UnaryExpr>(loc(value), UnaryOp::Neg, number);
}

/// `{"float": [2]}` is 2.0, for writers that cannot write the point.
Expr *JsonReader::readFloat(const JsonValue *value) {
  if (!isOperands(value, 1, "float"))
    return nullptr;
  const JsonValue *number = value->elements[0];
  if (!number->is(JsonValue::Kind::Number))
    return error(loc(number), "'float' wants a number");
  JsonValue spelled = *number;
  std::string text = number->text.str();
  if (number->text.find_first_of(".eE") == StringRef::npos)
    text += ".0";
  spelled.text = text;
  return readNumber(&spelled);
}

/// `"x"`, `"net.weight"`.
Expr *JsonReader::readName(StringRef text, Loc place) {
  std::pair<StringRef, StringRef> split = text.split('.');
  bool isGood = isIdentifier(split.first) && !text.ends_with(".");
  Expr *e = nullptr;
  if (isGood) {
    if (!checkName(split.first, place, diagnostics))
      return nullptr;
    e = file.create<NameExpr>(place, file.copy(split.first));
  }
  for (StringRef rest = split.second; isGood && !rest.empty();) {
    split = rest.split('.');
    isGood = isIdentifier(split.first) && checkNodes(nullptr);
    e = file.create<FieldExpr>(place, e, place, file.copy(split.first));
    rest = split.second;
  }
  if (isGood)
    return e;
  return error(place, "'" + text.take_front(40) + "' is not a name",
               "a text is {\"text\": \"...\"}");
}

Expr *JsonReader::readText(const JsonValue *value) {
  if (!value->is(JsonValue::Kind::String))
    return error(loc(value), "'text' wants a string");
  std::vector<uint32_t> offsets = stringOffsets(source, *value);
  return parseText(
      file, loc(value), value->text,
      [&](size_t offset) {
        return locate(offsets[std::min(offset, offsets.size() - 1)]);
      },
      /*hasEscapes=*/false, nesting, diagnostics);
}

Expr *JsonReader::readList(const JsonValue *value) {
  SmallVector<Expr *> elements;
  for (const JsonValue *element : value->elements) {
    elements.push_back(readExpr(element));
    if (!elements.back())
      return nullptr;
  }
  return file.create<ListExpr>(loc(value),
                               file.copy(ArrayRef<Expr *>(elements)));
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Expr *JsonReader::readUnary(UnaryOp op, Loc place, const JsonValue *operand) {
  Expr *e = readExpr(operand);
  return e ? file.create<UnaryExpr>(place, op, e) : nullptr;
}

/// If the value is a binary operator of that level, its member.
static const JsonMember *runMember(const JsonValue *value, unsigned level) {
  if (!value->is(JsonValue::Kind::Object) || value->members.size() != 1)
    return nullptr;
  const JsonMember &member = value->members.front();
  BinaryOp op;
  bool isInRun = member.value->elements.size() == 2 &&
                 findBinaryOp(member.key, op) && isRunOperator(op) &&
                 precedence(op) == level;
  return isInRun ? &member : nullptr;
}

/// Reads an operator with the run of equal ones in its left operand, however
/// long that is, without recursion.
Expr *JsonReader::readBinary(const JsonValue *value) {
  SmallVector<const JsonMember *> run = {onlyMember(value)};
  BinaryOp op;
  findBinaryOp(run.front()->key, op);
  if (!isOperands(run.front()->value, 2, run.front()->key))
    return nullptr;
  if (isRunOperator(op))
    while (const JsonMember *left =
               runMember(run.back()->value->elements[0], precedence(op)))
      run.push_back(left);
  Expr *first = readExpr(run.back()->value->elements[0]);
  if (!first)
    return nullptr;
  SmallVector<BinaryTerm> terms;
  for (const JsonMember *member : reverse(run)) {
    BinaryTerm term;
    findBinaryOp(member->key, term.op);
    term.loc = loc(*member);
    term.operand = readExpr(member->value->elements[1]);
    if (!term.operand ||
        (term.op == BinaryOp::Pipe && !checkPipe(term.operand, diagnostics)))
      return nullptr;
    terms.push_back(term);
  }
  return makeBinary(file, first, terms);
}

Expr *JsonReader::readRange(const JsonValue *operands) {
  if (!isOperands(operands, 2, ".."))
    return nullptr;
  Expr *lo = readExpr(operands->elements[0]);
  Expr *hi = lo ? readExpr(operands->elements[1]) : nullptr;
  return hi ? file.create<RangeExpr>(lo->loc, lo, hi) : nullptr;
}

Expr *JsonReader::readField(const JsonValue *operands) {
  if (!isOperands(operands, 2, "."))
    return nullptr;
  const JsonValue *name = operands->elements[1];
  if (!name->is(JsonValue::Kind::String) || !isIdentifier(name->text))
    return error(loc(name), "expected a name");
  Expr *base = readExpr(operands->elements[0]);
  return base ? file.create<FieldExpr>(base->loc, base, loc(name),
                                       file.copy(name->text))
              : nullptr;
}

Expr *JsonReader::readIndex(const JsonValue *operands) {
  if (operands->elements.size() < 2)
    return error(loc(operands),
                 "'[]' wants an array of a value and its indices");
  Expr *base = readExpr(operands->elements[0]);
  if (!base)
    return nullptr;
  SmallVector<Expr *> items;
  for (const JsonValue *item : operands->elements.drop_front()) {
    items.push_back(readIndexItem(item));
    if (!items.back())
      return nullptr;
  }
  return file.create<IndexExpr>(base->loc, base,
                                file.copy(ArrayRef<Expr *>(items)));
}

/// Reads an index, or a slice `{":": [lo, hi]}`, `{":": [lo, hi, step]}`.
Expr *JsonReader::readIndexItem(const JsonValue *value) {
  const JsonMember *member =
      value->is(JsonValue::Kind::Object) ? onlyMember(value) : nullptr;
  if (!member || member->key != ":")
    return readExpr(value);
  ArrayRef<JsonValue *> given = member->value->elements;
  if (given.size() != 2 && given.size() != 3)
    return error(loc(member->value), "':' wants an array of two or three "
                                     "values, null for an absent one");
  Expr *parts[3] = {nullptr, nullptr, nullptr};
  for (size_t i = 0; i < given.size(); ++i)
    if (!given[i]->is(JsonValue::Kind::Null) &&
        !(parts[i] = readExpr(given[i])))
      return nullptr;
  return file.create<SliceExpr>(loc(*member), parts[0], parts[1], parts[2]);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

Expr *JsonReader::readCall(const JsonMember &member) {
  Expr *callee = readName(member.key, loc(member));
  SmallVector<Argument> args;
  if (!callee || !readArgs(member.value, args, "a call"))
    return nullptr;
  return file.create<CallExpr>(callee->loc, callee,
                               file.copy(ArrayRef<Argument>(args)));
}

/// `{"()": [f, ...]}`: a call of a function whose name means something else as
/// a key. The function is the first of the positional arguments.
Expr *JsonReader::readCalleeCall(const JsonValue *value) {
  SmallVector<Argument> args;
  if (!readArgs(value, args, "a call"))
    return nullptr;
  if (args.empty() || !args[0].name.empty() || !isDottedName(args[0].value))
    return error(loc(value), "the first argument of '()' must be the name of a "
                             "function");
  Expr *callee = args[0].value;
  return file.create<CallExpr>(
      callee->loc, callee, file.copy(ArrayRef<Argument>(args).drop_front()));
}

/// Reads positional arguments, or an object of named ones with the positional
/// ones under "args".
bool JsonReader::readArgs(const JsonValue *value,
                          SmallVectorImpl<Argument> &args, const char *what) {
  const JsonMember *positional = value->find("args");
  const JsonValue *list = positional ? positional->value : value;
  bool isList = list->is(JsonValue::Kind::Array);
  if (!isList && (positional || !value->is(JsonValue::Kind::Object))) {
    error(loc(list), "the arguments of " + Twine(what) +
                         " are an array, or an object of named ones with the "
                         "others under \"args\"");
    return false;
  }
  for (const JsonValue *element : list->elements) {
    Argument arg;
    arg.value = readExpr(element);
    if (!arg.value)
      return false;
    arg.loc = arg.value->loc;
    args.push_back(arg);
  }
  for (const JsonMember &member : value->members) {
    if (&member == positional)
      continue;
    if (!isIdentifier(member.key)) {
      error(loc(member), "'" + member.key + "' is not a name");
      return false;
    }
    Argument arg;
    arg.loc = loc(member);
    arg.name = member.key;
    arg.value = readExpr(member.value);
    if (!arg.value)
      return false;
    arg.name = file.copy(member.key);
    args.push_back(arg);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// if
//===----------------------------------------------------------------------===//

/// Reads `{"if": c, "then": [], "else": []}`. An "else" that holds an `if` and
/// nothing else is read in a loop: such chains may be long.
IfExpr *JsonReader::readIf(const JsonValue *value) {
  SmallVector<IfArm> arms;
  while (true) {
    IfArm arm;
    if (!checkNodes(value) || !readIfArm(value, arm))
      return nullptr;
    arms.push_back(arm);
    const JsonMember *otherwise = value->find("else");
    if (!otherwise)
      return makeIf(file, arms, nullptr);
    ArrayRef<JsonValue *> stmts = otherwise->value->elements;
    bool isChain =
        stmts.size() == 1 && stmts[0]->find("if") && !stmts[0]->find("#");
    if (!isChain) {
      Block *block = readBlock(otherwise->value, BlockGrammar::Code);
      return block ? makeIf(file, arms, block) : nullptr;
    }
    value = stmts[0];
  }
}

bool JsonReader::readIfArm(const JsonValue *value, IfArm &arm) {
  Members members(*this, value);
  const JsonValue *condition = members.need("if");
  const JsonValue *body = members.need("then");
  members.take("else");
  if (!members.finish() || !condition || !body)
    return false;
  arm.loc = loc(*value->find("if"));
  arm.condition = readExpr(condition);
  arm.body = arm.condition ? readBlock(body, BlockGrammar::Code) : nullptr;
  return arm.body != nullptr;
}
} // namespace sinter
