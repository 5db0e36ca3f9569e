//===- LoopTapes.cpp - What a loop remembers for its gradient -------------===//

#include "passes/LoopTapes.h"
#include "ir/Shape.h"
#include "passes/DifferentiateControl.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Planning
//===----------------------------------------------------------------------===//

/// The type of a tape of `rows` values; null if there is none.
static RankedTensorType tapeType(Value value, uint64_t rows) {
  Dims dims = dimsOf(value);
  if (int64_t(dims.size()) >= maxRank || rows > uint64_t(maxDim))
    return {};
  dims.insert(dims.begin(), Dim{int64_t(rows), {}});
  if (!elementCount(dims))
    return {};
  return makeTensor(dims, typeOf(value).getElementType());
}

static bool fitTapes(WhileOp op, ArrayRef<unsigned> values, uint64_t rows,
                     int64_t maxBytes) {
  int64_t bytes = 0;
  for (unsigned value : values) {
    RankedTensorType type = tapeType(op.getResult(value), rows);
    if (!type || byteSize(type) > maxBytes - bytes)
      return false;
    bytes += byteSize(type);
  }
  return true;
}

/// `values` and the carried values that they are computed from in a trip.
static SmallVector<unsigned> sourcesOf(WhileOp op, ArrayRef<unsigned> values) {
  Block &body = op.getBody().front();
  SetVector<unsigned> sources(values.begin(), values.end());
  auto add = [&](Value value) {
    BlockArgument argument = dyn_cast<BlockArgument>(value);
    if (argument && argument.getOwner() == &body)
      sources.insert(argument.getArgNumber());
  };
  for (unsigned i = 0; i < sources.size(); ++i) {
    Value next = body.getTerminator()->getOperand(sources[i]);
    add(next);
    for (Operation *each : graphOf(next, &body))
      llvm::for_each(valuesReadBy(each), add);
  }
  return sources.takeVector();
}

TapePlan sinter::planTapes(WhileOp op, ArrayRef<unsigned> needed,
                           int64_t maxBytes) {
  TapePlan plan;
  plan.needed.assign(needed.begin(), needed.end());
  plan.taped = plan.needed;
  uint64_t limit = op.getLimit();
  if (fitTapes(op, needed, limit, maxBytes))
    return plan;
  // Twice the distance halves the tapes: the least that fits, up to that.
  plan.taped = sourcesOf(op, needed);
  for (plan.spacing = 2; plan.spacing < limit; plan.spacing *= 2)
    if (fitTapes(op, plan.taped, llvm::divideCeil(limit, plan.spacing),
                 maxBytes))
      return plan;
  plan.spacing = 0;
  return plan;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

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

/// The row for trip `number`; behind the tape where the trip has none, so that
/// nothing is written.
static Value rowOfTrip(OpBuilder &builder, Location loc, Value number,
                       uint64_t spacing, uint64_t rows) {
  if (spacing == 1)
    return number;
  Value distance = integerScalar(builder, loc, spacing);
  Value row = FloorDivOp::create(builder, loc, number, distance);
  Value rest = ModOp::create(builder, loc, number, distance);
  Value zero = integerScalar(builder, loc, 0);
  Value hasRow = CompareOp::create(builder, loc, Predicate::EQ, rest, zero);
  Value behind = integerScalar(builder, loc, rows);
  return SelectOp::create(builder, loc, number.getType(), hasRow, row, behind);
}

/// A loop with further carried values, in `op`'s place. The bodies' arguments
/// for them are there; what they become is still missing.
static WhileOp withCarried(WhileOp op, ArrayRef<Value> inits) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  SmallVector<Value> all(op.getInits());
  llvm::append_range(all, inits);
  WhileOp next = WhileOp::create(builder, loc, TypeRange(ValueRange(all)), all,
                                 op.getLimit(), ArrayAttr());
  next->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  next.getCondition().takeBody(op.getCondition());
  next.getBody().takeBody(op.getBody());
  for (Block *block : {&next.getCondition().front(), &next.getBody().front()})
    for (Value init : inits)
      block->addArgument(init.getType(), loc);
  for (OpResult result : op.getResults())
    result.replaceAllUsesWith(next.getResult(result.getResultNumber()));
  op.erase();
  return next;
}

