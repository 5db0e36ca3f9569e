//===- Schedule.cpp - The order of a function's list ----------------------===//
//
// A list is ordered by a graph of its launches and effects. Besides the edges
// from a value to its readers there are
//   * a chain through print, check and guard;
//   * for each `sinter.store`, edges from every read of the symbol and from the
//     last check or guard to the launch whose result is stored: that launch
//     then may write straight into the symbol. If that closes a cycle, or the
//     launch itself reads the symbol elsewhere than it writes, the result is
//     copied at the end instead.
// Two orders are tried, the given one and a greedy one, each with all stores
// written straight and with small ones copied at the end. Inner lists are
// ordered before outer ones, in which a branch or loop is one node that reads
// what its regions read. Nothing moves across a mark of time.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"
#include "passes/Places.h"
#include "passes/Regions.h"
#include "passes/Remarks.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"

#include <set>

namespace sinter {
#define GEN_PASS_DEF_SCHEDULE
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Every store stores the result of a launch of its own
//===----------------------------------------------------------------------===//

static bool isLoadOf(Value value, StringRef symbol) {
  LoadOp load = value.getDefiningOp<LoadOp>();
  return load && load.getSymbol() == symbol;
}

static Value copyBefore(Operation *op, Value value, KernelTable &kernels) {
  OpBuilder builder(op);
  return kernels.createLaunch(builder, {}, value).getResult(0);
}

/// Adds copies so that each stored value is a launch result stored once, and so
/// that no returned value is a load of a symbol that is stored.
static void isolateStores(Block &body, KernelTable &kernels) {
  llvm::DenseSet<Value> stored;
  llvm::StringSet<> symbols;
  for (StoreOp store : llvm::to_vector(body.getOps<StoreOp>())) {
    if (isLoadOf(store.getValue(), store.getSymbol())) {
      LoadOp load = store.getValue().getDefiningOp<LoadOp>();
      store.erase();
      if (load.use_empty())
        load.erase();
      continue;
    }
    symbols.insert(store.getSymbol());
    bool fresh = store.getValue().getDefiningOp<LaunchOp>() &&
                 stored.insert(store.getValue()).second;
    if (fresh)
      continue;
    store.getValueMutable().assign(
        copyBefore(store, store.getValue(), kernels));
    stored.insert(store.getValue());
  }
  for (OpOperand &operand : body.getTerminator()->getOpOperands()) {
    LoadOp load = operand.get().getDefiningOp<LoadOp>();
    if (load && symbols.contains(load.getSymbol()))
      operand.set(copyBefore(operand.getOwner(), load, kernels));
  }
}

//===----------------------------------------------------------------------===//
// The graph
//===----------------------------------------------------------------------===//

namespace {
struct Node {
  Operation *op;
  SmallVector<unsigned, 4> successors;
  unsigned numPredecessors = 0;
};

class Graph {
public:
  /// Takes no notice of the stores of `copied` values.
  Graph(Block &body, KernelTable &kernels,
        const llvm::DenseSet<Value> &copied = {});

  /// Stores of at most `bytes` that wait for a launch only because it reads the
  /// symbol.
  SmallVector<StoreOp> storesThatWait(int64_t bytes);

  std::vector<Node> nodes;

private:
  unsigned addNode(Operation *op);
  void addEdge(unsigned from, unsigned to);
  void placeStore(StoreOp store, KernelTable &kernels);
  bool mayWriteStraight(unsigned writer, StoreOp store, KernelTable &kernels);
  bool reachesAny(unsigned from, const llvm::DenseSet<unsigned> &targets);
  bool reachesThroughValues(unsigned from, unsigned to);
  void findWhatReachesBarrier();

