//===- ObjectEmitter.h - LLVM IR to assembly and objects -------*- C++ -*-===//

#ifndef SINTER_CODEGEN_OBJECTEMITTER_H
#define SINTER_CODEGEN_OBJECTEMITTER_H

#include "codegen/Target.h"

#include "llvm/Support/Error.h"

namespace llvm {
class MemoryBufferRef;
class Module;
class raw_pwrite_stream;
} // namespace llvm

namespace sinter {
/// Runs LLVM's optimizer at level 0 or 2. Vector code is ours: LLVM's own
/// vectorizers and its unroller stay off, which also keeps programs small.
llvm::Error optimize(llvm::Module &module, const Target &target,
                     unsigned level);

enum class FileType { Assembly, Object };

llvm::Error emit(llvm::Module &module, const Target &target, unsigned level,
                 FileType type, llvm::raw_pwrite_stream &out);

/// Assembles what `emit` printed.
llvm::Error assemble(llvm::MemoryBufferRef text, const Target &target,
                     llvm::raw_pwrite_stream &out);
} // namespace sinter

#endif // SINTER_CODEGEN_OBJECTEMITTER_H
