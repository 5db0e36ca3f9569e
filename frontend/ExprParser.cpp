//===- ExprParser.cpp - Expressions of the DSL ----------------------------===//

#include "frontend/Parser.h"
#include "frontend/ParserImpl.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace sinter {
/// The levels that have no BinaryOp, between those of precedence().
static constexpr unsigned kNotLevel = 3;
static constexpr unsigned kRangeLevel = 5;

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

bool Parser::currentOperator(BinaryOp &op) const {
  const Token &token = current();
  return (token.is(Token::Kind::Symbol) || token.is(Token::Kind::Word)) &&
         findBinaryOp(token.text, op) && op != BinaryOp::Power;
}

/// Parses operators of at least the level `minimum`, beginning with an operand
/// that may be parsed already.
Expr *Parser::parseBinary(unsigned minimum, Expr *left) {
  if (!left)
    left = isWord("not") ? parseNot(minimum) : parseUnary();
  while (left) {
    BinaryOp op;
    if (minimum == 0)
      skipToPipe();
    if (isSymbol("..") && minimum <= kRangeLevel && !isa<RangeExpr>(left))
      left = parseRange(left);
    else if (currentOperator(op) && precedence(op) >= minimum)
      left = parseRun(left, precedence(op));
    else
      break;
  }
  return left;
}

/// Parses `op operand op operand ...` of one level.
Expr *Parser::parseRun(Expr *left, unsigned level) {
  SmallVector<BinaryTerm> terms;
  BinaryOp op;
  while (currentOperator(op) && precedence(op) == level) {
    if (!terms.empty() && !isRunOperator(op)) {
      diagnostics
          .error(Code::ChainedComparison, loc(),
                 "comparisons cannot be chained")
          .addHelp("write 'a < b and b < c'");
      return nullptr;
    }
    BinaryTerm term;
    term.op = op;
    term.loc = loc();
    advance();
    term.operand = parseBinary(level + 1);
    if (!term.operand ||
        (op == BinaryOp::Pipe && !checkPipe(term.operand, diagnostics)))
      return nullptr;
    terms.push_back(term);
    if (level == 0)
      skipToPipe();
  }
  return makeBinary(file, left, terms);
}

Expr *Parser::parseRange(Expr *lo) {
  advance();
  Expr *hi = parseBinary(kRangeLevel + 1);
  return hi ? file.create<RangeExpr>(lo->loc, lo, hi) : nullptr;
}

Expr *Parser::parseNot(unsigned minimum) {
  NestingScope nest(*this);
  if (!nest)
    return nullptr;
  Loc place = loc();
  if (minimum > kNotLevel) {
    errorExpected("an expression", "put '(not ...)' in parentheses here");
    return nullptr;
  }
  advance();
  Expr *operand = parseBinary(kNotLevel);
  return operand ? file.create<UnaryExpr>(place, UnaryOp::Not, operand)
                 : nullptr;
}

Expr *Parser::parseUnary() {
  if (!isSymbol("-"))
    return parsePower();
  NestingScope nest(*this);
  if (!nest)
    return nullptr;
  Loc place = loc();
  advance();
  Expr *operand = parseUnary();
  return operand ? file.create<UnaryExpr>(place, UnaryOp::Neg, operand)
                 : nullptr;
}

Expr *Parser::parsePower() {
  Expr *base = parsePostfix();
  if (!base || !isSymbol("**"))
    return base;
  NestingScope nest(*this);
  if (!nest)
    return nullptr;
  BinaryTerm term;
  term.op = BinaryOp::Power;
  term.loc = loc();
  advance();
  term.operand = parseUnary();
  return term.operand ? makeBinary(file, base, term) : nullptr;
}

//===----------------------------------------------------------------------===//
// Calls, indices, fields
//===----------------------------------------------------------------------===//

Expr *Parser::parsePostfix() {
  Expr *e = parsePrimary();
  while (e) {
    if (isSymbol("("))
      e = parseCall(e);
    else if (isSymbol("["))
      e = parseIndex(e);
    else if (isSymbol("."))
      e = parseField(e);
    else
      break;
  }
  return e;
}

/// Parses the items between brackets and the closing bracket; the opening one
/// is current. A comma may follow the last item.
bool Parser::parseBracketed(StringRef close, function_ref<bool()> parseItem) {
  NestingScope nest(*this);
  if (!nest)
    return false;
  Loc open = loc();
  bool outer = std::exchange(newlinesCount, false);
  advance();
  while (!isSymbol(close)) {
    bool isEnd = current().is(Token::Kind::End);
    if (!isEnd && !parseItem())
      return false;
    if (isEnd || (!takeSymbol(",") && !isSymbol(close))) {
      errorNotClosed("',' or '" + close.str() + "'", open);
      return false;
    }
  }
  newlinesCount = outer;
  advance();
  return true;
}