  Block &body;
  DenseMap<Operation *, unsigned> numbers;
  llvm::StringMap<SmallVector<unsigned>> readers;
  std::optional<unsigned> lastEffect, lastBarrier, lastMark;
  /// Nodes that the last barrier depends on, and itself. Edges to the writers
  /// of stores add none: a writer is never one of them.
  llvm::BitVector reachesBarrier;
};
} // namespace

/// Constants and loads come first, stores where their values are computed.
static bool isNode(Operation *op) {
  return !isa<ConstantOp, LoadOp, StoreOp>(op) &&
         !op->hasTrait<OpTrait::IsTerminator>();
}

Graph::Graph(Block &body, KernelTable &kernels,
             const llvm::DenseSet<Value> &copied)
    : body(body) {
  for (Operation &op : body) {
    if (!isNode(&op))
      continue;
    unsigned node = addNode(&op);
    if (isTimeMark(&op)) {
      for (unsigned before = lastMark.value_or(0); before < node; ++before)
        addEdge(before, node);
      lastMark = node;
    }
    if (!isOrdered(&op))
      continue;
    if (lastEffect)
      addEdge(*lastEffect, node);
    lastEffect = node;
    if (mayEndCall(&op))
      lastBarrier = node;
  }
  findWhatReachesBarrier();
  for (StoreOp store : llvm::to_vector(body.getOps<StoreOp>()))
    if (!copied.contains(store.getValue()))
      placeStore(store, kernels);
}

SmallVector<StoreOp> Graph::storesThatWait(int64_t bytes) {
  SmallVector<StoreOp> found;
  for (StoreOp store : body.getOps<StoreOp>()) {
    if (byteSize(cast<RankedTensorType>(store.getValue().getType())) > bytes)
      continue;
    unsigned writer = numbers.lookup(store.getValue().getDefiningOp());
    bool waits = llvm::any_of(readers[store.getSymbol()], [&](unsigned reader) {
      return reader != writer && !reachesThroughValues(reader, writer);
    });
    if (waits)
      found.push_back(store);
  }
  return found;
}

bool Graph::reachesThroughValues(unsigned from, unsigned to) {
  llvm::DenseSet<Operation *> seen;
  SmallVector<Operation *> work = {nodes[from].op};
  while (!work.empty())
    for (Operation *inner : work.pop_back_val()->getUsers()) {
      Operation *user = body.findAncestorOpInBlock(*inner);
      if (user == nodes[to].op)
        return true;
      // In the given order values go forward.
      DenseMap<Operation *, unsigned>::iterator number = numbers.find(user);
      if (number != numbers.end() && number->second < to &&
          seen.insert(user).second)
        work.push_back(user);
    }
  return false;
}

unsigned Graph::addNode(Operation *op) {
  unsigned node = nodes.size();
  numbers[op] = node;
  nodes.push_back({op, {}});
  if (lastMark)
    addEdge(*lastMark, node);
  forEachRead(op, [&](Value operand) {
    if (LoadOp load = operand.getDefiningOp<LoadOp>())
      readers[load.getSymbol()].push_back(node);
    DenseMap<Operation *, unsigned>::iterator from =
        numbers.find(operand.getDefiningOp());
    if (from != numbers.end())
      addEdge(from->second, node);
  });
  return node;
}

void Graph::addEdge(unsigned from, unsigned to) {
  nodes[from].successors.push_back(to);
  ++nodes[to].numPredecessors;
}

/// So far all edges go from lower to higher numbers.
void Graph::findWhatReachesBarrier() {
  reachesBarrier.resize(nodes.size());
  for (unsigned node = nodes.size(); node-- > 0;)
    reachesBarrier[node] =
        node == lastBarrier ||
        llvm::any_of(nodes[node].successors,
                     [&](unsigned next) { return reachesBarrier[next]; });
}

bool Graph::reachesAny(unsigned from, const llvm::DenseSet<unsigned> &targets) {
  llvm::DenseSet<unsigned> seen;
  SmallVector<unsigned> work = {from};
  while (!work.empty()) {
    for (unsigned next : nodes[work.pop_back_val()].successors) {
      if (targets.contains(next))
        return true;
      if (seen.insert(next).second)
        work.push_back(next);
    }
  }
  return false;
}

/// Whether the launch `writer` may write over the symbol when all other reads
/// and the last barrier come before it.
bool Graph::mayWriteStraight(unsigned writer, StoreOp store,
                             KernelTable &kernels) {
  if (reachesBarrier[writer])
    return false;
  LaunchOp launch = cast<LaunchOp>(nodes[writer].op);
  unsigned result = cast<OpResult>(store.getValue()).getResultNumber();
  for (OpOperand &operand : launch->getOpOperands())
    if (isLoadOf(operand.get(), store.getSymbol()) &&
        !mayWriteOver(kernels.lookup(launch), operand.getOperandNumber(),
                      result))
      return false;
  llvm::DenseSet<unsigned> before;
  for (unsigned reader : readers[store.getSymbol()])
    if (reader != writer)
      before.insert(reader);
  return before.empty() || !reachesAny(writer, before);
}

void Graph::placeStore(StoreOp store, KernelTable &kernels) {
  unsigned writer = numbers.lookup(store.getValue().getDefiningOp());
  if (!mayWriteStraight(writer, store, kernels)) {
    remark::missed(store.getLoc(), planRemark())
        << ("'" + store.getSymbol() +
            "' is copied at the end: it is read after its new value is known, "
            "or a guard waits for that value")
               .str();
    Value copy = copyBefore(store, store.getValue(), kernels);
    store.getValueMutable().assign(copy);
    writer = addNode(copy.getDefiningOp());
  }
  for (unsigned reader : readers[store.getSymbol()])
    if (reader != writer)
      addEdge(reader, writer);
  if (lastBarrier)
    addEdge(*lastBarrier, writer);
}

//===----------------------------------------------------------------------===//
// Orders
//===----------------------------------------------------------------------===//

namespace {
/// The most bytes alive at once in the regions of an operation, of what is
/// computed there.
using InnerPeaks = DenseMap<Operation *, int64_t>;

/// Follows the live bytes of the arena while nodes are carried out.
class LiveBytes {
public:
  LiveBytes(Block &body, const KernelTable &kernels,
            const llvm::DenseSet<Value> &copied, const InnerPeaks &innerPeaks)
      : body(body), copied(copied), innerPeaks(innerPeaks) {
    // The arguments of a loop's regions are counted as its results.
    if (isa<func::FuncOp>(body.getParentOp()))
      for (BlockArgument argument : body.getArguments())
        add(argument);
    live = most = sumOfArguments;
    for (Operation &op : body) {
      if (!isNode(&op))
        continue;
      for (Value result : op.getResults())
        add(result);
      noteReads(&op);
      if (LaunchOp launch = dyn_cast<LaunchOp>(op))
        findOverwritable(launch, kernels.lookup(launch));
    }
    for (Operation &op : body)
      if (WhileOp loop = dyn_cast<WhileOp>(op))
        for (auto [result, init] :
             llvm::zip(loop.getResults(), loop.getInits()))
          overwritable[result].push_back(init);
  }