WhileOp sinter::writeTapes(WhileOp op, const TapePlan &plan,
                           LoopRecords &records) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto known = records.loops.find(op);
  bool isCounted = known != records.loops.end();
  LoopRecord record = isCounted ? known->second : LoopRecord();
  SmallVector<Value> inits;
  if (!isCounted) {
    record.trips = op.getNumResults();
    inits.push_back(integerScalar(builder, loc, 0));
  }
  SmallVector<unsigned> added;
  uint64_t rows =
      plan.spacing ? llvm::divideCeil(op.getLimit(), plan.spacing) : 0;
  if (plan.spacing)
    for (unsigned value : plan.taped) {
      unsigned result = op.getNumResults() + inits.size();
      if (!record.tapes.try_emplace({value, plan.spacing}, result).second)
        continue;
      added.push_back(value);
      inits.push_back(
          makeSplat(builder, loc, tapeType(op.getResult(value), rows), 0.0));
    }
  if (inits.empty())
    return op;

  records.loops.erase(op);
  WhileOp next = withCarried(op, inits);
  Block &body = next.getBody().front();
  Operation *yield = body.getTerminator();
  Value number = body.getArgument(record.trips);
  builder.setInsertionPointToStart(&body);
  SmallVector<Value> after(yield->getOperands());
  if (!isCounted)
    after.push_back(
        AddOp::create(builder, loc, number, integerScalar(builder, loc, 1)));
  Value row = added.empty()
                  ? Value()
                  : rowOfTrip(builder, loc, number, plan.spacing, rows);
  for (unsigned value : added) {
    Value tape = body.getArgument(record.tapes[{value, plan.spacing}]);
    after.push_back(writeRow(builder, loc, body.getArgument(value), tape, row));
  }
  yield->setOperands(after);
  records.loops[next] = std::move(record);
  return next;
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

/// The carried values `values` of `op`, whose next ones depend on no others,
/// `count` trips after they were `starts`.
static ValueRange replayTrips(OpBuilder &builder, Location loc, WhileOp op,
                              ArrayRef<unsigned> values, ArrayRef<Value> starts,
                              Value count, uint64_t limit) {
  SmallVector<Value> inits = {integerScalar(builder, loc, 0)};
  llvm::append_range(inits, starts);
  WhileOp replay = WhileOp::create(builder, loc, TypeRange(ValueRange(inits)),
                                   inits, limit, ArrayAttr());
  Block &condition = replay.getCondition().emplaceBlock();
  Block &body = replay.getBody().emplaceBlock();
  for (Block *block : {&condition, &body})
    for (Value init : inits)
      block->addArgument(init.getType(), loc);

  OpBuilder inside = OpBuilder::atBlockEnd(&condition);
  Value goesOn = CompareOp::create(inside, loc, Predicate::LT,
                                   condition.getArgument(0), count);
  YieldOp::create(inside, loc, goesOn);

  // What the copy computes for other carried values nothing reads.
  inside.setInsertionPointToEnd(&body);
  Block &original = op.getBody().front();
  IRMapping mapping;
  for (BlockArgument argument : original.getArguments())
    mapping.map(argument, op.getInits()[argument.getArgNumber()]);
  for (auto [i, value] : llvm::enumerate(values))
    mapping.map(original.getArgument(value), body.getArgument(i + 1));
  copyInto(inside, original, mapping);
  Value one = integerScalar(inside, loc, 1);
  SmallVector<Value> next = {
      AddOp::create(inside, loc, body.getArgument(0), one)};
  for (unsigned value : values)
    next.push_back(
        mapping.lookupOrDefault(original.getTerminator()->getOperand(value)));
  YieldOp::create(inside, loc, next);
  eraseUnread(body);
  return replay.getResults().drop_front();
}

SmallVector<Value> sinter::readTapes(OpBuilder &builder, Location loc,
                                     WhileOp op, const TapePlan &plan,
                                     const LoopRecord &record, Value number) {
  if (plan.needed.empty())
    return {};
  Value row = number, count = number;
  if (plan.spacing > 1) {
    Value distance = integerScalar(builder, loc, plan.spacing);
    row = FloorDivOp::create(builder, loc, number, distance);
    count = ModOp::create(builder, loc, number, distance);
  }
  SmallVector<Value> values;
  for (unsigned value : plan.taped) {
    if (!plan.spacing) {
      values.push_back(op.getInits()[value]);
      continue;
    }
    Value tape = op.getResult(record.tapes.at({value, plan.spacing}));
    values.push_back(GatherOp::create(builder, loc, tape, ValueRange(row),
                                      ArrayRef<int64_t>{0}));
  }
  if (plan.spacing != 1) {
    uint64_t limit = plan.spacing ? plan.spacing : op.getLimit();
    values = llvm::to_vector(
        replayTrips(builder, loc, op, plan.taped, values, count, limit));
  }
  // `taped` begins with `needed`.
  values.truncate(plan.needed.size());
  return values;
}
