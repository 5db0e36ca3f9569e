//===- Imports.h - Files that import others ---------------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_IMPORTS_H
#define SINTER_FRONTEND_IMPORTS_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"
#include "frontend/SourceManager.h"

namespace sinter {
/// Puts the declarations of imported files, and of those that they import, in
/// the place of each `import`. A file that is imported twice is there once.
///
/// An imported file lies in the folder of `file` or below: a model may come
/// from elsewhere, and must not be able to read whatever its reader can.
///
/// False if an error was reported.
bool resolveImports(File &file, SourceManager &sources,
                    Diagnostics &diagnostics);
} // namespace sinter

#endif // SINTER_FRONTEND_IMPORTS_H
