//===- DslWriter.cpp - The DSL spelling of a tree -------------------------===//

#include "frontend/DslWriter.h"

#include "frontend/AstBuilder.h"

#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace sinter {
/// Binding strengths beside those of precedence().
static constexpr unsigned kNotLevel = 3;
static constexpr unsigned kRangeLevel = 5;
static constexpr unsigned kUnaryLevel = 8;
static constexpr unsigned kPostfixLevel = 10;

namespace {
class DslWriter {
public:
  DslWriter(raw_ostream &os, bool isOneLine) : os(os), isOneLine(isOneLine) {}

  void writeStmts(ArrayRef<Stmt *> stmts);
  void writeExpr(const Expr *e, unsigned minimum = 0);
  void writeType(const TypeSyntax *type);

private:
  void writeStmt(const Stmt *stmt);
  void writeBind(const BindStmt *bind);
  void writeValue(const ValueStmt *stmt);
  void writeFunction(const FunctionStmt *function);
  void writeTrain(const TrainStmt *train);
  void writeBlock(const Block *block);
  void writeBinary(const BinaryExpr *binary);
  void writeIndex(const IndexExpr *index);
  void writeText(const TextExpr *text);
  void writeIf(const IfExpr *branch);
  void writeArgs(ArrayRef<Argument> args);
  void writeList(ArrayRef<Expr *> list);
  void writePendingComment();

  raw_ostream &os;
  bool isOneLine;
  unsigned indent = 0;
  /// The comment of the current statement, until the end of a line takes it.
  StringRef pendingComment;
};
} // namespace

void writeDsl(const File &file, raw_ostream &os) {
  DslWriter(os, /*isOneLine=*/false).writeStmts(file.body.stmts);
}

std::string toDsl(const Expr *e) {
  std::string text;
  raw_string_ostream os(text);
  DslWriter(os, /*isOneLine=*/true).writeExpr(e);
  return text;
}

