//===- OutlineKernels.cpp - Functions as lists of launches ----------------===//

#include "passes/Fusion.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"
#include "passes/Regions.h"
#include "passes/Remarks.h"

#include "llvm/ADT/StringExtras.h"

#include <set>

namespace sinter {
#define GEN_PASS_DEF_OUTLINEKERNELS
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// Every kernel that reads a chain of views clones it, and addressing code
/// grows with it; beyond this length the value is written out once.
static constexpr unsigned maxViewChain = 8;

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

/// Puts the operations of `block` in an order in which those of each group
/// follow one another, otherwise as near to the given one as can be.
static void gatherGroups(Block &block, const Fusion &fusion) {
  struct Unit {
    SmallVector<Operation *, 1> ops;
    SmallVector<unsigned, 4> successors;
    unsigned numPredecessors = 0;
  };
  // In the order of their last operations.
  std::vector<Unit> units;
  DenseMap<Operation *, unsigned> unitOf;
  for (Operation &op : block.without_terminator()) {
    DenseMap<Operation *, unsigned>::const_iterator group =
        fusion.groupOf.find(&op);
    Operation *single = &op;
    ArrayRef<Operation *> ops = single;
    if (group != fusion.groupOf.end())
      ops = fusion.groups[group->second];
    if (ops.back() != &op)
      continue;
    for (Operation *member : ops)
      unitOf[member] = units.size();
    units.push_back({SmallVector<Operation *, 1>(ops), {}, 0});
  }
  auto addEdge = [&](unsigned from, unsigned to) {
    units[from].successors.push_back(to);
    ++units[to].numPredecessors;
  };
  std::optional<unsigned> lastEffect, lastMark;
  for (unsigned unit = 0; unit < units.size(); ++unit) {
    for (Operation *op : units[unit].ops)
      forEachRead(op, [&](Value operand) {
        DenseMap<Operation *, unsigned>::iterator from =
            unitOf.find(operand.getDefiningOp());
        if (from != unitOf.end() && from->second != unit)
          addEdge(from->second, unit);
      });
    if (lastMark)
      addEdge(*lastMark, unit);
    Operation *first = units[unit].ops.front();
    if (isTimeMark(first)) {
      for (unsigned before = lastMark.value_or(0); before < unit; ++before)
        addEdge(before, unit);
      lastMark = unit;
    }
    // Loads and stores are of a function's begin and end.
    if (!isOrdered(first))
      continue;
    if (lastEffect)
      addEdge(*lastEffect, unit);
    lastEffect = unit;
  }
  std::set<unsigned> ready;
  for (unsigned unit = 0; unit < units.size(); ++unit)
    if (units[unit].numPredecessors == 0)
      ready.insert(unit);
  while (!ready.empty()) {
    const Unit &unit = units[*ready.begin()];
    ready.erase(ready.begin());
    for (Operation *op : unit.ops)
      op->moveBefore(block.getTerminator());
    for (unsigned next : unit.successors)
      if (--units[next].numPredecessors == 0)
        ready.insert(next);
  }
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

static std::string wordsFor(const FusionGroup &group) {
  return llvm::join(
      llvm::map_range(
          group, [](Operation *op) { return op->getName().stripDialect(); }),
      ", ");
}

static bool isSum(Operation *op) { return isa<ContractOp, ReduceOp>(op); }

/// The product or reduction in another kernel that feeds an update.
static Operation *gradientOf(StoreOp store, const Fusion &fusion) {
  Operation *op = store.getValue().getDefiningOp();
  auto group = op ? fusion.groupOf.find(op) : fusion.groupOf.end();
  if (group == fusion.groupOf.end())
    return nullptr;
  const FusionGroup &members = fusion.groups[group->second];
  for (Operation *member : members)
    for (Value operand : member->getOperands())
      if (Operation *from = operand.getDefiningOp())
        if (isSum(from) && !llvm::is_contained(members, from) &&
            operand.getType() == store.getValue().getType())
          return from;
  return nullptr;
}

/// Whether the kernel that updates the symbol computes a term of its gradient.
static bool computesTerm(StoreOp store, const Fusion &fusion) {
  return llvm::any_of(
      fusion.groups[fusion.groupOf.lookup(store.getValue().getDefiningOp())],
      isSum);
}

/// Whether one kernel has all uses of the value of `op`.
static bool isUsedByOneGroup(Operation *op, const Fusion &fusion) {
  llvm::DenseSet<unsigned> groups;
  for (Operation *user : op->getUsers()) {
    auto found = fusion.groupOf.find(user);
    if (found == fusion.groupOf.end())
      return false;
    groups.insert(found->second);
  }
  return groups.size() == 1;
}

static void remarkOn(Block &body, const Fusion &fusion) {
  Operation *function = body.getParentOp();
  if (!function->getContext()->getRemarkEngine())
    return;
  for (const FusionGroup &group : fusion.groups)
    if (group.size() > 1)
      remark::passed(group.back()->getLoc(), fusionRemark())
          << "one kernel: " + wordsFor(group);
  for (StoreOp store : body.getOps<StoreOp>()) {
    GlobalOp global = SymbolTable::lookupNearestSymbolFrom<GlobalOp>(
        function, store.getSymbolAttr());
    Operation *gradient = gradientOf(store, fusion);
    if (!gradient || global.getKind() != GlobalKind::Param)
      continue;
    StringRef why = computesTerm(store, fusion)
                        ? "it has several terms, as of tied weights"
                    : isUsedByOneGroup(gradient, fusion)
                        ? "its kernel cannot hold the update"
                        : "it is used elsewhere too, as for clipping by norm, "
                          "accumulation or tied weights";
    remark::missed(gradient->getLoc(), fusionRemark())
        << ("the gradient of '" + global.getLabel() +
            "' is written to memory before the update: " + why)
               .str();
  }
}

//===----------------------------------------------------------------------===//
// Outlining
//===----------------------------------------------------------------------===//

namespace {
/// Outlines one list, and those in it.
class Outliner {
public:
  Outliner(Block &body, KernelTable &kernels, bool fuse)
      : body(body), kernels(kernels), fuse(fuse) {}

  LogicalResult run() {
    eraseDeadOps();
    fusion = fuseOperations(body, fuse);
    if (fuse)
      remarkOn(body, fusion);
    gatherGroups(body, fusion);
    for (Operation &op : llvm::make_early_inc_range(body))
      if (failed(visit(&op)))
        return failure();
    eraseDeadOps();
    return success();
  }

private:
  LogicalResult visit(Operation *op) {
    if (isListed(op))
      return visitListed(op);
    if (isComputing(op))
      outlineGroup(op);
    else if (endsLongChain(op))
      replaceByLaunch(op, op->getResults());
    else if (!isLeaf(op) && !isView(op))
      return op->emitOpError("cannot be outlined into a kernel");
    return success();
  }

  LogicalResult visitListed(Operation *op) {
    writeOutOperands(op);
    for (Region &region : op->getRegions())
      if (failed(Outliner(region.front(), kernels, fuse).run()))
        return failure();
    return success();
  }

  /// Of a group whose last operation this is; the others wait for it.
  void outlineGroup(Operation *op) {
    if (fusion.repeated.contains(op))
      return;
    const FusionGroup &group = fusion.groups[fusion.groupOf.lookup(op)];
    if (group.back() != op)
      return;
    llvm::SmallPtrSet<Operation *, 8> members(group.begin(), group.end());
    SmallVector<Value> results;
    for (Operation *member : group)
      if (!llvm::all_of(member->getUsers(), [&](Operation *user) {
            return members.contains(user);
          }))
        results.push_back(member->getResult(0));
    replaceByLaunch(op, results, group);
  }

  void replaceByLaunch(Operation *op, ValueRange results,
                       ArrayRef<Operation *> ops = {}) {
    OpBuilder builder(op);
    LaunchOp launch =
        kernels.createLaunch(builder, ops, results, fusion.repeated);
    for (auto [before, after] : llvm::zip(results, launch.getResults()))
      before.replaceAllUsesWith(after);
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
        written =
            kernels.createLaunch(builder, {}, operand.get(), fusion.repeated)
                .getResult(0);
      }
      operand.set(written);
    }
  }

  static bool needsWritingOut(Operation *op) {
    if (ConstantOp constant = dyn_cast<ConstantOp>(op))
      return isa<SplatElementsAttr>(constant.getValue());
    return isLeaf(op) || isView(op);
  }

  /// In the regions of an operation before itself.
  void eraseDeadOps() { eraseDeadOps(body); }

  static void eraseDeadOps(Block &block) {
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
      for (Region &region : op.getRegions())
        eraseDeadOps(region.front());
      if (isOpTriviallyDead(&op))
        op.erase();
    }
  }

  Block &body;
  KernelTable &kernels;
  const bool fuse;
  Fusion fusion;
  DenseMap<Value, unsigned> viewChains;
  DenseMap<Value, Value> writtenOut;
};

struct OutlineKernelsPass
    : sinter::impl::OutlineKernelsBase<OutlineKernelsPass> {
  using OutlineKernelsBase::OutlineKernelsBase;

  void runOnOperation() override {
    KernelTable kernels(getOperation());
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal())
        continue;
      Block &body = function.getBody().front();
      hoistNames(body);
      if (failed(Outliner(body, kernels, fuse).run()))
        return signalPassFailure();
    }
  }

  /// Constants and loads, which are names of bytes, leave regions.
  static void hoistNames(Block &body) {
    body.walk([&](Operation *op) {
      if (isa<ConstantOp, LoadOp>(op) && op->getBlock() != &body)
        op->moveBefore(&body, body.begin());
    });
  }
};
} // namespace
