//===- IndexBuilder.h - Folding index arithmetic and loops -----*- C++ -*-===//
//
// Emits arith ops on indices, folding what is known, and the scf loops over
// them. Addresses in kernels are sums of products of few run-time values and
// many constants; this keeps that arithmetic readable and the IR small.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_INDEXBUILDER_H
#define SINTER_CODEGEN_INDEXBUILDER_H

#include "mlir/IR/Builders.h"

#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstdint>
#include <optional>

namespace sinter {
class IndexBuilder {
public:
  IndexBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  mlir::Value constant(int64_t value);
  /// The value, if it is known now.
  static std::optional<int64_t> known(mlir::Value value);

  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value lhs, int64_t rhs);
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, int64_t rhs);
  mlir::Value min(mlir::Value lhs, mlir::Value rhs);
  mlir::Value max(mlir::Value lhs, mlir::Value rhs);
  /// Quotients of values that are not negative.
  mlir::Value div(mlir::Value lhs, mlir::Value rhs);
  mlir::Value div(mlir::Value lhs, int64_t rhs);
  mlir::Value ceilDiv(mlir::Value lhs, int64_t rhs);
  /// Signed lhs < rhs.
  mlir::Value less(mlir::Value lhs, mlir::Value rhs);

  /// for (i = lo; i < hi; i += step) body(i). A loop known to run once is its
  /// body, and one known not to run is nothing.
  void forEach(mlir::Value lo, mlir::Value hi, int64_t step,
               llvm::function_ref<void(mlir::Value)> body);

  /// if (condition) onTrue() else onFalse(); no branch if it is known.
  void branch(mlir::Value condition, llvm::function_ref<void()> onTrue,
              llvm::function_ref<void()> onFalse);

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};
} // namespace sinter

#endif // SINTER_CODEGEN_INDEXBUILDER_H
