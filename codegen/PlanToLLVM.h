//===- PlanToLLVM.h - Planned functions and tables -------------*- C++ -*-===//
//
// The last step before LLVM: each planned function becomes a SinterCall of
// runtime/abi.h, kernel calls with jumps around them, and what the runtime has
// to know of the program becomes the constant `sinter_program`.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_PLANTOLLVM_H
#define SINTER_CODEGEN_PLANTOLLVM_H

#include "codegen/Tables.h"
#include "codegen/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace sinter {
/// Defines `function` in the table builder's module, which holds the kernels.
llvm::Function *emitPlannedFunction(mlir::func::FuncOp function,
                                    mlir::SymbolTable &symbols,
                                    TableBuilder &tables);

/// Defines `sinter_program` and every planned function of `module`.
void emitProgram(mlir::ModuleOp module, const Target &target,
                 TableBuilder &tables);
} // namespace sinter

#endif // SINTER_CODEGEN_PLANTOLLVM_H
