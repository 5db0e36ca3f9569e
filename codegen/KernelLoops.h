//===- KernelLoops.h - The loops of a kernel -------------------*- C++ -*-===//

#ifndef SINTER_CODEGEN_KERNELLOOPS_H
#define SINTER_CODEGEN_KERNELLOOPS_H

#include "codegen/PointScope.h"

namespace sinter {
/// The range a kernel's work is cut along: the steps of some outer loops, and
/// pieces of one inner loop in each of them.
class WorkRange {
public:
  /// `block` is the size of an inner piece. Without an inner loop each step of
  /// the outer ones is one unit of work.
  WorkRange(const LoopSpace &space, llvm::ArrayRef<unsigned> outer,
            std::optional<unsigned> inner, int64_t block);

  mlir::Value emitTrip(KernelFrame &frame) const;

  /// For the units [frame.lo, frame.hi): calls body(scope, first, last) with
  /// the outer loops bound and the part of the inner loop to run; nulls without
  /// one.
  void emit(KernelFrame &frame, const PointScope &scope,
            llvm::function_ref<void(PointScope &, mlir::Value, mlir::Value)>
                body) const;

  /// Steps of the inner loop that a unit has at most.
  int64_t unitSize() const;

private:
  mlir::Value emitRows(KernelFrame &frame) const;
  bool isInnerWhole() const {
    return !inner || space.factor(*inner).size <= 2 * block;
  }
  void bindOuter(KernelFrame &frame, PointScope &scope, mlir::Value row) const;

  const LoopSpace &space;
  llvm::SmallVector<unsigned, 4> outer;
  std::optional<unsigned> inner;
  int64_t block;
};

/// Carries values from one trip to the next.
using LoopBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::Value position, mlir::ValueRange carried)>;
/// One for `position` and, in the last trip, what remains of the lanes.
using LaneBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
    mlir::Value position, mlir::Value remaining, mlir::ValueRange carried)>;

/// for (i = first; i < last; i += step), with `step` dividing the distance.
llvm::SmallVector<mlir::Value> emitLoop(KernelFrame &frame, mlir::Value first,
                                        mlir::Value last, int64_t step,
                                        mlir::ValueRange carried,
                                        LoopBody body);

/// The same in steps of `lanes`. A last, shorter trip has `remaining` lanes,
/// which is null in all others. `divisor` divides the distance, and `bound` is
/// the most it can be.
llvm::SmallVector<mlir::Value>
emitLaneLoop(KernelFrame &frame, mlir::Value first, mlir::Value last,
             int64_t lanes, int64_t divisor, int64_t bound,
             mlir::ValueRange carried, LaneBody body);

/// The same along loop `inner` of `space`, carrying nothing: calls body(point)
/// with the lanes of the trip bound in a copy of `row`.
void emitPointLanes(const PointScope &row, const LoopSpace &space,
                    unsigned inner, int64_t lanes, mlir::Value first,
                    mlir::Value last, int64_t bound,
                    llvm::function_ref<void(PointScope &)> body);
} // namespace sinter

#endif // SINTER_CODEGEN_KERNELLOOPS_H
