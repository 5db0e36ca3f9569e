//===- JsonReader.cpp - Statements and files in JSON ----------------------===//

#include "frontend/JsonReader.h"

#include "frontend/AstWalk.h"
#include "frontend/JsonReaderImpl.h"
#include "frontend/Parser.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace sinter {
//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

JsonReader::NestingScope::NestingScope(JsonReader &reader,
                                       const JsonValue *value)
    : reader(reader), isAllowed(++reader.nesting <= kMaxNesting) {
  if (!isAllowed)
    reader.diagnostics
        .error(Code::NestingTooDeep, reader.loc(value),
               "nested more than " + Twine(kMaxNesting) + " deep")
        .addHelp("bind parts of it to names with 'let'");
}

std::nullptr_t JsonReader::error(Loc place, const Twine &message,
                                 StringRef help) {
  Diagnostic &diagnostic = diagnostics.error(Code::BadJsonForm, place, message);
  if (!help.empty())
    diagnostic.addHelp(help);
  return nullptr;
}

std::nullptr_t JsonReader::errorUnknownKey(const JsonMember &member,
                                           ArrayRef<StringRef> expected) {
  Diagnostic &diagnostic = diagnostics.error(
      Code::UnknownKey, loc(member), "unexpected key '" + member.key + "'");
  StringRef closest = closestName(member.key, expected);
  if (!closest.empty())
    diagnostic.addHelp("did you mean '" + closest + "'?");
  return nullptr;
}

bool JsonReader::checkNodes(const JsonValue *value) {
  if (file.numNodes() < kMaxNodes)
    return diagnostics.numErrors() < Diagnostics::kMaxErrors;
  diagnostics.error(Code::FileTooLarge, value ? loc(value) : Loc(),
                    "the file has more than " + Twine(kMaxNodes) +
                        " syntax nodes");
  return false;
}

//===----------------------------------------------------------------------===//
// Members
//===----------------------------------------------------------------------===//

const JsonValue *JsonReader::Members::take(StringRef key) {
  const JsonMember *member = object->find(key);
  if (!member) {
    absent.push_back(key);
    return nullptr;
  }
  used.set(member - object->members.begin());
  return member->value;
}

const JsonValue *JsonReader::Members::need(StringRef key) {
  const JsonValue *value = take(key);
  if (!value)
    reader.error(reader.loc(object), "the key \"" + key + "\" is missing");
  return value;
}

