//===- JsonWriter.cpp - The JSON spelling of a tree -----------------------===//

#include "frontend/JsonWriter.h"

#include "frontend/AstBuilder.h"
#include "frontend/AstWalk.h"
#include "frontend/DslWriter.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace sinter {
namespace {
class JsonWriter {
public:
  explicit JsonWriter(raw_ostream &os) : os(os) {}

  void writeBlock(const Block *block);
  void writeString(StringRef text);

private:
  void writeStmt(const Stmt *stmt);
  void writeBind(const BindStmt *bind);
  void writeValue(const ValueStmt *stmt);
  void writeFunction(const FunctionStmt *function);
  void writeTrain(const TrainStmt *train);
  void writeIfParts(const IfExpr *branch);

  void writeExpr(const Expr *e);
  void writeBinary(const BinaryExpr *binary);
  void writeCall(const CallExpr *call);
  void writeIndex(const IndexExpr *index);
  void writeOptional(const Expr *e);
  void writeField(const FieldExpr *field);
  void writeText(const TextExpr *text);
  void writeArgs(ArrayRef<Argument> args);
  void writeList(ArrayRef<Expr *> list);

  /// Begins a member: `"key": `, with a comma before all but the first.
  void key(StringRef name, bool isFirst = false);

  raw_ostream &os;
  unsigned indent = 2;
};
} // namespace

/// `net.weight`, if the expression is a name with fields.
static std::string dottedName(const Expr *e) {
  std::string text;
  for (; const FieldExpr *field = dyn_cast<FieldExpr>(e); e = field->base)
    text = "." + field->name.str() + text;
  return cast<NameExpr>(e)->name.str() + text;
}

void writeJson(const File &file, raw_ostream &os) {
  os << "{\n  \"sinter\": 1,\n  \"file\": ";
  JsonWriter(os).writeBlock(&file.body);
  os << "\n}\n";
}

void writeJsonDump(const File &file, const SourceManager &sources,
                   raw_ostream &os) {
  os << "{\n  \"sinter\": 1,\n  \"file\": ";
  JsonWriter(os).writeBlock(&file.body);
  // The nodes' own file: a dump that was read has that of the dumped text.
  os << ",\n  \"@\": {\"file\": ";
  JsonWriter(os).writeString(json::fixUTF8(sources.name(file.body.open.file)));
  os << ", \"positions\": [";
  StringRef separator = "";
  walkLocs(file, [&](Loc &loc, unsigned) {
    os << separator << loc.line << ',' << loc.col;
    separator = ",";
    return true;
  });
  os << "]}\n}\n";
}

void JsonWriter::key(StringRef name, bool isFirst) {
  os << (isFirst ? "" : ", ");
  writeString(name);
  os << ": ";
}

void JsonWriter::writeString(StringRef text) {
  os << '"';
  for (char c : text) {
    if (c == '"' || c == '\\')
      os << '\\' << c;
    else if (c == '\n')
      os << "\\n";
    else if (c == '\t')
      os << "\\t";
    else if (static_cast<unsigned char>(c) < 0x20)
      os << format("\\u%04x", static_cast<unsigned char>(c));
    else
      os << c;
  }
  os << '"';
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void JsonWriter::writeBlock(const Block *block) {
  os << '[';
  indent += 2;
  StringRef separator = "\n";
  for (const Stmt *stmt : block->stmts) {
    os << separator;
    separator = ",\n";
    os.indent(indent) << '{';
    writeStmt(stmt);
    if (stmt->kind == Stmt::Kind::Blank) {
      os << "\"#\": null";
    } else if (stmt->comment.data()) {
      key("#", stmt->kind == Stmt::Kind::Comment);
      writeString(stmt->comment);
    }
    os << '}';
  }
  indent -= 2;
  if (!block->stmts.empty()) {
    os << '\n';
    os.indent(indent);
  }
  os << ']';
}

/// Writes the members of a statement, without its comment.
void JsonWriter::writeStmt(const Stmt *stmt) {
  if (const BindStmt *bind = dyn_cast<BindStmt>(stmt))
    return writeBind(bind);
  if (const ValueStmt *value = dyn_cast<ValueStmt>(stmt))
    return writeValue(value);
  if (const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt))
    return writeFunction(function);
  if (const TrainStmt *train = dyn_cast<TrainStmt>(stmt))
    return writeTrain(train);
  if (const ArgsStmt *args = dyn_cast<ArgsStmt>(stmt)) {
    key(keywordOf(stmt->kind).word, true);
    writeArgs(args->args);
  } else if (const BlockStmt *block = dyn_cast<BlockStmt>(stmt)) {
    key(stmt->kind == Stmt::Kind::Section ? block->name
                                          : keywordOf(stmt->kind).word,
        true);
    if (block->label) {
      writeExpr(block->label);
      key("body");
    }
    writeBlock(block->body);
  } else if (const AssignStmt *assign = dyn_cast<AssignStmt>(stmt)) {
    key("set", true);
    writeExpr(assign->target);
    key("=");
    writeExpr(assign->value);
  } else if (const ForStmt *loop = dyn_cast<ForStmt>(stmt)) {
    key("for", true);
    writeString(loop->name);
    key("in");
    writeExpr(loop->range);
    key("body");
    writeBlock(loop->body);
  } else if (const WhileStmt *loop = dyn_cast<WhileStmt>(stmt)) {
    key("while", true);
    writeExpr(loop->condition);
    key("limit");
    writeExpr(loop->limit);
    key("body");
    writeBlock(loop->body);
  } else if (const DataStmt *data = dyn_cast<DataStmt>(stmt)) {
    key("data", true);
    writeString(data->name);
    key(data->body ? "body" : "=");
    if (data->body)
      writeBlock(data->body);
    else
      writeExpr(data->value);
  }
}

