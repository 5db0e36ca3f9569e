//===- Differentiate.cpp - Expand sinter.gradient -------------------------===//
//
// 1. Forward from the wrt values: which values vary with them.
// 2. Backward from the target (ReverseSweep.h): each operation whose result has
//    an adjoint passes adjoints on to its varying operands, whose sum is
//    complete when the walk reaches their own operation.
//
// Both together visit only what lies on a path from a wrt value to the target.
//
//===----------------------------------------------------------------------===//

#include "ir/Gradients.h"
#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "passes/ReverseSweep.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace sinter {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
/// Expands one sinter.gradient.
class Expansion {
public:
  Expansion(GradientOp gradient, LoopRecords &records)
      : gradient(gradient), builder(gradient),
        graph(graphOf(gradient.getTarget())),
        sweep(builder, records, graph, gradient.getWrt()) {}

  LogicalResult run();

private:
  LogicalResult checkLoopsAround();
  LogicalResult runSweep();
  StringRef firstNameReaching(Operation *op);
  void replaceGradient(Operation *firstBackward);
  void drawMasksAgain(Operation *firstBackward);
  void markResiduals(Operation *firstBackward);

  GradientOp gradient;
  OpBuilder builder;
  SmallVector<Operation *> graph;
  ReverseSweep sweep;
};
} // namespace

/// The user's word for the first wrt value that `op` depends on.
StringRef Expansion::firstNameReaching(Operation *op) {
  for (auto [wrt, name] : llvm::zip(gradient.getWrt(), gradient.getNames())) {
    DenseSet<Value> reached = valuesVaryingWith(wrt, graph);
    if (llvm::any_of(valuesReadBy(op),
                     [&](Value value) { return reached.contains(value); }))
      return cast<StringAttr>(name).getValue();
  }
  return "?";
}

/// What a loop carries depends on everything before this trip. Within the loop
/// that is not known: a gradient in it cannot go back through the trips.
LogicalResult Expansion::checkLoopsAround() {
  for (Operation *around = gradient->getParentOp();
       !isa<FunctionOpInterface>(around); around = around->getParentOp()) {
    WhileOp loop = dyn_cast<WhileOp>(around);
    if (!loop)
      continue;
    bool readsCarried = llvm::any_of(graph, [&](Operation *op) {
      return llvm::any_of(valuesReadBy(op), [&](Value value) {
        BlockArgument argument = dyn_cast<BlockArgument>(value);
        return argument && argument.getOwner()->getParentOp() == loop &&
               carriesGradient(value);
      });
    });
    SmallVector<Value> read = valuesReadBy(loop);
    SmallVector<Operation *> before = graphOf(read);
    for (auto [wrt, name] : llvm::zip(gradient.getWrt(), gradient.getNames())) {
      if (!readsCarried ||
          loop->isAncestor(wrt.getParentBlock()->getParentOp()))
        continue;
      DenseSet<Value> varying = valuesVaryingWith(wrt, before);
      if (llvm::none_of(read,
                        [&](Value value) { return varying.contains(value); }))
        continue;
      return emitError(gradient.getLoc())
             << "the gradient with respect to '"
             << cast<StringAttr>(name).getValue()
             << "' is taken inside of a 'while' whose variables depend on it; "
                "take it after the loop";
    }
  }
  return success();
}

/// An error, a rule's own included, says which value's gradient needs it.
LogicalResult Expansion::runSweep() {
  ScopedDiagnosticHandler addReason(
      gradient->getContext(), [&](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          diagnostic.attachNote(gradient.getLoc())
              << "needed by the gradient of '"
              << firstNameReaching(sweep.current()) << "'";
        return failure();
      });
  return sweep.run();
}

/// Puts the adjoints in place of the gradient's results and removes backward
/// operations that turned out to lead nowhere.
void Expansion::replaceGradient(Operation *firstBackward) {
  for (auto [wrt, result] :
       llvm::zip(gradient.getWrt(), gradient.getResults())) {
    Value adjoint = sweep.adjointOf(wrt);
    if (!adjoint)
      adjoint = makeSplat(builder, gradient.getLoc(),
                          cast<RankedTensorType>(wrt.getType()), 0.0);
    result.replaceAllUsesWith(adjoint);
  }
  Operation *op = gradient->getPrevNode();
  while (op != firstBackward) {
    Operation *previous = op->getPrevNode();
    if (isUnread(op))
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

/// Masks of more operations than this are kept.
static constexpr unsigned maxMaskOps = 8;

/// Whether `value` is computed by elementwise operations, `opsLeft` at most,
/// from uniform draws and what is there anyway.
static bool isDrawn(Value value, unsigned &opsLeft, bool &readsDraw) {
  Operation *op = value.getDefiningOp();
  if (RandomOp random = dyn_cast_or_null<RandomOp>(op)) {
    readsDraw = true;
    return random.getDistribution() == Distribution::Uniform;
  }
  if (!computationOf(value))
    return true;
  return op->hasTrait<ElementwiseTensorOp>() && opsLeft-- > 0 &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           return isDrawn(operand, opsLeft, readsDraw);
         });
}

