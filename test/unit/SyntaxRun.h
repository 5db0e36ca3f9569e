//===- SyntaxRun.h - One run of the front end on a text --------*- C++ -*-===//
//
// What the unit tests and the fuzz target of the two spellings share.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_UNIT_SYNTAXRUN_H
#define SINTER_TEST_UNIT_SYNTAXRUN_H

#include "frontend/DslWriter.h"
#include "frontend/Frontend.h"
#include "frontend/JsonWriter.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace sinter {
struct SyntaxRun {
  SourceManager sources;
  Diagnostics diagnostics{sources};
  std::unique_ptr<File> file;

  SyntaxRun(llvm::StringRef text, Spelling spelling) {
    uint32_t id =
        sources.add("test", llvm::MemoryBuffer::getMemBufferCopy(text));
    file = parseSource(id, spelling, sources, diagnostics);
  }
  explicit SyntaxRun(llvm::StringRef path) {
    file = parseFile(path, sources, diagnostics);
  }

  std::string json() const {
    return written([&](llvm::raw_ostream &os) { writeJson(*file, os); });
  }
  std::string dump() const {
    return written(
        [&](llvm::raw_ostream &os) { writeJsonDump(*file, sources, os); });
  }
  std::string dsl() const {
    return written([&](llvm::raw_ostream &os) { writeDsl(*file, os); });
  }
  std::string errors() const {
    return written([&](llvm::raw_ostream &os) { diagnostics.print(os); });
  }

  /// A text was accepted, or all that was said about it has a place.
  bool isLocated() const {
    return file ||
           (diagnostics.hasErrors() &&
            llvm::all_of(diagnostics.all(), [](const Diagnostic &diagnostic) {
              return diagnostic.loc.isValid();
            }));
  }

private:
  static std::string
  written(llvm::function_ref<void(llvm::raw_ostream &)> write) {
    std::string text;
    llvm::raw_string_ostream os(text);
    write(os);
    return text;
  }
};

/// What is lost when the file of `first` goes through both spellings and the
/// dump with positions; empty if nothing is.
inline std::string lossOfRoundTrips(const SyntaxRun &first) {
  std::string json = first.json(), dsl = first.dsl(), dump = first.dump();
  SyntaxRun fromJson(json, Spelling::Json);
  if (!fromJson.file || fromJson.json() != json || fromJson.dsl() != dsl)
    return "through JSON:\n" + json + fromJson.errors();
  SyntaxRun fromDsl(dsl, Spelling::Dsl);
  if (!fromDsl.file || fromDsl.json() != json || fromDsl.dsl() != dsl)
    return "through the DSL:\n" + dsl + fromDsl.errors();
  SyntaxRun fromDump(dump, Spelling::Json);
  if (!fromDump.file || fromDump.dump() != dump)
    return "through the dump:\n" + dump + fromDump.errors();
  return "";
}
} // namespace sinter

#endif // SINTER_TEST_UNIT_SYNTAXRUN_H
