//===- Frontend.h - From a file to its syntax tree --------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_FRONTEND_H
#define SINTER_FRONTEND_FRONTEND_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"
#include "frontend/SourceManager.h"

#include <memory>

namespace sinter {
/// Reads and parses a model file: JSON if its name ends in `.json`, else the
/// DSL; "-" is DSL from the standard input. Null if an error was reported.
std::unique_ptr<File> parseFile(llvm::StringRef path, SourceManager &sources,
                                Diagnostics &diagnostics);

enum class Spelling : uint8_t { Dsl, Json };

/// Parses a text that `sources` holds already.
std::unique_ptr<File> parseSource(uint32_t file, Spelling spelling,
                                  SourceManager &sources,
                                  Diagnostics &diagnostics);
} // namespace sinter

#endif // SINTER_FRONTEND_FRONTEND_H