Expr *Parser::parseCall(Expr *callee) {
  if (!isDottedName(callee)) {
    diagnostics.error(Code::BadArgument, loc(), "only a name can be called");
    return nullptr;
  }
  SmallVector<Argument> args;
  if (!parseBracketed(")", [&] { return parseArgument(args); }) ||
      !checkArguments(args, diagnostics))
    return nullptr;
  return file.create<CallExpr>(callee->loc, callee,
                               file.copy(ArrayRef<Argument>(args)));
}

/// Parses `value` or `name = value`.
bool Parser::parseArgument(SmallVectorImpl<Argument> &args) {
  Argument argument;
  argument.loc = loc();
  if (current().is(Token::Kind::Word) && peek().isSymbol("=")) {
    argument.name = file.copy(current().text);
    advance();
    advance();
  }
  argument.value = parseExpr();
  if (!argument.value)
    return false;
  if (argument.name.empty()) {
    argument.loc = argument.value->loc;
    if (!args.empty() && !args.back().name.empty()) {
      diagnostics
          .error(Code::BadArgument, argument.loc,
                 "a positional argument cannot follow a named one")
          .addNote(args.back().loc, "named argument here");
      return false;
    }
  }
  args.push_back(argument);
  return true;
}

Expr *Parser::parseIndex(Expr *base) {
  SmallVector<Expr *> items;
  Loc open = loc();
  if (!parseBracketed("]", [&] {
        items.push_back(parseIndexItem());
        return items.back() != nullptr;
      }))
    return nullptr;
  if (items.empty()) {
    diagnostics.error(Code::UnexpectedToken, open, "an index cannot be empty")
        .addHelp("'x[:]' is all of x");
    return nullptr;
  }
  return file.create<IndexExpr>(base->loc, base,
                                file.copy(ArrayRef<Expr *>(items)));
}

/// Parses an expression, or `lo:hi:step` where each part may be missing.
Expr *Parser::parseIndexItem() {
  Loc place = loc();
  auto isPartEnd = [&] {
    return isSymbol(":") || isSymbol(",") || isSymbol("]");
  };
  Expr *parts[3] = {nullptr, nullptr, nullptr};
  unsigned count = 0;
  bool hasColon = false;
  do {
    if (!isPartEnd() && !(parts[count] = parseExpr()))
      return nullptr;
    hasColon |= isSymbol(":");
  } while (count++ < 2 && takeSymbol(":"));
  if (!hasColon) {
    if (!parts[0])
      errorExpected("an index");
    return parts[0];
  }
  for (Expr *&part : parts)
    if (part && isa<NoneExpr>(part))
      part = nullptr;
  return file.create<SliceExpr>(place, parts[0], parts[1], parts[2]);
}

Expr *Parser::parseField(Expr *base) {
  advance();
  if (!current().is(Token::Kind::Word)) {
    errorExpected("a name after '.'");
    return nullptr;
  }
  Expr *field =
      file.create<FieldExpr>(base->loc, base, loc(), file.copy(current().text));
  advance();
  return field;
}

//===----------------------------------------------------------------------===//
// Primary expressions
//===----------------------------------------------------------------------===//

Expr *Parser::parsePrimary() {
  if (!checkNodes())
    return nullptr;
  const Token &token = current();
  switch (token.kind) {
  case Token::Kind::Number: {
    Expr *number = makeNumber(file, diagnostics, loc(), token.text);
    advance();
    return number;
  }
  case Token::Kind::Text:
    return parseTextToken();
  case Token::Kind::Word:
    return parseWordExpr();
  case Token::Kind::Symbol:
    if (token.text == "(")
      return parseParenthesised();
    if (token.text == "[")
      return parseList();
    break;
  case Token::Kind::Newline:
    errorExpected("an expression",
                  "inside '()' an expression may go on on the next line");
    return nullptr;
  default:
    break;
  }
  errorExpected("an expression");
  return nullptr;
}

Expr *Parser::parseWordExpr() {
  StringRef word = current().text;
  Loc place = loc();
  if (word == "if") {
    IfExpr *branch = parseIf();
    return branch && checkHasElse(branch, diagnostics) ? branch : nullptr;
  }
  Expr *e = nullptr;
  if (word == "true" || word == "false")
    e = file.create<BoolExpr>(place, word == "true");
  else if (word == "None")
    e = file.create<NoneExpr>(place);
  else if (!isReservedWord(word))
    e = file.create<NameExpr>(place, file.copy(word));
  if (e)
    advance();
  else
    errorExpected("an expression", "this is a reserved word of the language");
  return e;
}

Expr *Parser::parseTextToken() {
  Token token = current();
  if (isInterpolation) {
    diagnostics.error(Code::BadText, loc(), "a text cannot stand inside a text")
        .addHelp("bind it to a name with 'let' first");
    return nullptr;
  }
  size_t begin = token.offset + 1;
  Expr *text = parseText(
      file, loc(), token.text.drop_front().drop_back(),
      [&](size_t offset) { return locate(begin + offset); },
      /*hasEscapes=*/true, nesting, diagnostics);
  advance();
  return text;
}

