//===- Rows.cpp - Operations that share rows ------------------------------===//

#include "passes/Rows.h"
#include "ir/Shape.h"
#include "passes/Kernels.h"

using namespace mlir;
using namespace sinter;

static bool alongLastAxis(Operation *op, int64_t lastAxis) {
  if (ReduceOp reduce = dyn_cast<ReduceOp>(op))
    return reduce.getAxes() == ArrayRef<int64_t>(lastAxis);
  if (ArgMaxOp argMax = dyn_cast<ArgMaxOp>(op))
    return int64_t(argMax.getAxis()) == lastAxis;
  return isa<PickOp, SoftmaxOp, LogSoftmaxOp>(op);
}

bool sinter::isRowOperation(Operation *op) {
  if (!isa<ReduceOp, ArgMaxOp, PickOp, SoftmaxOp, LogSoftmaxOp>(op))
    return false;
  Dims dims = dimsOf(op->getOperand(0));
  return !dims.empty() && !dims.back().isDynamic() && dims.back().size > 1 &&
         alongLastAxis(op, int64_t(dims.size()) - 1);
}

static Dims withoutLast(Dims dims) {
  dims.pop_back();
  return dims;
}

bool sinter::isRepeatAlongRows(Operation *op) {
  BroadcastOp broadcast = dyn_cast<BroadcastOp>(op);
  if (!broadcast)
    return false;
  Dims rows = dimsOf(broadcast.getResult());
  if (rows.empty() || dimsOf(broadcast.getInput()) != withoutLast(rows))
    return false;
  for (auto [place, dim] : llvm::enumerate(broadcast.getDims()))
    if (dim != int64_t(place))
      return false;
  return true;
}

/// Rows are cut into lanes, whose number depends on the width of what is
/// combined.
static bool isWide(Operation *rowOperation) {
  return cast<RankedTensorType>(rowOperation->getOperand(0).getType())
             .getElementTypeBitWidth() == 64;
}

namespace {
/// Checks operations against the rows of one of them.
class RowFit {
public:
  RowFit(Operation *first, function_ref<bool(Operation *)> isMember)
      : rows(dimsOf(first->getOperand(0))), outer(withoutLast(rows)),
        wide(isWide(first)), isMember(isMember) {}

  StringRef misfit(Operation *op) const {
    if (isRowOperation(op)) {
      if (dimsOf(op->getOperand(0)) != rows)
        return "has other rows than the rest of the kernel";
      if (isWide(op) != wide)
        return "has elements of another width than the rest of the kernel";
    } else if (!isElementwise(op)) {
      return "cannot share a kernel with another operation";
    } else if (Dims dims = dimsOf(op->getResult(0));
               dims != rows && dims != outer) {
      return "has other dimensions than the rest of the kernel";
    }
    bool readsMembers = llvm::any_of(
        op->getOperands(), [&](Value value) { return isMadeOfMember(value); });
    if (isa<RandomOp>(op) && readsMembers)
      return "needs a seed and step from outside the kernel";
    if (!llvm::all_of(op->getOperands(),
                      [&](Value value) { return isInPlace(value); }))
      return "reads what its kernel computes at another index";
    return {};
  }

private:
  bool isMadeOfMember(Value value) const {
    while (Operation *op = value.getDefiningOp()) {
      if (!isView(op))
        return isMember(op);
      value = op->getOperand(0);
    }
    return false;
  }

  /// A member's result is read at its own index or in all of its row.
  bool isInPlace(Value value) const {
    Operation *op = value.getDefiningOp();
    if (!op || !isView(op) || !isMadeOfMember(value))
      return true;
    Operation *repeated = op->getOperand(0).getDefiningOp();
    return isRepeatAlongRows(op) && !isView(repeated);
  }

  Dims rows, outer;
  bool wide;
  function_ref<bool(Operation *)> isMember;
};
} // namespace

std::optional<RowMisfit>
sinter::findRowMisfit(ArrayRef<Operation *> ops,
                      function_ref<bool(Operation *)> isMember) {
  Operation *const *first = llvm::find_if(ops, isRowOperation);
  if (first == ops.end())
    return RowMisfit{ops.front(), "is no row operation"};
  RowFit fit(*first, isMember);
  for (Operation *op : ops)
    if (StringRef why = fit.misfit(op); !why.empty())
      return RowMisfit{op, why};
  return std::nullopt;
}
