//===- IndexBuilder.cpp - Folding index arithmetic and loops --------------===//

#include "codegen/IndexBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace sinter {
Value IndexBuilder::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

std::optional<int64_t> IndexBuilder::known(Value value) {
  return getConstantIntValue(value);
}

Value IndexBuilder::add(Value lhs, Value rhs) {
  return builder.createOrFold<arith::AddIOp>(loc, lhs, rhs);
}

Value IndexBuilder::add(Value lhs, int64_t rhs) {
  return rhs == 0 ? lhs : add(lhs, constant(rhs));
}

Value IndexBuilder::sub(Value lhs, Value rhs) {
  return builder.createOrFold<arith::SubIOp>(loc, lhs, rhs);
}

Value IndexBuilder::mul(Value lhs, Value rhs) {
  return builder.createOrFold<arith::MulIOp>(loc, lhs, rhs);
}

Value IndexBuilder::mul(Value lhs, int64_t rhs) {
  return rhs == 1 ? lhs : mul(lhs, constant(rhs));
}

Value IndexBuilder::min(Value lhs, Value rhs) {
  return builder.createOrFold<arith::MinSIOp>(loc, lhs, rhs);
}

Value IndexBuilder::max(Value lhs, Value rhs) {
  return builder.createOrFold<arith::MaxSIOp>(loc, lhs, rhs);
}

Value IndexBuilder::div(Value lhs, Value rhs) {
  return builder.createOrFold<arith::DivUIOp>(loc, lhs, rhs);
}

Value IndexBuilder::div(Value lhs, int64_t rhs) {
  return rhs == 1 ? lhs : div(lhs, constant(rhs));
}

Value IndexBuilder::ceilDiv(Value lhs, int64_t rhs) {
  return div(add(lhs, rhs - 1), rhs);
}

Value IndexBuilder::less(Value lhs, Value rhs) {
  return builder.createOrFold<arith::CmpIOp>(loc, arith::CmpIPredicate::slt,
                                             lhs, rhs);
}

void IndexBuilder::forEach(Value lo, Value hi, int64_t step,
                           llvm::function_ref<void(Value)> body) {
  std::optional<int64_t> first = known(lo), last = known(hi);
  if (first && last && *first >= *last)
    return;
  if (first && last && *first + step >= *last)
    return body(lo);
  scf::ForOp loop = scf::ForOp::create(builder, loc, lo, hi, constant(step));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void IndexBuilder::branch(Value condition, llvm::function_ref<void()> onTrue,
                          llvm::function_ref<void()> onFalse) {
  if (std::optional<int64_t> truth = known(condition))
    return *truth ? onTrue() : onFalse();
  scf::IfOp choice =
      scf::IfOp::create(builder, loc, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(choice.thenBlock());
  onTrue();
  builder.setInsertionPointToStart(choice.elseBlock());
  onFalse();
}
} // namespace sinter
