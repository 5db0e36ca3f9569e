//===- SyntaxFuzzer.cpp - Any bytes through both spellings ----------------===//
//
// A libFuzzer target. Whatever the front end accepts must survive both writers
// and the dump with positions; whatever it refuses must be blamed on a place.
// The first byte of the input chooses the spelling: '{' and '[' are JSON.
//
//===----------------------------------------------------------------------===//

#include "test/unit/SyntaxRun.h"

#include <cstdlib>

using namespace sinter;
using llvm::StringRef;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  StringRef text(reinterpret_cast<const char *>(data), size);
  bool isJson = text.starts_with("{") || text.starts_with("[");
  SyntaxRun run(text, isJson ? Spelling::Json : Spelling::Dsl);
  std::string loss = run.errors();
  if (run.file)
    loss = lossOfRoundTrips(run);
  if (run.isLocated() && (loss.empty() || !run.file))
    return 0;
  llvm::errs() << text << '\n' << loss;
  std::abort();
}