void JsonWriter::writeBind(const BindStmt *bind) {
  key(keywordOf(bind->kind).word, true);
  writeString(bind->name);
  if (bind->type) {
    key("type");
    writeString(toDsl(bind->type));
  }
  if (bind->value) {
    key("=");
    writeExpr(bind->value);
  }
}

void JsonWriter::writeValue(const ValueStmt *stmt) {
  if (stmt->kind == Stmt::Kind::Expr) {
    if (const IfExpr *branch = dyn_cast<IfExpr>(stmt->value))
      return writeIfParts(branch);
    key("=", true);
    return writeExpr(stmt->value);
  }
  if (stmt->kind == Stmt::Kind::Setting) {
    key(stmt->name, true);
  } else {
    key(keywordOf(stmt->kind).word, true);
    if (!stmt->name.empty()) {
      writeString(stmt->name);
      key("=");
    }
  }
  writeExpr(stmt->value);
}

void JsonWriter::writeFunction(const FunctionStmt *function) {
  key(keywordOf(function->kind).word, true);
  writeString(function->name);
  if (!function->params.empty() || function->kind == Stmt::Kind::Fn ||
      function->kind == Stmt::Kind::Optimizer) {
    key("params");
    StringRef separator = "[";
    for (const Parameter &param : function->params) {
      os << separator;
      separator = ", ";
      if (!param.value) {
        writeString(param.name);
        continue;
      }
      os << '{';
      key(param.name, true);
      writeExpr(param.value);
      os << '}';
    }
    os << (function->params.empty() ? "[]" : "]");
  }
  key("body");
  writeBlock(function->body);
}

void JsonWriter::writeTrain(const TrainStmt *train) {
  key("train", true);
  writeExpr(train->model);
  if (!train->name.empty()) {
    key("as");
    writeString(train->name);
  }
  key("on");
  writeExpr(train->data);
  key("body");
  writeBlock(train->body);
}

