//===- TextParser.cpp - Texts with interpolated values --------------------===//

#include "frontend/Parser.h"
#include "frontend/ParserImpl.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace sinter {
namespace {
class TextParser {
public:
  TextParser(File &file, StringRef contents, Locator locate, bool hasEscapes,
             unsigned nesting, Diagnostics &diagnostics)
      : file(file), contents(contents), locate(locate), hasEscapes(hasEscapes),
        nesting(nesting), diagnostics(diagnostics) {}

  Expr *run(Loc place);

private:
  bool parsePiece();
  bool parseEscape();
  bool parseValue();
  bool checkFormat(size_t begin, StringRef format);
  void flushLiteral();
  bool error(size_t offset, const Twine &message, StringRef help = "") {
    Diagnostic &diagnostic =
        diagnostics.error(Code::BadText, locate(offset), message);
    if (!help.empty())
      diagnostic.addHelp(help);
    return false;
  }

  File &file;
  StringRef contents;
  Locator locate;
  bool hasEscapes;
  unsigned nesting;
  Diagnostics &diagnostics;

  size_t at = 0;
  std::string literal;
  size_t literalBegin = 0;
  SmallVector<TextPart> parts;
};
} // namespace

Expr *parseText(File &file, Loc loc, StringRef contents, Locator locate,
                bool hasEscapes, unsigned nesting, Diagnostics &diagnostics) {
  return TextParser(file, contents, locate, hasEscapes, nesting, diagnostics)
      .run(loc);
}

Expr *TextParser::run(Loc place) {
  while (at < contents.size())
    if (!parsePiece())
      return nullptr;
  flushLiteral();
  return file.create<TextExpr>(place, file.copy(ArrayRef<TextPart>(parts)));
}

void TextParser::flushLiteral() {
  if (literal.empty())
    return;
  TextPart part;
  part.loc = locate(literalBegin);
  part.literal = file.copy(StringRef(literal));
  parts.push_back(part);
  literal.clear();
}

/// Parses one character, escape, brace or value.
bool TextParser::parsePiece() {
  if (literal.empty())
    literalBegin = at;
  char c = contents[at];
  StringRef rest = contents.substr(at);
  if (c == '\\' && hasEscapes)
    return parseEscape();
  if (c == '{' && !rest.starts_with("{{"))
    return parseValue();
  bool isNewline = c == '\n' && !hasEscapes;
  if (isControl(c) && !isNewline)
    return error(at, "a text cannot hold the control character 0x" +
                         utohexstr(static_cast<unsigned char>(c)));
  literal.push_back(c);
  at += rest.starts_with("{{") || rest.starts_with("}}") ? 2 : 1;
  return true;
}

bool TextParser::parseEscape() {
  char c = at + 1 < contents.size() ? contents[at + 1] : '\0';
  switch (c) {
  case '"':
  case '\\':
    literal.push_back(c);
    break;
  case 'n':
    literal.push_back('\n');
    break;
  case 't':
    literal.push_back('\t');
    break;
  default:
    return error(at, "unknown escape in a text",
                 "the escapes are '\\\"', '\\\\', '\\n' and '\\t'");
  }
  at += 2;
  return true;
}

/// Parses `{expression}` or `{expression:format}`. The expression holds no text
/// and no comment, so counting brackets finds its end.
bool TextParser::parseValue() {
  size_t begin = at + 1, colon = StringRef::npos, end = begin;
  for (unsigned depth = 0; end < contents.size(); ++end) {
    char c = contents[end];
    if (c == '}' && depth == 0)
      break;
    if (c == '(' || c == '[' || c == '{')
      ++depth;
    else if ((c == ')' || c == ']' || c == '}') && depth > 0)
      --depth;
    else if (c == ':' && depth == 0 && colon == StringRef::npos)
      colon = end;
  }
  if (end >= contents.size())
    return error(at, "this '{' is not closed",
                 "an opening brace itself is written '{{'");
  flushLiteral();
  TextPart part;
  part.loc = locate(at);
  size_t valueEnd = std::min(colon, end);
  Locator outer = locate;
  auto locateValue = [&](size_t offset) { return outer(begin + offset); };
  Parser parser(file, contents.slice(begin, valueEnd), locateValue, diagnostics,
                nesting);
  part.value = parser.parseInterpolation();
  if (!part.value)
    return false;
  if (colon != StringRef::npos) {
    part.format = file.copy(contents.slice(colon + 1, end));
    if (!checkFormat(colon + 1, part.format))
      return false;
  }
  parts.push_back(part);
  at = end + 1;
  return true;
}

bool TextParser::checkFormat(size_t begin, StringRef format) {
  auto isFormatChar = [](char c) {
    return isAlnum(c) || StringRef("+-.,%<>^=_ ").contains(c);
  };
  if (!format.empty() && all_of(format, isFormatChar))
    return true;
  return error(begin, "malformed format of a value",
               "for example '{x:.4f}' for four decimals");
}
} // namespace sinter
