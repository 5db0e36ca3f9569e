//===- Places.cpp - Values that have one place ----------------------------===//
//
// The order of all lists is fixed here. A value that stands in a place is the
// place's holder until an operation takes the place over: a loop that starts
// with it, or a branch that gives it back or a new value in its stead. That
// needs that nothing reads the old holder afterwards. Inner lists are done
// before outer ones.
//
//===----------------------------------------------------------------------===//

#include "passes/Places.h"
#include "passes/Regions.h"

using namespace mlir;
using namespace sinter;

static Operation *yieldOf(Region &region) {
  return region.front().getTerminator();
}

llvm::EquivalenceClasses<Value> sinter::findPlaces(Block &body) {
  llvm::EquivalenceClasses<Value> places;
  body.walk([&](Operation *op) {
    if (WhileOp loop = dyn_cast<WhileOp>(op))
      for (unsigned i = 0; i < loop.getNumResults(); ++i)
        for (Value value :
             {loop.getInits()[i], Value(loop.getCondition().getArgument(i)),
              Value(loop.getBody().getArgument(i)),
              yieldOf(loop.getBody())->getOperand(i)})
          places.unionSets(loop.getResult(i), value);
    if (IfOp branch = dyn_cast<IfOp>(op))
      for (unsigned i = 0; i < branch.getNumResults(); ++i)
        for (Region *region : branch.getRegions())
          places.unionSets(branch.getResult(i),
                           yieldOf(*region)->getOperand(i));
  });
  return places;
}

namespace {
class Isolator {
public:
  explicit Isolator(KernelTable &kernels) : kernels(kernels) {}

  void run(Block &block);

private:
  void isolateInits(WhileOp loop);
  void isolateYields(WhileOp loop);
  void isolateBranches(IfOp branch);
  bool mayTakeOver(IfOp branch, unsigned result, Value value) const;

  /// What `value`, yielded in `block`, took over from outside, or is.
  Value outerHolder(Block &block, Value value) const;
  bool isDeadAfter(Operation *op, Value value) const;
  bool mayLeaveIn(Block &block, unsigned index, Value holder) const;

  Value copyBefore(Operation *op, Value value) {
    OpBuilder builder(op);
    return kernels.createLaunch(builder, {}, value).getResult(0);
  }

  KernelTable &kernels;
  /// What took over from a value, in the list where it did.
  DenseMap<std::pair<Value, Block *>, Value> successors;
  /// The other way round.
  DenseMap<Value, Value> predecessors;
};
} // namespace

void Isolator::run(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(block)) {
    // So that the regions see who took over what.
    if (WhileOp loop = dyn_cast<WhileOp>(op))
      isolateInits(loop);
    for (Region &region : op.getRegions())
      run(region.front());
    if (WhileOp loop = dyn_cast<WhileOp>(op))
      isolateYields(loop);
    else if (IfOp branch = dyn_cast<IfOp>(op))
      isolateBranches(branch);
  }
}

/// Values whose bytes another may take: not a symbol's, a constant's, or one
/// that a loop's body still needs when its condition has read it.
static bool ownsItsBytes(Value value) {
  BlockArgument argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return isa<LaunchOp, IfOp, WhileOp>(value.getDefiningOp()) &&
           llvm::none_of(value.getUsers(),
                         [](Operation *user) { return isa<StoreOp>(user); });
  WhileOp loop = dyn_cast<WhileOp>(argument.getOwner()->getParentOp());
  return !loop || argument.getOwner()->getParent() == &loop.getBody();
}

