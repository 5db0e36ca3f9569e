//===- Indexing.h - What x[...] names --------------------------*- C++ -*-===//

#ifndef SINTER_FRONTEND_INDEXING_H
#define SINTER_FRONTEND_INDEXING_H

#include "frontend/Elaborator.h"

namespace sinter {
/// The elements of a tensor that an index names, by NumPy's rules.
struct Selection {
  /// The box that the numbers and slices known at build time name: an entry for
  /// each dimension of the tensor.
  llvm::SmallVector<int64_t> offsets, strides;
  Dims box;
  /// Dimensions of the box that numbers took, and that the result lacks.
  llvm::SmallVector<int64_t> singles;
  /// Dimensions with an index that is a tensor, whole in the box, and these
  /// indices, all of the shape `pairs`; if it has dimensions, the indices pair
  /// up and give the result theirs.
  llvm::SmallVector<int64_t> axes;
  llvm::SmallVector<mlir::Value> indices;
  Dims pairs;
  /// Where the dimensions of `pairs` stand among those of the box that are
  /// neither single nor indexed.
  size_t pairsAt = 0;
  /// The shape of the result, new axes included.
  Dims result;

  /// Everything, in its order.
  bool isWhole(llvm::ArrayRef<Dim> dims) const;
};

/// The values of an index's items; Nothing for slices and new axes.
std::vector<Object> evaluateItems(Elaborator &elaborator,
                                  llvm::ArrayRef<Expr *> items, Scope &scope);

/// What an index names in a tensor of shape `dims`; nothing, with an error, if
/// it does not fit. In programs, indices that are known at run time are checked
/// when it runs.
std::optional<Selection> select(Elaborator &elaborator, Loc loc,
                                llvm::ArrayRef<Expr *> items,
                                llvm::ArrayRef<Object> values,
                                llvm::ArrayRef<Dim> dims, Scope &scope);

/// The elements of `x` that are selected; null, with an error, if they are too
/// many.
mlir::Value readSelection(Emitter &emit, Loc loc, mlir::Value x,
                          const Selection &selection);
} // namespace sinter

#endif // SINTER_FRONTEND_INDEXING_H
