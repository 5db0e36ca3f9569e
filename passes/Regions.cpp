//===- Regions.cpp - Lists that hold branches and loops -------------------===//

#include "passes/Regions.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace sinter;

bool sinter::isListed(Operation *op) {
  return isa<ConstantOp, LoadOp, StoreOp, PrintOp, PlotOp, CheckOp, GuardOp,
             LaunchOp, IfOp, WhileOp, TimeStartOp, TimeStopOp, YieldOp,
             func::ReturnOp>(op);
}

bool sinter::isTimeMark(Operation *op) {
  return isa<TimeStartOp, TimeStopOp>(op);
}

/// Whether `op` is one of `OpTys` or an `if` that holds one.
template <typename... OpTys>
static bool isOrHolds(Operation *op) {
  if (isa<OpTys...>(op))
    return true;
  if (!isa<IfOp>(op))
    return false;
  return op
      ->walk([](Operation *inner) {
        return isa<OpTys...>(inner) ? WalkResult::interrupt()
                                    : WalkResult::advance();
      })
      .wasInterrupted();
}

bool sinter::mayEndCall(Operation *op) {
  return isOrHolds<CheckOp, GuardOp, PlotOp, WhileOp>(op);
}

bool sinter::isOrdered(Operation *op) {
  return isOrHolds<CheckOp, GuardOp, PlotOp, WhileOp, PrintOp, TimeStartOp,
                   TimeStopOp>(op);
}

void sinter::forEachRead(Operation *op, function_ref<void(Value)> visit) {
  for (Value operand : op->getOperands())
    visit(operand);
  if (op->getNumRegions() == 0)
    return;
  op->walk([&](Operation *inner) {
    if (inner == op)
      return;
    for (Value operand : inner->getOperands())
      if (!op->isAncestor(operand.getParentRegion()->getParentOp()))
        visit(operand);
  });
}

SmallPtrSet<Operation *, 4> sinter::readersIn(Block &block, Value value) {
  SmallPtrSet<Operation *, 4> readers;
  for (Operation *user : value.getUsers())
    if (Operation *reader = block.findAncestorOpInBlock(*user))
      readers.insert(reader);
  return readers;
}
