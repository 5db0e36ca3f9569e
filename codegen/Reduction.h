//===- Reduction.h - Combining elements in a fixed order -------*- C++ -*-===//

#ifndef SINTER_CODEGEN_REDUCTION_H
#define SINTER_CODEGEN_REDUCTION_H

#include "codegen/KernelFrame.h"
#include "ir/SinterOps.h"

namespace sinter {
/// Lanes that a row of such elements is summed in, whatever the machine's
/// vectors hold: element j of a row goes to lane j mod lanes.
int64_t reductionLanes(mlir::Type element);
/// The same for rows of at most `size` elements: lanes that would hold nothing
/// are left out, which changes no bit.
int64_t reductionLanes(mlir::Type element, int64_t size);

/// One kind of reduction over elements of one type.
class Reduction {
public:
  Reduction(KernelFrame &frame, ReduceKind kind, mlir::Type element)
      : frame(frame), kind(kind), element(element) {}

  /// The value of no elements, as a scalar or in `lanes` lanes.
  mlir::Value identity(int64_t lanes);
  mlir::Value combine(mlir::Value a, mlir::Value b);
  /// combine(a, b) in the lanes of `mask`, `a` in the others; the mask may be
  /// null.
  mlir::Value combineMasked(mlir::Value a, mlir::Value b, mlir::Value mask);
  /// One value from all lanes: halves are combined until one is left.
  mlir::Value combineLanes(mlir::Value vector);

private:
  KernelFrame &frame;
  ReduceKind kind;
  mlir::Type element;
};

/// The two halves of a vector.
std::pair<mlir::Value, mlir::Value> emitHalves(KernelFrame &frame,
                                               mlir::Value vector);
/// The only lane of a vector.
mlir::Value emitOnlyLane(KernelFrame &frame, mlir::Value vector);
} // namespace sinter

#endif // SINTER_CODEGEN_REDUCTION_H
