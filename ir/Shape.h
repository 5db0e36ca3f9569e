//===- Shape.h - Dimensions of tensor types --------------------*- C++ -*-===//
//
// A tensor type as a list of dimensions, each a static size or a named bound,
// and the shape rules shared by verifiers, type inference and the front end.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_IR_SHAPE_H
#define SINTER_IR_SHAPE_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"

#include <optional>

namespace sinter {
/// Limits of the language (docs/language.md): every type that passes a verifier
/// keeps them, so that later arithmetic on sizes cannot overflow.
inline constexpr int64_t maxRank = 8;
inline constexpr int64_t maxDim = 2147483647;
inline constexpr int64_t maxBytes = int64_t(1) << 46;

/// One dimension: a static size, or a run-time extent of at most `size`.
struct Dim {
  int64_t size = 0;
  /// Null for a static dimension.
  mlir::StringAttr name;

  bool isDynamic() const { return static_cast<bool>(name); }
  bool operator==(const Dim &other) const {
    return size == other.size && name == other.name;
  }
  bool operator!=(const Dim &other) const { return !(*this == other); }
};

using Dims = llvm::SmallVector<Dim, 4>;

/// The dimensions of a type; run-time ones need an encoding, which the verifier
/// of every operation demands.
Dims dimsOf(mlir::RankedTensorType type);
inline Dims dimsOf(mlir::Value value) {
  return dimsOf(mlir::cast<mlir::RankedTensorType>(value.getType()));
}

/// A row-major tensor type of these dimensions.
mlir::RankedTensorType makeTensor(llvm::ArrayRef<Dim> dims, mlir::Type element);
/// The same shape and layout with another element type.
mlir::RankedTensorType withElement(mlir::RankedTensorType type,
                                   mlir::Type element);
mlir::RankedTensorType scalarOf(mlir::Type element);

/// Bytes of one element in memory (i1: one byte).
int64_t elementBytes(mlir::Type element);
/// Elements at the bounds of the run-time dimensions, or nothing when the
/// product passes `maxBytes`.
std::optional<int64_t> elementCount(llvm::ArrayRef<Dim> dims);
/// Bytes at the bounds; the type must have passed `checkTensor`.
int64_t byteSize(mlir::RankedTensorType type);
/// Row-major strides in elements, run-time dimensions at their bounds; honours
/// the layout in the type's encoding.
llvm::SmallVector<int64_t, 4> stridesOf(mlir::RankedTensorType type);

/// Rank, sizes, total bytes and encoding are within the language's limits.
/// Emits an error at `loc` when it is given.
mlir::LogicalResult checkTensor(std::optional<mlir::Location> loc,
                                mlir::Type type);

/// "[batch, 784]".
std::string toString(llvm::ArrayRef<Dim> dims);

/// The groups of dimensions that a reshape keeps together: for each pair, the
/// half-open ranges of operand and result dimensions with equal products, as
/// fine as possible. Nothing when the shapes do not fit.
struct ReshapeGroup {
  unsigned fromBegin, fromEnd, toBegin, toEnd;
};
std::optional<llvm::SmallVector<ReshapeGroup, 4>>
reshapeGroups(llvm::ArrayRef<Dim> from, llvm::ArrayRef<Dim> to);

/// The letters of a contraction's "lhs,rhs->result".
struct ContractSpec {
  llvm::StringRef lhs, rhs, result;
};
std::optional<ContractSpec> parseContractSpec(llvm::StringRef spec);
} // namespace sinter

#endif // SINTER_IR_SHAPE_H
