//===- Diagnostics.cpp - What the user is told ----------------------------===//

#include "frontend/Diagnostics.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>

using namespace llvm;

namespace sinter {
//===----------------------------------------------------------------------===//
// The table of codes
//===----------------------------------------------------------------------===//

static const CodeInfo kCodes[] = {
#define DIAGNOSTIC(NUMBER, NAME, TITLE, EXPLANATION)                           \
  {Code::NAME, TITLE, EXPLANATION},
#include "frontend/DiagnosticCodes.def"
};

ArrayRef<CodeInfo> allCodes() { return kCodes; }

const CodeInfo *findCode(StringRef spelling) {
  unsigned number = 0;
  if ((!spelling.consume_front_insensitive("e") &&
       !spelling.consume_front_insensitive("w")) ||
      spelling.getAsInteger(10, number))
    return nullptr;
  for (const CodeInfo &info : kCodes)
    if (unsigned(info.code) == number)
      return &info;
  return nullptr;
}

std::string codeName(Code code) {
  std::string digits = std::to_string(unsigned(code));
  bool isWarning =
      code >= Code::PairwiseBroadcast && code <= Code::SoftmaxTwice;
  return (isWarning ? "W" : "E") +
         std::string(4 - std::min<size_t>(4, digits.size()), '0') + digits;
}

//===----------------------------------------------------------------------===//
// Collecting
//===----------------------------------------------------------------------===//

void Diagnostics::rewind(const Mark &to) {
  diagnostics.resize(to.kept);
  errorCount = to.errors;
  warningCount = to.warnings;
}

Diagnostic &Diagnostics::error(Code code, Loc loc, const Twine &message) {
  return add(Severity::Error, code, loc, message);
}

Diagnostic &Diagnostics::warning(Code code, Loc loc, const Twine &message) {
  return add(Severity::Warning, code, loc, message);
}

Diagnostic &Diagnostics::add(Severity severity, Code code, Loc loc,
                             const Twine &message) {
  Diagnostic diagnostic{severity, code, loc, message.str(), {}, {}};
  bool isRepeated = any_of(diagnostics, [&](const Diagnostic &other) {
    return other.code == code && other.loc == loc &&
           other.message == diagnostic.message;
  });
  unsigned &count = severity == Severity::Error ? errorCount : warningCount;
  if (isRepeated || ++count > kMaxErrors) {
    discarded = std::move(diagnostic);
    return discarded;
  }
  diagnostics.push_back(std::move(diagnostic));
  return diagnostics.back();
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

static StringRef severityName(Severity severity) {
  return severity == Severity::Error ? "error" : "warning";
}

/// The number of bytes to underline at the start of `text`: a word, a number or
/// a text literal as a whole, anything else as one character.
static size_t tokenLength(StringRef text) {
  if (text.starts_with("\"")) {
    size_t end = 1;
    while (end < text.size() && text[end] != '"')
      end += text[end] == '\\' ? 2 : 1;
    return std::min(end + 1, text.size());
  }
  size_t length = 0;
  while (length < text.size() && (isAlnum(text[length]) || text[length] == '_'))
    ++length;
  return std::max<size_t>(length, 1);
}

namespace {
/// A source line as a terminal shows it: tabs expanded, what is no character
/// replaced, and the columns that are to be underlined.
struct ShownLine {
  std::string text;
  size_t caretBegin = 0, caretEnd = 0;
};
} // namespace

/// Lines longer than this are shown in part.
static constexpr size_t kMaxShownBytes = 160;

/// Cuts a long line to the neighbourhood of byte `at`, at character boundaries.
static StringRef cropLine(StringRef line, size_t &at) {
  if (line.size() <= kMaxShownBytes)
    return line;
  auto isContinuation = [&](size_t i) {
    return i < line.size() && (line[i] & 0xC0) == 0x80;
  };
  size_t begin = at > kMaxShownBytes / 2 ? at - kMaxShownBytes / 2 : 0;
  while (begin < at && isContinuation(begin))
    ++begin;
  size_t end = std::min(line.size(), begin + kMaxShownBytes);
  while (isContinuation(end))
    ++end;
  at -= begin;
  return line.slice(begin, end);
}

static ShownLine showLine(StringRef line, uint32_t col) {
  size_t at = std::min<size_t>(col - 1, line.size());
  line = cropLine(line, at);
  size_t end = at + tokenLength(line.substr(at));
  bool isText = json::isUTF8(line);
  ShownLine shown;
  size_t column = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    if (i == at)
      shown.caretBegin = column;
    if (i == end)
      shown.caretEnd = column;
    unsigned char c = line[i];
    if (c == '\t') {
      size_t width = 8 - column % 8;
      shown.text.append(width, ' ');
      column += width;
    } else if (c < 0x20 || c == 0x7F || (c >= 0x80 && !isText)) {
      shown.text.push_back('?');
      ++column;
    } else {
      shown.text.push_back(c);
      column += (c & 0xC0) != 0x80; // a character counts at its first byte
    }
  }
  if (at >= line.size())
    shown.caretBegin = column;
  if (end >= line.size())
    shown.caretEnd = std::max(column, shown.caretBegin + 1);
  return shown;
}

namespace {
/// Switches colour on where the stream has colours; off when it goes.
class Colour {
public:
  Colour(raw_ostream &os, raw_ostream::Colors colour)
      : os(os), isOn(os.has_colors()) {
    if (isOn)
      os.changeColor(colour, /*Bold=*/true);
  }
  ~Colour() {
    if (isOn)
      os.resetColor();
  }

private:
  raw_ostream &os;
  bool isOn;
};
} // namespace

static void printPlace(raw_ostream &os, const SourceManager &sources, Loc loc) {
  if (loc.isValid())
    os << sources.name(loc.file) << ':' << loc.line << ':' << loc.col << ": ";
}

/// The source line and the caret under it, if the file can be shown.
static void printExcerpt(raw_ostream &os, const SourceManager &sources,
                         Loc loc) {
  if (!loc.isValid() || sources.text(loc.file).empty())
    return;
  ShownLine line = showLine(sources.line(loc.file, loc.line), loc.col);
  os << format("%5u | ", loc.line) << line.text << '\n';
  os << "      | " << std::string(line.caretBegin, ' ');
  Colour colour(os, raw_ostream::GREEN);
  size_t rest = line.caretEnd - line.caretBegin;
  os << '^' << std::string(rest > 1 ? rest - 1 : 0, '~') << '\n';
}

static void printOne(raw_ostream &os, const SourceManager &sources,
                     const Diagnostic &diagnostic) {
  printPlace(os, sources, diagnostic.loc);
  {
    bool isError = diagnostic.severity == Severity::Error;
    Colour colour(os, isError ? raw_ostream::RED : raw_ostream::MAGENTA);
    os << severityName(diagnostic.severity) << '[' << codeName(diagnostic.code)
       << ']';
  }
  os << ": " << diagnostic.message << '\n';
  printExcerpt(os, sources, diagnostic.loc);
  for (const DiagnosticNote &note : diagnostic.notes) {
    printPlace(os, sources, note.loc);
    os << "note: " << note.message << '\n';
    printExcerpt(os, sources, note.loc);
  }
  if (!diagnostic.help.empty())
    os << "help: " << diagnostic.help << '\n';
}

void Diagnostics::print(raw_ostream &os, size_t numKnown) const {
  for (const Diagnostic &diagnostic : drop_begin(diagnostics, numKnown))
    printOne(os, sources, diagnostic);
  if (errorCount > kMaxErrors)
    os << "error: " << errorCount - kMaxErrors << " more errors not shown\n";
}

static json::Object placeToJson(const SourceManager &sources, Loc loc) {
  json::Object object;
  if (loc.isValid()) {
    // A path may hold any bytes; JSON may not.
    object["file"] = json::fixUTF8(sources.name(loc.file));
    object["line"] = loc.line;
    object["col"] = loc.col;
  }
  return object;
}

void Diagnostics::printJson(raw_ostream &os, size_t numKnown) const {
  for (const Diagnostic &diagnostic : drop_begin(diagnostics, numKnown)) {
    json::Object object = placeToJson(sources, diagnostic.loc);
    object["severity"] = severityName(diagnostic.severity);
    object["code"] = codeName(diagnostic.code);
    object["message"] = json::fixUTF8(diagnostic.message);
    json::Array notes;
    for (const DiagnosticNote &note : diagnostic.notes) {
      json::Object entry = placeToJson(sources, note.loc);
      entry["message"] = json::fixUTF8(note.message);
      notes.push_back(std::move(entry));
    }
    object["notes"] = std::move(notes);
    if (!diagnostic.help.empty())
      object["help"] = json::fixUTF8(diagnostic.help);
    os << json::Value(std::move(object)) << '\n';
  }
}

//===----------------------------------------------------------------------===//
// Did you mean
//===----------------------------------------------------------------------===//

StringRef closestName(StringRef name, ArrayRef<StringRef> candidates) {
  // A third of the letters may be wrong, so that two exchanged ones may be.
  unsigned limit = std::max<size_t>(1, (name.size() + 1) / 3);
  StringRef best;
  if (name.size() > 64)
    return best; // no typing error, and slow
  for (StringRef candidate : candidates) {
    unsigned distance = name.edit_distance(candidate, true, limit);
    if (distance <= limit && distance < candidate.size()) {
      best = candidate;
      limit = distance - 1;
      if (distance <= 1)
        break;
    }
  }
  return best;
}
} // namespace sinter
