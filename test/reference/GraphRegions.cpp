//===- GraphRegions.cpp - Branches and loops of random graphs -------------===//
//
// A region is grown like the graph around it, of the values that can be seen in
// it. Branches are taken and loops end by numbers of the graph: a comparison
// that comes near its threshold is a kink, and the whole is taken back.
//
// A region stands in a draft without results until the types of these are
// known.
//
//===----------------------------------------------------------------------===//

#include "test/reference/GraphGenerator.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace sinter;

/// Branches in a loop in a branch are enough.
static constexpr unsigned maxDepth = 3;
static constexpr int64_t maxTrips = 6;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Conditions
//===----------------------------------------------------------------------===//

/// One number or bool of a value.
static Value scalarOf(GraphBuilder &graph, Value x) {
  int64_t rank = typeOf(x).getRank();
  if (rank == 0)
    return x;
  const ReduceKind ofBools[] = {ReduceKind::And, ReduceKind::Or};
  const ReduceKind ofNumbers[] = {ReduceKind::Max, ReduceKind::Min,
                                  ReduceKind::Sum};
  ReduceKind kind = classOf(x.getType()) == Bools ? graph.draw.pick(ofBools)
                                                  : graph.draw.pick(ofNumbers);
  return graph.make<ReduceOp>(kind, x,
                              llvm::to_vector(llvm::seq<int64_t>(0, rank)));
}

/// A bool that is computed of `x`.
static Value conditionOf(GraphBuilder &graph, Value x) {
  Value scalar = scalarOf(graph, x);
  if (classOf(scalar.getType()) == Bools)
    return scalar;
  Value other = graph.other(typeOf(scalar));
  return graph.make<CompareOp>(Predicate(graph.draw.below(6)), scalar, other);
}

static Value branchCondition(GraphBuilder &graph, Value x) {
  if (graph.draw.flip(0.2))
    return graph.other(RankedTensorType::get({}, graph.builder.getI1Type()));
  Value from = graph.draw.flip(0.3) ? x : graph.existing(Anything);
  return conditionOf(graph, from ? from : x);
}

//===----------------------------------------------------------------------===//
// What stands in a region
//===----------------------------------------------------------------------===//

/// A random operation on `operand`; null if nothing usable came of it.
static Value addRandom(GraphBuilder &graph, Value operand) {
  ArrayRef<GraphKind> kinds = graphKinds();
  const GraphKind &kind = graph.draw.pick(kinds);
  bool fits = kind.accepts & classOf(operand.getType());
  return graph.add(kind, fits ? operand : Value());
}

/// One to four operations; mostly each is applied to the last one's result, the
/// first to `x`.
static void growRegion(GraphBuilder &graph, Value x) {
  int64_t wanted = 1 + graph.draw.below(4);
  Value last = x;
  for (int64_t attempt = 0; attempt < 6 && wanted > 0; ++attempt)
    if (Value next = addRandom(graph, graph.draw.flip(0.7) ? last : x)) {
      last = next;
      wanted -= 1;
    }
  // An effect, which the gradient does not repeat.
  if (holdsFloats(x.getType()) && graph.draw.flip(0.05))
    GuardOp::create(graph.builder, x.getLoc(), scalarOf(graph, x),
                    graph.builder.getStringAttr("x"));
}

/// A value of the type of `x` for the region to yield: one that `block`
/// computes, mostly.
static Value yieldable(GraphBuilder &graph, Block &block, Value x) {
  RankedTensorType type = typeOf(x);
  for (int attempt = 0; attempt < 6 && !graph.draw.flip(0.03); ++attempt) {
    SmallVector<Value> computed = graph.computedIn(block, type);
    if (!computed.empty())
      return graph.draw.flip(0.7) ? computed.back() : graph.draw.pick(computed);
    addRandom(graph, x);
  }
  return graph.other(type);
}

//===----------------------------------------------------------------------===//
// if
//===----------------------------------------------------------------------===//

/// Appends to what a branch yields some of the values that `block` computes.
static void appendComputed(GraphBuilder &graph, Block &block,
                           SmallVectorImpl<Value> &values) {
  while (values.size() < 3 && graph.draw.flip(0.3)) {
    Operation &op = *std::next(block.begin(),
                               graph.draw.below(block.getOperations().size()));
    if (op.getNumResults())
      values.push_back(op.getResult(0));
  }
}

Value sinter::buildBranches(GraphBuilder &graph, Value x) {
  if (graph.depth() >= maxDepth)
    return {};
  Value condition = branchCondition(graph, x);
  if (!graph.evaluateAppended())
    return {};
  IfOp draft = IfOp::create(graph.builder, x.getLoc(), TypeRange(), condition,
                            /*at=*/ArrayAttr());
  Region *drafts[] = {&draft.getThenRegion(), &draft.getElseRegion()};
  SmallVector<Value> yielded;
  for (Region *region : drafts) {
    Block &block = region->emplaceBlock();
    RegionScope scope(graph, block);
    growRegion(graph, x);
    if (region == drafts[0]) {
      yielded.push_back(yieldable(graph, block, x));
      if (!block.empty())
        appendComputed(graph, block, yielded);
    } else {
      yielded[0] = yieldable(graph, block, x);
      for (Value &value : MutableArrayRef(yielded).drop_front())
        value = yieldable(graph, block, graph.other(typeOf(value)));
    }
    YieldOp::create(graph.builder, x.getLoc(), yielded);
  }
  IfOp op = IfOp::create(graph.builder, x.getLoc(),
                         TypeRange(ValueRange(yielded)), condition,
                         /*at=*/ArrayAttr());
  op.getThenRegion().takeBody(*drafts[0]);
  op.getElseRegion().takeBody(*drafts[1]);
  draft.erase();
  return op.getResult(0);
}