/// Whether nothing after `op` can read `value`, and `op` may run once only
/// while it lives.
bool Isolator::isDeadAfter(Operation *op, Value value) const {
  Block *home = value.getParentBlock();
  while (true) {
    for (Operation *reader : readersIn(*op->getBlock(), value))
      if (op->isBeforeInBlock(reader))
        return false;
    if (op->getBlock() == home)
      return true;
    op = op->getBlock()->getParentOp();
    if (!isa<IfOp>(op))
      return false;
  }
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

void Isolator::isolateInits(WhileOp loop) {
  Block *block = loop->getBlock();
  for (OpOperand &init : loop.getInitsMutable()) {
    Value value = init.get();
    bool isReadInside = llvm::any_of(value.getUsers(), [&](Operation *user) {
      return loop->isProperAncestor(user);
    });
    if (llvm::count(loop.getInits(), value) > 1 || isReadInside ||
        !ownsItsBytes(value) || !isDeadAfter(loop, value)) {
      init.set(copyBefore(loop, value));
      continue;
    }
    Value result = loop.getResult(init.getOperandNumber());
    successors[{value, block}] = result;
    predecessors[result] = value;
  }
}

/// Whether what `block` yields as number `index` may be written where `holder`,
/// null if nothing, stands when the block is entered.
bool Isolator::mayLeaveIn(Block &block, unsigned index, Value holder) const {
  while (Value next = successors.lookup({holder, &block}))
    holder = next;
  Operation *yield = block.getTerminator();
  Value value = yield->getOperand(index);
  if (value == holder)
    return true;
  Operation *writer = value.getDefiningOp();
  if (!writer || writer->getBlock() != &block ||
      llvm::count(yield->getOperands(), value) > 1)
    return false;
  if (holder && holder.getParentBlock() == &block && holder.getDefiningOp() &&
      !holder.getDefiningOp()->isBeforeInBlock(writer))
    return false;
  for (Operation *reader :
       holder ? readersIn(block, holder) : SmallPtrSet<Operation *, 4>())
    if (reader != writer && !reader->isBeforeInBlock(writer))
      return false;
  unsigned result = cast<OpResult>(value).getResultNumber();
  if (LaunchOp launch = dyn_cast<LaunchOp>(writer))
    return ownsItsBytes(value) &&
           llvm::all_of(launch->getOpOperands(), [&](OpOperand &operand) {
             return operand.get() != holder ||
                    mayWriteOver(kernels.lookup(launch),
                                 operand.getOperandNumber(), result);
           });
  if (IfOp branch = dyn_cast<IfOp>(writer))
    return mayTakeOver(branch, result, holder);
  // A loop's place is older than the loop.
  return !holder && !outerHolder(block, value);
}

/// Body values that cannot be written where they are to be are copied there at
/// the end: each after all reads of the value that is replaced, through another
/// place where the copies would wait for each other.
void Isolator::isolateYields(WhileOp loop) {
  Block &body = loop.getBody().front();
  Operation *yield = body.getTerminator();
  SmallVector<unsigned> pending;
  SmallVector<Value> holders;
  for (unsigned i = 0; i < loop.getNumResults(); ++i) {
    Value holder = body.getArgument(i);
    if (!mayLeaveIn(body, i, holder))
      pending.push_back(i);
    while (Value next = successors.lookup({holder, &body}))
      holder = next;
    holders.push_back(holder);
  }
  while (!pending.empty()) {
    unsigned *ready = llvm::find_if(pending, [&](unsigned i) {
      return llvm::none_of(pending, [&](unsigned other) {
        return other != i && yield->getOperand(other) == holders[i];
      });
    });
    if (ready == pending.end()) {
      unsigned first = pending.front();
      yield->setOperand(first, copyBefore(yield, yield->getOperand(first)));
      continue;
    }
    yield->setOperand(*ready, copyBefore(yield, yield->getOperand(*ready)));
    pending.erase(ready);
  }
}

//===----------------------------------------------------------------------===//
// Branches
//===----------------------------------------------------------------------===//

Value Isolator::outerHolder(Block &block, Value value) const {
  while (value && value.getParentBlock() == &block)
    value = predecessors.lookup(value);
  return value;
}

/// Whether the branch's result may stand where `value`, null if nothing, does.
bool Isolator::mayTakeOver(IfOp branch, unsigned result, Value value) const {
  if (value && (!ownsItsBytes(value) || !isDeadAfter(branch, value)))
    return false;
  return llvm::all_of(branch.getRegions(), [&](Region *region) {
    return mayLeaveIn(region->front(), result, value);
  });
}

void Isolator::isolateBranches(IfOp branch) {
  for (unsigned i = 0; i < branch.getNumResults(); ++i) {
    Value holder;
    for (Region *region : branch.getRegions())
      if (!holder)
        holder = outerHolder(region->front(), yieldOf(*region)->getOperand(i));
    Value &successor = successors[{holder, branch->getBlock()}];
    if (holder && !successor && mayTakeOver(branch, i, holder)) {
      successor = branch.getResult(i);
      predecessors[branch.getResult(i)] = holder;
      continue;
    }
    for (Region *region : branch.getRegions()) {
      Operation *yield = yieldOf(*region);
      if (!mayLeaveIn(region->front(), i, /*holder=*/Value()))
        yield->setOperand(i, copyBefore(yield, yield->getOperand(i)));
    }
  }
}

void sinter::isolatePlaces(Block &body, KernelTable &kernels) {
  Isolator(kernels).run(body);
}
