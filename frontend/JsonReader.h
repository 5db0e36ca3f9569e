//===- JsonReader.h - The JSON spelling -------------------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_JSONREADER_H
#define SINTER_FRONTEND_JSONREADER_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"
#include "frontend/SourceManager.h"

namespace sinter {
/// Reads a whole JSON file, whose text `sources` holds, into `file.body`. What
/// is wrong is reported; the tree may be used only if nothing was. A dump with
/// positions gives its nodes the places that they had in the dumped file.
void readJson(File &file, SourceManager &sources, Diagnostics &diagnostics);
} // namespace sinter

#endif // SINTER_FRONTEND_JSONREADER_H
