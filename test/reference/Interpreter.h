//===- Interpreter.h - The graph's meaning, in f64 -------------*- C++ -*-===//
//
// The oracle: evaluates functions of the sinter dialect one operation at a
// time, in double precision and in the plainest possible way. It shares no
// shape rule and no kernel with the compiler; where both agree, both are
// probably right.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_REFERENCE_INTERPRETER_H
#define SINTER_TEST_REFERENCE_INTERPRETER_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include "llvm/ADT/DenseMap.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sinter {
/// A tensor of numbers; integers and bools are doubles too.
struct Array {
  std::vector<int64_t> shape;
  std::vector<double> data;
};

/// Elements of a shape.
int64_t sizeOf(const std::vector<int64_t> &shape);

/// The values of operands.
using Operands = std::function<const Array &(mlir::Value)>;

class Interpreter {
public:
  /// Sees the result of every operation as it is computed, and may change it.
  std::function<void(mlir::Operation *, const Operands &, Array &)> observe;

  /// Run-time extents by name, and what the globals hold.
  std::map<std::string, int64_t> extents;
  std::map<std::string, Array> globals;

  /// The shape of a type at the extents.
  std::vector<int64_t> shapeOf(mlir::Type type) const;

  /// Evaluates `function`; stores take effect in `globals`. The function holds
  /// no sinter.gradient.
  std::vector<Array> run(mlir::func::FuncOp function,
                         const std::vector<Array> &arguments);

  /// Evaluates one operation; `known` holds what it reads and gets its results.
  void evaluate(mlir::Operation *op, llvm::DenseMap<mlir::Value, Array> &known);
};
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_INTERPRETER_H
