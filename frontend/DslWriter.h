//===- DslWriter.h - The DSL spelling of a tree -----------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_DSLWRITER_H
#define SINTER_FRONTEND_DSLWRITER_H

#include "frontend/AST.h"

#include <string>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace sinter {
/// Writes a file as DSL text, which parses to an equal tree.
void writeDsl(const File &file, llvm::raw_ostream &os);

/// An expression or a type on one line, as JSON holds it in texts and types.
/// Comments in its blocks are left out.
std::string toDsl(const Expr *e);
std::string toDsl(const TypeSyntax *type);
} // namespace sinter

#endif // SINTER_FRONTEND_DSLWRITER_H
