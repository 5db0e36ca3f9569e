//===- JsonTree.cpp - JSON with positions ---------------------------------===//
//
// nlohmann/json checks the syntax and decodes strings, through its SAX
// interface. It tells no positions, but its events come in the order of the
// text: a cursor that follows them finds every token again.
//
//===----------------------------------------------------------------------===//

#include "frontend/JsonTree.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <nlohmann/json.hpp>

using namespace llvm;

namespace sinter {
/// A dump of kMaxNodes nodes with their positions has fewer values.
static constexpr size_t kMaxValues = 2'000'000;

const JsonMember *JsonValue::find(StringRef key) const {
  for (const JsonMember &member : members)
    if (member.key == key)
      return &member;
  return nullptr;
}

namespace {
/// Receives the events. Each returns false to end the parse.
class TreeBuilder {
public:
  TreeBuilder(StringRef source, BumpPtrAllocator &arena, Locator locate,
              Diagnostics &diagnostics)
      : source(source), arena(arena), locate(locate), diagnostics(diagnostics) {
  }

  JsonValue *root() const { return rootValue; }

  bool null() { return add(JsonValue::Kind::Null, 4); }
  bool boolean(bool value) {
    if (!add(JsonValue::Kind::Bool, value ? 4 : 5))
      return false;
    last->boolean = value;
    return true;
  }
  bool number_integer(int64_t) { return number(); }
  bool number_unsigned(uint64_t) { return number(); }
  bool number_float(double, const std::string &) { return number(); }
  bool string(const std::string &decoded) {
    skipToToken();
    if (!add(JsonValue::Kind::String, stringLength()))
      return false;
    last->text = StringRef(decoded).copy(arena);
    return true;
  }
  bool binary(const std::vector<uint8_t> &) { return false; } // not in JSON

  bool start_object(size_t) { return open(JsonValue::Kind::Object); }
  bool start_array(size_t) { return open(JsonValue::Kind::Array); }
  bool key(const std::string &decoded) {
    skipToToken();
    JsonMember member;
    member.offset = cursor;
    member.key = StringRef(decoded).copy(arena);
    members.push_back(member);
    cursor += stringLength();
    return true;
  }
  bool end_object();
  bool end_array();

  bool parse_error(size_t position, const std::string &lastToken,
                   const nlohmann::detail::exception &error);

private:
  /// An array or object that is not closed yet, and where its items begin on
  /// the stack of elements or members.
  struct Open {
    JsonValue *value;
    size_t begin;
  };

  bool add(JsonValue::Kind kind, size_t length);
  bool open(JsonValue::Kind kind);
  bool number();
  void skipToToken();
  size_t stringLength() const;
  bool checkKeys(ArrayRef<JsonMember> members);

  StringRef source;
  BumpPtrAllocator &arena;
  Locator locate;
  Diagnostics &diagnostics;