std::string toDsl(const TypeSyntax *type) {
  std::string text;
  raw_string_ostream os(text);
  DslWriter(os, /*isOneLine=*/true).writeType(type);
  return text;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

void DslWriter::writePendingComment() {
  if (pendingComment.data() && !isOneLine)
    os << (pendingComment.empty() ? "  #" : "  # ") << pendingComment;
  pendingComment = StringRef();
}

/// Writes statements each on its own line, or on one line with `;`.
void DslWriter::writeStmts(ArrayRef<Stmt *> stmts) {
  bool isFirst = true;
  for (const Stmt *stmt : stmts) {
    if (isOneLine && isa<TriviaStmt>(stmt))
      continue;
    if (isOneLine)
      os << (isFirst ? " " : "; ");
    else if (stmt->kind != Stmt::Kind::Blank)
      os.indent(indent);
    isFirst = false;
    StringRef outer = pendingComment;
    pendingComment = stmt->comment;
    writeStmt(stmt);
    writePendingComment();
    pendingComment = outer;
    if (!isOneLine)
      os << '\n';
  }
}

/// A comment of the statement stands behind the `{`.
void DslWriter::writeBlock(const Block *block) {
  os << '{';
  if (isOneLine) {
    writeStmts(block->stmts);
    os << " }";
    return;
  }
  writePendingComment();
  os << '\n';
  indent += 2;
  writeStmts(block->stmts);
  indent -= 2;
  os.indent(indent) << '}';
}

void DslWriter::writeStmt(const Stmt *stmt) {
  if (const BindStmt *bind = dyn_cast<BindStmt>(stmt))
    return writeBind(bind);
  if (const ValueStmt *value = dyn_cast<ValueStmt>(stmt))
    return writeValue(value);
  if (const FunctionStmt *function = dyn_cast<FunctionStmt>(stmt))
    return writeFunction(function);
  if (const TrainStmt *train = dyn_cast<TrainStmt>(stmt))
    return writeTrain(train);
  if (const ArgsStmt *args = dyn_cast<ArgsStmt>(stmt)) {
    os << keywordOf(stmt->kind).word << (args->args.empty() ? "" : " ");
    writeArgs(args->args);
  } else if (const BlockStmt *block = dyn_cast<BlockStmt>(stmt)) {
    os << (stmt->kind == Stmt::Kind::Section ? block->name
                                             : keywordOf(stmt->kind).word)
       << ' ';
    if (block->label) {
      writeExpr(block->label);
      os << ' ';
    }
    writeBlock(block->body);
  } else if (const AssignStmt *assign = dyn_cast<AssignStmt>(stmt)) {
    writeExpr(assign->target);
    os << " = ";
    writeExpr(assign->value);
  } else if (const ForStmt *loop = dyn_cast<ForStmt>(stmt)) {
    os << "for " << loop->name << " in ";
    writeExpr(loop->range);
    os << ' ';
    writeBlock(loop->body);
  } else if (const WhileStmt *loop = dyn_cast<WhileStmt>(stmt)) {
    os << "while ";
    writeExpr(loop->condition);
    os << " limit ";
    writeExpr(loop->limit);
    os << ' ';
    writeBlock(loop->body);
  } else if (const DataStmt *data = dyn_cast<DataStmt>(stmt)) {
    os << "data " << data->name << (data->body ? " " : " = ");
    if (data->body)
      writeBlock(data->body);
    else
      writeExpr(data->value);
  } else if (stmt->kind == Stmt::Kind::Comment) {
    os << (stmt->comment.empty() ? "#" : "# ") << stmt->comment;
    pendingComment = StringRef();
  }
}

void DslWriter::writeBind(const BindStmt *bind) {
  os << keywordOf(bind->kind).word << ' ' << bind->name;
  if (bind->type) {
    os << " : ";
    writeType(bind->type);
  }
  if (bind->value) {
    os << " = ";
    writeExpr(bind->value);
  }
}

void DslWriter::writeValue(const ValueStmt *stmt) {
  if (stmt->kind == Stmt::Kind::Expr) {
    if (const IfExpr *branch = dyn_cast<IfExpr>(stmt->value))
      return writeIf(branch);
    return writeExpr(stmt->value);
  }
  if (stmt->kind != Stmt::Kind::Setting)
    os << keywordOf(stmt->kind).word << ' ';
  if (!stmt->name.empty())
    os << stmt->name << " = ";
  writeExpr(stmt->value);
}

void DslWriter::writeFunction(const FunctionStmt *function) {
  os << keywordOf(function->kind).word << ' ' << function->name;
  bool hasParens = !function->params.empty() ||
                   function->kind == Stmt::Kind::Fn ||
                   function->kind == Stmt::Kind::Optimizer;
  StringRef separator = "(";
  for (const Parameter &param : function->params) {
    os << separator << param.name;
    separator = ", ";
    if (param.value) {
      os << " = ";
      writeExpr(param.value);
    }
  }
  if (hasParens)
    os << (function->params.empty() ? "() " : ") ");
  else
    os << ' ';
  writeBlock(function->body);
}

void DslWriter::writeTrain(const TrainStmt *train) {
  os << "train ";
  if (!train->name.empty())
    os << train->name << " = ";
  writeExpr(train->model);
  os << " on ";
  writeExpr(train->data);
  os << ' ';
  writeBlock(train->body);
}

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

static unsigned levelOf(const Expr *e) {
  switch (e->kind) {
  case Expr::Kind::Binary:
    return precedence(cast<BinaryExpr>(e)->terms.front().op);
  case Expr::Kind::Unary:
    return cast<UnaryExpr>(e)->op == UnaryOp::Not ? kNotLevel : kUnaryLevel;
  case Expr::Kind::Range:
    return kRangeLevel;
  case Expr::Kind::If:
    return 0;
  default:
    return kPostfixLevel;
  }
}

/// Writes an expression, in parentheses if it binds less than `minimum`.
void DslWriter::writeExpr(const Expr *e, unsigned minimum) {
  bool hasParens = levelOf(e) < minimum;
  if (hasParens)
    os << '(';
  switch (e->kind) {
  case Expr::Kind::Number:
    os << cast<NumberExpr>(e)->spelling;
    break;
  case Expr::Kind::Bool:
    os << (cast<BoolExpr>(e)->value ? "true" : "false");
    break;
  case Expr::Kind::None:
    os << "None";
    break;
  case Expr::Kind::Text:
    writeText(cast<TextExpr>(e));
    break;
  case Expr::Kind::Name:
    os << cast<NameExpr>(e)->name;
    break;
  case Expr::Kind::List:
    writeList(cast<ListExpr>(e)->elements);
    break;
  case Expr::Kind::Call:
    writeExpr(cast<CallExpr>(e)->callee);
    os << '(';
    writeArgs(cast<CallExpr>(e)->args);
    os << ')';
    break;
  case Expr::Kind::Binary:
    writeBinary(cast<BinaryExpr>(e));
    break;
  case Expr::Kind::Unary:
    os << (cast<UnaryExpr>(e)->op == UnaryOp::Not ? "not " : "-");
    writeExpr(cast<UnaryExpr>(e)->operand, levelOf(e));
    break;
  case Expr::Kind::Index:
    writeIndex(cast<IndexExpr>(e));
    break;
  case Expr::Kind::Slice:
    break; // written by writeIndex
  case Expr::Kind::Field: {
    const FieldExpr *field = cast<FieldExpr>(e);
    // The point would be read as the number's.
    bool isNumber = isa<NumberExpr>(field->base);
    writeExpr(field->base, isNumber ? kPostfixLevel + 1 : kPostfixLevel);
    os << '.' << field->name;
    break;
  }
  case Expr::Kind::Range:
    writeExpr(cast<RangeExpr>(e)->lo, kRangeLevel + 1);
    os << "..";
    writeExpr(cast<RangeExpr>(e)->hi, kRangeLevel + 1);
    break;
  case Expr::Kind::If:
    writeIf(cast<IfExpr>(e));
    break;
  }
  if (hasParens)
    os << ')';
}

void DslWriter::writeBinary(const BinaryExpr *binary) {
  BinaryOp op = binary->terms.front().op;
  unsigned level = precedence(op);
  bool isPower = op == BinaryOp::Power;
  // A run's first operand binds tighter than the run, or it would be part of
  // it; a comparison's may be a comparison.
  writeExpr(binary->first, isPower ? kPostfixLevel : level + 1);
  for (const BinaryTerm &term : binary->terms) {
    os << ' ' << spelling(term.op) << ' ';
    writeExpr(term.operand, isPower ? kUnaryLevel : level + 1);
  }
}

void DslWriter::writeIndex(const IndexExpr *index) {
  writeExpr(index->base, kPostfixLevel);
  StringRef separator = "[";
  for (const Expr *item : index->items) {
    os << separator;
    separator = ", ";
    const SliceExpr *slice = dyn_cast<SliceExpr>(item);
    if (!slice) {
      writeExpr(item);
      continue;
    }
    if (slice->lo)
      writeExpr(slice->lo);
    os << ':';
    if (slice->hi)
      writeExpr(slice->hi);
    if (slice->step) {
      os << ':';
      writeExpr(slice->step);
    }
  }
  os << ']';
}

void DslWriter::writeText(const TextExpr *text) {
  os << '"';
  for (const TextPart &part : text->parts) {
    if (part.value) {
      os << '{' << toDsl(part.value);
      if (!part.format.empty())
        os << ':' << part.format;
      os << '}';
      continue;
    }
    for (char c : part.literal) {
      if (c == '"' || c == '\\')
        os << '\\' << c;
      else if (c == '{' || c == '}')
        os << c << c;
      else if (c == '\n')
        os << "\\n";
      else if (c == '\t')
        os << "\\t";
      else
        os << c;
    }
  }
  os << '"';
}

void DslWriter::writeIf(const IfExpr *branch) {
  StringRef separator = "if ";
  for (const IfArm &arm : branch->arms) {
    os << separator;
    separator = " else if ";
    writeExpr(arm.condition);
    os << ' ';
    writeBlock(arm.body);
  }
  if (branch->otherwise) {
    os << " else ";
    writeBlock(branch->otherwise);
  }
}

void DslWriter::writeArgs(ArrayRef<Argument> args) {
  StringRef separator = "";
  for (const Argument &arg : args) {
    os << separator;
    separator = ", ";
    if (!arg.name.empty())
      os << arg.name << " = ";
    writeExpr(arg.value);
  }
}

void DslWriter::writeList(ArrayRef<Expr *> list) {
  os << '[';
  StringRef separator = "";
  for (const Expr *e : list) {
    os << separator;
    separator = ", ";
    writeExpr(e);
  }
  os << ']';
}

void DslWriter::writeType(const TypeSyntax *type) {
  os << type->dtype;
  writeList(type->dims);
}
} // namespace sinter