bool JsonReader::Members::finish() {
  for (size_t i = 0; i < object->members.size(); ++i)
    if (!used.test(i))
      reader.errorUnknownKey(object->members[i], absent);
  return used.all();
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

Block *JsonReader::readBlock(const JsonValue *value, BlockGrammar kind) {
  if (!value->is(JsonValue::Kind::Array))
    return error(loc(value), kind == BlockGrammar::File
                                 ? "expected an array of declarations"
                                 : "expected an array of statements");
  Block *block = file.create<Block>();
  block->open = block->close = loc(value);
  BlockBuilder builder(file);
  bool isGood = true;
  for (const JsonValue *element : value->elements) {
    if (!checkNodes(element))
      return nullptr;
    isGood &= readBlockItem(element, kind, builder);
  }
  block->stmts = builder.take();
  return isGood ? block : nullptr;
}

/// Reads a statement, a comment line or a blank line.
bool JsonReader::readBlockItem(const JsonValue *value, BlockGrammar kind,
                               BlockBuilder &block) {
  const JsonMember *comment = value->find("#");
  if (!comment) {
    NestingScope nest(*this, value);
    Stmt *stmt = nest ? readStmt(value, kind) : nullptr;
    if (stmt)
      block.add(stmt);
    return stmt != nullptr;
  }
  StringRef text;
  bool isLine = value->members.size() == 1;
  if (isLine && comment->value->is(JsonValue::Kind::Null)) {
    block.addBlank(loc(value));
    return true;
  }
  if (!readComment(comment->value, text))
    return false;
  if (isLine) {
    block.addComment(loc(value), text);
    return true;
  }
  // Read the statement as if it had no comment.
  SmallVector<JsonMember> others;
  for (const JsonMember &member : value->members)
    if (&member != comment)
      others.push_back(member);
  JsonValue bare = *value;
  bare.members = others;
  if (!readBlockItem(&bare, kind, block))
    return false;
  block.last()->comment = text;
  return true;
}

bool JsonReader::readComment(const JsonValue *value, StringRef &text) {
  bool isLine =
      value->is(JsonValue::Kind::String) && none_of(value->text, isControl);
  if (!isLine)
    error(loc(value), "a comment is a string of one line");
  else
    text = makeComment(file, value->text);
  return isLine;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

/// The member whose key is the keyword of the statement.
const JsonMember *JsonReader::findKeywordMember(const JsonValue *object,
                                                BlockGrammar kind) {
  for (const JsonMember &member : object->members) {
    const Keyword *keyword = findKeyword(member.key);
    if (keyword && (kind == BlockGrammar::File ? keyword->isDeclaration
                                               : keyword->isStatement))
      return &member;
  }
  return nullptr;
}

std::nullptr_t JsonReader::errorNoDeclaration(const JsonValue *value) {
  if (value->members.empty())
    return error(loc(value), "expected a declaration");
  SmallVector<StringRef> words;
  for (const Keyword &keyword : allKeywords())
    if (keyword.isDeclaration)
      words.push_back(keyword.word);
  return errorUnknownKey(value->members.front(), words);
}

Stmt *JsonReader::readStmt(const JsonValue *value, BlockGrammar kind) {
  const JsonMember *only = onlyMember(value);
  if (kind == BlockGrammar::Train) {
    if (!only)
      return error(loc(value), "expected a setting or \"after\"",
                   "for example {\"epochs\": 3} or {\"after\": [...]}");
    return only->key == "after"
               ? readBlockMember(Stmt::Kind::After, *only, BlockGrammar::Code)
               : readSetting(*only);
  }
  if (kind == BlockGrammar::Data && only && isSectionName(only->key))
    return readBlockMember(Stmt::Kind::Section, *only, BlockGrammar::Data);
  const JsonMember *keyword = findKeywordMember(value, kind);
  Members members(*this, value);
  if (keyword && keyword->key == "if") {
    IfExpr *branch = readIf(value);
    return branch ? file.create<ValueStmt>(Stmt::Kind::Expr, branch->loc, Loc(),
                                           StringRef(), branch)
                  : nullptr;
  }
  if (keyword)
    return readKeywordStmt(*findKeyword(keyword->key), loc(*keyword), members);
  for (const JsonMember &member : value->members)
    if (findKeyword(member.key)) {
      diagnostics.error(Code::Misplaced, loc(member),
                        "'" + member.key + "' cannot stand " +
                            (kind == BlockGrammar::File
                                 ? "outside of a block"
                                 : "inside of this block"));
      return nullptr;
    }
  if (kind == BlockGrammar::File)
    return errorNoDeclaration(value);
  if (value->find("set") && value->find("="))
    return readAssign(loc(*value->find("set")), members);
  if (kind == BlockGrammar::Data && only && only->key != "=")
    return readSetting(*only);
  return readExprStmt(value);
}

Stmt *JsonReader::readKeywordStmt(const Keyword &keyword, Loc place,
                                  Members &members) {
  switch (keyword.kind) {
  case Stmt::Kind::Let:
  case Stmt::Kind::Var:
  case Stmt::Kind::Column:
  case Stmt::Kind::Input:
  case Stmt::Kind::Target:
  case Stmt::Kind::Param:
  case Stmt::Kind::State:
  case Stmt::Kind::Option:
    return readBind(keyword, place, members);
  case Stmt::Kind::Print:
  case Stmt::Kind::Plot:
  case Stmt::Kind::Split:
    return readArgsStmt(keyword, place, members);
  case Stmt::Kind::Fn:
  case Stmt::Kind::Optimizer:
  case Stmt::Kind::Model:
  case Stmt::Kind::Program:
    return readFunction(keyword, place, members);
  case Stmt::Kind::Time:
    return readTime(place, members);
  case Stmt::Kind::For:
    return readFor(place, members);
  case Stmt::Kind::While:
    return readWhile(place, members);
  case Stmt::Kind::Data:
    return readData(place, members);
  case Stmt::Kind::Train:
    return readTrain(place, members);
  default:
    return readValueStmt(keyword, place, members);
  }
}

/// Reads an expression as a statement: itself, or, with a comment, under "=".
Stmt *JsonReader::readExprStmt(const JsonValue *value) {
  const JsonMember *only = onlyMember(value);
  if (only && only->key == "=")
    value = only->value;
  Expr *e = readExpr(value);
  return e ? file.create<ValueStmt>(Stmt::Kind::Expr, e->loc, Loc(),
                                    StringRef(), e)
           : nullptr;
}

Stmt *JsonReader::readSetting(const JsonMember &member) {
  Loc place = loc(member);
  if (!isIdentifier(member.key))
    return errorUnknownKey(member, {});
  Expr *value = readExpr(member.value);
  return value ? file.create<ValueStmt>(Stmt::Kind::Setting, place, place,
                                        file.copy(member.key), value)
               : nullptr;
}

/// `{"after": []}` and the sections of `data`.
Stmt *JsonReader::readBlockMember(Stmt::Kind kind, const JsonMember &member,
                                  BlockGrammar bodyKind) {
  Block *body = readBlock(member.value, bodyKind);
  StringRef name = kind == Stmt::Kind::Section ? file.copy(member.key) : "";
  return body ? file.create<BlockStmt>(kind, loc(member), name, nullptr, body)
              : nullptr;
}

/// Reads a name that is being declared.
bool JsonReader::readNewName(const JsonValue *value, Loc &place,
                             StringRef &name) {
  if (!value)
    return false;
  place = loc(value);
  if (!value->is(JsonValue::Kind::String) || !isIdentifier(value->text)) {
    error(place, "expected a name");
    return false;
  }
  name = file.copy(value->text);
  return checkName(name, place, diagnostics);
}

TypeSyntax *JsonReader::readType(const JsonValue *value) {
  if (!value->is(JsonValue::Kind::String))
    return error(loc(value), "a type is a string", "\"f32[batch, 2]\"");
  std::vector<uint32_t> offsets = stringOffsets(source, *value);
  return parseType(
      file, value->text,
      [&](size_t offset) {
        return locate(offsets[std::min(offset, offsets.size() - 1)]);
      },
      nesting, diagnostics);
}

Stmt *JsonReader::readBind(const Keyword &keyword, Loc place,
                           Members &members) {
  Stmt::Kind kind = keyword.kind;
  bool isFed = kind == Stmt::Kind::Input || kind == Stmt::Kind::Target;
  bool needsValue = kind == Stmt::Kind::Let || kind == Stmt::Kind::Var ||
                    kind == Stmt::Kind::Option;
  const JsonValue *nameValue = members.take(keyword.word);
  const JsonValue *typeValue = isFed ? members.need("type")
                               : kind != Stmt::Kind::Option
                                   ? members.take("type")
                                   : nullptr;
  const JsonValue *given = needsValue ? members.need("=")
                           : isFed    ? nullptr
                                      : members.take("=");
  Loc nameLoc;
  StringRef name;
  bool isGood = members.finish() && (!isFed || typeValue) &&
                (!needsValue || given) && readNewName(nameValue, nameLoc, name);
  if (!isGood)
    return nullptr;
  TypeSyntax *type = typeValue ? readType(typeValue) : nullptr;
  Expr *value = given ? readExpr(given) : nullptr;
  if (bool(typeValue) != bool(type) || bool(given) != bool(value))
    return nullptr;
  return file.create<BindStmt>(kind, place, nameLoc, name, type, value);
}

/// loss, predict, check, import; and metric, perhaps with a name.
Stmt *JsonReader::readValueStmt(const Keyword &keyword, Loc place,
                                Members &members) {
  const JsonValue *given = members.take(keyword.word);
  Loc nameLoc;
  StringRef name;
  if (keyword.kind == Stmt::Kind::Metric) {
    if (const JsonValue *value = members.take("=")) {
      if (!readNewName(given, nameLoc, name))
        return nullptr;
      given = value;
    }
  }
  Expr *value = members.finish() ? readExpr(given) : nullptr;
  if (value && keyword.kind == Stmt::Kind::Import &&
      !checkImport(value, diagnostics))
    return nullptr;
  return value
             ? file.create<ValueStmt>(keyword.kind, place, nameLoc, name, value)
             : nullptr;
}

Stmt *JsonReader::readArgsStmt(const Keyword &keyword, Loc place,
                               Members &members) {
  const JsonValue *given = members.take(keyword.word);
  SmallVector<Argument> args;
  std::string what = ("'" + keyword.word + "'").str();
  if (!members.finish() || !readArgs(given, args, what.c_str()) ||
      !checkStatementArgs(keyword.kind, place, args, diagnostics))
    return nullptr;
  return file.create<ArgsStmt>(keyword.kind, place,
                               file.copy(ArrayRef<Argument>(args)));
}

/// fn, optimizer, model, program.
Stmt *JsonReader::readFunction(const Keyword &keyword, Loc place,
                               Members &members) {
  bool needsParams =
      keyword.kind == Stmt::Kind::Fn || keyword.kind == Stmt::Kind::Optimizer;
  bool mayHaveParams = keyword.kind != Stmt::Kind::Program;
  const JsonValue *nameValue = members.take(keyword.word);
  const JsonValue *paramsValue = needsParams     ? members.need("params")
                                 : mayHaveParams ? members.take("params")
                                                 : nullptr;
  const JsonValue *bodyValue = members.need("body");
  Loc nameLoc;
  StringRef name;
  SmallVector<Parameter> params;
  bool isGood = members.finish() && bodyValue &&
                (!needsParams || paramsValue) &&
                readNewName(nameValue, nameLoc, name) &&
                (!paramsValue || readParams(paramsValue, params));
  Block *body = isGood ? readBlock(bodyValue, BlockGrammar::Code) : nullptr;
  return body
             ? file.create<FunctionStmt>(keyword.kind, place, nameLoc, name,
                                         file.copy(ArrayRef<Parameter>(params)),
                                         body)
             : nullptr;
}

/// Reads `["x", {"k": 2}]`.
bool JsonReader::readParams(const JsonValue *value,
                            SmallVectorImpl<Parameter> &params) {
  if (!value->is(JsonValue::Kind::Array)) {
    error(loc(value), "\"params\" wants an array", "[\"x\", {\"k\": 2}]");
    return false;
  }
  for (const JsonValue *element : value->elements) {
    Parameter param;
    if (element->members.size() == 1) {
      const JsonMember &member = element->members.front();
      JsonValue name;
      name.kind = JsonValue::Kind::String;
      name.offset = member.offset;
      name.text = member.key;
      if (!readNewName(&name, param.loc, param.name) ||
          !(param.value = readExpr(member.value)))
        return false;
    } else if (!readNewName(element, param.loc, param.name)) {
      return false;
    }
    params.push_back(param);
  }
  return checkParameters(params, diagnostics);
}

Stmt *JsonReader::readTime(Loc place, Members &members) {
  const JsonValue *label = members.take("time");
  const JsonValue *bodyValue = members.need("body");
  Expr *text = members.finish() && bodyValue ? readExpr(label) : nullptr;
  Block *body = text ? readBlock(bodyValue, BlockGrammar::Code) : nullptr;
  return body ? file.create<BlockStmt>(Stmt::Kind::Time, place, StringRef(),
                                       text, body)
              : nullptr;
}

Stmt *JsonReader::readFor(Loc place, Members &members) {
  const JsonValue *nameValue = members.take("for");
  const JsonValue *rangeValue = members.need("in");
  const JsonValue *bodyValue = members.need("body");
  Loc nameLoc;
  StringRef name;
  bool isGood = members.finish() && rangeValue && bodyValue &&
                readNewName(nameValue, nameLoc, name);
  Expr *range = isGood ? readExpr(rangeValue) : nullptr;
  Block *body = range ? readBlock(bodyValue, BlockGrammar::Code) : nullptr;
  return body ? file.create<ForStmt>(place, nameLoc, name, range, body)
              : nullptr;
}

Stmt *JsonReader::readWhile(Loc place, Members &members) {
  const JsonValue *conditionValue = members.take("while");
  const JsonValue *limitValue = members.need("limit");
  const JsonValue *bodyValue = members.need("body");
  bool isGood = members.finish() && limitValue && bodyValue;
  Expr *condition = isGood ? readExpr(conditionValue) : nullptr;
  Expr *limit = condition ? readExpr(limitValue) : nullptr;
  Block *body = limit ? readBlock(bodyValue, BlockGrammar::Code) : nullptr;
  return body ? file.create<WhileStmt>(place, condition, limit, body) : nullptr;
}

Stmt *JsonReader::readData(Loc place, Members &members) {
  const JsonValue *nameValue = members.take("data");
  const JsonValue *bodyValue = members.take("body");
  const JsonValue *given = bodyValue ? nullptr : members.need("=");
  Loc nameLoc;
  StringRef name;
  bool isGood = members.finish() && (bodyValue || given) &&
                readNewName(nameValue, nameLoc, name);
  Expr *value = isGood && given ? readExpr(given) : nullptr;
  Block *body =
      isGood && bodyValue ? readBlock(bodyValue, BlockGrammar::Data) : nullptr;
  return value || body
             ? file.create<DataStmt>(place, nameLoc, name, value, body)
             : nullptr;
}

Stmt *JsonReader::readTrain(Loc place, Members &members) {
  const JsonValue *modelValue = members.take("train");
  const JsonValue *asValue = members.take("as");
  const JsonValue *dataValue = members.need("on");
  const JsonValue *bodyValue = members.need("body");
  Loc nameLoc, dataLoc;
  StringRef name, dataName;
  bool isGood = members.finish() && dataValue && bodyValue &&
                (!asValue || readNewName(asValue, nameLoc, name)) &&
                readNewName(dataValue, dataLoc, dataName);
  Expr *model = isGood ? readExpr(modelValue) : nullptr;
  if (!model || !checkTrainedModel(model, diagnostics))
    return nullptr;
  Expr *data = file.create<NameExpr>(dataLoc, dataName);
  Block *body = readBlock(bodyValue, BlockGrammar::Train);
  return body ? file.create<TrainStmt>(place, nameLoc, name, model, data, body)
              : nullptr;
}

Stmt *JsonReader::readAssign(Loc place, Members &members) {
  const JsonValue *targetValue = members.take("set");
  const JsonValue *given = members.take("=");
  Expr *target = members.finish() ? readExpr(targetValue) : nullptr;
  if (!target || !checkTarget(target, diagnostics))
    return nullptr;
  Expr *value = readExpr(given);
  return value ? file.create<AssignStmt>(place, target, value) : nullptr;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

/// Gives the nodes the positions of a dump: `{"file": name, "positions": [line,
/// column, ...]}`, in the order of walkLocs.
static void restorePositions(File &file, const JsonValue *dump, Locator locate,
                             SourceManager &sources, Diagnostics &diagnostics) {
  const JsonMember *name = dump->find("file");
  const JsonMember *positions = dump->find("positions");
  auto fail = [&](const JsonValue *where, const Twine &message) {
    diagnostics.error(Code::BadPositions, locate(where->offset), message)
        .addHelp("remove the \"@\" member after an edit");
  };
  if (!name || !name->value->is(JsonValue::Kind::String) || !positions ||
      dump->members.size() != 2)
    return fail(dump, "expected {\"file\": name, \"positions\": [...]}");
  SmallVector<uint32_t, 0> numbers;
  for (const JsonValue *element : positions->value->elements) {
    numbers.push_back(0);
    if (!element->is(JsonValue::Kind::Number) ||
        element->text.getAsInteger(10, numbers.back()))
      return fail(element, "a position is a number from 0");
  }
  size_t count = 0;
  walkLocs(file, [&](Loc &, unsigned) {
    count += 2;
    return true;
  });
  if (count != numbers.size())
    return fail(positions->value, "the tree has " + Twine(count / 2) +
                                      " places, but there are " +
                                      Twine(numbers.size()) + " numbers");
  uint32_t id = sources.addReference(name->value->text);
  const uint32_t *next = numbers.begin();
  walkLocs(file, [&](Loc &loc, unsigned) {
    loc = Loc{id, next[0], next[1]};
    next += 2;
    return true;
  });
}

/// Reports a file that is not `{"sinter": 1, "file": [...]}`.
static bool checkRoot(const JsonValue *root, Locator locate,
                      Diagnostics &diagnostics) {
  auto fail = [&](uint32_t offset, const Twine &message) {
    diagnostics.error(Code::BadJsonForm, locate(offset), message)
        .addHelp("a model file is {\"sinter\": 1, \"file\": [...]}");
    return false;
  };
  const JsonMember *version = root->find("sinter");
  if (!version || !root->find("file"))
    return fail(root->offset, "this JSON is not a model file");
  if (version->value->text != "1" ||
      !version->value->is(JsonValue::Kind::Number))
    return fail(version->value->offset, "the version of the format must be 1");
  for (const JsonMember &member : root->members)
    if (member.key != "sinter" && member.key != "file" && member.key != "@")
      return fail(member.offset, "unexpected key '" + member.key + "'");
  return true;
}

void readJson(File &file, SourceManager &sources, Diagnostics &diagnostics) {
  StringRef source = sources.text(file.id());
  auto locate = [&](size_t offset) {
    return sources.locate(file.id(), offset);
  };
  unsigned errorsBefore = diagnostics.numErrors();
  BumpPtrAllocator arena;
  JsonValue *root = parseJson(source, arena, locate, diagnostics);
  if (!root || !checkRoot(root, locate, diagnostics))
    return;
  JsonReader reader(file, source, locate, diagnostics);
  Block *body = reader.readBlock(root->find("file")->value, BlockGrammar::File);
  if (!body || diagnostics.numErrors() != errorsBefore)
    return;
  file.body = *body;
  if (!checkLimits(file, diagnostics))
    return;
  if (const JsonMember *dump = root->find("@"))
    restorePositions(file, dump->value, locate, sources, diagnostics);
}
} // namespace sinter
