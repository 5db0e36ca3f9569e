//===- JsonWriter.h - The JSON spelling of a tree ---------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_JSONWRITER_H
#define SINTER_FRONTEND_JSONWRITER_H

#include "frontend/AST.h"
#include "frontend/SourceManager.h"

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace sinter {
/// Writes a file as JSON, which reads back as an equal tree.
void writeJson(const File &file, llvm::raw_ostream &os);

/// The same with the places of all nodes, for a build from the dump that is
/// the same to the last byte.
void writeJsonDump(const File &file, const SourceManager &sources,
                   llvm::raw_ostream &os);
} // namespace sinter

#endif // SINTER_FRONTEND_JSONWRITER_H
