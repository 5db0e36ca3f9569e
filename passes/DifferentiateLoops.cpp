//===- DifferentiateLoops.cpp - Gradients of while ------------------------===//
//
// The gradient is a loop that runs through the trips backwards. Its body
// computes one trip again, from the values that were carried into it, then the
// adjoints:
//
//   forward:  x, n = while (x0, 0)        { body(x, w), n + 1 }
//   backward: while (n, dx, dw = 0) n > 0 { from x of trip n - 1:
//               n - 1, body's vjp for x, dw + body's vjp for w }
//
// The values carried into each trip are either remembered: the forward loop
// writes them on tapes, one row a trip; or, where tapes would pass a bound,
// computed again from the loop's start, which takes time that grows with the
// square of the trips.
//
//===----------------------------------------------------------------------===//

#include "ir/Gradients.h"
#include "ir/Shape.h"
#include "passes/DifferentiateControl.h"
#include "passes/Remarks.h"

#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace sinter;

/// What the tapes of one loop may hold.
static constexpr int64_t maxTapeBytes = int64_t(1) << 28;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static Value integer(OpBuilder &builder, Location loc, int64_t number) {
  RankedTensorType type = scalarOf(builder.getI64Type());
  return SplatOp::create(builder, loc, type, builder.getI64IntegerAttr(number));
}

//===----------------------------------------------------------------------===//
// Which carried values have adjoints
//===----------------------------------------------------------------------===//

namespace {
/// The part of a loop's body that its gradient concerns.
struct ActiveLoop {
  ActiveLoop(WhileOp op, const DenseSet<Value> &varying,
             ArrayRef<Value> resultAdjoints);

  WhileOp op;
  /// Carried values that vary, and that the adjoints of the results reach.
  SmallVector<unsigned> carried;
  /// Values from outside that vary and that the body reads.
  SetVector<Value> outer;

private:
  void findUseful(ArrayRef<Value> resultAdjoints);
  void findVarying(const DenseSet<Value> &varying);
  SmallVector<Value> usefulTargets() const;

  Block &body;
  llvm::BitVector useful, varies;
  SmallVector<Operation *> graph;
};
} // namespace

ActiveLoop::ActiveLoop(WhileOp op, const DenseSet<Value> &varying,
                       ArrayRef<Value> resultAdjoints)
    : op(op), body(op.getBody().front()), useful(op.getNumResults()),
      varies(op.getNumResults()) {
  findUseful(resultAdjoints);
  findVarying(varying);
  for (unsigned i : (useful &= varies).set_bits())
    carried.push_back(i);
}

SmallVector<Value> ActiveLoop::usefulTargets() const {
  SmallVector<Value> targets;
  for (unsigned i : useful.set_bits())
    targets.push_back(body.getTerminator()->getOperand(i));
  return targets;
}

/// Results with an adjoint, and what their next values are computed from.
void ActiveLoop::findUseful(ArrayRef<Value> resultAdjoints) {
  for (auto [i, adjoint] : llvm::enumerate(resultAdjoints))
    if (adjoint)
      useful.set(i);
  for (unsigned before = 0; before != useful.count();) {
    before = useful.count();
    SmallVector<Value> targets = usefulTargets();
    graph = graphOf(targets, &body);
    auto mark = [&](Value value) {
      BlockArgument argument = dyn_cast<BlockArgument>(value);
      if (argument && argument.getOwner() == &body && carriesGradient(value))
        useful.set(argument.getArgNumber());
    };
    llvm::for_each(targets, mark);
    for (Operation *each : graph)
      llvm::for_each(valuesReadBy(each), mark);
  }
}

/// Carried values that vary at the start, and those computed from one.
void ActiveLoop::findVarying(const DenseSet<Value> &varying) {
  addOuterValues(body, graph, usefulTargets(), varying, outer);
  for (auto [i, init] : llvm::enumerate(op.getInits()))
    if (varying.contains(init))
      varies.set(i);
  for (unsigned before = ~0u; before != varies.count();) {
    before = varies.count();
    SmallVector<Value> sources(outer.begin(), outer.end());
    for (unsigned i : varies.set_bits())
      sources.push_back(body.getArgument(i));
    DenseSet<Value> inside = valuesVaryingWith(sources, graph);
    for (auto [i, next] : llvm::enumerate(body.getTerminator()->getOperands()))
      if (inside.contains(next))
        varies.set(i);
  }
}

//===----------------------------------------------------------------------===//
// Remembering
//===----------------------------------------------------------------------===//

/// The type of a tape for a carried value; null if there is none.
static RankedTensorType tapeType(Value value, uint64_t limit) {
  Dims dims = dimsOf(value);
  dims.insert(dims.begin(), Dim{int64_t(limit), {}});
  if (int64_t(dims.size()) > maxRank || limit > uint64_t(maxDim) ||
      !elementCount(dims))
    return {};
  return makeTensor(dims, typeOf(value).getElementType());
}

