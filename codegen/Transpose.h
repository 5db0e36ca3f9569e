//===- Transpose.h - A square of vectors, transposed -----------*- C++ -*-===//

#ifndef SINTER_CODEGEN_TRANSPOSE_H
#define SINTER_CODEGEN_TRANSPOSE_H

#include "mlir/IR/Builders.h"

#include "llvm/ADT/SmallVector.h"

namespace sinter {
/// Transposes as many vectors as each has lanes (a power of two) by shuffles of
/// two vectors, log2(lanes) rounds of them.
void emitTranspose(mlir::OpBuilder &builder, mlir::Location loc,
                   llvm::SmallVectorImpl<mlir::Value> &rows);
} // namespace sinter

#endif // SINTER_CODEGEN_TRANSPOSE_H
