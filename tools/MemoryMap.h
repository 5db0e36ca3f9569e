//===- MemoryMap.h - Tensors over time and offset --------------*- C++ -*-===//

#ifndef SINTER_TOOLS_MEMORYMAP_H
#define SINTER_TOOLS_MEMORYMAP_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"

namespace sinter {
/// Writes a map of every training step's arena to `path`: JSON if it ends in
/// .json, else SVG. The module is planned.
llvm::Error writeMemoryMap(mlir::ModuleOp module, llvm::StringRef path);
} // namespace sinter

#endif // SINTER_TOOLS_MEMORYMAP_H
