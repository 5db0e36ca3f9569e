//===- Parser.cpp - Tokens, errors and recovery ---------------------------===//

#include "frontend/Parser.h"
#include "frontend/ParserImpl.h"

using namespace llvm;

namespace sinter {
Parser::Parser(File &file, StringRef text, Locator locate,
               Diagnostics &diagnostics, unsigned nesting)
    : file(file), locate(locate), diagnostics(diagnostics),
      tokens(lex(text, locate, diagnostics)), nesting(nesting) {}

Parser::NestingScope::NestingScope(Parser &parser)
    : parser(parser), isAllowed(++parser.nesting <= kMaxNesting) {
  if (!isAllowed && !parser.isAborted)
    parser.diagnostics
        .error(Code::NestingTooDeep, parser.loc(),
               "nested more than " + Twine(kMaxNesting) + " deep")
        .addHelp("bind parts of it to names with 'let'");
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

void Parser::advance() {
  if (!current().is(Token::Kind::End))
    ++at;
  if (!newlinesCount)
    skipTrivia();
}

void Parser::skipTrivia() {
  for (;
       current().is(Token::Kind::Newline) || current().is(Token::Kind::Comment);
       ++at)
    if (current().is(Token::Kind::Comment))
      noteComment(current(), /*mayTrail=*/false);
}

/// The token after the current one, as advance() would make it current.
const Token &Parser::peek() const {
  size_t next = std::min(at + 1, tokens.size() - 1);
  while (!newlinesCount && (tokens[next].is(Token::Kind::Newline) ||
                            tokens[next].is(Token::Kind::Comment)))
    ++next;
  return tokens[next];
}

/// Moves to a `|>` that begins a following line, over blank and comment lines.
bool Parser::skipToPipe() {
  size_t next = at;
  while (tokens[next].is(Token::Kind::Newline) ||
         tokens[next].is(Token::Kind::Comment))
    ++next;
  if (!tokens[next].isSymbol("|>"))
    return false;
  skipTrivia();
  return true;
}

bool Parser::takeSymbol(StringRef symbol) {
  if (!isSymbol(symbol))
    return false;
  advance();
  return true;
}

bool Parser::isStatementEnd(const Token &token) const {
  return token.is(Token::Kind::Newline) || token.is(Token::Kind::Comment) ||
         token.is(Token::Kind::End) || token.isSymbol(";") ||
         token.isSymbol("}");
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

static std::string describe(const Token &token) {
  switch (token.kind) {
  case Token::Kind::End:
    return "the end of the text";
  case Token::Kind::Newline:
  case Token::Kind::Comment:
    return "the end of the line";
  case Token::Kind::Text:
    return "a text";
  default:
    return ("'" + token.text.take_front(40) + "'").str();
  }
}

void Parser::errorExpected(const Twine &what, StringRef help) {
  if (isAborted || current().is(Token::Kind::Error))
    return;
  if (help.empty())
    help = habitHelp();
  Diagnostic &diagnostic =
      diagnostics.error(Code::UnexpectedToken, loc(),
                        "expected " + what + ", found " + describe(current()));
  if (!help.empty())
    diagnostic.addHelp(help);
}

/// A hint for what other languages would have here.
StringRef Parser::habitHelp() const {
  const Token &token = current();
  const Token &last = tokens[at > 0 ? at - 1 : 0];
  if (token.isWord("if") || token.isSymbol("?"))
    return "a choice is written 'if c { a } else { b }'";
  if (token.isWord("is"))
    return "write '==' or '!='";
  if (token.isWord("for"))
    return "'for' is a statement; 'arange(n)' is 0, 1, ... below n";
  if (token.isSymbol(":"))
    return "a block stands in '{}'";
  if (last.isWord("lambda"))
    return "a function is declared with 'fn f(x) { ... }'";
  if (token.is(Token::Kind::Text) && last.isWord("f"))
    return "every text inserts the values that stand in '{}': it needs no 'f'";
  bool isOperand = token.is(Token::Kind::Word) ||
                   token.is(Token::Kind::Number) || token.is(Token::Kind::Text);
  if (isOperand && last.is(Token::Kind::Word) && !isReservedWord(last.text) &&
      !isReservedWord(token.text) && !token.isFirstOnLine)
    return "arguments of a function stand in '()'";
  return "";
}

/// What stands between brackets does not go on, and does not end either.
void Parser::errorNotClosed(StringRef expected, Loc open) {
  const Token &token = current();
  if (isAborted || token.is(Token::Kind::Error))
    return;
  bool isBlock = expected == "'}'";
  bool isMissing = isBlock || token.is(Token::Kind::End) ||
                   (token.isFirstOnLine && token.is(Token::Kind::Word));
  // What encloses an unclosed bracket is not closed either.
  if (isMissing && std::exchange(unclosedAt, at) == at)
    return;
  diagnostics
      .error(isMissing ? Code::NotClosed : Code::UnexpectedToken, loc(),
             "expected " + expected + ", found " + describe(token))
      .addNote(open,
               isBlock ? "the block begins here" : "the bracket opens here");
}

void Parser::errorMisplaced(BlockGrammar scope) {
  StringRef word = current().text;
  if (isWord("else")) {
    diagnostics.error(Code::BadElse, loc(), "'else' without an 'if'")
        .addHelp("'else' follows the '}' of its 'if' on the same line or at "
                 "the start of the next");
  } else if (scope == BlockGrammar::File && isSymbol("}")) {
    diagnostics.error(Code::UnexpectedToken, loc(), "this '}' closes nothing");
  } else if (findKeyword(word)) {
    diagnostics.error(Code::Misplaced, loc(),
                      "'" + word + "' cannot stand " +
                          (scope == BlockGrammar::File
                               ? "outside of a block"
                               : "inside of this block"));
  } else {
    SmallVector<StringRef> words;
    for (const Keyword &keyword : allKeywords())
      if (keyword.isDeclaration)
        words.push_back(keyword.word);
    StringRef closest = closestName(word, words);
    StringRef foreign = foreignWordHelp(current());
    errorExpected("a declaration",
                  !foreign.empty() ? foreign.str()
                  : closest.empty()
                      ? "statements belong in a 'program' or a 'model'"
                      : ("did you mean '" + closest + "'?").str());
  }
}

/// A hint for the words with which other languages begin a statement.
StringRef foreignWordHelp(const Token &token) {
  static const struct {
    StringRef word, help;
  } kWords[] = {
      {"def", "a function is declared with 'fn f(x) { ... }'"},
      {"return", "a function's result is its last expression"},
      {"const", "a value is named with 'let'"},
      {"elif", "write 'else if'"},
      {"assert", "write 'check'"},
      {"pass", "an empty block is '{}'"},
      {"from", "'import \"file.sinter\"' reads another model file"},
  };
  for (const auto &entry : kWords)
    if (token.isWord(entry.word))
      return entry.help;
  return "";
}

/// Ends the parse: everything that follows would be noise, or too much.
void Parser::abort() {
  isAborted = true;
  at = tokens.size() - 1;
}

bool Parser::checkNodes() {
  if (isAborted)
    return false;
  if (file.numNodes() >= kMaxNodes)
    diagnostics.error(Code::FileTooLarge, loc(),
                      "the file has more than " + Twine(kMaxNodes) +
                          " syntax nodes");
  else if (diagnostics.numErrors() < Diagnostics::kMaxErrors)
    return true;
  abort();
  return false;
}

/// Goes to where the next statement may begin. `start` is the first token of
/// the one that failed.
void Parser::recover(size_t start) {
  newlinesCount = true;
  int brackets = 0, braces = 0;
  auto count = [&](const Token &token) {
    if (!token.is(Token::Kind::Symbol))
      return;
    brackets += token.text == "(" || token.text == "[";
    brackets -= token.text == ")" || token.text == "]";
    braces += token.text == "{";
    braces -= token.text == "}";
  };
  for (size_t i = start; i < at; ++i)
    count(tokens[i]);
  // A failed block has been left behind already, closed or not.
  braces = 0;
  if (at == start && !current().is(Token::Kind::End)) {
    count(current());
    ++at;
  }
  for (; !current().is(Token::Kind::End); ++at) {
    const Token &token = current();
    bool isElse = at + 1 < tokens.size() && tokens[at + 1].isWord("else");
    if (braces == 0) {
      if (token.isSymbol("}"))
        return;
      bool beginsStatement =
          token.isFirstOnLine && token.is(Token::Kind::Word) &&
          findKeyword(token.text) && !tokens[at + 1].isSymbol("=");
      if (beginsStatement)
        return;
      if (brackets <= 0 &&
          (token.isSymbol(";") || (token.is(Token::Kind::Newline) && !isElse)))
        return;
    }
    count(token);
  }
}
} // namespace sinter
