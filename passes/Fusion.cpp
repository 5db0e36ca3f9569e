//===- Fusion.cpp - Which operations share a kernel -----------------------===//
//
// Walks a block from its end. Each operation tries to join the groups that use
// its result, so that the result need not go through memory, or is read from it
// less often. Then row operations on one value are brought together. What
// counts is the form a kernel may have (Kernels.h), that no group comes to
// depend on itself, and a bound on the code of a kernel. Nothing but scalars is
// computed twice.
//
//===----------------------------------------------------------------------===//

#include "passes/Fusion.h"
#include "ir/Shape.h"
#include "passes/Kernels.h"
#include "passes/Regions.h"
#include "passes/Rows.h"

#include <functional>

using namespace mlir;
using namespace sinter;

/// What a view, through other views, shows of.
static Value viewedValue(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isView(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

//===----------------------------------------------------------------------===//
// Scalars
//===----------------------------------------------------------------------===//

/// The cost of computing a scalar again is that of this many operations at
/// most.
static constexpr unsigned maxRepeatedOps = 12;

/// Whether everything that reads `value`, through views, can compute it again:
/// elementwise operations and reductions of its list. A contraction wants its
/// operands in memory.
static bool canBeRepeated(Value value) {
  SmallVector<Value> work = {value};
  while (!work.empty())
    for (Operation *user : work.pop_back_val().getUsers()) {
      if (user->getBlock() != value.getParentBlock())
        return false;
      if (isView(user))
        work.push_back(user->getResult(0));
      else if (!isElementwise(user) && !isa<ReduceOp>(user))
        return false;
    }
  return true;
}

static llvm::DenseSet<Operation *> findRepeated(Block &block) {
  llvm::DenseSet<Operation *> repeated;
  DenseMap<Operation *, unsigned> costs;
  for (Operation &op : block) {
    if (!isScalarOp(&op) || !canBeRepeated(op.getResult(0)))
      continue;
    unsigned cost = 1;
    for (Value operand : op.getOperands())
      cost += costs.lookup(operand.getDefiningOp());
    if (cost > maxRepeatedOps)
      continue;
    costs[&op] = cost;
    repeated.insert(&op);
  }
  return repeated;
}

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

/// A group this large keeps its values in registers, and saves no memory worth
/// the wait for larger code.
static constexpr size_t maxGroupSize = 24;

/// An epilogue is written out for every vector of a register tile, of which a
/// kernel has a few dozen.
static constexpr unsigned maxEpilogueCost = 16;

static unsigned epilogueCost(Operation *op) {
  if (isa<ExpOp, LogOp, SinOp, CosOp, TanhOp, ErfOp, GeluOp, SigmoidOp, PowOp,
          RandomOp, FloorDivOp, ModOp>(op))
    return maxEpilogueCost;
  return isa<DivOp, SqrtOp>(op) ? 2 : 1;
}

static bool takesLong(Operation *op) {
  return isa<SoftmaxOp>(op) || epilogueCost(op) == maxEpilogueCost;
}

/// Rows of at most this many elements stay in registers while all their row
/// operations are computed.
static constexpr int64_t maxRowInRegisters = 64;
/// Longer rows are read again, and what stands before a row operation is
/// computed again, for each row operation: they should stay in the first-level
/// cache.
static constexpr int64_t maxFusedRow = 4096;

//===----------------------------------------------------------------------===//
// Legality
//===----------------------------------------------------------------------===//

namespace {
/// A set of operations that may become a kernel.
class Candidate {
public:
  explicit Candidate(ArrayRef<Operation *> ops)
      : ops(ops), members(ops.begin(), ops.end()) {}

  /// Whether the operations fit one of the forms with several operations.
  bool isLegal() {
    bool readsApart = false;
    unsigned numRoots = 0;
    for (Operation *op : ops) {
      readsApart |= readsMemberApart(op);
      if (isElementwise(op))
        continue;
      root = op;
      ++numRoots;
    }
    if (numRoots == 0)
      return !readsApart && haveDims(ops, dimsOf(ops.front()->getResult(0)));
    bool isRooted = numRoots == 1 && !readsApart && !yieldsScalar();
    return (isRooted && fitsRoot()) || fitsRows();
  }

  Operation *getRoot() const { return root; }

private:
  bool isMember(Value value) const {
    Operation *op = value.getDefiningOp();
    return op && members.contains(op);
  }

  /// Needs a member's result at another index than its own.
  bool readsMemberApart(Operation *op) const {
    return llvm::any_of(op->getOperands(), [&](Value operand) {
      Value viewed = viewedValue(operand);
      return isMember(viewed) && (viewed != operand || isa<RandomOp>(op));
    });
  }

  static bool haveDims(ArrayRef<Operation *> ops, const Dims &dims) {
    return llvm::all_of(
        ops, [&](Operation *op) { return dimsOf(op->getResult(0)) == dims; });
  }

  /// The members that a value is made of.
  llvm::SmallPtrSet<Operation *, 8> slice(Value value) const {
    llvm::SmallPtrSet<Operation *, 8> found;
    SmallVector<Value> work = {value};
    while (!work.empty()) {
      Value next = work.pop_back_val();
      if (isMember(next) && found.insert(next.getDefiningOp()).second)
        llvm::append_range(work, next.getDefiningOp()->getOperands());
    }
    return found;
  }

  /// To a kernel with a root, what is computed of scalars alone is one itself,
  /// and not among its results.
  bool yieldsScalar() const {
    return llvm::any_of(ops, [&](Operation *op) {
      return isScalarOp(op) &&
             llvm::all_of(slice(op->getResult(0)), isElementwise) &&
             llvm::any_of(op->getUsers(), [&](Operation *user) {
               return !members.contains(user);
             });
    });
  }

  bool fitsRoot() const {
    if (ReduceOp reduce = dyn_cast<ReduceOp>(root))
      return fitsReduce(reduce);
    if (ContractOp contract = dyn_cast<ContractOp>(root))
      return fitsContract(contract);
    return false;
  }

  bool fitsRows() const {
    return isRowOperation(root) && isWorthwhileRow() && !yieldsScalar() &&
           !findRowMisfit(ops,
                          [&](Operation *op) { return members.contains(op); });
  }

  /// Nothing that takes long is computed again for each element of a row.
  bool isWorthwhileRow() const {
    Dims rows = dimsOf(root->getOperand(0));
    if (rows.back().size <= maxRowInRegisters)
      return true;
    auto isRepeated = [&](Operation *op) {
      return takesLong(op) && dimsOf(op->getResult(0)) == rows;
    };
    return rows.back().size <= maxFusedRow &&
           llvm::none_of(ops, [&](Operation *op) {
             return isRowOperation(op) &&
                    llvm::any_of(slice(op->getOperand(0)), isRepeated);
           });
  }

  bool fitsReduce(ReduceOp root) const {
    llvm::SmallPtrSet<Operation *, 8> feeds = slice(root.getInput());
    SmallVector<Operation *> before, after;
    for (Operation *op : ops)
      if (op != root)
        (feeds.contains(op) ? before : after).push_back(op);
    for (Operation *op : before)
      for (Operation *user : op->getUsers())
        if (user != root && !feeds.contains(user))
          return false;
    return haveDims(before, dimsOf(root.getInput())) &&
           haveDims(after, dimsOf(root.getResult()));
  }

  bool fitsContract(ContractOp root) const {
    return !isMember(root.getLhs()) && !isMember(root.getRhs()) &&
           haveDims(ops, dimsOf(root.getResult()));
  }

  ArrayRef<Operation *> ops;
  llvm::SmallPtrSet<Operation *, 8> members;
  Operation *root = nullptr;
};
} // namespace

//===----------------------------------------------------------------------===//
// Epilogues
//===----------------------------------------------------------------------===//

/// Whether an operand of an epilogue is addressed by the row and column of the
/// contraction's result alone.
static bool isSimplyAddressed(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<ReshapeOp, SliceOp>(op))
      return false;
    if (!isa<BroadcastOp, TransposeOp>(op))
      return true;
    value = op->getOperand(0);
  }
  return true;
}

