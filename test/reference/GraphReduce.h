//===- GraphReduce.h - Small graphs out of large ones ----------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_GRAPHREDUCE_H
#define SINTER_TEST_REFERENCE_GRAPHREDUCE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter {
/// Drops functions, results and operations and shrinks sizes as long as the
/// module is valid and `fails`.
mlir::OwningOpRef<mlir::ModuleOp>
reduceGraph(mlir::ModuleOp module,
            llvm::function_ref<bool(mlir::ModuleOp)> fails);
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_GRAPHREDUCE_H
