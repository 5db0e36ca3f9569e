//===- SinterOps.h - The sinter dialect and its operations -----*- C++ -*-===//

#ifndef SINTER_IR_SINTEROPS_H
#define SINTER_IR_SINTEROPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace sinter {
/// Marks operations whose result element depends on the operands' elements at
/// the same index alone.
template <typename ConcreteType>
class ElementwiseTensorOp
    : public mlir::OpTrait::TraitBase<ConcreteType, ElementwiseTensorOp> {};

/// Marks operations that only move or repeat elements.
template <typename ConcreteType>
class ViewTensorOp
    : public mlir::OpTrait::TraitBase<ConcreteType, ViewTensorOp> {};

/// Every tensor type `op` names keeps the limits of ir/Shape.h.
mlir::LogicalResult verifyBoundedTensors(mlir::Operation *op);

/// `box` lies in `whole` at `offsets` and `strides`, except along `freeAxes`,
/// where it may stand anywhere.
mlir::LogicalResult verifyBox(mlir::Operation *op, mlir::RankedTensorType box,
                              mlir::RankedTensorType whole,
                              llvm::ArrayRef<int64_t> offsets,
                              llvm::ArrayRef<int64_t> strides,
                              llvm::ArrayRef<int64_t> freeAxes = {});

template <typename ConcreteType>
class BoundedTensors
    : public mlir::OpTrait::TraitBase<ConcreteType, BoundedTensors> {
public:
  static mlir::LogicalResult verifyTrait(mlir::Operation *op) {
    return verifyBoundedTensors(op);
  }
};
} // namespace sinter

#include "ir/SinterOpsDialect.h.inc"

#include "ir/SinterEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "ir/SinterAttrs.h.inc"

#include "ir/DifferentiableOpInterface.h.inc"

#define GET_OP_CLASSES
#include "ir/SinterOps.h.inc"

namespace sinter {
/// Attributes that functions, their arguments and results carry. A function has
/// a role and an owner; see SinterExperimentOp. Roles besides an experiment's:
/// "data" (computes columns) and "program".
inline constexpr llvm::StringLiteral roleAttr = "sinter.role";
inline constexpr llvm::StringLiteral ownerAttr = "sinter.owner";
/// On arguments and results: the user's word for the value.
inline constexpr llvm::StringLiteral nameAttr = "sinter.name";
/// On arguments: "feed", "step", "batch", "epoch", "seed", "hyper" or "row".
inline constexpr llvm::StringLiteral kindAttr = "sinter.kind";
/// On a result: one row of probabilities for each example.
inline constexpr llvm::StringLiteral classesAttr = "sinter.classes";
/// On "feed" arguments: the symbol of a `sinter.source` or a column.
inline constexpr llvm::StringLiteral sourceAttr = "sinter.source";
/// On "hyper" arguments: the default, an f64.
inline constexpr llvm::StringLiteral valueAttr = "sinter.value";
/// On a "feed" of a fixed number of rows: the first of them.
inline constexpr llvm::StringLiteral firstRowAttr = "sinter.first_row";
/// On arguments and results after the plan: a `#sinter.buffer`.
inline constexpr llvm::StringLiteral bufferAttr = "sinter.buffer";

/// On globals: a matrix stored column by column, by a swapped type; files and
/// reports have the shape that the program says.
inline constexpr llvm::StringLiteral transposedAttr = "sinter.transposed";

/// On the module: the model file's name and the digest of its graph.
inline constexpr llvm::StringLiteral modelAttr = "sinter.model";
inline constexpr llvm::StringLiteral hashAttr = "sinter.hash";

/// A splat of `value` in `type`'s shape; the number is rounded to the element.
mlir::Value makeSplat(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::RankedTensorType type, double value);
} // namespace sinter

#endif // SINTER_IR_SINTEROPS_H
