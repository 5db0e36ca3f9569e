//===- ParserImpl.h - The parser's state ------------------------*- C++ -*-===//
//
// A recursive-descent parser over a vector of tokens. Every parse function
// returns null (or false) after it has reported an error; the statement that
// was being parsed is then given up, and parsing goes on behind it.
//
// Recursion is bounded: everything that can nest opens a NestingScope, and what
// can only repeat (operators, `else if`, statements) is a loop.
//
//===----------------------------------------------------------------------===//
#ifndef SINTER_FRONTEND_PARSERIMPL_H
#define SINTER_FRONTEND_PARSERIMPL_H

#include "frontend/AST.h"
#include "frontend/AstBuilder.h"
#include "frontend/Diagnostics.h"
#include "frontend/Lexer.h"

#include "llvm/ADT/SmallVector.h"

#include <vector>

namespace sinter {
class Parser {
public:
  Parser(File &file, llvm::StringRef text, Locator locate,
         Diagnostics &diagnostics, unsigned nesting = 0);

  void parseFile();
  /// Parse all of a fragment: the contents of `{...}` in a text, or a type.
  Expr *parseInterpolation();
  TypeSyntax *parseTypeFragment();

private:
  /// The comments met in one statement, outside of its blocks.
  struct Frame {
    Loc start;
    llvm::StringRef trailing; // ends up on the statement
    struct Lifted {
      Loc loc;
      llvm::StringRef text;
    };
    llvm::SmallVector<Lifted, 0> lifted; // end up above it
  };

  /// Counts one level of nesting while it lives, and reports one too many.
  class NestingScope {
  public:
    explicit NestingScope(Parser &parser);
    ~NestingScope() { --parser.nesting; }
    explicit operator bool() const { return isAllowed; }

  private:
    Parser &parser;
    bool isAllowed;
  };

  // Tokens. Where line breaks do not count, Newline and Comment tokens are
  // never current.
  const Token &current() const { return tokens[at]; }
  const Token &peek() const;
  bool isSymbol(llvm::StringRef symbol) const {
    return current().isSymbol(symbol);
  }
  bool isWord(llvm::StringRef word) const { return current().isWord(word); }
  Loc loc(const Token &token) const { return locate(token.offset); }
  Loc loc() const { return loc(current()); }
  void advance();
  void skipTrivia();
  bool skipToPipe();
  bool takeSymbol(llvm::StringRef symbol);

  // Errors.
  llvm::StringRef habitHelp() const;
  void errorExpected(const llvm::Twine &what, llvm::StringRef help = "");
  void errorNotClosed(llvm::StringRef expected, Loc open);
  void errorMisplaced(BlockGrammar scope);
  bool checkNodes();
  void abort();
  void recover(size_t start);

  // Statements.
  llvm::ArrayRef<Stmt *> parseStatements(BlockGrammar scope, const Loc *open);
  Stmt *parseStatement(BlockGrammar scope, BlockBuilder &block);
  Stmt *parseStatementBody(BlockGrammar scope);
  Stmt *parseKeywordStatement(const Keyword &keyword);
  Stmt *parseTrainItem();
  Stmt *parseSection();
  Stmt *parseSetting();
  Stmt *parseBind(Stmt::Kind kind);
  Stmt *parseValue(Stmt::Kind kind);
  Stmt *parseImport();
  Stmt *parseArgsStatement(Stmt::Kind kind);
  Stmt *parseTime();
  Stmt *parseFunction(Stmt::Kind kind);
  Stmt *parseFor();
  Stmt *parseWhile();
  Stmt *parseIfStatement();
  Stmt *parseData();
  Stmt *parseTrain();
  Stmt *parseExprOrAssign();
  bool parseParameters(llvm::SmallVectorImpl<Parameter> &params);
  Block *parseBlock(BlockGrammar scope);
  bool parseName(Loc &place, llvm::StringRef &name, llvm::StringRef what);
  bool isStatementEnd(const Token &token) const;
  bool isUnclosedBefore() const;
  bool isParenthesisedArgs() const;
  void finishStatement(Stmt *stmt, BlockBuilder &block, Frame &frame,
                       BlockGrammar scope);
  llvm::StringRef commentText(const Token &comment);
  void noteComment(const Token &comment, bool mayTrail);

  // Expressions, by precedence.
  Expr *parseExpr() { return parseBinary(0); }
  Expr *parseBinary(unsigned minimum, Expr *left = nullptr);
  Expr *parseRun(Expr *left, unsigned level);
  Expr *parseRange(Expr *lo);
  Expr *parseNot(unsigned minimum);
  Expr *parseUnary();
  Expr *parsePower();
  Expr *parsePostfix();
  Expr *parsePrimary();
  Expr *parseWordExpr();
  Expr *parseTextToken();
  Expr *parseParenthesised();
  Expr *parseList();
  Expr *parseCall(Expr *callee);
  Expr *parseIndex(Expr *base);
  Expr *parseIndexItem();
  Expr *parseField(Expr *base);
  IfExpr *parseIf();
  bool takeElse();
  bool parseArgument(llvm::SmallVectorImpl<Argument> &args);
  bool parseBracketed(llvm::StringRef close,
                      llvm::function_ref<bool()> parseItem);
  TypeSyntax *parseTypeSyntax();
  bool currentOperator(BinaryOp &op) const;
  bool finishFragment(llvm::StringRef expected);

  File &file;
  Locator locate;
  Diagnostics &diagnostics;
  std::vector<Token> tokens;
  size_t at = 0;
  unsigned nesting;
  size_t unclosedAt = llvm::StringRef::npos; // where a bracket was missed last
  bool newlinesCount = true;
  bool isAborted = false;
  bool isInterpolation = false;
  Frame outermost;
  Frame *frame = &outermost;
};

llvm::StringRef foreignWordHelp(const Token &token);
} // namespace sinter

#endif // SINTER_FRONTEND_PARSERIMPL_H