/// `tape` with `value` in the row `number`.
static Value writeRow(OpBuilder &builder, Location loc, Value value, Value tape,
                      Value number) {
  Dims dims = dimsOf(value);
  dims.insert(dims.begin(), Dim{1, {}});
  Type rowType = makeTensor(dims, typeOf(value).getElementType());
  Value row = ReshapeOp::create(builder, loc, rowType, value);
  SmallVector<int64_t> offsets(dims.size(), 0), strides(dims.size(), 1);
  return InsertOp::create(builder, loc, tape.getType(), row, tape,
                          ValueRange(number), offsets, strides,
                          ArrayRef<int64_t>{0});
}

/// Replaces a loop by one that also counts its trips and writes `values` on
/// tapes, unless it does so already.
static WhileOp rememberTrips(WhileOp op, ArrayRef<unsigned> values,
                             LoopRecords &records) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  SmallVector<Value> inits(op.getInits());
  LoopRecords::iterator known = records.find(op);
  bool isCounted = known != records.end();
  LoopRecord record = isCounted ? known->second : LoopRecord();
  if (!isCounted) {
    record.trips = inits.size();
    inits.push_back(integer(builder, loc, 0));
  }
  SmallVector<unsigned> added;
  for (unsigned value : values) {
    if (!record.tapes.try_emplace(value, inits.size()).second)
      continue;
    added.push_back(value);
    inits.push_back(makeSplat(
        builder, loc, tapeType(op.getResult(value), op.getLimit()), 0.0));
  }
  if (inits.size() == op.getNumResults())
    return op;

  WhileOp next = WhileOp::create(builder, loc, TypeRange(ValueRange(inits)),
                                 inits, op.getLimit(), ArrayAttr());
  next->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  next.getCondition().takeBody(op.getCondition());
  next.getBody().takeBody(op.getBody());
  Block &body = next.getBody().front();
  for (Block *block : {&next.getCondition().front(), &body})
    for (Value init : ArrayRef(inits).drop_front(op.getNumResults()))
      block->addArgument(init.getType(), loc);

  Operation *yield = body.getTerminator();
  Value number = body.getArgument(record.trips);
  builder.setInsertionPointToStart(&body);
  SmallVector<Value> after(yield->getOperands());
  if (!isCounted)
    after.push_back(
        AddOp::create(builder, loc, number, integer(builder, loc, 1)));
  for (unsigned value : added)
    after.push_back(writeRow(builder, loc, body.getArgument(value),
                             body.getArgument(record.tapes[value]), number));
  yield->setOperands(after);
  for (OpResult result : op.getResults())
    result.replaceAllUsesWith(next.getResult(result.getResultNumber()));
  records.erase(op);
  records[next] = std::move(record);
  op.erase();
  return next;
}

/// The values that were carried into trip `number`, computed from the start.
static ValueRange replayTrips(OpBuilder &builder, Location loc, WhileOp op,
                              Value number) {
  SmallVector<Value> inits = {integer(builder, loc, 0)};
  llvm::append_range(inits, op.getInits());
  WhileOp replay = WhileOp::create(builder, loc, TypeRange(ValueRange(inits)),
                                   inits, op.getLimit(), ArrayAttr());
  Block &condition = replay.getCondition().emplaceBlock();
  Block &body = replay.getBody().emplaceBlock();
  for (Block *block : {&condition, &body})
    for (Value init : inits)
      block->addArgument(init.getType(), loc);

  OpBuilder inside = OpBuilder::atBlockEnd(&condition);
  Value goesOn = CompareOp::create(inside, loc, Predicate::LT,
                                   condition.getArgument(0), number);
  YieldOp::create(inside, loc, goesOn);

  inside.setInsertionPointToEnd(&body);
  IRMapping mapping;
  Block &original = op.getBody().front();
  mapping.map(original.getArguments(), body.getArguments().drop_front());
  copyInto(inside, original, mapping);
  Value one = integer(inside, loc, 1);
  SmallVector<Value> next = {
      AddOp::create(inside, loc, body.getArgument(0), one)};
  for (Value value : original.getTerminator()->getOperands())
    next.push_back(mapping.lookupOrDefault(value));
  YieldOp::create(inside, loc, next);
  eraseUnread(body);
  return replay.getResults().drop_front();
}

//===----------------------------------------------------------------------===//
// The backward loop
//===----------------------------------------------------------------------===//

namespace {
/// Builds the loop that runs backwards.
class BackwardLoop {
public:
  BackwardLoop(OpBuilder &builder, LoopRecords &records,
               const ActiveLoop &active)
      : builder(builder), records(records), active(active), forward(active.op),
        loc(gradientLoc(forward.getResult(0))) {}

