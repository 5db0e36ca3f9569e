//===- JsonSchema.cpp - A JSON Schema of the JSON spelling ----------------===//
//
// The schema says what JsonReader.cpp reads. A statement is told by its keyword
// with `dependentSchemas`, an expression by its single key with `properties`,
// so that a validator looks at each part once.
//
//===----------------------------------------------------------------------===//

#include "frontend/AstBuilder.h"
#include "frontend/Experiment.h"
#include "frontend/Reference.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using json::Array;
using Schema = json::Object;
using json::Value;

namespace sinter {
//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

static Schema ref(StringRef name) {
  return Schema{{"$ref", "#/$defs/" + name.str()}};
}

static Schema arrayOf(Schema items) {
  return Schema{{"type", "array"}, {"items", std::move(items)}};
}

/// An array of exactly these.
static Schema tupleOf(Array items) {
  int64_t size = items.size();
  return Schema{{"type", "array"},
                {"prefixItems", std::move(items)},
                {"minItems", size},
                {"maxItems", size}};
}

/// An object of these members, of which `required` must be there.
static Schema objectOf(Schema properties, ArrayRef<StringRef> required) {
  Array names;
  for (StringRef name : required)
    names.push_back(name.str());
  return Schema{{"type", "object"},
                {"properties", std::move(properties)},
                {"required", std::move(names)},
                {"additionalProperties", false}};
}

/// A statement: its members and a comment.
static Schema statement(Schema properties, ArrayRef<StringRef> required) {
  properties["#"] = ref("comment");
  return objectOf(std::move(properties), required);
}

/// "^(?!(?:and|or|...)$)REST$": words of REST that are not reserved.
static std::string unreserved(StringRef rest, ArrayRef<StringRef> others = {}) {
  SmallVector<StringRef> words(others);
  for (const Keyword &keyword : allKeywords())
    words.push_back(keyword.word);
  append_range(words, otherReservedWords());
  return "^(?!(?:" + join(words, "|") + ")(?:$|\\.))" + rest.str() + "$";
}

static constexpr StringLiteral identifier = "[A-Za-z_][A-Za-z_0-9]*";
static constexpr StringLiteral dotted =
    "[A-Za-z_][A-Za-z_0-9]*(?:\\.[A-Za-z_][A-Za-z_0-9]*)*";

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

static Schema bindForm(const Keyword &keyword) {
  Stmt::Kind kind = keyword.kind;
  bool isFed = kind == Stmt::Kind::Input || kind == Stmt::Kind::Target;
  bool needsValue = kind == Stmt::Kind::Let || kind == Stmt::Kind::Var ||
                    kind == Stmt::Kind::Option;
  Schema members{{keyword.word, ref("name")}};
  SmallVector<StringRef> required = {keyword.word};
  if (kind != Stmt::Kind::Option)
    members["type"] = Schema{{"type", "string"}};
  if (!isFed)
    members["="] = ref("expression");
  if (isFed)
    required.push_back("type");
  if (needsValue)
    required.push_back("=");
  return statement(std::move(members), required);
}

static Schema functionForm(const Keyword &keyword) {
  bool needsParams =
      keyword.kind == Stmt::Kind::Fn || keyword.kind == Stmt::Kind::Optimizer;
  Schema members{{keyword.word, ref("name")}, {"body", ref("code")}};
  SmallVector<StringRef> required = {keyword.word, "body"};
  if (keyword.kind != Stmt::Kind::Program)
    members["params"] = ref("parameters");
  if (needsParams)
    required.push_back("params");
  return statement(std::move(members), required);
}

static Schema trainForm() {
  return statement(Schema{{"train", ref("expression")},
                          {"as", ref("name")},
                          {"on", ref("name")},
                          {"body", ref("settings")}},
                   {"train", "on", "body"});
}

/// `data NAME { }` or `data NAME = source`.
static Schema dataForm() {
  Schema form = statement(Schema{{"data", ref("name")},
                                 {"=", ref("expression")},
                                 {"body", ref("section")}},
                          {"data"});
  form["oneOf"] = Array{Schema{{"required", Array{"="}}},
                        Schema{{"required", Array{"body"}}}};
  return form;
}

/// The members that a statement of that keyword has.
static Schema formOf(const Keyword &keyword) {
  StringRef word = keyword.word;
  auto withBody = [&](Schema members, ArrayRef<StringRef> required) {
    members["body"] = ref("code");
    return statement(std::move(members), required);
  };
  switch (keyword.kind) {
  case Stmt::Kind::Option:
  case Stmt::Kind::Let:
  case Stmt::Kind::Var:
  case Stmt::Kind::Column:
  case Stmt::Kind::Input:
  case Stmt::Kind::Target:
  case Stmt::Kind::Param:
  case Stmt::Kind::State:
    return bindForm(keyword);
  case Stmt::Kind::Fn:
  case Stmt::Kind::Optimizer:
  case Stmt::Kind::Model:
  case Stmt::Kind::Program:
    return functionForm(keyword);
  case Stmt::Kind::Print:
  case Stmt::Kind::Plot:
  case Stmt::Kind::Split:
    return statement(Schema{{word, ref("arguments")}}, {word});
  case Stmt::Kind::Metric:
    return statement(
        Schema{{word, ref("expression")}, {"=", ref("expression")}}, {word});
  case Stmt::Kind::Time:
    return withBody(Schema{{word, ref("expression")}}, {word, "body"});
  case Stmt::Kind::For:
    return withBody(Schema{{word, ref("name")}, {"in", ref("expression")}},
                    {word, "in", "body"});
  case Stmt::Kind::While:
    return withBody(
        Schema{{word, ref("expression")}, {"limit", ref("expression")}},
        {word, "limit", "body"});
  case Stmt::Kind::Data:
    return dataForm();
  case Stmt::Kind::Train:
    return trainForm();
  case Stmt::Kind::Expr: // if
    return statement(Schema{{"if", ref("expression")},
                            {"then", ref("code")},
                            {"else", ref("code")}},
                     {"if", "then"});
  default:
    return statement(Schema{{word, ref("expression")}}, {word});
  }
}

/// An array of statements: those of the keywords, what `extra` names, and
/// comment lines; anything else must be a `rest`.
static Schema block(function_ref<bool(const Keyword &)> isAllowed, Schema extra,
                    Value rest) {
  Schema forms(std::move(extra));
  for (const Keyword &keyword : allKeywords())
    if (isAllowed(keyword))
      forms[keyword.word] = formOf(keyword);
  Array known;
  SmallVector<StringRef> words;
  for (const auto &form : forms)
    words.push_back(StringRef(form.first));
  llvm::sort(words);
  for (StringRef word : words)
    known.push_back(Schema{{"required", Array{word}}});
  Schema commentLine{{"required", Array{"#"}},
                     {"maxProperties", 1},
                     {"properties", Schema{{"#", ref("comment")}}}};
  known.push_back(std::move(commentLine));
  return arrayOf(Schema{{"type", "object"},
                        {"dependentSchemas", std::move(forms)},
                        {"if", Schema{{"anyOf", std::move(known)}}},
                        {"then", true},
                        {"else", std::move(rest)}});
}

static Schema setting(StringRef doc) {
  Schema form = ref("expression");
  form["description"] = doc;
  return form;
}

/// One of the settings, and perhaps a comment.
static Schema settingForm(Schema settings) {
  settings["#"] = ref("comment");
  return Schema{{"minProperties", 1},
                {"properties", std::move(settings)},
                {"additionalProperties", false},
                {"if", Schema{{"required", Array{"#"}}}},
                {"then", Schema{{"maxProperties", 2}}},
                {"else", Schema{{"maxProperties", 1}}}};
}

/// `{"set": target, "=": e}`, `{"=": e}`, or an expression by itself.
static Schema expressionStatement() {
  Schema set = statement(
      Schema{{"set", ref("expression")}, {"=", ref("expression")}}, {"="});
  return Schema{{"if", Schema{{"required", Array{"="}}}},
                {"then", std::move(set)},
                {"else", ref("expression")}};
}

/// What stands in a data section without a keyword.
static Schema dataItem() {
  return Schema{{"if", Schema{{"required", Array{"seed"}}}},
                {"then", settingForm(Schema{
                             {"seed", setting("of the section's draws")}})},
                {"else", expressionStatement()}};
}

static void addBlocks(Schema &defs) {
  defs["declarations"] =
      block([](const Keyword &keyword) { return keyword.isDeclaration; },
            Schema{}, false);
  auto isStatement = [](const Keyword &keyword) { return keyword.isStatement; };
  defs["code"] = block(isStatement, Schema{}, expressionStatement());
  Schema sections;
  for (StringRef name : sectionNames())
    sections[name] = statement(Schema{{name, ref("section")}}, {name});
  // In a section `predict` and the like are parts, not statements.
  defs["section"] = block(
      [&](const Keyword &keyword) {
        return keyword.isStatement && !isSectionName(keyword.word);
      },
      std::move(sections), dataItem());
  Schema settings;
  for (const TrainSetting &entry : trainSettings())
    settings[entry.name] = setting(entry.doc);
  defs["settings"] = block(
      [](const Keyword &) { return false; },
      Schema{{"after", statement(Schema{{"after", ref("code")}}, {"after"})}},
      settingForm(std::move(settings)));
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

/// What the value of an operator's key, or of a special form's, must be.
static Schema specialForms() {
  Value two = tupleOf(Array{ref("expression"), ref("expression")});
  Value one = tupleOf(Array{ref("expression")});
  Schema forms{
      {"not", one},
      {"..", two},
      {".", tupleOf(Array{ref("expression"), ref("word")})},
      {"[]", Schema{{"type", "array"},
                    {"prefixItems", Array{ref("expression")}},
                    {"items", ref("index")},
                    {"minItems", 2}}},
      {"text", Schema{{"type", "string"}}},
      {"float", tupleOf(Array{Schema{{"type", "number"}}})},
      {"()", ref("arguments")},
  };
  for (unsigned op = 0; op <= unsigned(BinaryOp::Power); ++op)
    forms[spelling(BinaryOp(op))] = two;
  Schema minus = arrayOf(ref("expression"));
  minus["minItems"] = 1;
  minus["maxItems"] = 2;
  forms["-"] = std::move(minus);
  // Editors show these; a user's function of the same name is called alike.
  for (const ReferenceEntry &entry : referenceEntries())
    forms.try_emplace(
        entry.name, Schema{{"description", entry.name + "(" + entry.signature +
                                               "): " + entry.doc}});
  return forms;
}

/// An operator, a call or a special form: an object with one key, or an `if`.
static Schema objectExpression() {
  Schema single{
      {"minProperties", 1},
      {"maxProperties", 1},
      {"properties", specialForms()},
      {"patternProperties",
       Schema{{unreserved(dotted, {"text", "float"}), ref("arguments")}}},
      {"additionalProperties", false}};
  Schema branch = objectOf(Schema{{"if", ref("expression")},
                                  {"then", ref("code")},
                                  {"else", ref("code")}},
                           {"if", "then", "else"});
  return Schema{{"if", Schema{{"required", Array{"if"}}}},
                {"then", std::move(branch)},
                {"else", std::move(single)}};
}

static void addExpressions(Schema &defs) {
  Schema isObject{{"type", "object"}};
  defs["expression"] = Schema{
      {"type", Array{"null", "boolean", "number", "string", "array", "object"}},
      {"pattern", unreserved(dotted)},
      {"items", ref("expression")},
      {"if", std::move(isObject)},
      {"then", objectExpression()}};
  Schema slice = arrayOf(ref("expression"));
  slice["minItems"] = 2;
  slice["maxItems"] = 3;
  defs["index"] =
      Schema{{"if", Schema{{"type", "object"}, {"required", Array{":"}}}},
             {"then", objectOf(Schema{{":", std::move(slice)}}, {":"})},
             {"else", ref("expression")}};
  defs["arguments"] = Schema{
      {"type", Array{"array", "object"}},
      {"items", ref("expression")},
      {"properties", Schema{{"args", arrayOf(ref("expression"))}}},
      {"patternProperties",
       Schema{{"^(?!args$)" + identifier.str() + "$", ref("expression")}}},
      {"additionalProperties", false}};
}

//===----------------------------------------------------------------------===//
// The file
//===----------------------------------------------------------------------===//

static void addNames(Schema &defs) {
  defs["name"] =
      Schema{{"type", "string"}, {"pattern", unreserved(identifier)}};
  defs["word"] =
      Schema{{"type", "string"}, {"pattern", "^" + identifier.str() + "$"}};
  defs["comment"] = Schema{{"type", Array{"string", "null"}},
                           {"pattern", "^[^\\u0000-\\u0008\\u000a-\\u001f]*$"}};
  Schema withDefault{{"type", "object"},
                     {"minProperties", 1},
                     {"maxProperties", 1},
                     {"patternProperties",
                      Schema{{unreserved(identifier), ref("expression")}}},
                     {"additionalProperties", false}};
  defs["parameters"] = arrayOf(Schema{{"if", Schema{{"type", "string"}}},
                                      {"then", ref("name")},
                                      {"else", std::move(withDefault)}});
}

void writeJsonSchema(raw_ostream &os) {
  Schema defs;
  addNames(defs);
  addExpressions(defs);
  addBlocks(defs);
  Schema root = objectOf(Schema{{"sinter", Schema{{"const", 1}}},
                                {"file", ref("declarations")},
                                {"@", Schema{{"type", "object"}}}},
                         {"sinter", "file"});
  root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  root["title"] = "A model file of Sinter in its JSON spelling";
  root["$defs"] = std::move(defs);
  os << formatv("{0:2}", Value(std::move(root))) << '\n';
}
} // namespace sinter
