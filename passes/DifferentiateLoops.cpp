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
// The forward loop remembers the values carried into a trip (LoopTapes.h).
//
//===----------------------------------------------------------------------===//

#include "ir/Gradients.h"
#include "ir/Shape.h"
#include "passes/DifferentiateControl.h"
#include "passes/LoopTapes.h"
#include "passes/Remarks.h"

#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace sinter;

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
  void remarkOn(const TapePlan &plan);
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
  Value one = integerScalar(builder, loc, 1);
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

static std::string sizeText(int64_t bytes) {
  constexpr int64_t mebi = 1 << 20;
  return bytes < mebi ? std::to_string(bytes) + " bytes"
                      : std::to_string(bytes / mebi) + " MiB";
}

void BackwardLoop::remarkOn(const TapePlan &plan) {
  if (plan.needed.empty() || !forward.getContext()->getRemarkEngine())
    return;
  std::string names;
  for (unsigned i : plan.taped) {
    Location place = forward.getBody().getArgument(i).getLoc();
    NameLoc name = dyn_cast<NameLoc>(place);
    names += (names.empty() ? "'" : ", '") +
             (name ? name.getName().str() : "trip") + "'";
  }
  std::string trips =
      "of up to " + std::to_string(forward.getLimit()) + " trips";
  std::string reason =
      ": keeping all would take more than " + sizeText(records.maxTapeBytes);
  if (plan.spacing == 1)
    remark::passed(forward.getLoc(), gradientRemark())
        << "the gradient keeps " + names + " of each " + trips;
  else if (plan.spacing)
    remark::missed(forward.getLoc(), gradientRemark())
        << "the gradient keeps " + names + " of one in " +
               std::to_string(plan.spacing) + " " + trips +
               " and runs the others again" + reason;
  else
    remark::missed(forward.getLoc(), gradientRemark())
        << "the gradient runs the loop from its start for each " + trips +
               reason;
}

/// Puts the values that were carried into the trip in the place of the
/// arguments that stood for them.
void BackwardLoop::provideCarriedValues() {
  SmallVector<unsigned> needed;
  auto record = records.loops.find(forward);
  for (auto [i, argument] : llvm::enumerate(carriedIn)) {
    if (record != records.loops.end() && record->second.trips == i)
      argument.replaceAllUsesWith(number);
    if (!argument.use_empty())
      needed.push_back(i);
  }
  TapePlan plan = planTapes(forward, needed, records.maxTapeBytes);
  remarkOn(plan);
  unsigned count = forward.getNumResults();
  forward = writeTapes(forward, plan, records);
  builder.setInsertionPointAfter(number.getDefiningOp());
  SmallVector<Value> values =
      readTapes(builder, loc, forward, plan, records.loops[forward], number);
  for (auto [i, value] : llvm::zip(needed, values))
    carriedIn[i].replaceAllUsesWith(value);
  body->eraseArguments(body->getNumArguments() - count, count);
}

/// Gives the draft its inits, condition and results.
void BackwardLoop::closeLoop(ArrayRef<Value> resultAdjoints) {
  builder.setInsertionPoint(draft);
  SmallVector<Value> next = {number};
  SmallVector<Value> inits = {forward.getResult(records.loops[forward].trips)};
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
  Value zero = integerScalar(inside, loc, 0);
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
