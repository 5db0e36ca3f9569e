//===- Differentiate.cpp - Expand sinter.gradient -------------------------===//
//
// Reverse-mode differentiation over a block. The rules of the operations are
// theirs (ir/Gradients.cpp); here is the traversal alone:
//
// 1. Forward from the wrt values: which values vary with them.
// 2. Backward from the target: each operation whose result has an adjoint
// passes
//    adjoints on to its varying operands, whose sum is complete when the walk
//    reaches their own operation.
//
// Both together visit only what lies on a path from a wrt value to the target.
//
//===----------------------------------------------------------------------===//

#include "ir/Gradients.h"
#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace sinter {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// Integers and bools are constants to a derivative.
static bool carriesGradient(Value value) {
  RankedTensorType type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}

/// The operations that `target` depends on, in program order.
static SmallVector<Operation *> graphOf(Value target) {
  SetVector<Operation *> graph;
  SmallVector<Value> worklist = {target};
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val().getDefiningOp();
    if (op && graph.insert(op))
      llvm::append_range(worklist, op->getOperands());
  }
  SmallVector<Operation *> ops = graph.takeVector();
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return ops;
}

/// The values in `graph` that depend on one of `sources`.
static DenseSet<Value> valuesVaryingWith(ValueRange sources,
                                         ArrayRef<Operation *> graph) {
  DenseSet<Value> varying(sources.begin(), sources.end());
  for (Operation *op : graph)
    if (llvm::any_of(op->getOperands(),
                     [&](Value value) { return varying.contains(value); }))
      for (Value result : op->getResults())
        if (carriesGradient(result))
          varying.insert(result);
  return varying;
}

namespace {
/// Expands one sinter.gradient.
class Expansion {
public:
  explicit Expansion(GradientOp gradient)
      : gradient(gradient), lastForward(gradient->getPrevNode()),
        builder(gradient), graph(graphOf(gradient.getTarget())) {}

  LogicalResult run();

private:
  void accumulate(Value value, Value contribution);
  LogicalResult passAdjointsOn(Operation *op);
  LogicalResult callRule(Operation *op, ArrayRef<bool> wanted,
                         MutableArrayRef<Value> contributions);
  StringRef firstNameReaching(Operation *op);
  void replaceGradient();
  void markResiduals();

  GradientOp gradient;
  /// What stands before the backward operations; null at the block's begin.
  Operation *lastForward;
  OpBuilder builder;
  SmallVector<Operation *> graph;
  DenseSet<Value> varying;
  /// The sums so far. Absent means zero.
  DenseMap<Value, Value> adjoints;
};
} // namespace

void Expansion::accumulate(Value value, Value contribution) {
  Value &adjoint = adjoints[value];
  adjoint = adjoint ? AddOp::create(builder, gradientLoc(value), adjoint,
                                    contribution)
                    : contribution;
}

/// The user's word for the first wrt value that `op` depends on.
StringRef Expansion::firstNameReaching(Operation *op) {
  for (auto [wrt, name] : llvm::zip(gradient.getWrt(), gradient.getNames())) {
    DenseSet<Value> reached = valuesVaryingWith(wrt, graph);
    if (llvm::any_of(op->getOperands(),
                     [&](Value value) { return reached.contains(value); }))
      return cast<StringAttr>(name).getValue();
  }
  return "?";
}

/// Asks `op` for its operands' adjoints. An error, the rule's own included,
/// says which value's gradient needs them.
LogicalResult Expansion::callRule(Operation *op, ArrayRef<bool> wanted,
                                  MutableArrayRef<Value> contributions) {
  ScopedDiagnosticHandler addReason(op->getContext(), [&](Diagnostic &error) {
    error.attachNote(gradient.getLoc())
        << "needed by the gradient of '" << firstNameReaching(op) << "'";
    return failure();
  });
  DifferentiableOpInterface rule = dyn_cast<DifferentiableOpInterface>(op);
  if (!rule)
    return emitError(op->getLoc())
           << "'" << op->getName() << "' has no gradient";
  SmallVector<Value> resultAdjoints;
  for (Value result : op->getResults())
    resultAdjoints.push_back(adjoints.lookup(result));
  return rule.buildVJP(builder, resultAdjoints, wanted, contributions);
}

