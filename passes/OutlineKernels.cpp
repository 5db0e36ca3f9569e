//===- OutlineKernels.cpp - Functions as lists of launches ----------------===//

#include "passes/Fusion.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"

namespace sinter {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// Every kernel that reads a chain of views clones it, and addressing code
/// grows with it; beyond this length the value is written out once.
static constexpr unsigned maxViewChain = 8;

/// What stays in the list besides launches.
static bool staysInList(Operation *op) {
  return isa<ConstantOp, LoadOp, StoreOp, PrintOp, CheckOp, GuardOp, LaunchOp,
             func::ReturnOp>(op);
}

namespace {
/// Outlines one function.
class Outliner {
public:
  Outliner(func::FuncOp function, KernelTable &kernels)
      : body(function.getBody().front()), kernels(kernels) {}

  LogicalResult run(bool fuse) {
    eraseDeadOps();
    groups = groupOperations(body, fuse);
    for (Operation &op : llvm::make_early_inc_range(body))
      if (failed(visit(&op)))
        return failure();
    eraseDeadOps();
    return success();
  }

private:
  LogicalResult visit(Operation *op) {
    if (staysInList(op))
      writeOutOperands(op);
    else if (isComputing(op))
      outlineGroup(op);
    else if (endsLongChain(op))
      replaceByLaunch(op, {});
    else if (!isLeaf(op) && !isView(op))
      return op->emitOpError("cannot be outlined into a kernel");
    return success();
  }

  /// Members of a group wait for its root.
  void outlineGroup(Operation *op) {
    llvm::DenseMap<Operation *, FusionGroup>::iterator group = groups.find(op);
    if (group != groups.end())
      replaceByLaunch(op, group->second);
  }

  void replaceByLaunch(Operation *op, ArrayRef<Operation *> ops) {
    OpBuilder builder(op);
    op->replaceAllUsesWith(
        kernels.createLaunch(builder, ops, op->getResults()));
  }

  bool endsLongChain(Operation *op) {
    if (!isView(op))
      return false;
    unsigned length = 1 + viewChains.lookup(op->getOperand(0));
    viewChains[op->getResult(0)] = length;
    return length > maxViewChain;
  }

  /// A view, leaf or splat that a listed operation reads needs bytes of its
  /// own.
  void writeOutOperands(Operation *op) {
    for (OpOperand &operand : op->getOpOperands()) {
      Operation *definition = operand.get().getDefiningOp();
      if (!definition || !needsWritingOut(definition))
        continue;
      Value &written = writtenOut[operand.get()];
      if (!written) {
        OpBuilder builder(op);
        written = kernels.createLaunch(builder, {}, operand.get()).getResult(0);
      }
      operand.set(written);
    }
  }

  static bool needsWritingOut(Operation *op) {
    if (ConstantOp constant = dyn_cast<ConstantOp>(op))
      return isa<SplatElementsAttr>(constant.getValue());
    return isLeaf(op) || isView(op);
  }

  void eraseDeadOps() {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }

  Block &body;
  KernelTable &kernels;
  llvm::DenseMap<Operation *, FusionGroup> groups;
  DenseMap<Value, unsigned> viewChains;
  DenseMap<Value, Value> writtenOut;
};

struct OutlineKernelsPass
    : sinter::impl::OutlineKernelsBase<OutlineKernelsPass> {
  using OutlineKernelsBase::OutlineKernelsBase;

  void runOnOperation() override {
    KernelTable kernels(getOperation());
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal() &&
          failed(Outliner(function, kernels).run(fuse)))
        return signalPassFailure();
  }
};
} // namespace
