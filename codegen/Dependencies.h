//===- Dependencies.h - What a function needs before its call --*- C++ -*-===//

#ifndef SINTER_CODEGEN_DEPENDENCIES_H
#define SINTER_CODEGEN_DEPENDENCIES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/SetVector.h"

namespace sinter {
/// What must be there before a function of the module can run.
struct Dependencies {
  /// Owners of the columns that it reads: data sections, each after those that
  /// it needs itself.
  llvm::SetVector<llvm::StringRef> sections;
  /// Owners of the parameters that it, or one of these sections, reads:
  /// experiments, its own not among them.
  llvm::SetVector<llvm::StringRef> experiments;
};

Dependencies dependenciesOf(const mlir::SymbolTable &symbols,
                            mlir::func::FuncOp function);
} // namespace sinter

#endif // SINTER_CODEGEN_DEPENDENCIES_H
