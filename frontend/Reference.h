//===- Reference.h - What can be said about each built-in ------*- C++ -*-===//
//
// The built-ins of the language, whether they are written in C++
// (Builtins.def) or in the language itself (prelude.sinter): `sinter help`, the
// reference in docs/ and the JSON Schema are made of this.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_REFERENCE_H
#define SINTER_FRONTEND_REFERENCE_H

#include "frontend/Builtins.h"

#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace sinter {
/// One built-in. The fields are those of Builtins.def.
struct ReferenceEntry {
  BuiltinKind kind;
  std::string name, signature, shape, doc, example;
  /// Its definition in prelude.sinter, empty if it is written in C++.
  std::string source;
};

/// All built-ins, kind by kind.
std::vector<ReferenceEntry> referenceEntries();

/// The heading of a kind: "activations".
llvm::StringRef kindTitle(BuiltinKind kind);

/// The section "Built-ins" of docs/language.md.
void writeReference(llvm::raw_ostream &os);

/// A JSON Schema (draft 2020-12) of the JSON spelling.
void writeJsonSchema(llvm::raw_ostream &os);
} // namespace sinter

#endif // SINTER_FRONTEND_REFERENCE_H
