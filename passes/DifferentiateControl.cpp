//===- DifferentiateControl.cpp - Gradients of if -------------------------===//
//
// The gradient is an `if` on the same condition. Each branch computes its
// forward values again, then their adjoints.
//
//===----------------------------------------------------------------------===//

#include "passes/DifferentiateControl.h"
#include "ir/Gradients.h"
#include "ir/Shape.h"

using namespace mlir;
using namespace sinter;

Value sinter::integerScalar(OpBuilder &builder, Location loc, int64_t number) {
  RankedTensorType type = scalarOf(builder.getI64Type());
  return SplatOp::create(builder, loc, type, builder.getI64IntegerAttr(number));
}

Value sinter::orZero(OpBuilder &builder, Location loc, Value adjoint,
                     Value like) {
  if (adjoint)
    return adjoint;
  return makeSplat(builder, loc, cast<RankedTensorType>(like.getType()), 0.0);
}

/// A copy of a region's operations computes again; it does not print again.
static void eraseEffects(Block &block) {
  SmallVector<Operation *> effects;
  block.walk([&](Operation *op) {
    if (op->getNumResults() == 0 && op->getNumRegions() == 0 &&
        !isa<YieldOp>(op))
      effects.push_back(op);
  });
  for (Operation *op : effects)
    op->erase();
}

void sinter::copyInto(OpBuilder &builder, Block &from, IRMapping &mapping) {
  for (Operation &op : from.without_terminator())
    if (op.getNumResults() > 0) {
      Operation *copy = builder.clone(op, mapping);
      for (Region &region : copy->getRegions())
        eraseEffects(region.front());
    }
}

void sinter::addOuterValues(Block &block, ArrayRef<Operation *> graph,
                            ValueRange targets, const DenseSet<Value> &varying,
                            SetVector<Value> &outer) {
  auto add = [&](Value value) {
    if (varying.contains(value) && value.getParentBlock() != &block)
      outer.insert(value);
  };
  for (Operation *op : graph)
    llvm::for_each(valuesReadBy(op), add);
  llvm::for_each(targets, add);
}

//===----------------------------------------------------------------------===//
// if
//===----------------------------------------------------------------------===//

/// Fills `block`, which is empty, with one branch's part of the gradient: the
/// adjoints of `outer` where the branch's results have the adjoints `seeds`.
static LogicalResult differentiateBranch(OpBuilder &builder,
                                         LoopRecords &records, Block &branch,
                                         Block &block, ArrayRef<Value> seeds,
                                         ValueRange outer,
                                         SmallVectorImpl<Value> &adjoints) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&block);
  IRMapping mapping;
  copyInto(builder, branch, mapping);
  SmallVector<Value> targets;
  for (Value yielded : branch.getTerminator()->getOperands())
    targets.push_back(mapping.lookupOrDefault(yielded));
  SmallVector<Operation *> graph = graphOf(targets, &block);
  ReverseSweep sweep(builder, records, graph, outer);
  for (auto [target, seed] : llvm::zip(targets, seeds))
    if (seed)
      sweep.accumulate(target, seed);
  if (failed(sweep.run()))
    return failure();
  for (Value value : outer)
    adjoints.push_back(sweep.adjointOf(value));
  return success();
}

LogicalResult ReverseSweep::throughIf(IfOp op) {
  Location loc = gradientLoc(op.getResult(0));
  Region *branches[] = {&op.getThenRegion(), &op.getElseRegion()};
  SmallVector<Value> seeds;
  for (Value result : op.getResults())
    seeds.push_back(adjoints.lookup(result));
  SetVector<Value> outer;
  for (Region *branch : branches) {
    ValueRange yielded = branch->front().getTerminator()->getOperands();
    addOuterValues(branch->front(), graphOf(yielded, &branch->front()), yielded,
                   varying, outer);
  }
  if (outer.empty())
    return success();

  IfOp draft =
      IfOp::create(builder, loc, TypeRange(), op.getCondition(), ArrayAttr());
  Region *drafts[] = {&draft.getThenRegion(), &draft.getElseRegion()};
  SmallVector<Value> found[2];
  for (int side : {0, 1})
    if (failed(differentiateBranch(builder, records, branches[side]->front(),
                                   drafts[side]->emplaceBlock(), seeds,
                                   outer.getArrayRef(), found[side])))
      return failure();

  SmallVector<Value> reached;
  SmallVector<Value> yielded[2];
  for (auto [i, value] : llvm::enumerate(outer)) {
    if (!found[0][i] && !found[1][i])
      continue;
    reached.push_back(value);
    for (int side : {0, 1}) {
      OpBuilder end = OpBuilder::atBlockEnd(&drafts[side]->front());
      yielded[side].push_back(orZero(end, loc, found[side][i], value));
    }
  }
  IfOp gradient = IfOp::create(builder, loc, TypeRange(ValueRange(reached)),
                               op.getCondition(), ArrayAttr());
  Region *regions[] = {&gradient.getThenRegion(), &gradient.getElseRegion()};
  for (int side : {0, 1}) {
    regions[side]->takeBody(*drafts[side]);
    Block &block = regions[side]->front();
    OpBuilder end = OpBuilder::atBlockEnd(&block);
    YieldOp::create(end, loc, yielded[side]);
    eraseUnread(block);
  }
  draft.erase();
  for (auto [value, adjoint] : llvm::zip(reached, gradient.getResults()))
    accumulate(value, adjoint);
  return success();
}
