//===- Prelude.cpp - The library that comes with the compiler -------------===//

#include "frontend/Prelude.h"

llvm::StringRef sinter::preludeText() {
  static constexpr llvm::StringLiteral text(
#include "frontend/Prelude.inc"
  );
  return text;
}