/// Writes the members of an `if`; each further arm is an `if` in the "else" of
/// the one before.
void JsonWriter::writeIfParts(const IfExpr *branch) {
  for (const IfArm &arm : branch->arms) {
    if (&arm != branch->arms.begin()) {
      key("else");
      os << "[{";
    }
    key("if", true);
    writeExpr(arm.condition);
    key("then");
    writeBlock(arm.body);
  }
  if (branch->otherwise) {
    key("else");
    writeBlock(branch->otherwise);
  }
  for (size_t i = 1; i < branch->arms.size(); ++i)
    os << "}]";
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

void JsonWriter::writeExpr(const Expr *e) {
  switch (e->kind) {
  case Expr::Kind::Number:
    os << cast<NumberExpr>(e)->spelling;
    return;
  case Expr::Kind::Bool:
    os << (cast<BoolExpr>(e)->value ? "true" : "false");
    return;
  case Expr::Kind::None:
    os << "null";
    return;
  case Expr::Kind::Text:
    return writeText(cast<TextExpr>(e));
  case Expr::Kind::Name:
    return writeString(cast<NameExpr>(e)->name);
  case Expr::Kind::List:
    return writeList(cast<ListExpr>(e)->elements);
  case Expr::Kind::Call:
    return writeCall(cast<CallExpr>(e));
  case Expr::Kind::Binary:
    return writeBinary(cast<BinaryExpr>(e));
  case Expr::Kind::Unary: {
    const UnaryExpr *unary = cast<UnaryExpr>(e);
    if (unary->op == UnaryOp::Neg && isa<NumberExpr>(unary->operand)) {
      os << '-';
      return writeExpr(unary->operand);
    }
    os << (unary->op == UnaryOp::Neg ? "{\"-\": [" : "{\"not\": [");
    writeExpr(unary->operand);
    os << "]}";
    return;
  }
  case Expr::Kind::Index:
    return writeIndex(cast<IndexExpr>(e));
  case Expr::Kind::Slice:
    return; // written by writeIndex
  case Expr::Kind::Field:
    return writeField(cast<FieldExpr>(e));
  case Expr::Kind::Range:
    os << "{\"..\": [";
    writeExpr(cast<RangeExpr>(e)->lo);
    os << ", ";
    writeExpr(cast<RangeExpr>(e)->hi);
    os << "]}";
    return;
  case Expr::Kind::If:
    os << '{';
    writeIfParts(cast<IfExpr>(e));
    os << '}';
    return;
  }
}

/// Writes `a + b + c` as {"+": [{"+": [a, b]}, c]}.
void JsonWriter::writeBinary(const BinaryExpr *binary) {
  for (const BinaryTerm &term : reverse(binary->terms)) {
    os << '{';
    key(spelling(term.op), true);
    os << '[';
  }
  writeExpr(binary->first);
  for (const BinaryTerm &term : binary->terms) {
    os << ", ";
    writeExpr(term.operand);
    os << "]}";
  }
}

void JsonWriter::writeCall(const CallExpr *call) {
  std::string callee = dottedName(call->callee);
  os << '{';
  // Functions of these names share their key with a special form.
  if (callee == "text" || callee == "float") {
    SmallVector<Argument> args = {{call->callee->loc, "", call->callee}};
    args.append(call->args.begin(), call->args.end());
    key("()", true);
    writeArgs(args);
  } else {
    key(callee, true);
    writeArgs(call->args);
  }
  os << '}';
}

/// Writes an array of positional arguments, or, if there are named ones, an
/// object.
void JsonWriter::writeArgs(ArrayRef<Argument> args) {
  size_t positional = 0;
  while (positional < args.size() && args[positional].name.empty())
    ++positional;
  SmallVector<Expr *> values;
  for (const Argument &arg : args.take_front(positional))
    values.push_back(arg.value);
  if (positional == args.size())
    return writeList(values);
  os << '{';
  bool isFirst = true;
  if (positional > 0) {
    key("args", true);
    writeList(values);
    isFirst = false;
  }
  for (const Argument &arg : args.drop_front(positional)) {
    key(arg.name, isFirst);
    writeExpr(arg.value);
    isFirst = false;
  }
  os << '}';
}

void JsonWriter::writeIndex(const IndexExpr *index) {
  os << "{\"[]\": [";
  writeExpr(index->base);
  for (const Expr *item : index->items) {
    os << ", ";
    const SliceExpr *slice = dyn_cast<SliceExpr>(item);
    if (!slice) {
      writeExpr(item);
      continue;
    }
    os << "{\":\": [";
    writeOptional(slice->lo);
    os << ", ";
    writeOptional(slice->hi);
    if (slice->step) {
      os << ", ";
      writeExpr(slice->step);
    }
    os << "]}";
  }
  os << "]}";
}

void JsonWriter::writeOptional(const Expr *e) {
  if (e)
    writeExpr(e);
  else
    os << "null";
}

void JsonWriter::writeField(const FieldExpr *field) {
  if (isDottedName(field))
    return writeString(dottedName(field));
  os << "{\".\": [";
  writeExpr(field->base);
  os << ", ";
  writeString(field->name);
  os << "]}";
}

void JsonWriter::writeText(const TextExpr *text) {
  std::string contents;
  for (const TextPart &part : text->parts) {
    if (part.value) {
      contents += "{" + toDsl(part.value);
      if (!part.format.empty())
        contents += ":" + part.format.str();
      contents += "}";
      continue;
    }
    for (char c : part.literal)
      contents.append(c == '{' || c == '}' ? 2 : 1, c);
  }
  os << "{\"text\": ";
  writeString(contents);
  os << '}';
}

void JsonWriter::writeList(ArrayRef<Expr *> list) {
  os << '[';
  StringRef separator = "";
  for (const Expr *e : list) {
    os << separator;
    separator = ", ";
    writeExpr(e);
  }
  os << ']';
}
} // namespace sinter
