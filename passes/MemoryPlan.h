//===- MemoryPlan.h - Packs intervals into few bytes -----------*- C++ -*-===//
//
// Static memory planning as a pure function on numbers: it knows nothing of IR,
// so that any pass may ask what a schedule would cost.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_MEMORYPLAN_H
#define SINTER_PASSES_MEMORYPLAN_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace sinter {
/// Bytes wanted from instant `first` to instant `last`, both included: items
/// that meet in one instant never share a byte.
struct PlanItem {
  uint64_t size = 0;
  uint64_t first = 0, last = 0;
};

struct MemoryPlan {
  /// One for each item, a multiple of the alignment; 0 for an empty item.
  std::vector<uint64_t> offsets;
  /// The end of the highest item.
  uint64_t bytes = 0;
};

/// The largest sum of sizes, each rounded up to `alignment`, of items alive in
/// one instant: no plan needs less. Nothing if that passes 2^62.
std::optional<uint64_t> maxLiveBytes(llvm::ArrayRef<PlanItem> items,
                                     uint64_t alignment);

/// The best of several packings. Nothing if the items do not fit in 2^62 bytes.
/// The result depends on the items alone.
std::optional<MemoryPlan> planMemory(llvm::ArrayRef<PlanItem> items,
                                     uint64_t alignment);
} // namespace sinter

#endif // SINTER_PASSES_MEMORYPLAN_H
