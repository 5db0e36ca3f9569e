//===- AstBuilder.h - What both readers share -------------------*- C++ -*-===//
//
// The parser and the JSON reader must build equal trees from the two spellings
// of one file. Everything that makes a tree canonical is therefore here: the
// words of the language, how operator runs and `else if` chains are flattened,
// where comments and blank lines go, the limits.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FRONTEND_ASTBUILDER_H
#define SINTER_FRONTEND_ASTBUILDER_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"

#include "llvm/ADT/SmallVector.h"

namespace sinter {
//===----------------------------------------------------------------------===//
// Words and operators
//===----------------------------------------------------------------------===//

/// A word that begins a statement.
struct Keyword {
  llvm::StringRef word;
  Stmt::Kind kind;
  bool isDeclaration; // may stand at file level
  bool isStatement;   // may stand in a block
};

llvm::ArrayRef<Keyword> allKeywords();
const Keyword *findKeyword(llvm::StringRef word);
const Keyword &keywordOf(Stmt::Kind kind);

/// Words that are reserved though they begin no statement: `and`, `true`, ...
llvm::ArrayRef<llvm::StringLiteral> otherReservedWords();
/// True if the word cannot name a value.
bool isReservedWord(llvm::StringRef word);

/// Reports a reserved word where a name must stand.
bool checkName(llvm::StringRef word, Loc loc, Diagnostics &diagnostics);

/// The kind of block a statement stands in: it decides what `name = e` and
/// `name { }` mean.
enum class BlockGrammar : uint8_t { File, Data, Train, Code };

/// The sections of a `data` declaration.
llvm::ArrayRef<llvm::StringLiteral> sectionNames();
bool isSectionName(llvm::StringRef word);

/// Binding strength, 0 for the loosest, `|>`.
unsigned precedence(BinaryOp op);
/// True if runs of the operator are flat (see BinaryExpr).
bool isRunOperator(BinaryOp op);
/// The operator that is spelled so, `..` excepted.
bool findBinaryOp(llvm::StringRef spelling, BinaryOp &op);

/// True for a Name, and for a Field of such: `net.weight`.
bool isDottedName(const Expr *e);

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// A number literal; null, and an error, if its value is out of range. The
/// spelling has the form of a JSON number without a sign.
Expr *makeNumber(File &file, Diagnostics &diagnostics, Loc loc,
                 llvm::StringRef spelling);

/// `first` and the terms, merged with the run that `first` may be itself.
Expr *makeBinary(File &file, Expr *first, llvm::ArrayRef<BinaryTerm> terms);

/// An `if`; an `else { if ... }` that holds nothing else becomes further arms.
IfExpr *makeIf(File &file, llvm::ArrayRef<IfArm> arms, Block *otherwise);

/// Reports an `if` without `else` whose value is used.
bool checkHasElse(const Expr *e, Diagnostics &diagnostics);

/// Reports the right side of `|>` if it is no function.
bool checkPipe(const Expr *e, Diagnostics &diagnostics);

/// Reports the target of an assignment if it is neither a name nor an element.
bool checkTarget(const Expr *e, Diagnostics &diagnostics);

/// Reports named arguments that stand twice or cannot be spelled in JSON.
bool checkArguments(llvm::ArrayRef<Argument> args, Diagnostics &diagnostics);

/// Reports a path that is not a literal text.
bool checkImport(const Expr *path, Diagnostics &diagnostics);

/// Reports what `train` cannot train: all but a model's name or a call of one.
bool checkTrainedModel(const Expr *model, Diagnostics &diagnostics);

/// Reports parameters that stand twice, and those without a default behind one
/// that has it.
bool checkParameters(llvm::ArrayRef<Parameter> params,
                     Diagnostics &diagnostics);

/// Reports a `split` with unnamed ranges, and a `plot` of nothing.
bool checkStatementArgs(Stmt::Kind kind, Loc loc, llvm::ArrayRef<Argument> args,
                        Diagnostics &diagnostics);

/// The text of a comment as the tree keeps it: without blanks at its end, and
/// with data even if it is empty.
llvm::StringRef makeComment(File &file, llvm::StringRef text);

/// Collects the statements of a block. Blank lines are kept between statements
/// only, and one for many.
class BlockBuilder {
public:
  explicit BlockBuilder(File &file) : file(file) {}

  void add(Stmt *stmt) { stmts.push_back(stmt); }
  void addComment(Loc loc, llvm::StringRef text);
  void addBlank(Loc loc);
  Stmt *last() const { return stmts.empty() ? nullptr : stmts.back(); }
  /// The finished statements, in the file's arena.
  llvm::ArrayRef<Stmt *> take();

private:
  File &file;
  llvm::SmallVector<Stmt *, 16> stmts;
};

/// Reports the first node that is nested deeper than kMaxNesting, and more
/// nodes than kMaxNodes. Must hold of every File that leaves a reader.
bool checkLimits(const File &file, Diagnostics &diagnostics);
} // namespace sinter

#endif // SINTER_FRONTEND_ASTBUILDER_H
