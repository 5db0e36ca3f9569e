//===- ReverseSweep.cpp - Reverse-mode differentiation --------------------===//

#include "passes/ReverseSweep.h"

#include "ir/Gradients.h"
#include "ir/Shape.h"

#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// What depends on what
//===----------------------------------------------------------------------===//

bool sinter::carriesGradient(Value value) {
  RankedTensorType type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}

SmallVector<Value> sinter::valuesReadBy(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  if (op->getNumRegions() == 0)
    return values;
  SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  llvm::append_range(values, captured);
  return values;
}

/// Operations around a block stand before those in it.
static bool runsBefore(Operation *a, Operation *b) {
  if (a->getBlock() == b->getBlock())
    return a->isBeforeInBlock(b);
  return a->getBlock()->getParent()->isProperAncestor(
      b->getBlock()->getParent());
}

SmallVector<Operation *> sinter::graphOf(ValueRange targets, Block *block) {
  SetVector<Operation *> graph;
  SmallVector<Value> worklist(targets);
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val().getDefiningOp();
    if (op && (!block || op->getBlock() == block) && graph.insert(op))
      llvm::append_range(worklist, valuesReadBy(op));
  }
  SmallVector<Operation *> ops = graph.takeVector();
  llvm::sort(ops, runsBefore);
  return ops;
}

DenseSet<Value> sinter::valuesVaryingWith(ValueRange sources,
                                          ArrayRef<Operation *> graph) {
  DenseSet<Value> varying(sources.begin(), sources.end());
  for (Operation *op : graph)
    if (llvm::any_of(valuesReadBy(op),
                     [&](Value value) { return varying.contains(value); }))
      for (Value result : op->getResults())
        if (carriesGradient(result))
          varying.insert(result);
  return varying;
}

bool sinter::isUnread(Operation *op) {
  return isa<WhileOp>(op) ? op->use_empty() : isOpTriviallyDead(op);
}

void sinter::eraseUnread(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isUnread(&op))
      op.erase();
}

//===----------------------------------------------------------------------===//
// The sweep
//===----------------------------------------------------------------------===//

void ReverseSweep::accumulate(Value value, Value contribution) {
  Value &adjoint = adjoints[value];
  adjoint = adjoint ? AddOp::create(builder, gradientLoc(value), adjoint,
                                    contribution)
                    : contribution;
}

LogicalResult ReverseSweep::applyRule(Operation *op) {
  if (IfOp branches = dyn_cast<IfOp>(op))
    return throughIf(branches);
  if (WhileOp loop = dyn_cast<WhileOp>(op))
    return throughWhile(loop);
  SmallVector<bool> wanted;
  for (Value operand : op->getOperands())
    wanted.push_back(varying.contains(operand));
  if (!llvm::is_contained(wanted, true))
    return success();
  DifferentiableOpInterface rule = dyn_cast<DifferentiableOpInterface>(op);
  if (!rule)
    return emitError(op->getLoc())
           << "'" << op->getName() << "' has no gradient";
  SmallVector<Value> resultAdjoints;
  for (Value result : op->getResults())
    resultAdjoints.push_back(adjoints.lookup(result));
  SmallVector<Value> contributions(op->getNumOperands());
  if (failed(rule.buildVJP(builder, resultAdjoints, wanted, contributions)))
    return failure();
  for (auto [operand, isWanted, contribution] :
       llvm::zip(op->getOperands(), wanted, contributions))
    if (isWanted && contribution)
      accumulate(operand, contribution);
  return success();
}

LogicalResult ReverseSweep::run() {
  for (Operation *op : llvm::reverse(graph)) {
    if (llvm::none_of(op->getResults(),
                      [&](Value result) { return adjoints.contains(result); }))
      continue;
    currentOp = op;
    if (failed(applyRule(op)))
      return failure();
  }
  return success();
}

/// A loop was replaced by one that remembers more: what is known of its results
/// is known of the new ones.
void ReverseSweep::followLoop(Operation *old, ArrayRef<Value> oldResults,
                              WhileOp next) {
  for (auto [before, after] : llvm::zip(oldResults, next.getResults())) {
    if (Value adjoint = adjoints.lookup(before))
      adjoints[after] = adjoint;
    adjoints.erase(before);
    if (varying.erase(before))
      varying.insert(after);
  }
  llvm::replace(graph, old, next.getOperation());
}