  LogicalResult build(ArrayRef<Value> resultAdjoints);

  /// The adjoints found, of inits and values from outside.
  SmallVector<std::pair<Value, Value>> contributions;
  /// The forward loop, perhaps replaced.
  WhileOp remembered() const { return forward; }

private:
  void openBody();
  LogicalResult differentiateTrip();
  void provideCarriedValues();
  bool fitsTapes(ArrayRef<unsigned> needed);
  void remarkOn(ArrayRef<unsigned> needed, bool isTaped);
  void closeLoop(ArrayRef<Value> resultAdjoints);

  OpBuilder &builder;
  LoopRecords &records;
  const ActiveLoop &active;
  WhileOp forward;
  Location loc;

  WhileOp draft;
  Block *body = nullptr;
  /// The number of the trip that is gone through.
  Value number;
  /// The arguments of `body`: the adjoints of carried values, the sums for
  /// values from outside, and, until they are provided, the values that were
  /// carried into the trip.
  MutableArrayRef<BlockArgument> adjoints, sums, carriedIn;
  SmallVector<Value> nextAdjoints, outerAdjoints;
};
} // namespace

void BackwardLoop::openBody() {
  draft = WhileOp::create(builder, loc, TypeRange(), ValueRange(),
                          forward.getLimit(), ArrayAttr());
  body = &draft.getBody().emplaceBlock();
  BlockArgument left = body->addArgument(scalarOf(builder.getI64Type()), loc);
  Block &original = forward.getBody().front();
  for (unsigned i : active.carried) {
    BlockArgument argument = original.getArgument(i);
    body->addArgument(argument.getType(), gradientLoc(argument));
  }
  for (Value value : active.outer)
    body->addArgument(value.getType(), gradientLoc(value));
  for (BlockArgument argument : original.getArguments())
    body->addArgument(argument.getType(), argument.getLoc());
  MutableArrayRef<BlockArgument> arguments = body->getArguments();
  adjoints = arguments.slice(1, active.carried.size());
  sums = arguments.slice(1 + active.carried.size(), active.outer.size());
  carriedIn = arguments.take_back(forward.getNumResults());
  builder.setInsertionPointToEnd(body);
  Value one = integer(builder, loc, 1);
  number = SubOp::create(builder, loc, left, one);
}

LogicalResult BackwardLoop::differentiateTrip() {
  Block &original = forward.getBody().front();
  IRMapping mapping;
  mapping.map(original.getArguments(), carriedIn);
  copyInto(builder, original, mapping);
  SmallVector<Value> targets, sources(active.outer.begin(), active.outer.end());
  for (unsigned i : active.carried) {
    targets.push_back(
        mapping.lookupOrDefault(original.getTerminator()->getOperand(i)));
    sources.push_back(carriedIn[i]);
  }
  SmallVector<Operation *> graph = graphOf(targets, body);
  ReverseSweep sweep(builder, records, graph, sources);
  for (auto [target, adjoint] : llvm::zip(targets, adjoints))
    sweep.accumulate(target, adjoint);
  if (failed(sweep.run()))
    return failure();
  for (unsigned i : active.carried)
    nextAdjoints.push_back(
        orZero(builder, loc, sweep.adjointOf(carriedIn[i]), carriedIn[i]));
  for (auto [value, sum] : llvm::zip(active.outer, sums)) {
    Value adjoint = sweep.adjointOf(value);
    outerAdjoints.push_back(
        adjoint ? AddOp::create(builder, gradientLoc(value), sum, adjoint)
                : Value());
  }
  return success();
}

bool BackwardLoop::fitsTapes(ArrayRef<unsigned> needed) {
  int64_t bytes = 0;
  for (unsigned i : needed) {
    RankedTensorType type = tapeType(carriedIn[i], forward.getLimit());
    if (!type || byteSize(type) > maxTapeBytes - bytes)
      return false;
    bytes += byteSize(type);
  }
  return true;
}

void BackwardLoop::remarkOn(ArrayRef<unsigned> needed, bool isTaped) {
  if (needed.empty() || !forward.getContext()->getRemarkEngine())
    return;
  std::string names;
  for (unsigned i : needed) {
    Location place = forward.getBody().getArgument(i).getLoc();
    NameLoc name = dyn_cast<NameLoc>(place);
    names += (names.empty() ? "'" : ", '") +
             (name ? name.getName().str() : "trip") + "'";
  }
  std::string limit = std::to_string(forward.getLimit());
  if (isTaped)
    remark::passed(forward.getLoc(), gradientRemark())
        << "the gradient keeps " + names + " of each of up to " + limit +
               " trips";
  else
    remark::missed(forward.getLoc(), gradientRemark())
        << "the gradient runs the loop from its start for each trip: keeping " +
               names + " of up to " + limit + " trips would take more than " +
               std::to_string(maxTapeBytes >> 20) + " MiB";
}

