//===- SyntaxFuzzer.cpp - Any bytes through both spellings ----------------===//
//
// A libFuzzer target. Whatever the front end accepts must survive both writers
// and the dump with positions; whatever it refuses must be blamed on a place.
// The first byte of the input chooses the spelling: '{' and '[' are JSON.
//
//===----------------------------------------------------------------------===//

#include "frontend/DslWriter.h"
#include "frontend/Frontend.h"
#include "frontend/JsonWriter.h"

#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace sinter;
using llvm::StringRef;

namespace {
struct Outcome {
  SourceManager sources;
  Diagnostics diagnostics{sources};
  std::unique_ptr<File> file;

  Outcome(StringRef text, Spelling spelling) {
    uint32_t id =
        sources.add("fuzz", llvm::MemoryBuffer::getMemBufferCopy(text));
    file = parseSource(id, spelling, sources, diagnostics);
  }
  std::string json() const {
    std::string text;
    llvm::raw_string_ostream os(text);
    writeJson(*file, os);
    return text;
  }
  std::string dump() const {
    std::string text;
    llvm::raw_string_ostream os(text);
    writeJsonDump(*file, sources, os);
    return text;
  }
  std::string dsl() const {
    std::string text;
    llvm::raw_string_ostream os(text);
    writeDsl(*file, os);
    return text;
  }
};
} // namespace

static void require(bool condition, const Outcome &outcome, StringRef text) {
  if (condition)
    return;
  llvm::errs() << text << '\n';
  outcome.diagnostics.print(llvm::errs());
  std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef text(reinterpret_cast<const char *>(data), size);
  bool isJson = text.starts_with("{") || text.starts_with("[");
  Outcome first(text, isJson ? Spelling::Json : Spelling::Dsl);
  first.diagnostics.print(llvm::nulls());
  if (!first.file) {
    require(first.diagnostics.hasErrors(), first, text);
    for (const Diagnostic &diagnostic : first.diagnostics.all())
      require(diagnostic.loc.isValid(), first, text);
    return 0;
  }
  std::string json = first.json(), dsl = first.dsl(), dump = first.dump();
  Outcome fromJson(json, Spelling::Json);
  require(fromJson.file && fromJson.json() == json, fromJson, json);
  Outcome fromDsl(dsl, Spelling::Dsl);
  require(fromDsl.file && fromDsl.json() == json, fromDsl, dsl);
  require(fromDsl.dsl() == dsl, fromDsl, dsl);
  Outcome fromDump(dump, Spelling::Json);
  require(fromDump.file && fromDump.dump() == dump, fromDump, dump);
  return 0;
}
