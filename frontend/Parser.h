//===- Parser.h - The DSL spelling ------------------------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_PARSER_H
#define SINTER_FRONTEND_PARSER_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"
#include "frontend/Lexer.h"

namespace sinter {
/// Parses a whole DSL file into `file.body`. What is wrong is reported; the
/// tree may be used only if nothing was.
void parseDsl(File &file, llvm::StringRef text, Locator locate,
              Diagnostics &diagnostics);

// The JSON spelling keeps types and texts as the DSL writes them. These parse
// the contents of such a string, already `nesting` deep; null means that an
// error was reported.

/// `f32[batch, 2]`.
TypeSyntax *parseType(File &file, llvm::StringRef text, Locator locate,
                      unsigned nesting, Diagnostics &diagnostics);

/// The characters between the quotes of a text. In JSON escapes are undone
/// already (`hasEscapes` is false).
Expr *parseText(File &file, Loc loc, llvm::StringRef contents, Locator locate,
                bool hasEscapes, unsigned nesting, Diagnostics &diagnostics);
} // namespace sinter

#endif // SINTER_FRONTEND_PARSER_H