LogicalResult Expansion::passAdjointsOn(Operation *op) {
  if (llvm::none_of(op->getResults(),
                    [&](Value result) { return adjoints.contains(result); }))
    return success();
  SmallVector<bool> wanted;
  for (Value operand : op->getOperands())
    wanted.push_back(varying.contains(operand));
  if (!llvm::is_contained(wanted, true))
    return success();

  SmallVector<Value> contributions(op->getNumOperands());
  if (failed(callRule(op, wanted, contributions)))
    return failure();
  for (auto [operand, isWanted, contribution] :
       llvm::zip(op->getOperands(), wanted, contributions))
    if (isWanted && contribution)
      accumulate(operand, contribution);
  return success();
}

/// Puts the adjoints in place of the gradient's results and removes backward
/// operations that turned out to lead nowhere.
void Expansion::replaceGradient() {
  for (auto [wrt, result] :
       llvm::zip(gradient.getWrt(), gradient.getResults())) {
    Value adjoint = adjoints.lookup(wrt);
    if (!adjoint)
      adjoint = makeSplat(builder, gradient.getLoc(),
                          cast<RankedTensorType>(wrt.getType()), 0.0);
    result.replaceAllUsesWith(adjoint);
  }
  Operation *op = gradient->getPrevNode();
  while (op != lastForward) {
    Operation *previous = op->getPrevNode();
    if (isOpTriviallyDead(op))
      op->erase();
    op = previous;
  }
}

/// The operation whose buffer holds `value`'s elements, if it is worth keeping
/// or recomputing: storage and leaves are there anyway.
static Operation *computationOf(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && op->hasTrait<ViewTensorOp>())
    op = op->getOperand(0).getDefiningOp();
  bool isLeaf = op && (op->getNumOperands() == 0 || isa<RandomOp>(op));
  return isLeaf ? nullptr : op;
}

void Expansion::markResiduals() {
  SmallPtrSet<Operation *, 32> backward;
  for (Operation *op = gradient->getPrevNode(); op != lastForward;
       op = op->getPrevNode())
    backward.insert(op);
  UnitAttr mark = builder.getUnitAttr();
  for (Operation *op = gradient->getPrevNode(); op != lastForward;
       op = op->getPrevNode())
    for (Value operand : op->getOperands()) {
      Operation *source = computationOf(operand);
      if (source && !backward.contains(source))
        source->setAttr(residualAttr, mark);
    }
}

LogicalResult Expansion::run() {
  varying = valuesVaryingWith(gradient.getWrt(), graph);
  Value target = gradient.getTarget(), seed = gradient.getSeed();
  if (!seed)
    seed = makeSplat(builder, gradientLoc(target),
                     cast<RankedTensorType>(target.getType()), 1.0);
  adjoints[target] = seed;
  for (Operation *op : llvm::reverse(graph))
    if (failed(passAdjointsOn(op)))
      return failure();
  replaceGradient();
  markResiduals();
  gradient->erase();
  return success();
}

namespace {
struct DifferentiatePass : sinter::impl::DifferentiateBase<DifferentiatePass> {
  using DifferentiateBase::DifferentiateBase;

  void runOnOperation() override {
    // Program order: what an outer gradient differentiates is expanded before.
    SmallVector<GradientOp> gradients;
    getOperation().walk([&](GradientOp op) { gradients.push_back(op); });
    for (GradientOp op : gradients) {
      if (!isa<FunctionOpInterface>(op->getParentOp()) ||
          !op->getParentRegion()->hasOneBlock()) {
        op.emitOpError("must stand in the one block of a function");
        return signalPassFailure();
      }
      if (failed(Expansion(op).run()))
        return signalPassFailure();
    }
    getOperation().walk([](StopGradientOp op) {
      op.replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }
};
} // namespace
