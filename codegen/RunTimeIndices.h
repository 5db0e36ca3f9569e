//===- RunTimeIndices.h - Places known at run time -------------*- C++ -*-===//

#ifndef SINTER_CODEGEN_RUNTIMEINDICES_H
#define SINTER_CODEGEN_RUNTIMEINDICES_H

#include "codegen/PointScope.h"

namespace sinter {
/// The indices of a gather, scatter_add or insert. In the kernel's space the
/// dimensions of the tensor they index stand from `firstDim` on; the loops
/// along `axes` are no loops, but are bound to the indices.
class RunTimeIndices {
public:
  RunTimeIndices(mlir::ValueRange indices, llvm::ArrayRef<int64_t> axes,
                 mlir::Value indexed, unsigned firstDim)
      : indices(indices), axes(axes), dims(dimsOf(indexed)),
        firstDim(firstDim) {}

  /// Adds the indices at `at` to the roots of a program.
  void addTo(llvm::SmallVectorImpl<PointProgram::Root> &roots,
             llvm::ArrayRef<LinearIndex> at);
  /// The loops along the indexed tensor's other dimensions.
  llvm::SmallVector<unsigned, 4> otherLoops(const LoopSpace &space) const;
  /// Of a tensor without elements along an axis nothing is in range.
  bool mayBeInRange() const;
  /// Computes the indices at the loops that are bound and binds the axes to
  /// them, or to 0 if they are out of range. Returns whether they are in range.
  mlir::Value bind(PointScope &scope, const LoopSpace &space) const;

private:
  mlir::ValueRange indices;
  llvm::ArrayRef<int64_t> axes;
  Dims dims;
  unsigned firstDim, firstRoot = 0;
};
} // namespace sinter

#endif // SINTER_CODEGEN_RUNTIMEINDICES_H
