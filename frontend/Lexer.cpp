//===- Lexer.cpp - Text to tokens -----------------------------------------===//

#include "frontend/Lexer.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"

#include <algorithm>

using namespace llvm;

namespace sinter {
/// A syntax tree of kMaxNodes nodes has fewer tokens than this.
static constexpr size_t kMaxTokens = 10 * size_t(kMaxNodes);

static bool isWordStart(char c) { return isAlpha(c) || c == '_'; }
bool isControl(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
}

static bool isWordPart(char c) { return isAlnum(c) || c == '_'; }

bool isIdentifier(StringRef text) {
  return !text.empty() && isWordStart(text.front()) && all_of(text, isWordPart);
}

namespace {
class Lexer {
public:
  Lexer(StringRef text, Locator locate, Diagnostics &diagnostics)
      : text(text), locate(locate), diagnostics(diagnostics) {}

  std::vector<Token> run();

private:
  void lexToken();
  void lexComment();
  void lexNewlines();
  void lexNumber();
  void lexText();
  void lexUnknown();
  bool lexSymbol();

  /// The character `ahead` of the current one, NUL past the end (a text holds
  /// no NUL otherwise: the reader of files refuses it).
  char peek(size_t ahead = 0) const {
    return at + ahead < text.size() ? text[at + ahead] : '\0';
  }
  StringRef restOfLine() const {
    return text.substr(at).take_until([](char c) { return c == '\n'; });
  }
  void push(Token::Kind kind, size_t length);
  Diagnostic &error(Code code, size_t offset, const Twine &message) {
    return diagnostics.error(code, locate(offset), message);
  }

  StringRef text;
  Locator locate;
  Diagnostics &diagnostics;
  size_t at = 0;
  bool isFirstOnLine = true;
  std::vector<Token> tokens;
};
} // namespace

std::vector<Token> lex(StringRef text, Locator locate,
                       Diagnostics &diagnostics) {
  return Lexer(text, locate, diagnostics).run();
}

std::vector<Token> Lexer::run() {
  while (at < text.size()) {
    if (tokens.size() >= kMaxTokens) {
      error(Code::FileTooLarge, at,
            "more than " + Twine(kMaxTokens) + " tokens in one file");
      break;
    }
    lexToken();
  }
  // The end is reported behind the last thing that can be seen.
  at = std::min(at, text.rtrim().size());
  push(Token::Kind::End, 0);
  return std::move(tokens);
}

void Lexer::push(Token::Kind kind, size_t length) {
  Token token;
  token.kind = kind;
  token.isFirstOnLine = isFirstOnLine;
  token.offset = at;
  token.text = text.substr(at, length);
  tokens.push_back(token);
  isFirstOnLine = false;
  at += length;
}

void Lexer::lexToken() {
  char c = peek();
  if (c == ' ' || c == '\t') {
    ++at;
  } else if (c == '\n' || (c == '\r' && peek(1) == '\n')) {
    lexNewlines();
  } else if (c == '#') {
    lexComment();
  } else if (isWordStart(c)) {
    push(Token::Kind::Word, text.substr(at).take_while(isWordPart).size());
  } else if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
    lexNumber();
  } else if (c == '"') {
    lexText();
  } else if (!lexSymbol()) {
    lexUnknown();
  }
}

void Lexer::lexComment() {
  StringRef line = restOfLine().rtrim();
  // JSON could hold them, but a comment line there is to be one here.
  size_t control = line.find_if(isControl);
  if (control != StringRef::npos)
    error(Code::UnknownCharacter, at + control,
          "a comment cannot hold the control character 0x" +
              utohexstr(static_cast<unsigned char>(line[control])));
  push(Token::Kind::Comment, line.size());
}

void Lexer::lexNewlines() {
  StringRef rest = text.substr(at);
  size_t length = rest.size() - rest.ltrim(" \t\r\n").size();
  // What stands before the next token on its own line is no part of it.
  length = rest.substr(0, length).rfind('\n') + 1;
  push(Token::Kind::Newline, length);
  tokens.back().hasBlankLine = tokens.back().text.count('\n') > 1;
  isFirstOnLine = true;
}

