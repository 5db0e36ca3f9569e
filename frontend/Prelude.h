//===- Prelude.h - The library that comes with the compiler ----*- C++ -*-===//

#ifndef SINTER_FRONTEND_PRELUDE_H
#define SINTER_FRONTEND_PRELUDE_H

#include "llvm/ADT/StringRef.h"

namespace sinter {
/// The text of prelude.sinter.
llvm::StringRef preludeText();
} // namespace sinter

#endif // SINTER_FRONTEND_PRELUDE_H
