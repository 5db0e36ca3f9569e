//===- GradientRule.h - Building one gradient rule -------------*- C++ -*-===//
//
// What the files of gradient rules, Gradients*.cpp, share.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_IR_GRADIENTRULE_H
#define SINTER_IR_GRADIENTRULE_H

#include "ir/Gradients.h"
#include "ir/SinterOps.h"

#include "mlir/IR/Builders.h"

namespace sinter {
using Wanted = llvm::ArrayRef<bool>;
using Adjoints = llvm::MutableArrayRef<mlir::Value>;

inline mlir::RankedTensorType typeOf(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

/// All dimensions of `rank` that are not in `axes`.
inline llvm::SmallVector<int64_t> otherDims(int64_t rank,
                                            llvm::ArrayRef<int64_t> axes) {
  llvm::SmallVector<int64_t> dims;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (!llvm::is_contained(axes, dim))
      dims.push_back(dim);
  return dims;
}

/// Builds the operations of one rule, all at the gradient's location.
// At most one argument of a call may build operations: compilers evaluate
// arguments in different orders, and a dump must not depend on who built
// sinter.
class Rule {
public:
  Rule(mlir::OpBuilder &builder, mlir::Operation *op)
      : builder(builder), loc(gradientLoc(op->getResult(0))) {}

  template <typename OpTy, typename... Args>
  mlir::Value make(Args &&...args) {
    return OpTy::create(builder, loc, std::forward<Args>(args)...).getResult();
  }

  mlir::Value add(mlir::Value a, mlir::Value b) { return make<AddOp>(a, b); }
  mlir::Value sub(mlir::Value a, mlir::Value b) { return make<SubOp>(a, b); }
  mlir::Value mul(mlir::Value a, mlir::Value b) { return make<MulOp>(a, b); }
  mlir::Value div(mlir::Value a, mlir::Value b) { return make<DivOp>(a, b); }
  mlir::Value neg(mlir::Value a) { return make<NegOp>(a); }
  mlir::Value compare(Predicate predicate, mlir::Value a, mlir::Value b) {
    return make<CompareOp>(predicate, a, b);
  }
  mlir::Value select(mlir::Value condition, mlir::Value onTrue,
                     mlir::Value onFalse) {
    return make<SelectOp>(onTrue.getType(), condition, onTrue, onFalse);
  }

  /// `number` everywhere, in the type of `like`.
  mlir::Value splat(mlir::Value like, double number) {
    return makeSplat(builder, loc, typeOf(like), number);
  }
  mlir::Value splat(mlir::RankedTensorType type, double number) {
    return makeSplat(builder, loc, type, number);
  }
  mlir::Value scale(mlir::Value a, double factor) {
    return mul(a, splat(a, factor));
  }

  mlir::Value sum(mlir::Value a, llvm::ArrayRef<int64_t> axes) {
    return make<ReduceOp>(ReduceKind::Sum, a, axes);
  }
  mlir::Value reshape(mlir::Value a, mlir::RankedTensorType type) {
    return a.getType() == type ? a : make<ReshapeOp>(type, a);
  }
  /// Undoes the shape of a reduction over `axes` of a `type`.
  mlir::Value repeat(mlir::Value a, mlir::RankedTensorType type,
                     llvm::ArrayRef<int64_t> axes) {
    return make<BroadcastOp>(type, a, otherDims(type.getRank(), axes));
  }
  mlir::Value sumRows(mlir::Value a) {
    mlir::RankedTensorType type = typeOf(a);
    int64_t last = type.getRank() - 1;
    return repeat(sum(a, last), type, last);
  }

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
};
} // namespace sinter

#endif // SINTER_IR_GRADIENTRULE_H
