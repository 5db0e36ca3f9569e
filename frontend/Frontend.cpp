//===- Frontend.cpp - From a file to its syntax tree ----------------------===//

#include "frontend/Frontend.h"

#include "frontend/JsonReader.h"
#include "frontend/Parser.h"

#include "llvm/Support/ConvertUTF.h"

using namespace llvm;

namespace sinter {
/// The offset of the first byte that is not well-formed UTF-8, or npos.
static size_t findBadUtf8(StringRef text) {
  const UTF8 *begin = reinterpret_cast<const UTF8 *>(text.begin());
  const UTF8 *at = begin;
  if (isLegalUTF8String(&at, reinterpret_cast<const UTF8 *>(text.end())))
    return StringRef::npos;
  return at - begin;
}

/// Reports a text that is not plain UTF-8.
static bool checkEncoding(uint32_t file, const SourceManager &sources,
                          Diagnostics &diagnostics) {
  StringRef text = sources.text(file);
  auto fail = [&](size_t offset, const Twine &message, StringRef help) {
    diagnostics.error(Code::BadEncoding, sources.locate(file, offset), message)
        .addHelp(help);
    return false;
  };
  if (text.starts_with("\xEF\xBB\xBF"))
    return fail(0, "the file begins with a byte order mark",
                "save it as UTF-8 without one");
  size_t nul = text.find('\0');
  size_t bad = findBadUtf8(text);
  if (bad < nul)
    return fail(bad, "this is not UTF-8", "save the file as UTF-8");
  if (nul != StringRef::npos)
    return fail(nul, "a text file cannot hold a NUL byte",
                "is this a model file at all?");
  return true;
}

std::unique_ptr<File> parseSource(uint32_t id, Spelling spelling,
                                  SourceManager &sources,
                                  Diagnostics &diagnostics) {
  unsigned errorsBefore = diagnostics.numErrors();
  if (!checkEncoding(id, sources, diagnostics))
    return nullptr;
  std::unique_ptr<File> file = std::make_unique<File>(id);
  auto locate = [&](size_t offset) { return sources.locate(id, offset); };
  if (spelling == Spelling::Json)
    readJson(*file, sources, diagnostics);
  else
    parseDsl(*file, sources.text(id), locate, diagnostics);
  return diagnostics.numErrors() == errorsBefore ? std::move(file) : nullptr;
}

std::unique_ptr<File> parseFile(StringRef path, SourceManager &sources,
                                Diagnostics &diagnostics) {
  uint32_t id = 0;
  if (std::error_code error = sources.open(path, id)) {
    diagnostics.error(Code::UnreadableFile, Loc(),
                      "cannot read '" + path + "': " + error.message());
    return nullptr;
  }
  bool isJson = path.ends_with_insensitive(".json");
  return parseSource(id, isJson ? Spelling::Json : Spelling::Dsl, sources,
                     diagnostics);
}
} // namespace sinter