/// Whether the result of a contraction has at most one batch, row and column
/// dimension, which then are those of its loops.
static bool hasPlainLoops(ContractOp contract) {
  ContractSpec spec = *parseContractSpec(contract.getSpec());
  Dims dims = dimsOf(contract.getResult());
  unsigned batches = 0, rows = 0, cols = 0;
  for (auto [letter, dim] : llvm::zip(spec.result, dims)) {
    if (dim.size == 1)
      continue;
    bool isRow = spec.lhs.contains(letter), isCol = spec.rhs.contains(letter);
    ++(isRow && isCol ? batches : isRow ? rows : cols);
  }
  return batches <= 1 && rows <= 1 && cols <= 1;
}

static bool isWorthwhileEpilogue(ContractOp contract,
                                 ArrayRef<Operation *> ops) {
  unsigned cost = 0;
  for (Operation *op : ops) {
    if (op == contract)
      continue;
    cost += epilogueCost(op);
    if (!llvm::all_of(op->getOperands(), isSimplyAddressed))
      return false;
  }
  return cost < maxEpilogueCost && hasPlainLoops(contract) &&
         contractDepth(contract) <= maxEpilogueDepth;
}

//===----------------------------------------------------------------------===//
// Groups
//===----------------------------------------------------------------------===//

