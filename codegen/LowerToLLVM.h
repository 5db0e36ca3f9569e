//===- LowerToLLVM.h - Kernels and plans to the LLVM dialect ---*- C++ -*-===//

#ifndef SINTER_CODEGEN_LOWERTOLLVM_H
#define SINTER_CODEGEN_LOWERTOLLVM_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace mlir {
class DialectRegistry;
class OpPassManager;
} // namespace mlir

namespace sinter {
/// The dialects and translations that the stages after `plan` use.
void registerCodegenDialects(mlir::DialectRegistry &registry);

/// Kernels in scf, memref, vector, arith and math to the LLVM dialect; buffers
/// become bare pointers.
void buildKernelsToLLVMPipeline(mlir::OpPassManager &pm);
} // namespace sinter

#endif // SINTER_CODEGEN_LOWERTOLLVM_H