  size_t cursor = 0;
  size_t valueCount = 0;
  JsonValue *rootValue = nullptr;
  JsonValue *last = nullptr;
  std::vector<Open> openValues;
  std::vector<JsonValue *> elements;
  std::vector<JsonMember> members;
};
} // namespace

/// Moves to the next token that is a value, a key or a closing bracket.
void TreeBuilder::skipToToken() {
  while (cursor < source.size() &&
         StringRef(" \t\r\n,:").contains(source[cursor]))
    ++cursor;
}

/// The length of the string token at the cursor, quotes included.
size_t TreeBuilder::stringLength() const {
  size_t end = cursor + 1;
  while (end < source.size() && source[end] != '"')
    end += source[end] == '\\' ? 2 : 1;
  return std::min(end + 1, source.size()) - cursor;
}

bool TreeBuilder::add(JsonValue::Kind kind, size_t length) {
  skipToToken();
  if (++valueCount > kMaxValues) {
    diagnostics.error(Code::FileTooLarge, locate(cursor),
                      "more than " + Twine(kMaxValues) +
                          " JSON values in one file");
    return false;
  }
  last = new (arena.Allocate<JsonValue>()) JsonValue();
  last->kind = kind;
  last->offset = cursor;
  cursor += length;
  if (openValues.empty())
    rootValue = last;
  else if (openValues.back().value->is(JsonValue::Kind::Object))
    members.back().value = last;
  else
    elements.push_back(last);
  return true;
}

bool TreeBuilder::number() {
  skipToToken();
  auto isNumberChar = [](char c) {
    return (c >= '0' && c <= '9') || StringRef("+-.eE").contains(c);
  };
  StringRef spelling = source.substr(cursor).take_while(isNumberChar);
  if (!add(JsonValue::Kind::Number, spelling.size()))
    return false;
  last->text = spelling;
  return true;
}

bool TreeBuilder::open(JsonValue::Kind kind) {
  if (!add(kind, 1))
    return false;
  openValues.push_back({last, kind == JsonValue::Kind::Object
                                  ? members.size()
                                  : elements.size()});
  return true;
}

bool TreeBuilder::end_array() {
  skipToToken();
  ++cursor;
  Open array = openValues.back();
  openValues.pop_back();
  array.value->elements =
      ArrayRef<JsonValue *>(elements).drop_front(array.begin).copy(arena);
  elements.resize(array.begin);
  return true;
}

bool TreeBuilder::end_object() {
  skipToToken();
  ++cursor;
  Open object = openValues.back();
  openValues.pop_back();
  object.value->members =
      ArrayRef<JsonMember>(members).drop_front(object.begin).copy(arena);
  members.resize(object.begin);
  return checkKeys(object.value->members);
}

bool TreeBuilder::checkKeys(ArrayRef<JsonMember> members) {
  SmallVector<const JsonMember *> sorted;
  for (const JsonMember &member : members)
    sorted.push_back(&member);
  llvm::sort(sorted, [](const JsonMember *a, const JsonMember *b) {
    return a->key != b->key ? a->key < b->key : a->offset < b->offset;
  });
  bool areUnique = true;
  for (size_t i = 1; i < sorted.size(); ++i)
    if (sorted[i]->key == sorted[i - 1]->key) {
      areUnique = false;
      diagnostics
          .error(Code::DuplicateKey, locate(sorted[i]->offset),
                 "duplicate key '" + sorted[i]->key + "'")
          .addNote(locate(sorted[i - 1]->offset), "first here");
    }
  return areUnique;
}

/// "[json.exception...] parse error at line 1, column 2: syntax error while
/// parsing value - invalid literal; last read: '...'; expected ...": the place
/// and what stands there are told already.
static std::string reasonOf(StringRef what) {
  size_t dash = what.find(" - ");
  StringRef reason = dash == StringRef::npos ? what : what.substr(dash + 3);
  size_t lastRead = reason.find("; last read: '");
  if (lastRead == StringRef::npos)
    return reason.str();
  size_t expected = reason.find("'; expected ", lastRead);
  StringRef rest =
      expected == StringRef::npos ? "" : reason.substr(expected + 1);
  return (reason.take_front(lastRead) + rest).str();
}

bool TreeBuilder::parse_error(size_t position, const std::string &,
                              const nlohmann::detail::exception &error) {
  skipToToken();
  // An error inside a string is a place in it; any other is a whole token.
  size_t place = cursor;
  if (cursor < source.size() && source[cursor] == '"' && position > cursor)
    place = position - 1;
  if (place >= source.size())
    place = source.rtrim().size();
  StringRef what = error.what();
  if (what.contains("number overflow")) {
    diagnostics.error(Code::BadNumber, locate(place),
                      "this number is too large for a 64-bit float");
    return false;
  }
  diagnostics.error(Code::BadJson, locate(place),
                    "malformed JSON: " + reasonOf(what));
  return false;
}

JsonValue *parseJson(StringRef text, BumpPtrAllocator &arena, Locator locate,
                     Diagnostics &diagnostics) {
  TreeBuilder builder(text, arena, locate, diagnostics);
  bool isGood = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return isGood ? builder.root() : nullptr;
}

std::vector<uint32_t> stringOffsets(StringRef text, const JsonValue &string) {
  std::vector<uint32_t> offsets;
  size_t at = string.offset + 1;
  for (size_t i = 0; i < string.text.size();) {
    // Only `\u` decodes to more than one byte; a pair of surrogates, to four.
    unsigned char lead = string.text[i];
    size_t decoded = 1, spelled = 1;
    if (text[at] == '\\') {
      bool isUnicode = text[at + 1] == 'u';
      decoded = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
      spelled = !isUnicode ? 2 : decoded == 4 ? 12 : 6;
    }
    offsets.insert(offsets.end(), decoded, at);
    i += decoded;
    at += spelled;
  }
  offsets.push_back(at);
  return offsets;
}
} // namespace sinter