namespace {
class Fuser {
public:
  Fuser(Block &block, Fusion &fusion) : block(block), fusion(fusion) {}

  void run();

private:
  struct Facts {
    /// Positions in the block of the first and the last operation, and of the
    /// first one outside that reads a result.
    unsigned first = 0, last = 0, exit = 0;
    /// Marks of time before it.
    unsigned numMarks = 0;
    /// Some guard or check depends on it: it comes before any symbol changes.
    bool isBeforeBarrier = false;
    /// Some result is stored.
    bool isStored = false;
  };

  void number();
  Facts factsOf(Operation *op) const;
  unsigned exitOf(unsigned group) const;
  unsigned lastBefore(unsigned consumer) const;
  bool tryMerge(unsigned producer, unsigned consumer);
  bool isConnectedApart(unsigned producer, unsigned consumer) const;
  Operation *resultsAfter(Operation *op) const;
  void merge(unsigned producer, unsigned consumer);
  void joinReaders(Operation *op);
  void mergeReadersOfRows();
  void addRepeats(unsigned group);

  Block &block;
  Fusion &fusion;
  DenseMap<Operation *, unsigned> positions;
  SmallVector<unsigned> marks;
  /// Operations with effects and results: branches and loops.
  SmallVector<Operation *> ordered;
  llvm::DenseSet<Operation *> beforeBarrier;
  /// Of each group.
  std::vector<Facts> facts;
  /// The groups that are read before their last operation.
  llvm::DenseSet<unsigned> leapers;
};
} // namespace

void Fuser::number() {
  unsigned next = 0;
  for (Operation &op : block) {
    if (isTimeMark(&op))
      marks.push_back(next);
    if (op.getNumResults() > 0 && op.getNumRegions() > 0 &&
        !isMemoryEffectFree(&op))
      ordered.push_back(&op);
    positions[&op] = next++;
  }
  for (Operation &op : llvm::reverse(block)) {
    if (!mayEndCall(&op) && !beforeBarrier.contains(&op))
      continue;
    forEachRead(&op, [&](Value operand) {
      if (Operation *definition = operand.getDefiningOp())
        beforeBarrier.insert(definition);
    });
  }
}

Fuser::Facts Fuser::factsOf(Operation *op) const {
  Facts result;
  result.first = result.last = positions.lookup(op);
  result.numMarks = llvm::lower_bound(marks, result.first) - marks.begin();
  result.isBeforeBarrier = beforeBarrier.contains(op);
  result.isStored = llvm::any_of(
      op->getUsers(), [](Operation *user) { return isa<StoreOp>(user); });
  return result;
}

/// The users of the result, and those of its repeats along rows, which a kernel
/// may hold.
static SmallVector<Operation *> readersOf(Operation *op) {
  SmallVector<Operation *> readers;
  for (Operation *user : op->getUsers()) {
    readers.push_back(user);
    if (isRepeatAlongRows(user))
      llvm::append_range(readers, user->getUsers());
  }
  return readers;
}

