//===- Linker.h - Objects to an executable ---------------------*- C++ -*-===//
//
// Links a program with ld.lld, as a child process and never through a shell,
// against Sinter's private sysroot: the runtime archive and musl's start files
// and libc.a. No C toolchain is needed.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_LINKER_H
#define SINTER_CODEGEN_LINKER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace sinter {
/// Where this installation keeps its files, found relative to the executable
/// that runs, or in $SINTER_SYSROOT.
std::string findSysroot(llvm::StringRef triple);

/// Links `object` to a static, stripped executable.
llvm::Error linkExecutable(llvm::StringRef object, llvm::StringRef sysroot,
                           llvm::StringRef output);
} // namespace sinter

#endif // SINTER_CODEGEN_LINKER_H