/// Truth values, perhaps as numbers, that were drawn: as dropout's.
static bool isDrawnMask(Value value) {
  Operation *op = value.getDefiningOp();
  Value truth = isa_and_nonnull<CastOp>(op) ? op->getOperand(0) : value;
  RankedTensorType type = cast<RankedTensorType>(truth.getType());
  unsigned opsLeft = maxMaskOps;
  bool readsDraw = false;
  return type.getElementType().isInteger(1) && type.getRank() > 0 &&
         isDrawn(value, opsLeft, readsDraw) && readsDraw;
}

/// `mask`, computed again.
static Value drawAgain(OpBuilder &builder, Value mask) {
  Operation *op = mask.getDefiningOp();
  if (!isa_and_nonnull<RandomOp>(op) && !computationOf(mask))
    return mask;
  IRMapping mapping;
  for (Value operand : op->getOperands())
    if (!mapping.contains(operand) && !isa<RandomOp>(op))
      mapping.map(operand, drawAgain(builder, operand));
  Operation *copy = builder.clone(*op, mapping);
  if (isa<RandomOp>(op))
    copy->setAttr(redrawnAttr, builder.getUnitAttr());
  return copy->getResult(0);
}

/// Lets backward operations draw the masks they read instead of keeping them
/// since the forward pass.
void Expansion::drawMasksAgain(Operation *firstBackward) {
  DenseMap<Value, Value> drawn;
  for (Operation *op = firstBackward; op != gradient; op = op->getNextNode())
    for (OpOperand &operand : op->getOpOperands()) {
      Value mask = operand.get();
      if (!isDrawnMask(mask))
        continue;
      Value &again = drawn[mask];
      OpBuilder before(op);
      if (!again)
        again = drawAgain(before, mask);
      operand.set(again);
    }
}

void Expansion::markResiduals(Operation *firstBackward) {
  SmallPtrSet<Operation *, 32> backward;
  for (Operation *op = firstBackward; op != gradient; op = op->getNextNode())
    backward.insert(op);
  UnitAttr mark = builder.getUnitAttr();
  for (Operation *op : backward)
    for (Value operand : valuesReadBy(op)) {
      Operation *source = computationOf(operand);
      if (source && !backward.contains(source))
        source->setAttr(residualAttr, mark);
    }
}

LogicalResult Expansion::run() {
  if (failed(checkLoopsAround()))
    return failure();
  Value target = gradient.getTarget(), seed = gradient.getSeed();
  // Where the backward operations begin. What stands before may be replaced.
  Value one = makeSplat(builder, gradientLoc(target),
                        cast<RankedTensorType>(target.getType()), 1.0);
  sweep.accumulate(target, seed ? seed : one);
  if (failed(runSweep()))
    return failure();
  Operation *first = one.getDefiningOp();
  replaceGradient(first);
  drawMasksAgain(first);
  markResiduals(first);
  if (isUnread(first))
    first->erase();
  gradient->erase();
  return success();
}

/// Gradients stand in functions, perhaps in branches and loops of them.
static bool isInFunction(GradientOp op) {
  Operation *around = op->getParentOp();
  while (isa<IfOp, WhileOp>(around))
    around = around->getParentOp();
  return isa<FunctionOpInterface>(around) &&
         op->getParentRegion()->hasOneBlock();
}

namespace {
struct DifferentiatePass : sinter::impl::DifferentiateBase<DifferentiatePass> {
  using DifferentiateBase::DifferentiateBase;

  void runOnOperation() override {
    // Program order: what an outer gradient differentiates is expanded before.
    SmallVector<GradientOp> gradients;
    getOperation().walk([&](GradientOp op) { gradients.push_back(op); });
    LoopRecords records;
    records.maxTapeBytes = tapeBytes;
    for (GradientOp op : gradients) {
      if (!isInFunction(op)) {
        op.emitOpError("must stand in the one block of a function");
        return signalPassFailure();
      }
      if (failed(Expansion(op, records).run()))
        return signalPassFailure();
    }
    getOperation().walk([](StopGradientOp op) {
      op.replaceAllUsesWith(op.getInput());
      op.erase();
    });
  }
};
} // namespace