Expr *Parser::parseParenthesised() {
  NestingScope nest(*this);
  if (!nest)
    return nullptr;
  Loc open = loc();
  bool outer = std::exchange(newlinesCount, false);
  advance();
  Expr *e = parseExpr();
  if (!e)
    return nullptr;
  if (isSymbol(",")) {
    errorExpected("')'", "a list stands in '[]'");
    return nullptr;
  }
  if (!isSymbol(")")) {
    errorNotClosed("')'", open);
    return nullptr;
  }
  newlinesCount = outer;
  advance();
  return e;
}

Expr *Parser::parseList() {
  Loc place = loc();
  SmallVector<Expr *> elements;
  if (!parseBracketed("]", [&] {
        elements.push_back(parseExpr());
        return elements.back() != nullptr;
      }))
    return nullptr;
  return file.create<ListExpr>(place, file.copy(ArrayRef<Expr *>(elements)));
}

//===----------------------------------------------------------------------===//
// if
//===----------------------------------------------------------------------===//

IfExpr *Parser::parseIf() {
  SmallVector<IfArm> arms;
  Block *otherwise = nullptr;
  do {
    IfArm arm;
    arm.loc = loc();
    advance();
    arm.condition = parseExpr();
    arm.body = arm.condition ? parseBlock(BlockGrammar::Code) : nullptr;
    if (!arm.body)
      return nullptr;
    arms.push_back(arm);
    if (!takeElse())
      return makeIf(file, arms, nullptr);
  } while (isWord("if"));
  otherwise = parseBlock(BlockGrammar::Code);
  return otherwise ? makeIf(file, arms, otherwise) : nullptr;
}

/// Takes an `else` on this line or at the start of the next.
bool Parser::takeElse() {
  size_t ahead = at;
  if (newlinesCount && tokens[ahead].is(Token::Kind::Comment))
    ++ahead;
  if (newlinesCount && tokens[ahead].is(Token::Kind::Newline) &&
      !tokens[ahead].hasBlankLine)
    ++ahead;
  if (!tokens[ahead].isWord("else"))
    return false;
  if (current().is(Token::Kind::Comment))
    noteComment(current(), /*mayTrail=*/true);
  at = ahead;
  advance();
  return true;
}

//===----------------------------------------------------------------------===//
// Types and fragments
//===----------------------------------------------------------------------===//

/// The element type for the words of other languages.
static StringRef elementTypeMeant(StringRef word) {
  return StringSwitch<StringRef>(word)
      .Cases({"int", "long", "int64"}, "i64")
      .Case("int32", "i32")
      .Cases({"float", "float32"}, "f32")
      .Cases({"double", "float64"}, "f64")
      .Default(word);
}

TypeSyntax *Parser::parseTypeSyntax() {
  if (!current().is(Token::Kind::Word)) {
    errorExpected("a type", "for example 'f32[batch, 2]'");
    return nullptr;
  }
  Token dtype = current();
  advance();
  if (!isSymbol("[")) {
    if (!isAborted)
      diagnostics
          .error(Code::BadType, loc(dtype),
                 "a type needs its dimensions in '[]'")
          .addHelp("a scalar is '" + elementTypeMeant(dtype.text) + "[]'");
    return nullptr;
  }
  TypeSyntax *type = file.create<TypeSyntax>();
  type->loc = loc(dtype);
  type->dtype = file.copy(dtype.text);
  SmallVector<Expr *> dims;
  if (!parseBracketed("]", [&] {
        dims.push_back(parseExpr());
        return dims.back() != nullptr;
      }))
    return nullptr;
  type->dims = file.copy(ArrayRef<Expr *>(dims));
  return type;
}

/// A fragment must end where its text ends, and a comment in it would be lost.
bool Parser::finishFragment(StringRef expected) {
  if (!current().is(Token::Kind::End)) {
    errorExpected(expected);
    return false;
  }
  if (outermost.lifted.empty())
    return true;
  diagnostics.error(Code::UnexpectedToken, outermost.lifted.front().loc,
                    "a comment cannot stand here");
  return false;
}

Expr *Parser::parseInterpolation() {
  isInterpolation = true;
  newlinesCount = false;
  skipTrivia();
  Expr *e = parseExpr();
  return e && finishFragment("'}' or ':'") ? e : nullptr;
}

TypeSyntax *Parser::parseTypeFragment() {
  newlinesCount = false;
  skipTrivia();
  TypeSyntax *type = parseTypeSyntax();
  return type && finishFragment("the end of the type") ? type : nullptr;
}

TypeSyntax *parseType(File &file, StringRef text, Locator locate,
                      unsigned nesting, Diagnostics &diagnostics) {
  return Parser(file, text, locate, diagnostics, nesting).parseTypeFragment();
}
} // namespace sinter