/// What is printed or checked stays in order: the next operation after an
/// effect whose results wait for it, null if there is none.
Operation *Fuser::resultsAfter(Operation *op) const {
  if (isa<LoadOp>(op) || isMemoryEffectFree(op))
    return nullptr;
  unsigned position = positions.lookup(op);
  Operation *const *next =
      llvm::partition_point(ordered, [&](Operation *other) {
        return positions.lookup(other) <= position;
      });
  return next == ordered.end() ? nullptr : *next;
}

/// The first operation outside of the group that reads a result of it, be it
/// through a repeat along rows.
unsigned Fuser::exitOf(unsigned group) const {
  unsigned exit = positions.size();
  std::function<void(Operation *)> visitUsers = [&](Operation *op) {
    for (Operation *user : op->getUsers()) {
      auto found = fusion.groupOf.find(user);
      if (isRepeatAlongRows(user))
        visitUsers(user);
      else if (found == fusion.groupOf.end() || found->second != group)
        exit = std::min(exit,
                        positions.lookup(block.findAncestorOpInBlock(*user)));
    }
  };
  for (Operation *op : fusion.groups[group])
    visitUsers(op);
  return exit;
}

/// The last position of what may come before `consumer`. From behind it, only a
/// group that is read before its last operation leads back.
unsigned Fuser::lastBefore(unsigned consumer) const {
  unsigned last = facts[consumer].last, before;
  do {
    before = last;
    for (unsigned group : leapers)
      if (facts[group].exit <= last)
        last = std::max(last, facts[group].last);
  } while (last != before);
  return last;
}

/// Whether a path leads from one group to the other through a third. Gives up,
/// and says yes, after a number of steps, so that all searches together are
/// linear.
bool Fuser::isConnectedApart(unsigned producer, unsigned consumer) const {
  constexpr unsigned maxSteps = 256;
  unsigned last = lastBefore(consumer);
  SmallVector<Operation *> work;
  llvm::DenseSet<Operation *> seen;
  bool found = false;
  std::function<void(Operation *, bool)> addUsers = [&](Operation *from,
                                                        bool isStart) {
    for (Operation *user : from->getUsers()) {
      Operation *op = block.findAncestorOpInBlock(*user);
      // Between the two, a repeat along rows is part of their kernel.
      if (isStart && isRepeatAlongRows(op)) {
        addUsers(op, /*isStart=*/true);
        continue;
      }
      auto group = fusion.groupOf.find(op);
      bool isGrouped = group != fusion.groupOf.end();
      if (isGrouped && group->second == consumer && !isStart)
        found = true;
      if (isGrouped && (group->second == consumer || group->second == producer))
        continue;
      unsigned first =
          isGrouped ? facts[group->second].first : positions.lookup(op);
      if (first > last || !seen.insert(op).second)
        continue;
      work.push_back(op);
    }
  };
  for (Operation *op : fusion.groups[producer])
    addUsers(op, /*isStart=*/true);
  while (!work.empty() && !found) {
    Operation *op = work.pop_back_val();
    Operation *waiting = resultsAfter(op);
    if (waiting && positions.lookup(waiting) <= last &&
        seen.insert(waiting).second)
      work.push_back(waiting);
    auto group = fusion.groupOf.find(op);
    if (group == fusion.groupOf.end())
      addUsers(op, /*isStart=*/false);
    else
      for (Operation *member : fusion.groups[group->second])
        addUsers(member, /*isStart=*/false);
    if (seen.size() > maxSteps)
      return true;
  }
  return found;
}

bool Fuser::tryMerge(unsigned producer, unsigned consumer) {
  const Facts &from = facts[producer], &to = facts[consumer];
  if (from.numMarks != to.numMarks)
    return false;
  if ((from.isBeforeBarrier || to.isBeforeBarrier) &&
      (from.isStored || to.isStored))
    return false;
  FusionGroup ops = fusion.groups[producer];
  llvm::append_range(ops, fusion.groups[consumer]);
  if (ops.size() > maxGroupSize)
    return false;
  Candidate candidate(ops);
  if (!candidate.isLegal())
    return false;
  ContractOp contract = dyn_cast_or_null<ContractOp>(candidate.getRoot());
  if (contract && !isWorthwhileEpilogue(contract, ops))
    return false;
  return !isConnectedApart(producer, consumer);
}

