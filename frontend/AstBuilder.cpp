//===- AstBuilder.cpp - What both readers share ---------------------------===//

#include "frontend/AstBuilder.h"

#include "frontend/AstWalk.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace llvm;

namespace sinter {
//===----------------------------------------------------------------------===//
// Words and operators
//===----------------------------------------------------------------------===//

static const Keyword kKeywords[] = {
    // word, kind, at file level, in a block
    {"option", Stmt::Kind::Option, true, false},
    {"import", Stmt::Kind::Import, true, false},
    {"fn", Stmt::Kind::Fn, true, true},
    {"optimizer", Stmt::Kind::Optimizer, true, false},
    {"data", Stmt::Kind::Data, true, false},
    {"model", Stmt::Kind::Model, true, false},
    {"train", Stmt::Kind::Train, true, false},
    {"program", Stmt::Kind::Program, true, false},
    {"let", Stmt::Kind::Let, false, true},
    {"var", Stmt::Kind::Var, false, true},
    {"column", Stmt::Kind::Column, false, true},
    {"split", Stmt::Kind::Split, false, true},
    {"input", Stmt::Kind::Input, false, true},
    {"target", Stmt::Kind::Target, false, true},
    {"param", Stmt::Kind::Param, false, true},
    {"state", Stmt::Kind::State, false, true},
    {"loss", Stmt::Kind::Loss, false, true},
    {"metric", Stmt::Kind::Metric, false, true},
    {"predict", Stmt::Kind::Predict, false, true},
    {"print", Stmt::Kind::Print, false, true},
    {"check", Stmt::Kind::Check, false, true},
    {"plot", Stmt::Kind::Plot, false, true},
    {"time", Stmt::Kind::Time, false, true},
    {"for", Stmt::Kind::For, false, true},
    {"while", Stmt::Kind::While, false, true},
    {"if", Stmt::Kind::Expr, false, true},
    {"after", Stmt::Kind::After, false, false}, // in `train`
};

ArrayRef<Keyword> allKeywords() { return kKeywords; }

const Keyword *findKeyword(StringRef word) {
  const Keyword *found =
      find_if(kKeywords, [&](const Keyword &k) { return k.word == word; });
  return found == std::end(kKeywords) ? nullptr : found;
}

const Keyword &keywordOf(Stmt::Kind kind) {
  return *find_if(kKeywords, [&](const Keyword &k) { return k.kind == kind; });
}

ArrayRef<StringLiteral> otherReservedWords() {
  static constexpr StringLiteral kWords[] = {"else", "in",   "and",   "or",
                                             "not",  "true", "false", "None"};
  return kWords;
}

bool isReservedWord(StringRef word) {
  return findKeyword(word) || is_contained(otherReservedWords(), word);
}

bool checkName(StringRef word, Loc loc, Diagnostics &diagnostics) {
  if (!isReservedWord(word))
    return true;
  diagnostics
      .error(Code::ReservedWord, loc,
             "'" + word + "' is a reserved word and cannot be a name")
      .addHelp("choose another name, such as '" + word + "_1'");
  return false;
}

ArrayRef<StringLiteral> sectionNames() {
  static constexpr StringLiteral kNames[] = {"train", "valid", "test",
                                             "predict"};
  return kNames;
}

bool isSectionName(StringRef word) {
  return is_contained(sectionNames(), word);
}

/// In the order of BinaryOp.
static const struct {
  StringRef spelling;
  unsigned precedence;
} kBinaryOps[] = {
    {"|>", 0}, {"or", 1}, {"and", 2}, {"==", 4}, {"!=", 4}, {"<", 4},
    {"<=", 4}, {">", 4},  {">=", 4},  {"+", 6},  {"-", 6},  {"*", 7},
    {"/", 7},  {"//", 7}, {"%", 7},   {"@", 7},  {"**", 9},
};

StringRef spelling(BinaryOp op) { return kBinaryOps[size_t(op)].spelling; }

unsigned precedence(BinaryOp op) { return kBinaryOps[size_t(op)].precedence; }

bool isRunOperator(BinaryOp op) {
  return op != BinaryOp::Power && precedence(op) != precedence(BinaryOp::Equal);
}

bool findBinaryOp(StringRef spelling, BinaryOp &op) {
  for (size_t i = 0; i < std::size(kBinaryOps); ++i)
    if (kBinaryOps[i].spelling == spelling) {
      op = BinaryOp(i);
      return true;
    }
  return false;
}

bool isDottedName(const Expr *e) {
  while (const FieldExpr *field = dyn_cast<FieldExpr>(e))
    e = field->base;
  return isa<NameExpr>(e);
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

Expr *makeNumber(File &file, Diagnostics &diagnostics, Loc loc,
                 StringRef spelling) {
  NumberExpr *number = file.create<NumberExpr>(loc, file.copy(spelling));
  int64_t integer;
  double fraction;
  bool isInRange = number->isInteger() ? !spelling.getAsInteger(10, integer)
                                       : !spelling.getAsDouble(fraction) &&
                                             std::isfinite(fraction);
  if (isInRange)
    return number;
  diagnostics.error(Code::BadNumber, loc,
                    number->isInteger()
                        ? "this integer does not fit 64 bits"
                        : "this number is too large for a 64-bit float");
  return nullptr;
}

Expr *makeBinary(File &file, Expr *first, ArrayRef<BinaryTerm> terms) {
  BinaryExpr *left = dyn_cast<BinaryExpr>(first);
  BinaryOp op = terms.front().op;
  if (!left || !isRunOperator(op) ||
      precedence(left->terms.front().op) != precedence(op))
    return file.create<BinaryExpr>(first->loc, first, file.copy(terms));
  SmallVector<BinaryTerm> run(left->terms);
  run.append(terms.begin(), terms.end());
  return file.create<BinaryExpr>(left->loc, left->first,
                                 file.copy(ArrayRef<BinaryTerm>(run)));
}

IfExpr *makeIf(File &file, ArrayRef<IfArm> arms, Block *otherwise) {
  SmallVector<IfArm> all(arms);
  while (otherwise && otherwise->stmts.size() == 1) {
    const ValueStmt *only = dyn_cast<ValueStmt>(otherwise->stmts.front());
    const IfExpr *inner =
        only && only->kind == Stmt::Kind::Expr && !only->comment.data()
            ? dyn_cast<IfExpr>(only->value)
            : nullptr;
    if (!inner)
      break;
    all.append(inner->arms.begin(), inner->arms.end());
    otherwise = inner->otherwise;
  }
  return file.create<IfExpr>(all.front().loc, file.copy(ArrayRef<IfArm>(all)),
                             otherwise);
}

bool checkHasElse(const Expr *e, Diagnostics &diagnostics) {
  const IfExpr *branch = dyn_cast<IfExpr>(e);
  if (!branch || branch->otherwise)
    return true;
  diagnostics
      .error(Code::BadElse, branch->loc,
             "an 'if' whose value is used needs an 'else'")
      .addHelp("'else' follows '}' on its line or at the start of the next");
  return false;
}

bool checkPipe(const Expr *e, Diagnostics &diagnostics) {
  if (isa<CallExpr>(e) || isDottedName(e))
    return true;
  Diagnostic &diagnostic = diagnostics.error(
      Code::BadPipe, e->loc,
      "the right side of '|>' must be a function's name or a call");
  const BinaryExpr *binary = dyn_cast<BinaryExpr>(e);
  if (binary)
    diagnostic.addHelp("'|>' binds less than any other operator: write '(x |> "
                       "f) " +
                       spelling(binary->terms.front().op) + " y'");
  else
    diagnostic.addHelp("'x |> f(a)' means 'f(x, a)'");
  return false;
}

bool checkTarget(const Expr *e, Diagnostics &diagnostics) {
  const IndexExpr *index = dyn_cast<IndexExpr>(e);
  if (isa<NameExpr>(index ? index->base : e))
    return true;
  diagnostics
      .error(Code::BadTarget, e->loc,
             "only a name or an element can be assigned")
      .addHelp("write 'x = e' or 'x[i] = e'; a comparison is '=='");
  return false;
}

/// Reports the names that stand twice in a list; no name does not count.
template <typename T>
static bool checkDistinct(ArrayRef<T> items, StringRef what,
                          Diagnostics &diagnostics) {
  SmallVector<const T *> sorted;
  for (const T &item : items)
    if (!item.name.empty())
      sorted.push_back(&item);
  llvm::sort(sorted, [](const T *a, const T *b) {
    return a->name != b->name ? a->name < b->name : a < b;
  });
  for (size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i]->name == sorted[i - 1]->name) {
      diagnostics
          .error(Code::BadArgument, sorted[i]->loc,
                 what + " '" + sorted[i]->name + "' stands twice")
          .addNote(sorted[i - 1]->loc, "first here");
      return false;
    }
  return true;
}

bool checkArguments(ArrayRef<Argument> args, Diagnostics &diagnostics) {
  for (const Argument &arg : args)
    if (arg.name == "args") {
      diagnostics.error(Code::BadArgument, arg.loc,
                        "'args' cannot name an argument: it holds the "
                        "positional ones in JSON");
      return false;
    }
  return checkDistinct(args, "argument", diagnostics);
}

bool checkImport(const Expr *path, Diagnostics &diagnostics) {
  const TextExpr *text = dyn_cast<TextExpr>(path);
  if (text && text->isLiteral() && !text->literal().empty())
    return true;
  diagnostics.error(Code::BadText, path->loc,
                    "the name of an imported file must be a plain text");
  return false;
}

bool checkTrainedModel(const Expr *model, Diagnostics &diagnostics) {
  const CallExpr *call = dyn_cast<CallExpr>(model);
  if (isa<NameExpr>(call ? call->callee : model))
    return true;
  diagnostics
      .error(Code::UnexpectedToken, model->loc, "expected the name of a model")
      .addHelp("for example 'train net(k = 8) on images { ... }'");
  return false;
}

bool checkParameters(ArrayRef<Parameter> params, Diagnostics &diagnostics) {
  for (size_t i = 1; i < params.size(); ++i)
    if (params[i - 1].value && !params[i].value) {
      diagnostics
          .error(Code::BadArgument, params[i].loc,
                 "parameter '" + params[i].name + "' needs a default value")
          .addNote(params[i - 1].loc, "because the one before it has one");
      return false;
    }
  return checkDistinct(params, "parameter", diagnostics);
}

bool checkStatementArgs(Stmt::Kind kind, Loc loc, ArrayRef<Argument> args,
                        Diagnostics &diagnostics) {
  if (!checkArguments(args, diagnostics))
    return false;
  if (kind == Stmt::Kind::Print)
    return true;
  if (args.empty()) {
    diagnostics.error(Code::BadArgument, loc,
                      "'" + keywordOf(kind).word + "' needs an argument");
    return false;
  }
  if (kind != Stmt::Kind::Split || !args.front().name.empty())
    return true;
  diagnostics
      .error(Code::BadArgument, args.front().loc, "expected 'name = range'")
      .addHelp("for example 'split train = 0..800, valid = 800..1000'");
  return false;
}

StringRef makeComment(File &file, StringRef text) {
  text = text.rtrim();
  return text.empty() ? StringRef("") : file.copy(text);
}

void BlockBuilder::addComment(Loc loc, StringRef text) {
  Stmt *comment = file.create<TriviaStmt>(Stmt::Kind::Comment, loc);
  comment->comment = text;
  stmts.push_back(comment);
}

void BlockBuilder::addBlank(Loc loc) {
  if (!stmts.empty() && stmts.back()->kind != Stmt::Kind::Blank)
    stmts.push_back(file.create<TriviaStmt>(Stmt::Kind::Blank, loc));
}

ArrayRef<Stmt *> BlockBuilder::take() {
  if (!stmts.empty() && stmts.back()->kind == Stmt::Kind::Blank)
    stmts.pop_back();
  return file.copy(ArrayRef<Stmt *>(stmts));
}

bool checkLimits(const File &file, Diagnostics &diagnostics) {
  if (file.numNodes() > kMaxNodes) {
    diagnostics.error(Code::FileTooLarge, file.body.open,
                      "the file has more than " + Twine(kMaxNodes) +
                          " syntax nodes");
    return false;
  }
  bool isShallow = true;
  walkLocs(file, [&](Loc &loc, unsigned depth) {
    if (isShallow && depth > kMaxNesting) {
      isShallow = false;
      diagnostics
          .error(Code::NestingTooDeep, loc,
                 "nested more than " + Twine(kMaxNesting) + " deep")
          .addHelp("bind parts of it to names with 'let'");
    }
    return isShallow;
  });
  return isShallow;
}
} // namespace sinter