  /// How the sum changes when `op` is carried out.
  int64_t changeBy(Operation *op) const {
    int64_t change = 0;
    for (Value result : op->getResults())
      change += bytes.lookup(result);
    for (Value operand : readsOf(op))
      if (usesLeft.lookup(operand) == 1)
        change -= bytes.lookup(operand);
    return change;
  }

  void carryOut(Operation *op) {
    for (Value result : op->getResults())
      live += bytes.lookup(result);
    most = std::max(most, live - bytesReusedBy(op) + innerPeaks.lookup(op));
    for (Value operand : readsOf(op))
      if (--usesLeft[operand] == 0)
        live -= bytes.lookup(operand);
    for (Value result : op->getResults())
      if (usesLeft.lookup(result) == 0)
        live -= bytes.lookup(result);
  }

  int64_t mostLive() const { return most; }

private:
  /// Each value once.
  void noteReads(Operation *op) {
    llvm::SmallSetVector<Value, 8> values;
    forEachRead(op, [&](Value value) { values.insert(value); });
    reads[op].assign(values.begin(), values.end());
  }

  ArrayRef<Value> readsOf(Operation *op) const {
    auto found = reads.find(op);
    return found == reads.end() ? ArrayRef<Value>() : found->second;
  }

  /// Notes the operands that a result may be written over when they die.
  void findOverwritable(LaunchOp launch, KernelOp kernel) {
    for (OpResult result : launch->getResults()) {
      if (bytes.lookup(result) == 0)
        continue;
      for (OpOperand &operand : launch->getOpOperands())
        if (bytes.lookup(operand.get()) == bytes.lookup(result) &&
            mayWriteOver(kernel, operand.getOperandNumber(),
                         result.getResultNumber()))
          overwritable[result].push_back(operand.get());
    }
  }

