//===- StmtParser.cpp - Statements and declarations of the DSL ------------===//

#include "frontend/Parser.h"
#include "frontend/ParserImpl.h"

using namespace llvm;

namespace sinter {
void parseDsl(File &file, StringRef text, Locator locate,
              Diagnostics &diagnostics) {
  unsigned errorsBefore = diagnostics.numErrors();
  Parser(file, text, locate, diagnostics).parseFile();
  if (diagnostics.numErrors() == errorsBefore)
    checkLimits(file, diagnostics);
}

void Parser::parseFile() {
  file.body.open = locate(0);
  file.body.stmts = parseStatements(BlockGrammar::File, nullptr);
  file.body.close = loc();
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// Parses `{ statements }`.
Block *Parser::parseBlock(BlockGrammar scope) {
  if (!isSymbol("{")) {
    errorExpected("'{'");
    return nullptr;
  }
  NestingScope nest(*this);
  if (!nest)
    return nullptr;
  Block *block = file.create<Block>();
  block->open = loc();
  bool outer = std::exchange(newlinesCount, true);
  advance();
  if (current().is(Token::Kind::Comment)) {
    noteComment(current(), /*mayTrail=*/true);
    advance();
  }
  block->stmts = parseStatements(scope, &block->open);
  block->close = loc();
  if (!isSymbol("}"))
    return nullptr; // reported by parseStatements
  newlinesCount = outer;
  advance();
  return block;
}

/// Parses up to the `}` of the block that `open` began, or, where it is null,
/// up to the end of the file.
ArrayRef<Stmt *> Parser::parseStatements(BlockGrammar scope, const Loc *open) {
  BlockBuilder block(file);
  while (true) {
    const Token &token = current();
    bool isEnd = token.is(Token::Kind::End);
    if ((isEnd && !open) || (token.isSymbol("}") && open))
      break;
    if (isEnd || (open && isUnclosedBefore())) {
      errorNotClosed("'}'", *open);
      break;
    }
    if (token.is(Token::Kind::Newline)) {
      if (token.hasBlankLine)
        block.addBlank(loc());
      advance();
    } else if (token.is(Token::Kind::Comment)) {
      block.addComment(loc(), commentText(token));
      advance();
    } else if (token.isSymbol(";") ||
               (scope == BlockGrammar::Train && token.isSymbol(","))) {
      advance();
    } else if (Stmt *stmt = parseStatement(scope, block)) {
      block.add(stmt);
    }
  }
  return block.take();
}

/// True before a declaration that stands so far left that the open block must
/// have lost its `}`.
bool Parser::isUnclosedBefore() const {
  const Token &token = current();
  const Keyword *keyword =
      token.is(Token::Kind::Word) ? findKeyword(token.text) : nullptr;
  if (!token.isFirstOnLine || !keyword || !keyword->isDeclaration ||
      keyword->isStatement)
    return false;
  return (peek().is(Token::Kind::Word) || peek().is(Token::Kind::Text)) &&
         loc().col <= frame->start.col;
}

/// Parses one statement with its comments; recovers behind it on an error.
Stmt *Parser::parseStatement(BlockGrammar scope, BlockBuilder &block) {
  Frame own;
  own.start = loc();
  Frame *outer = std::exchange(frame, &own);
  size_t start = at;
  Stmt *stmt = checkNodes() ? parseStatementBody(scope) : nullptr;
  auto isEnd = [&] {
    return isStatementEnd(current()) ||
           (scope == BlockGrammar::Train && isSymbol(","));
  };
  if (stmt && !isEnd()) {
    errorExpected("the end of the statement", foreignWordHelp(tokens[start]));
    stmt = nullptr;
  }
  if (!stmt)
    recover(start);
  else
    finishStatement(stmt, block, own, scope);
  frame = outer;
  return stmt;
}

/// Puts the comments of a statement above it, and the one at the end of its
/// line onto it.
void Parser::finishStatement(Stmt *stmt, BlockBuilder &block, Frame &own,
                             BlockGrammar scope) {
  for (const Frame::Lifted &comment : own.lifted)
    block.addComment(comment.loc, comment.text);
  while (isSymbol(";") || (scope == BlockGrammar::Train && isSymbol(",")))
    advance();
  if (current().is(Token::Kind::Comment) && !own.trailing.data()) {
    noteComment(current(), /*mayTrail=*/true);
    advance();
  }
  stmt->comment = own.trailing;
}

/// A comment without its `#` and the blank after it.
StringRef Parser::commentText(const Token &comment) {
  StringRef text = comment.text.drop_front();
  text.consume_front(" ");
  return makeComment(file, text);
}

/// Keeps a comment inside a statement. The first one that ends a line on which
/// a block begins or ends may stay there.
void Parser::noteComment(const Token &comment, bool mayTrail) {
  StringRef text = commentText(comment);
  if (mayTrail && frame != &outermost && !frame->trailing.data())
    frame->trailing = text;
  else
    frame->lifted.push_back({loc(comment), text});
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

Stmt *Parser::parseStatementBody(BlockGrammar scope) {
  const Token &token = current();
  bool isName = token.is(Token::Kind::Word);
  if (scope == BlockGrammar::Train)
    return parseTrainItem();
  if (scope == BlockGrammar::Data && isName &&
      (isSectionName(token.text) || peek().isSymbol("{")))
    return parseSection();
  const Keyword *keyword = isName ? findKeyword(token.text) : nullptr;
  if (scope == BlockGrammar::Data && isName && !keyword && peek().isSymbol("="))
    return parseSetting();
  if (keyword && (scope == BlockGrammar::File ? keyword->isDeclaration
                                              : keyword->isStatement))
    return parseKeywordStatement(*keyword);
  if (scope != BlockGrammar::File && !keyword && !token.isWord("else"))
    return parseExprOrAssign();
  errorMisplaced(scope);
  return nullptr;
}

Stmt *Parser::parseKeywordStatement(const Keyword &keyword) {
  switch (keyword.kind) {
  case Stmt::Kind::Let:
  case Stmt::Kind::Var:
  case Stmt::Kind::Column:
  case Stmt::Kind::Input:
  case Stmt::Kind::Target:
  case Stmt::Kind::Param:
  case Stmt::Kind::State:
  case Stmt::Kind::Option:
    return parseBind(keyword.kind);
  case Stmt::Kind::Loss:
  case Stmt::Kind::Metric:
  case Stmt::Kind::Predict:
  case Stmt::Kind::Check:
    return parseValue(keyword.kind);
  case Stmt::Kind::Print:
  case Stmt::Kind::Plot:
  case Stmt::Kind::Split:
    return parseArgsStatement(keyword.kind);
  case Stmt::Kind::Fn:
  case Stmt::Kind::Optimizer:
  case Stmt::Kind::Model:
  case Stmt::Kind::Program:
    return parseFunction(keyword.kind);
  case Stmt::Kind::Import:
    return parseImport();
  case Stmt::Kind::Time:
    return parseTime();
  case Stmt::Kind::For:
    return parseFor();
  case Stmt::Kind::While:
    return parseWhile();
  case Stmt::Kind::Data:
    return parseData();
  case Stmt::Kind::Train:
    return parseTrain();
  default:
    return parseIfStatement();
  }
}

/// Takes a name that is being declared.
bool Parser::parseName(Loc &place, StringRef &name, StringRef what) {
  if (!current().is(Token::Kind::Word)) {
    errorExpected(what);
    return false;
  }
  place = loc();
  name = file.copy(current().text);
  if (!checkName(name, place, diagnostics))
    return false;
  advance();
  return true;
}

Stmt *Parser::parseBind(Stmt::Kind kind) {
  Loc place = loc(), nameLoc;
  StringRef name;
  advance();
  if (!parseName(nameLoc, name, "a name"))
    return nullptr;
  TypeSyntax *type = nullptr;
  Expr *value = nullptr;
  if (kind != Stmt::Kind::Option && takeSymbol(":") &&
      !(type = parseTypeSyntax()))
    return nullptr;
  bool isFed = kind == Stmt::Kind::Input || kind == Stmt::Kind::Target;
  if (isFed && !type) {
    errorExpected("':' and a type", "for example 'x : f32[batch, 2]'");
    return nullptr;
  }
  bool needsValue = kind == Stmt::Kind::Let || kind == Stmt::Kind::Var ||
                    kind == Stmt::Kind::Option;
  if (needsValue && !isSymbol("=")) {
    errorExpected("'=' and a value");
    return nullptr;
  }
  if (!isFed && takeSymbol("=") && !(value = parseExpr()))
    return nullptr;
  return file.create<BindStmt>(kind, place, nameLoc, name, type, value);
}

Stmt *Parser::parseValue(Stmt::Kind kind) {
  Loc place = loc(), nameLoc;
  StringRef name;
  advance();
  if (kind == Stmt::Kind::Metric && current().is(Token::Kind::Word) &&
      peek().isSymbol("=")) {
    if (!parseName(nameLoc, name, "a name"))
      return nullptr;
    advance();
  }
  Expr *value = parseExpr();
  return value ? file.create<ValueStmt>(kind, place, nameLoc, name, value)
               : nullptr;
}

Stmt *Parser::parseImport() {
  Loc place = loc();
  advance();
  if (!current().is(Token::Kind::Text)) {
    errorExpected("the name of a file in '\"'",
                  "'import \"file.sinter\"' reads another model file; what is "
                  "built in needs no import");
    return nullptr;
  }
  Expr *path = parseTextToken();
  if (!path || !checkImport(path, diagnostics))
    return nullptr;
  return file.create<ValueStmt>(Stmt::Kind::Import, place, Loc(), StringRef(),
                                path);
}

/// `NAME = e` in `train` and `data`; any word may be the name.
Stmt *Parser::parseSetting() {
  Loc place = loc();
  StringRef name = file.copy(current().text);
  advance();
  advance();
  Expr *value = parseExpr();
  return value ? file.create<ValueStmt>(Stmt::Kind::Setting, place, place, name,
                                        value)
               : nullptr;
}

Stmt *Parser::parseTrainItem() {
  Loc place = loc();
  if (isWord("after") && peek().isSymbol("{")) {
    advance();
    Block *body = parseBlock(BlockGrammar::Code);
    return body ? file.create<BlockStmt>(Stmt::Kind::After, place, StringRef(),
                                         nullptr, body)
                : nullptr;
  }
  if (current().is(Token::Kind::Word) && peek().isSymbol("=") &&
      !isWord("after"))
    return parseSetting();
  errorExpected("a setting or 'after'",
                "a 'train' block holds 'name = value' and 'after { ... }'");
  return nullptr;
}

Stmt *Parser::parseSection() {
  Loc place = loc();
  StringRef name = file.copy(current().text);
  if (!isSectionName(name)) {
    errorExpected("a statement",
                  "the sections are 'train', 'valid', 'test' and 'predict'");
    return nullptr;
  }
  advance();
  Block *body = parseBlock(BlockGrammar::Data);
  return body ? file.create<BlockStmt>(Stmt::Kind::Section, place, name,
                                       nullptr, body)
              : nullptr;
}

/// `print`, `plot`: the arguments may stand in parentheses.
Stmt *Parser::parseArgsStatement(Stmt::Kind kind) {
  Loc place = loc();
  SmallVector<Argument> args;
  advance();
  if (kind != Stmt::Kind::Split && isParenthesisedArgs()) {
    if (!parseBracketed(")", [&] { return parseArgument(args); }))
      return nullptr;
  } else if (!isStatementEnd(current())) {
    do {
      if (!parseArgument(args))
        return nullptr;
    } while (takeSymbol(","));
  }
  if (!checkStatementArgs(kind, place, args, diagnostics))
    return nullptr;
  return file.create<ArgsStmt>(kind, place,
                               file.copy(ArrayRef<Argument>(args)));
}

Stmt *Parser::parseTime() {
  Loc place = loc();
  advance();
  Expr *label = parseExpr();
  Block *body = label ? parseBlock(BlockGrammar::Code) : nullptr;
  return body ? file.create<BlockStmt>(Stmt::Kind::Time, place, StringRef(),
                                       label, body)
              : nullptr;
}

/// `fn`, `optimizer`, `model` and `program`.
Stmt *Parser::parseFunction(Stmt::Kind kind) {
  Loc place = loc(), nameLoc;
  StringRef name;
  advance();
  if (!parseName(nameLoc, name, "a name"))
    return nullptr;
  SmallVector<Parameter> params;
  bool mayHaveParams = kind != Stmt::Kind::Program;
  bool needsParams = kind == Stmt::Kind::Fn || kind == Stmt::Kind::Optimizer;
  if (needsParams && !isSymbol("(")) {
    errorExpected("'(' and the parameters");
    return nullptr;
  }
  if (mayHaveParams && isSymbol("(") && !parseParameters(params))
    return nullptr;
  Block *body = parseBlock(BlockGrammar::Code);
  return body
             ? file.create<FunctionStmt>(kind, place, nameLoc, name,
                                         file.copy(ArrayRef<Parameter>(params)),
                                         body)
             : nullptr;
}

bool Parser::parseParameters(SmallVectorImpl<Parameter> &params) {
  auto parseParameter = [&] {
    Parameter param;
    if (!parseName(param.loc, param.name, "a parameter's name"))
      return false;
    if (takeSymbol("=") && !(param.value = parseExpr()))
      return false;
    params.push_back(param);
    return true;
  };
  return parseBracketed(")", parseParameter) &&
         checkParameters(params, diagnostics);
}

Stmt *Parser::parseFor() {
  Loc place = loc(), nameLoc;
  StringRef name;
  advance();
  if (!parseName(nameLoc, name, "a name"))
    return nullptr;
  if (!isWord("in")) {
    errorExpected("'in'", "for example 'for i in 0..5 { ... }'");
    return nullptr;
  }
  advance();
  Expr *range = parseExpr();
  Block *body = range ? parseBlock(BlockGrammar::Code) : nullptr;
  return body ? file.create<ForStmt>(place, nameLoc, name, range, body)
              : nullptr;
}

Stmt *Parser::parseWhile() {
  Loc place = loc();
  advance();
  Expr *condition = parseExpr();
  if (!condition)
    return nullptr;
  if (!isWord("limit")) {
    errorExpected("'limit'", "a loop states how often it may run: 'while c "
                             "limit 1000 { ... }'");
    return nullptr;
  }
  advance();
  Expr *limit = parseExpr();
  Block *body = limit ? parseBlock(BlockGrammar::Code) : nullptr;
  return body ? file.create<WhileStmt>(place, condition, limit, body) : nullptr;
}

/// An `if` as a statement may lack its `else`, unless an operator follows.
Stmt *Parser::parseIfStatement() {
  Loc place = loc();
  Expr *e = parseIf();
  if (!e)
    return nullptr;
  BinaryOp op;
  if (skipToPipe() || isSymbol("..") || currentOperator(op))
    e = checkHasElse(e, diagnostics) ? parseBinary(0, e) : nullptr;
  return e ? file.create<ValueStmt>(Stmt::Kind::Expr, place, Loc(), StringRef(),
                                    e)
           : nullptr;
}

Stmt *Parser::parseData() {
  Loc place = loc(), nameLoc;
  StringRef name;
  advance();
  if (!parseName(nameLoc, name, "a name"))
    return nullptr;
  Expr *value = nullptr;
  Block *body = nullptr;
  if (takeSymbol("="))
    value = parseExpr();
  else if (isSymbol("{"))
    body = parseBlock(BlockGrammar::Data);
  else
    errorExpected("'=' or '{'");
  return value || body
             ? file.create<DataStmt>(place, nameLoc, name, value, body)
             : nullptr;
}

/// `train [NAME =] MODEL[(args)] on DATA { }`.
Stmt *Parser::parseTrain() {
  Loc place = loc(), nameLoc;
  StringRef name;
  advance();
  if (peek().isSymbol("=")) {
    if (!parseName(nameLoc, name, "a name"))
      return nullptr;
    advance();
  }
  Expr *model = parsePostfix();
  if (!model || !checkTrainedModel(model, diagnostics))
    return nullptr;
  if (!isWord("on")) {
    errorExpected("'on'", "for example 'train net on images { ... }'");
    return nullptr;
  }
  advance();
  Loc dataLoc;
  StringRef dataName;
  if (!parseName(dataLoc, dataName, "the name of a data section"))
    return nullptr;
  Expr *data = file.create<NameExpr>(dataLoc, dataName);
  Block *body = parseBlock(BlockGrammar::Train);
  return body ? file.create<TrainStmt>(place, nameLoc, name, model, data, body)
              : nullptr;
}

Stmt *Parser::parseExprOrAssign() {
  Loc place = loc();
  Expr *e = parseExpr();
  if (!e || !isSymbol("="))
    return e ? file.create<ValueStmt>(Stmt::Kind::Expr, place, Loc(),
                                      StringRef(), e)
             : nullptr;
  if (!checkTarget(e, diagnostics))
    return nullptr;
  advance();
  Expr *value = parseExpr();
  return value ? file.create<AssignStmt>(place, e, value) : nullptr;
}

/// True if `print (` begins a parenthesised argument list: the matching `)`
/// ends the statement.
bool Parser::isParenthesisedArgs() const {
  if (!isSymbol("("))
    return false;
  size_t i = at;
  int depth = 0;
  do {
    const Token &token = tokens[i++];
    if (token.is(Token::Kind::End))
      return false;
    bool isBracket = token.is(Token::Kind::Symbol);
    if (isBracket && StringRef("([{").contains(token.text))
      ++depth;
    else if (isBracket && StringRef(")]}").contains(token.text))
      --depth;
  } while (depth > 0);
  if (!isStatementEnd(tokens[i]))
    return false;
  while (tokens[i].is(Token::Kind::Newline) ||
         tokens[i].is(Token::Kind::Comment))
    ++i;
  return !tokens[i].isSymbol("|>");
}
} // namespace sinter
