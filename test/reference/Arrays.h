//===- Arrays.h - What the interpreter's parts share -----------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_ARRAYS_H
#define SINTER_TEST_REFERENCE_ARRAYS_H

#include "test/reference/Interpreter.h"

#include <functional>
#include <optional>

namespace sinter {
using Index = std::vector<int64_t>;

/// Calls `visit` with every index of `shape` in row-major order.
void forEachIndex(const std::vector<int64_t> &shape,
                  const std::function<void(const Index &)> &visit);

/// The number of an element among those of `shape` in row-major order.
int64_t linear(const std::vector<int64_t> &shape, const Index &index);

double &elementAt(Array &array, const Index &index);
double elementAt(const Array &array, const Index &index);

/// An array whose elements are `compute(index)`.
Array generate(std::vector<int64_t> shape,
               const std::function<double(const Index &)> &compute);

/// offsets + index * strides.
Index boxIndex(const Index &index, llvm::ArrayRef<int64_t> offsets,
               llvm::ArrayRef<int64_t> strides);

/// The result of an indexing operation, scan, sort or linear system; nothing
/// for all others.
std::optional<Array> evaluateIndexing(mlir::Operation *op, const Operands &get,
                                      const std::vector<int64_t> &shape);

/// What control flow wants of the call that it is part of.
struct FrameAccess {
  Operands get;
  std::function<void(mlir::Value, Array)> set;
  std::function<void(mlir::Operation *)> run;
};

/// Carries out a branch or loop; false for all other operations. A loop that
/// passes its limit ends the process.
bool interpretControl(mlir::Operation *op, const FrameAccess &frame);
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_ARRAYS_H