  int64_t bytesReusedBy(Operation *op) const {
    int64_t reused = 0;
    llvm::SmallDenseSet<Value> taken;
    for (Value result : op->getResults()) {
      auto found = overwritable.find(result);
      if (found == overwritable.end())
        continue;
      for (Value operand : found->second)
        if (usesLeft.lookup(operand) == 1 && taken.insert(operand).second) {
          reused += bytes.lookup(result);
          break;
        }
    }
    return reused;
  }

  /// A value that is stored lives in the store and takes nothing here, unless
  /// it is copied there at the end.
  void add(Value value) {
    bool isStored = false;
    for (Operation *user : value.getUsers())
      isStored |= isa<StoreOp>(user) && !copied.contains(value);
    int64_t size =
        isStored ? 0 : byteSize(cast<RankedTensorType>(value.getType()));
    bytes[value] = size;
    usesLeft[value] = readersIn(body, value).size();
    if (isa<BlockArgument>(value))
      sumOfArguments += size;
  }

  Block &body;
  const llvm::DenseSet<Value> &copied;
  const InnerPeaks &innerPeaks;
  DenseMap<Operation *, SmallVector<Value, 4>> reads;
  DenseMap<Value, int64_t> bytes;
  DenseMap<Value, unsigned> usesLeft;
  DenseMap<Value, SmallVector<Value, 2>> overwritable;
  int64_t sumOfArguments = 0, live = 0, most = 0;
};

struct Order {
  SmallVector<Operation *> ops;
  int64_t mostLive;
};
} // namespace

/// The greedy order looks at this many ready nodes at a time, so that its cost
/// stays linear.
static constexpr unsigned maxCandidates = 32;

namespace {
/// Orders one list, and those in it.
class Scheduler {
public:
  Scheduler(KernelTable &kernels, bool reorder)
      : kernels(kernels), reorder(reorder) {}

  /// Returns the most bytes alive at once.
  int64_t run(Block &body);

private:
  Order orderNodes(const Graph &graph, Block &body,
                   const llvm::DenseSet<Value> &copied, bool greedy);
  Order bestOrder(const Graph &graph, Block &body,
                  const llvm::DenseSet<Value> &copied = {});
  bool copySmallStores(Graph &graph, Block &body, int64_t mostLive);