/// Puts the values that were carried into the trip in the place of the
/// arguments that stood for them.
void BackwardLoop::provideCarriedValues() {
  SmallVector<unsigned> needed;
  LoopRecords::iterator record = records.find(forward);
  for (auto [i, argument] : llvm::enumerate(carriedIn)) {
    if (record != records.end() && record->second.trips == i)
      argument.replaceAllUsesWith(number);
    if (!argument.use_empty())
      needed.push_back(i);
  }
  bool isTaped = fitsTapes(needed);
  remarkOn(needed, isTaped);
  unsigned count = forward.getNumResults();
  forward =
      rememberTrips(forward, isTaped ? needed : ArrayRef<unsigned>(), records);
  builder.setInsertionPointAfter(number.getDefiningOp());
  if (!needed.empty() && !isTaped) {
    ValueRange replayed = replayTrips(builder, loc, forward, number);
    for (unsigned i : needed)
      carriedIn[i].replaceAllUsesWith(replayed[i]);
  } else {
    for (unsigned i : needed) {
      Value tape = forward.getResult(records[forward].tapes[i]);
      carriedIn[i].replaceAllUsesWith(GatherOp::create(
          builder, loc, tape, ValueRange(number), ArrayRef<int64_t>{0}));
    }
  }
  body->eraseArguments(body->getNumArguments() - count, count);
}

/// Gives the draft its inits, condition and results.
void BackwardLoop::closeLoop(ArrayRef<Value> resultAdjoints) {
  builder.setInsertionPoint(draft);
  SmallVector<Value> next = {number};
  SmallVector<Value> inits = {forward.getResult(records[forward].trips)};
  SmallVector<Value> of;
  for (auto [i, adjoint] : llvm::zip(active.carried, nextAdjoints)) {
    Value result = forward.getResult(i);
    inits.push_back(orZero(builder, loc, resultAdjoints[i], result));
    next.push_back(adjoint);
    of.push_back(forward.getInits()[i]);
  }
  llvm::BitVector unread(body->getNumArguments());
  for (auto [i, value] : llvm::enumerate(active.outer)) {
    if (!outerAdjoints[i]) {
      unread.set(1 + active.carried.size() + i);
      continue;
    }
    inits.push_back(orZero(builder, loc, Value(), value));
    next.push_back(outerAdjoints[i]);
    of.push_back(value);
  }
  body->eraseArguments(unread);
  OpBuilder inside = OpBuilder::atBlockEnd(body);
  YieldOp::create(inside, loc, next);

  WhileOp loop = WhileOp::create(builder, loc, TypeRange(ValueRange(inits)),
                                 inits, forward.getLimit(), ArrayAttr());
  loop.getBody().takeBody(draft.getBody());
  draft.erase();
  Block &condition = loop.getCondition().emplaceBlock();
  for (Value init : inits)
    condition.addArgument(init.getType(), loc);
  inside.setInsertionPointToEnd(&condition);
  Value zero = integer(inside, loc, 0);
  Value goesOn = CompareOp::create(inside, loc, Predicate::GT,
                                   condition.getArgument(0), zero);
  YieldOp::create(inside, loc, goesOn);
  for (auto [value, adjoint] : llvm::zip(of, loop.getResults().drop_front()))
    contributions.push_back({value, adjoint});
}

LogicalResult BackwardLoop::build(ArrayRef<Value> resultAdjoints) {
  {
    OpBuilder::InsertionGuard guard(builder);
    openBody();
    if (failed(differentiateTrip()))
      return failure();
    // Only what the adjoints read needs to be known of a trip.
    YieldOp ends = YieldOp::create(builder, loc, nextAdjoints);
    ends->insertOperands(0, number);
    for (Value adjoint : outerAdjoints)
      if (adjoint)
        ends->insertOperands(ends->getNumOperands(), adjoint);
    eraseUnread(*body);
    ends.erase();
    provideCarriedValues();
  }
  OpBuilder::InsertionGuard guard(builder);
  closeLoop(resultAdjoints);
  return success();
}

LogicalResult ReverseSweep::throughWhile(WhileOp op) {
  SmallVector<Value> seeds, results(op.getResults());
  for (Value result : results)
    seeds.push_back(adjoints.lookup(result));
  ActiveLoop active(op, varying, seeds);
  if (active.carried.empty())
    return success();
  BackwardLoop backward(builder, records, active);
  if (failed(backward.build(seeds)))
    return failure();
  if (backward.remembered() != op)
    followLoop(op, results, backward.remembered());
  for (auto [value, adjoint] : backward.contributions)
    if (varying.contains(value))
      accumulate(value, adjoint);
  return success();
}