/// Digits, perhaps a point and digits, perhaps an exponent. `0..5` is a range:
/// a point before another point belongs to it.
void Lexer::lexNumber() {
  size_t start = at, end = at;
  auto isDigitAt = [&](size_t i) {
    return i < text.size() && isDigit(text[i]);
  };
  auto isAt = [&](size_t i, StringRef set) {
    return i < text.size() && set.contains(text[i]);
  };
  auto skipDigits = [&] {
    while (isDigitAt(end))
      ++end;
  };
  skipDigits();
  size_t integerEnd = end;
  if (isAt(end, ".") && !isAt(end + 1, ".")) {
    ++end;
    skipDigits();
  }
  size_t fractionEnd = end;
  if (isAt(end, "eE") &&
      (isDigitAt(end + 1) || (isAt(end + 1, "+-") && isDigitAt(end + 2)))) {
    end += 2;
    skipDigits();
  }
  StringRef integer = text.slice(start, integerEnd);
  StringRef fraction = text.slice(integerEnd, fractionEnd);
  StringRef exponent = text.slice(fractionEnd, end);
  Code code = Code::BadNumber;
  if (isAt(end, "_") || (end < text.size() && isAlpha(text[end]))) {
    while (end < text.size() && isWordPart(text[end]))
      ++end;
    error(code, start, "malformed number '" + text.slice(start, end) + "'");
  } else if (fraction == ".") {
    error(code, start, "a number cannot end in '.'")
        .addHelp("write '" + integer + ".0" + exponent + "'");
  } else if (integer.empty()) {
    error(code, start, "a number cannot begin with '.'")
        .addHelp("write '0" + fraction + exponent + "'");
  } else if (integer.size() > 1 && integer.front() == '0') {
    StringRef significant = integer.ltrim('0');
    error(code, start, "a number cannot begin with a needless '0'")
        .addHelp("write '" +
                 (significant.empty() ? StringRef("0") : significant) +
                 fraction + exponent + "'");
  } else {
    push(Token::Kind::Number, end - start);
    return;
  }
  push(Token::Kind::Error, end - start);
}

void Lexer::lexText() {
  size_t end = at + 1;
  while (end < text.size() && text[end] != '"' && text[end] != '\n')
    end += text[end] == '\\' ? 2 : 1;
  if (end < text.size() && text[end] == '"') {
    push(Token::Kind::Text, end + 1 - at);
    return;
  }
  error(Code::NotClosed, at, "this text is not closed")
      .addHelp("a text ends with '\"' on the line where it begins; '\\n' "
               "stands for a line break");
  push(Token::Kind::Error, restOfLine().rtrim('\r').size());
}

/// The longest first.
static const StringRef kSymbols[] = {
    "|>", "**", "//", "==", "!=", "<=", ">=", "..", "+",
    "-",  "*",  "/",  "%",  "@",  "<",  ">",  "=",  "(",
    ")",  "[",  "]",  "{",  "}",  ",",  ";",  ":",  ".",
};

/// Operators of other languages, with ours.
static const struct {
  StringRef symbol, help;
} kForeignSymbols[] = {
    {"&&", "write 'and'"},
    {"||", "write 'or'"},
    {"&", "write 'and'"},
    {"|", "write 'or', or '|>' for a pipe"},
    {"!", "write 'not'"},
    {"^", "write '**' for a power"},
    {"+=", "write 'x = x + ...'"},
    {"-=", "write 'x = x - ...'"},
    {"*=", "write 'x = x * ...'"},
    {"/=", "write 'x = x / ...'"},
    {"?", "write 'if c { a } else { b }'"},
    {"->", "a function's result is its last expression; its type is inferred"},
};

bool Lexer::lexSymbol() {
  StringRef rest = text.substr(at);
  for (const auto &foreign : kForeignSymbols)
    if (foreign.symbol.size() == 2 && rest.starts_with(foreign.symbol))
      return false;
  for (StringRef symbol : kSymbols)
    if (rest.starts_with(symbol)) {
      push(Token::Kind::Symbol, symbol.size());
      return true;
    }
  return false;
}

void Lexer::lexUnknown() {
  StringRef rest = text.substr(at);
  unsigned char c = rest.front();
  for (const auto &foreign : kForeignSymbols)
    if (rest.starts_with(foreign.symbol)) {
      error(Code::UnknownCharacter, at,
            "'" + foreign.symbol + "' is not an operator")
          .addHelp(foreign.help);
      push(Token::Kind::Error, foreign.symbol.size());
      return;
    }
  if (c == '\'') {
    error(Code::UnknownCharacter, at, "single quotes have no meaning")
        .addHelp("a text stands in double quotes");
    size_t close = restOfLine().find('\'', 1);
    push(Token::Kind::Error, close == StringRef::npos ? 1 : close + 1);
  } else if (isControl(c)) {
    error(Code::UnknownCharacter, at,
          "unexpected control character 0x" + utohexstr(c));
    push(Token::Kind::Error, 1);
  } else if (c < 0x80) {
    error(Code::UnknownCharacter, at, "unexpected '" + rest.take_front() + "'");
    push(Token::Kind::Error, 1);
  } else {
    StringRef letter = rest.take_front(getNumBytesForUTF8(c));
    error(Code::UnknownCharacter, at, "unexpected '" + letter + "'")
        .addHelp("names are made of ASCII letters, digits and '_'");
    // A whole run, so that a word in another script is one error.
    push(Token::Kind::Error,
         rest.take_while([](char c) { return c & 0x80; }).size());
  }
}
} // namespace sinter