  KernelTable &kernels;
  const bool reorder;
  InnerPeaks innerPeaks;
};
} // namespace

/// Carries out ready nodes one by one: the first in the given order, or, if
/// `greedy`, the one that leaves the fewest bytes alive.
Order Scheduler::orderNodes(const Graph &graph, Block &body,
                            const llvm::DenseSet<Value> &copied, bool greedy) {
  LiveBytes bytes(body, kernels, copied, innerPeaks);
  std::vector<unsigned> waitsFor;
  std::set<unsigned> ready;
  for (const Node &node : graph.nodes) {
    if (node.numPredecessors == 0)
      ready.insert(waitsFor.size());
    waitsFor.push_back(node.numPredecessors);
  }
  Order order;
  while (!ready.empty()) {
    unsigned best = *ready.begin(), tried = 0;
    if (greedy)
      for (unsigned node : ready) {
        if (bytes.changeBy(graph.nodes[node].op) <
            bytes.changeBy(graph.nodes[best].op))
          best = node;
        if (++tried == maxCandidates)
          break;
      }
    ready.erase(best);
    const Node &node = graph.nodes[best];
    bytes.carryOut(node.op);
    order.ops.push_back(node.op);
    for (unsigned next : node.successors)
      if (--waitsFor[next] == 0)
        ready.insert(next);
  }
  order.mostLive = bytes.mostLive();
  return order;
}

/// Constants and loads first, each store after the launch it belongs to.
static void rewrite(Block &body, const Order &order) {
  Operation *end = body.getTerminator();
  for (Operation *op : order.ops) {
    op->moveBefore(end);
    for (Operation *user : op->getUsers())
      if (isa<StoreOp>(user))
        user->moveBefore(end);
  }
}

Order Scheduler::bestOrder(const Graph &graph, Block &body,
                           const llvm::DenseSet<Value> &copied) {
  Order given = orderNodes(graph, body, copied, /*greedy=*/false);
  if (!reorder)
    return given;
  Order greedy = orderNodes(graph, body, copied, /*greedy=*/true);
  return greedy.mostLive < given.mostLive ? greedy : given;
}

/// Copies the stored values that are small against the peak, if the order is
/// much better when their launches need not wait for the last read of the
/// symbol. Returns whether it did.
bool Scheduler::copySmallStores(Graph &graph, Block &body, int64_t mostLive) {
  constexpr int64_t smallPart = 64, worthwhilePart = 16;
  SmallVector<StoreOp> stores = graph.storesThatWait(mostLive / smallPart);
  if (stores.empty())
    return false;
  llvm::DenseSet<Value> copied;
  for (StoreOp store : stores)
    copied.insert(store.getValue());
  Graph relaxed(body, kernels, copied);
  Order order = bestOrder(relaxed, body, copied);
  if (order.mostLive > mostLive - mostLive / worthwhilePart)
    return false;
  for (StoreOp store : stores) {
    remark::analysis(store.getLoc(), planRemark())
        << ("'" + store.getSymbol() +
            "' is copied at the end, which saves bytes elsewhere")
               .str();
    store.getValueMutable().assign(
        copyBefore(store, store.getValue(), kernels));
  }
  return true;
}

int64_t Scheduler::run(Block &body) {
  for (Operation &op : body)
    for (Region &region : op.getRegions()) {
      int64_t peak = run(region.front());
      innerPeaks[&op] = std::max(innerPeaks.lookup(&op), peak);
    }
  isolateStores(body, kernels);
  Graph graph(body, kernels);
  Order order = bestOrder(graph, body);
  if (reorder && copySmallStores(graph, body, order.mostLive))
    order = bestOrder(Graph(body, kernels), body);
  rewrite(body, order);
  return order.mostLive;
}

namespace {
struct SchedulePass : sinter::impl::ScheduleBase<SchedulePass> {
  using ScheduleBase::ScheduleBase;

  void runOnOperation() override {
    KernelTable kernels(getOperation());
    for (func::FuncOp function : getOperation().getOps<func::FuncOp>()) {
      if (function.isExternal())
        continue;
      if (failed(checkForm(function)))
        return signalPassFailure();
      Block &body = function.getBody().front();
      Scheduler(kernels, reorder).run(body);
      isolatePlaces(body, kernels);
    }
  }

  static LogicalResult checkForm(func::FuncOp function) {
    WalkResult result = function.getBody().walk([](Operation *op) {
      if (isListed(op))
        return WalkResult::advance();
      op->emitOpError("must be outlined before scheduling");
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }
};
} // namespace
