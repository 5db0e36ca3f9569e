//===- LoopTapes.h - What a loop remembers for its gradient ----*- C++ -*-===//
//
// The gradient of a trip wants values that were carried into it. The forward
// loop writes them on tapes: at each trip, or, where that would take too much
// memory, at every n-th, from where the trips between are run again.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_LOOPTAPES_H
#define SINTER_PASSES_LOOPTAPES_H

#include "passes/ReverseSweep.h"

namespace sinter {
/// How the values that a gradient needs of each trip are known again.
struct TapePlan {
  /// The carried values that the gradient reads.
  llvm::SmallVector<unsigned> needed;
  /// Those that are on tapes. Between two rows of a tape, `needed` and
  /// everything that they are computed from in a trip.
  llvm::SmallVector<unsigned> taped;
  /// The trips from one row of a tape to the next. 0: there are no tapes, and
  /// trips are run again from the loop's start.
  uint64_t spacing = 1;
};

TapePlan planTapes(WhileOp op, llvm::ArrayRef<unsigned> needed,
                   int64_t maxBytes);

/// Replaces a loop by one that also counts its trips and writes the plan's
/// tapes, unless it does so already.
WhileOp writeTapes(WhileOp op, const TapePlan &plan, LoopRecords &records);

/// The plan's needed values as they were carried into trip `number`.
llvm::SmallVector<mlir::Value>
readTapes(mlir::OpBuilder &builder, mlir::Location loc, WhileOp op,
          const TapePlan &plan, const LoopRecord &record, mlir::Value number);
} // namespace sinter

#endif // SINTER_PASSES_LOOPTAPES_H
