//===- Fusion.h - Which operations share a kernel --------------*- C++ -*-===//

#ifndef SINTER_PASSES_FUSION_H
#define SINTER_PASSES_FUSION_H

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace sinter {
/// Computing operations that share a kernel, in block order. Only the last
/// one's result, the root's, is used outside.
using FusionGroup = llvm::SmallVector<mlir::Operation *, 4>;

/// Divides the computing operations of `block` into groups, found by their
/// roots. Without `fuse` each is a group of its own.
llvm::DenseMap<mlir::Operation *, FusionGroup>
groupOperations(mlir::Block &block, bool fuse);
} // namespace sinter

#endif // SINTER_PASSES_FUSION_H
