//===- Fusion.h - Which operations share a kernel --------------*- C++ -*-===//

#ifndef SINTER_PASSES_FUSION_H
#define SINTER_PASSES_FUSION_H

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

#include <vector>

namespace sinter {
/// Computing operations that share a kernel, and the repeats along rows between
/// them, in block order.
using FusionGroup = llvm::SmallVector<mlir::Operation *, 4>;

struct Fusion {
  /// Every computing operation that is not repeated is in one of them.
  std::vector<FusionGroup> groups;
  llvm::DenseMap<mlir::Operation *, unsigned> groupOf;
  /// Scalars that every kernel which needs them computes again. Nothing but
  /// kernels reads them.
  llvm::DenseSet<mlir::Operation *> repeated;
};

/// Divides the computing operations of `block`, a list of pure operations
/// between loads, stores and effects. Without `fuse` each is a group of its
/// own. Groups can be put in an order in which each comes after what it reads.
Fusion fuseOperations(mlir::Block &block, bool fuse);
} // namespace sinter

#endif // SINTER_PASSES_FUSION_H
