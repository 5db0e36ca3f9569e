//===- PointMap.h - Elementwise loops over one shape -----------*- C++ -*-===//

#ifndef SINTER_CODEGEN_POINTMAP_H
#define SINTER_CODEGEN_POINTMAP_H

#include "codegen/KernelLoops.h"

namespace sinter {
/// Computes values at every index of a shape and writes them to the kernel's
/// results. All values at an index are computed before the first is written, so
/// a result may overwrite an operand that is read at the same place only.
class PointMap {
public:
  struct Output {
    mlir::Value value;
    /// Number of the kernel's result, and where in it the index is written.
    unsigned result;
    LinearIndex offset;
  };
  using MakeOutputs =
      llvm::function_ref<llvm::SmallVector<Output, 2>(const LoopSpace &)>;

  PointMap(mlir::Block &body, llvm::ArrayRef<Dim> shape, MakeOutputs outputs);
  // `range` refers to `space`.
  PointMap(const PointMap &) = delete;

  mlir::Value emitTrip(KernelFrame &frame) const {
    return range->emitTrip(frame);
  }
  void emit(KernelFrame &frame) const;
  int64_t unitCost() const;

private:
  void emitPoint(PointScope &scope) const;
  /// The steps [first, last) of the inner loop, `bound` at most.
  void emitLanes(const PointScope &row, mlir::Value first, mlir::Value last,
                 int64_t bound) const;
  void emitGroups(PointScope &row, mlir::Value first, mlir::Value last,
                  RandomGroups &groups) const;
  void orderLoops();

  LoopSpace space;
  PointProgram program;
  llvm::SmallVector<Output, 2> outputs;
  std::optional<WorkRange> range;
  /// The loop that is vectorised.
  std::optional<unsigned> inner;
  int64_t lanes = 0;
  /// Random words are made in groups.
  bool drawsGroups = false;
};
} // namespace sinter

#endif // SINTER_CODEGEN_POINTMAP_H
