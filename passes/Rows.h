//===- Rows.h - Operations that share rows ---------------------*- C++ -*-===//
//
// A row is what the indices of a tensor's last dimension run over. Row
// operations need a whole row for each of their results: softmax, log_softmax,
// argmax and reductions along the last dimension, pick. Several of them, and
// the elementwise operations between, can be computed row by row in one pass.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_ROWS_H
#define SINTER_PASSES_ROWS_H

#include "ir/SinterOps.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>

namespace sinter {
/// Whether `op` is a row operation on rows of known size, more than 1.
bool isRowOperation(mlir::Operation *op);

/// Whether `op` repeats each of its operand's elements along a row.
bool isRepeatAlongRows(mlir::Operation *op);

/// An operation that cannot be computed row by row with others, and why.
struct RowMisfit {
  mlir::Operation *op;
  llvm::StringRef why;
};

/// What keeps `ops`, for which `isMember` is true, from being computed row by
/// row, all over the same rows: each an elementwise operation of the rows'
/// dimensions or of all but the last, or a row operation. Between them may only
/// stand repeats along rows.
std::optional<RowMisfit>
findRowMisfit(llvm::ArrayRef<mlir::Operation *> ops,
              llvm::function_ref<bool(mlir::Operation *)> isMember);
} // namespace sinter

#endif // SINTER_PASSES_ROWS_H