void Fuser::merge(unsigned producer, unsigned consumer) {
  FusionGroup &from = fusion.groups[consumer];
  for (Operation *op : from)
    fusion.groupOf[op] = producer;
  llvm::append_range(fusion.groups[producer], from);
  from.clear();
  Facts &a = facts[producer], &b = facts[consumer];
  a.first = std::min(a.first, b.first);
  a.last = std::max(a.last, b.last);
  a.exit = exitOf(producer);
  leapers.erase(consumer);
  leapers.erase(producer);
  if (a.exit < a.last)
    leapers.insert(producer);
  a.isBeforeBarrier |= b.isBeforeBarrier;
  a.isStored |= b.isStored;
}

/// Row operations on one value become one kernel, though neither reads what the
/// other computes: the rows are read once.
void Fuser::mergeReadersOfRows() {
  for (Operation &op : block) {
    if (!isRowOperation(&op))
      continue;
    for (Operation *other : op.getOperand(0).getUsers()) {
      if (!isRowOperation(other) || other->getBlock() != &block ||
          other->getOperand(0) != op.getOperand(0))
        continue;
      unsigned a = fusion.groupOf.lookup(&op), b = fusion.groupOf.lookup(other);
      if (a != b && !isConnectedApart(b, a) && tryMerge(a, b))
        merge(a, b);
    }
  }
}

/// Adds the repeats along rows that stand between members. One that others read
/// too is theirs, and the group gets its own.
void Fuser::addRepeats(unsigned group) {
  auto isMember = [&](Operation *op) {
    auto found = fusion.groupOf.find(op);
    return found != fusion.groupOf.end() && found->second == group;
  };
  FusionGroup members = fusion.groups[group];
  for (Operation *member : members)
    for (Operation *repeat : llvm::to_vector(member->getUsers())) {
      if (!isRepeatAlongRows(repeat) ||
          llvm::none_of(repeat->getUsers(), isMember))
        continue;
      if (!llvm::all_of(repeat->getUsers(), isMember)) {
        Operation *own = OpBuilder(repeat).clone(*repeat);
        repeat->getResult(0).replaceUsesWithIf(
            own->getResult(0),
            [&](OpOperand &use) { return isMember(use.getOwner()); });
        positions[own] = positions.lookup(repeat);
        repeat = own;
      }
      fusion.groups[group].push_back(repeat);
      fusion.groupOf[repeat] = group;
    }
}

/// Puts the group of `op` together with those that read its result.
void Fuser::joinReaders(Operation *op) {
  SmallVector<Operation *> readers = readersOf(op);
  llvm::sort(readers, [&](Operation *a, Operation *b) {
    return positions.lookup(a) < positions.lookup(b);
  });
  unsigned group = fusion.groupOf.lookup(op);
  for (Operation *reader : readers) {
    auto found = fusion.groupOf.find(reader);
    if (found != fusion.groupOf.end() && found->second != group &&
        tryMerge(group, found->second))
      merge(group, found->second);
  }
}

void Fuser::run() {
  number();
  SmallVector<Operation *> ops;
  for (Operation &op : llvm::reverse(block))
    if (isComputing(&op) && !fusion.repeated.contains(&op))
      ops.push_back(&op);
  for (Operation *op : ops) {
    fusion.groupOf[op] = fusion.groups.size();
    fusion.groups.push_back({op});
    facts.push_back(factsOf(op));
    joinReaders(op);
  }
  mergeReadersOfRows();
  // What has one value for each row may join now that it is known which kernels
  // work on rows.
  for (Operation *op : ops)
    joinReaders(op);
  for (unsigned group = 0; group < fusion.groups.size(); ++group)
    addRepeats(group);
  for (FusionGroup &group : fusion.groups)
    llvm::sort(group, [&](Operation *a, Operation *b) {
      return positions.lookup(a) < positions.lookup(b);
    });
}

Fusion sinter::fuseOperations(Block &block, bool fuse) {
  Fusion fusion;
  if (fuse) {
    fusion.repeated = findRepeated(block);
    Fuser(block, fusion).run();
    return fusion;
  }
  for (Operation &op : block)
    if (isComputing(&op)) {
      fusion.groupOf[&op] = fusion.groups.size();
      fusion.groups.push_back({&op});
    }
  return fusion;
}