//===----------------------------------------------------------------------===//
// while
//===----------------------------------------------------------------------===//

/// The number of trips, at most `most`, known when the program runs or before.
static Value tripBound(GraphBuilder &graph, RankedTensorType type,
                       int64_t most) {
  Location loc = graph.builder.getUnknownLoc();
  Value limit = makeSplat(graph.builder, loc, type, double(most));
  Value number;
  switch (graph.draw.below(4)) {
  case 0:
    return limit;
  case 1:
    return graph.fresh(type, 0, double(most + 1));
  case 2:
    number =
        graph.make<ExtentOp>(graph.builder.getStringAttr("batch"),
                             graph.builder.getI64IntegerAttr(graph.batchBound));
    break;
  default:
    number = graph.existing(Numbers);
    if (!number)
      return limit;
    number = scalarOf(graph, number);
    if (graph.draw.flip(0.5))
      number = graph.make<AbsOp>(number.getType(), number);
  }
  if (number.getType() != type)
    number = graph.make<CastOp>(type, number);
  return graph.make<MinimumOp>(type, number, limit);
}

/// Fills the region that says whether there is another trip.
static void fillCondition(GraphBuilder &graph, Block &block, Value bound) {
  Location loc = bound.getLoc();
  Value counter = block.getArgument(0);
  Value goesOn = graph.draw.flip(0.5)
                     ? graph.make<CompareOp>(Predicate::LT, counter, bound)
                     : graph.make<CompareOp>(Predicate::GT, bound, counter);
  // It may end early.
  if (graph.draw.flip(0.25)) {
    int64_t carried = graph.draw.below(block.getNumArguments());
    Value holds = conditionOf(graph, block.getArgument(carried));
    goesOn = graph.make<AndOp>(goesOn.getType(), goesOn, holds);
  }
  YieldOp::create(graph.builder, loc, goesOn);
}

/// Fills the region of one trip.
static void fillBody(GraphBuilder &graph, Block &block) {
  Value counter = block.getArgument(0);
  Location loc = counter.getLoc();
  growRegion(graph, block.getArgument(1));
  Value one = makeSplat(graph.builder, loc, typeOf(counter), 1.0);
  SmallVector<Value> next = {
      graph.make<AddOp>(counter.getType(), counter, one)};
  for (BlockArgument carried : block.getArguments().drop_front())
    next.push_back(yieldable(graph, block, carried));
  // Two may change places.
  for (unsigned i = 2; i < next.size(); ++i)
    if (next[i].getType() == next[1].getType() && graph.draw.flip(0.2)) {
      next[1] = block.getArgument(i);
      next[i] = block.getArgument(1);
      break;
    }
  YieldOp::create(graph.builder, loc, next);
}

/// The counter's start, `x`, and now and then others, perhaps of its type.
static SmallVector<Value> carriedValues(GraphBuilder &graph, Value x) {
  const Type integers[] = {graph.builder.getI32Type(),
                           graph.builder.getI64Type()};
  RankedTensorType counter =
      RankedTensorType::get({}, graph.draw.pick(integers));
  SmallVector<Value> inits = {
      makeSplat(graph.builder, x.getLoc(), counter, 0.0), x};
  while (inits.size() < 4 && graph.draw.flip(0.4))
    if (Value other =
            graph.draw.flip(0.5)
                ? graph.other(typeOf(x))
                : graph.existing(graph.draw.flip(0.5) ? Floats : Anything))
      inits.push_back(other);
  return inits;
}

/// How many trips the loop allows: just enough, some more or many more.
static int64_t drawLimit(GraphBuilder &graph, int64_t trips) {
  const int64_t limits[] = {trips, maxTrips + 2, 100};
  return std::max<int64_t>(graph.draw.pick(limits), 1);
}

Value sinter::buildLoop(GraphBuilder &graph, Value x) {
  if (graph.depth() >= maxDepth)
    return {};
  // Numbers that are computed in every trip may not be as many.
  int64_t wholeElements = graph.maxElements, wholeProducts = graph.maxProducts;
  graph.maxElements /= 4;
  graph.maxProducts /= 4;
  llvm::scope_exit restore([&] {
    graph.maxElements = wholeElements;
    graph.maxProducts = wholeProducts;
  });
  int64_t trips = graph.draw.flip(0.1) ? 0 : 1 + graph.draw.below(maxTrips);
  SmallVector<Value> inits = carriedValues(graph, x);
  for (Value init : inits)
    if (*elementCount(dimsOf(init)) > graph.maxElements)
      return {};
  Value bound = tripBound(graph, typeOf(inits[0]), trips);
  if (!graph.evaluateAppended())
    return {};
  uint64_t limit = drawLimit(graph, trips);
  WhileOp draft = WhileOp::create(graph.builder, x.getLoc(), TypeRange(),
                                  ValueRange(), limit, /*at=*/ArrayAttr());
  Block *blocks[] = {&draft.getCondition().emplaceBlock(),
                     &draft.getBody().emplaceBlock()};
  for (Block *block : blocks) {
    for (Value init : inits)
      block->addArgument(init.getType(), x.getLoc());
    RegionScope scope(graph, *block, inits);
    if (block == blocks[0]) {
      fillCondition(graph, *block, bound);
      continue;
    }
    graph.counters.push_back({block->getArgument(0), trips});
    fillBody(graph, *block);
    graph.counters.pop_back();
  }
  WhileOp op = WhileOp::create(graph.builder, x.getLoc(),
                               TypeRange(ValueRange(inits)), inits, limit,
                               /*at=*/ArrayAttr());
  op.getCondition().takeBody(draft.getCondition());
  op.getBody().takeBody(draft.getBody());
  draft.erase();
  return op.getResult(1);
}
