//===- Regions.h - Lists that hold branches and loops ----------*- C++ -*-===//
//
// What the passes from `opt` to `plan` ask of an operation in a list, which may
// be a `sinter.if` or `sinter.while` with lists of its own.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_REGIONS_H
#define SINTER_PASSES_REGIONS_H

#include "ir/SinterOps.h"

namespace sinter {
/// May stand in an outlined list.
bool isListed(mlir::Operation *op);

/// `sinter.time_start` or `sinter.time_stop`: nothing moves across it.
bool isTimeMark(mlir::Operation *op);

/// Can end the call before its end; for an `if`, when one of its branches can.
bool mayEndCall(mlir::Operation *op);

/// Keeps its place among others of its kind: it prints, marks time or may end
/// the call.
bool isOrdered(mlir::Operation *op);

/// Calls `visit` for every operand of `op` and of the operations in its regions
/// that is defined outside it, as often as it is read.
void forEachRead(mlir::Operation *op,
                 llvm::function_ref<void(mlir::Value)> visit);

/// The operations of `block` that read `value`, which is defined in it or
/// outside, in their regions included.
llvm::SmallPtrSet<mlir::Operation *, 4> readersIn(mlir::Block &block,
                                                  mlir::Value value);
} // namespace sinter

#endif // SINTER_PASSES_REGIONS_H
