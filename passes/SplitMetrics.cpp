//===- SplitMetrics.cpp - Accumulate the metrics of an epoch --------------===//
//
// A metric is a function f(r1, r2, ...) of reductions over run-time dimensions
// and of their extents. The step adds each r to its accumulator, the epoch's
// function computes f of the accumulators:
//
//   step:     r1 -> [global], r2 -> [global], extent -> [global]
//   metrics:  f([global], [global], [global])
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "passes/Regions.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace sinter {
#define GEN_PASS_DEF_SPLITMETRICS
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

using OpSet = SmallPtrSet<Operation *, 32>;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The first run-time dimension of `value`.
static std::optional<Dim> runTimeDim(Value value) {
  for (const Dim &dim : dimsOf(value))
    if (dim.isDynamic())
      return dim;
  return std::nullopt;
}

/// The operation makes a tensor without run-time dimensions of some with them.
static bool reducesRunTimeDims(Operation *op) {
  return isa<ReduceOp, ContractOp>(op) && !runTimeDim(op->getResult(0)) &&
         llvm::any_of(op->getOperands(), [](Value value) {
           return runTimeDim(value).has_value();
         });
}

static unsigned countRunTimeDims(ValueRange values) {
  unsigned most = 0;
  for (Value value : values)
    most = std::max<unsigned>(most, typeOf(value).getNumDynamicDims());
  return most;
}

/// The operation makes one value of many rows; there may be one for each row.
static bool reducesRows(Operation *op) {
  return isa<ReduceOp, ContractOp>(op) &&
         countRunTimeDims(op->getResults()) <
             countRunTimeDims(op->getOperands());
}

/// A contraction adds up as a sum does.
static ReduceKind accumulationKind(Operation *op) {
  ReduceOp reduce = dyn_cast<ReduceOp>(op);
  return reduce ? reduce.getKind() : ReduceKind::Sum;
}

/// The operations that `roots` depend on and for which `isLast` does not end
/// the way, and those for which it does.
static OpSet backwardSlice(ValueRange roots,
                           function_ref<bool(Operation *)> isLast) {
  OpSet slice;
  SmallVector<Value> worklist(roots);
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val().getDefiningOp();
    if (op && slice.insert(op).second && !isLast(op))
      forEachRead(op, [&](Value value) { worklist.push_back(value); });
  }
  return slice;
}

static OpSet backwardSlice(ValueRange roots) {
  return backwardSlice(roots, [](Operation *) { return false; });
}

/// The reductions over run-time dimensions that `metric` is computed from and
/// what stands between them and it, in program order.
static SmallVector<Operation *> metricGraph(Value metric) {
  OpSet slice = backwardSlice(metric, reducesRunTimeDims);
  SmallVector<Operation *> ops(slice.begin(), slice.end());
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return ops;
}

static Value toF64(OpBuilder &builder, Location loc, Value value) {
  RankedTensorType type = withElement(typeOf(value), builder.getF64Type());
  return type == value.getType() ? value
                                 : CastOp::create(builder, loc, type, value);
}

//===----------------------------------------------------------------------===//
// What the step's function and the epoch's share: the accumulators
//===----------------------------------------------------------------------===//

namespace {
class Accumulators {
public:
  Accumulators(func::FuncOp step, func::FuncOp epoch, StringRef phase,
               std::optional<Dim> batch, SymbolTable &symbols);

  /// Adds `value` of the step (for max and min: takes the extreme) to a new
  /// global; returns the epoch's value, in f64.
  Value accumulate(const Twine &name, Value value, ReduceKind kind);

  /// The number of examples, in f64.
  Value examplesOfStep() const { return stepExamples; }
  Value examplesOfEpoch() const { return epochExamples; }

  OpBuilder atStep, atEpoch;

private:
  Value combine(Location loc, Value total, Value value, ReduceKind kind);

  func::FuncOp step;
  std::string phase;
  SymbolTable &symbols;
  Value stepExamples, examplesBefore, epochExamples;
};
} // namespace

Accumulators::Accumulators(func::FuncOp step, func::FuncOp epoch,
                           StringRef phase, std::optional<Dim> batch,
                           SymbolTable &symbols)
    : atStep(step.getBody().front().getTerminator()),
      atEpoch(OpBuilder::atBlockEnd(&epoch.getBody().front())), step(step),
      phase(phase), symbols(symbols) {
  Location loc = step.getLoc();
  stepExamples =
      batch ? toF64(atStep, loc,
                    ExtentOp::create(atStep, loc, batch->name, batch->size))
            : makeSplat(atStep, loc, scalarOf(atStep.getF64Type()), 1.0);
  epochExamples = accumulate("loss.count", stepExamples, ReduceKind::Sum);
}

Value Accumulators::combine(Location loc, Value total, Value value,
                            ReduceKind kind) {
  if (kind == ReduceKind::Sum)
    return AddOp::create(atStep, loc, total, value);
  Value extreme =
      kind == ReduceKind::Max
          ? MaximumOp::create(atStep, loc, total, value).getResult()
          : MinimumOp::create(atStep, loc, total, value).getResult();
  // An epoch begins with zeros in the globals, which is no extreme yet.
  Value none = makeSplat(atStep, loc, typeOf(examplesBefore), 0.0);
  Value isFirst =
      CompareOp::create(atStep, loc, Predicate::EQ, examplesBefore, none);
  RankedTensorType type = typeOf(value);
  if (type.getRank() != 0)
    isFirst =
        BroadcastOp::create(atStep, loc, withElement(type, atStep.getI1Type()),
                            isFirst, ArrayRef<int64_t>());
  return SelectOp::create(atStep, loc, type, isFirst, value, extreme);
}

Value Accumulators::accumulate(const Twine &name, Value value,
                               ReduceKind kind) {
  Location loc = value.getLoc();
  StringRef owner = step->getAttrOfType<StringAttr>(ownerAttr).getValue();
  std::string place = (phase + "." + name).str();
  Value addend = toF64(atStep, loc, value);
  RankedTensorType type = typeOf(addend);

  OpBuilder atModule(step);
  // No name of a program begins with "metric/": it is a word of the language.
  GlobalOp global = GlobalOp::create(
      atModule, loc, (owner + "/" + place).str(), GlobalKind::Metric, type,
      "metric/" + place, owner, /*offset=*/IntegerAttr());
  symbols.insert(global);
  Value total = LoadOp::create(atStep, loc, type, global.getSymName());
  if (!examplesBefore)
    examplesBefore = total;
  StoreOp::create(atStep, loc, combine(loc, total, addend, kind),
                  global.getSymName());
  return LoadOp::create(atEpoch, loc, type, global.getSymName());
}

//===----------------------------------------------------------------------===//
// Legality
//===----------------------------------------------------------------------===//

/// What the examples' own values that `loss` depends on are computed from.
/// Statistics of the batch in there (normalisation, for one) are the model's.
/// The mean that makes a loss of them is not: in its gradient is a number of
/// rows that would have to be the epoch's.
static OpSet modelOf(Value loss) {
  SmallVector<Value> rows;
  for (Operation *op : backwardSlice(loss))
    llvm::copy_if(op->getResults(), std::back_inserter(rows),
                  [](Value result) { return runTimeDim(result).has_value(); });
  return backwardSlice(rows);
}

/// Reduction `op` of a metric can run over the epoch instead of the batch.
static LogicalResult checkAccumulation(StringRef name, Operation *op,
                                       const OpSet &model) {
  ReduceKind kind = accumulationKind(op);
  if (!llvm::is_contained({ReduceKind::Sum, ReduceKind::Max, ReduceKind::Min},
                          kind))
    return emitError(op->getLoc(), "metric '")
           << name << "': '" << stringifyReduceKind(kind)
           << "' over the batch cannot be accumulated over an epoch";
  if (countRunTimeDims(op->getOperands()) > 1)
    return emitError(op->getLoc(), "metric '")
           << name
           << "': a reduction over pairs of examples cannot be accumulated "
              "over an epoch";
  StringRef of;
  for (Operation *inner : backwardSlice(op->getOperands())) {
    if (model.contains(inner))
      continue;
    if (reducesRows(inner))
      of = "another one";
    else if (isa<ExtentOp>(inner) && of.empty())
      of = "what depends on its number of rows";
  }
  if (!of.empty())
    return emitError(op->getLoc(), "metric '")
           << name << "': a reduction over the batch of " << of
           << " cannot be accumulated over an epoch";
  return success();
}

/// Whether what is computed in `region` depends on how many rows a batch has.
static bool readsBatch(Region &region) {
  return region
      .walk([](Operation *op) {
        return isa<ExtentOp>(op) || reducesRunTimeDims(op)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

static LogicalResult checkMetric(StringRef name, Value metric,
                                 ArrayRef<Operation *> graph,
                                 const OpSet &model) {
  if (typeOf(metric).getRank() != 0)
    return emitError(metric.getLoc(), "metric '")
           << name << "' is one number or one for each example, got "
           << toString(dimsOf(metric));
  if (graph.empty())
    return emitError(metric.getLoc(), "metric '")
           << name << "' is a value that only a step has";
  for (Operation *op : graph)
    if (llvm::any_of(op->getRegions(),
                     [](Region &region) { return readsBatch(region); }))
      return emitError(op->getLoc(), "metric '")
             << name
             << "': a reduction over the batch cannot stand in a branch or "
                "loop that is decided at run time";
  for (Operation *op : graph) {
    if (reducesRunTimeDims(op)) {
      if (failed(checkAccumulation(name, op, model)))
        return failure();
      continue;
    }
    bool readsArgument = false;
    forEachRead(
        op, [&](Value value) { readsArgument |= isa<BlockArgument>(value); });
    if (readsArgument)
      return emitError(op->getLoc(), "metric '")
             << name << "' needs a value that only a step has";
    if (llvm::any_of(op->getResults(), runTimeDim))
      return emitError(op->getLoc(), "metric '")
             << name << "' needs a sum, mean, max or min over the batch";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Splitting
//===----------------------------------------------------------------------===//

/// The mean over all elements of one value per example, as a step computes it.
static Value meanOverExamples(Accumulators &accumulators, Value metric) {
  OpBuilder &builder = accumulators.atStep;
  Location loc = metric.getLoc();
  int64_t perExample = 1;
  SmallVector<int64_t> axes;
  for (auto [axis, dim] : llvm::enumerate(dimsOf(metric))) {
    axes.push_back(axis);
    perExample *= dim.isDynamic() ? 1 : dim.size;
  }
  Value sum = ReduceOp::create(builder, loc, ReduceKind::Sum,
                               toF64(builder, loc, metric), axes);
  Value examples = accumulators.examplesOfStep();
  Value count =
      MulOp::create(builder, loc, examples,
                    makeSplat(builder, loc, typeOf(examples), perExample));
  return DivOp::create(builder, loc, sum, count);
}

/// The loss of an epoch weighs each batch by its examples.
static Value splitLoss(Accumulators &accumulators, Value loss) {
  Location loc = loss.getLoc();
  Value weighted = MulOp::create(accumulators.atStep, loc,
                                 toF64(accumulators.atStep, loc, loss),
                                 accumulators.examplesOfStep());
  Value sum = accumulators.accumulate("loss", weighted, ReduceKind::Sum);
  return DivOp::create(accumulators.atEpoch, loc, sum,
                       accumulators.examplesOfEpoch());
}

/// Gives the reductions of a metric accumulators and computes it from them in
/// the epoch's function. Returns null after an error.
static Value splitMetric(Accumulators &accumulators, StringRef name,
                         Value metric, const OpSet &model,
                         IRMapping &epochValues) {
  if (runTimeDim(metric))
    metric = meanOverExamples(accumulators, metric);
  SmallVector<Operation *> graph = metricGraph(metric);
  if (failed(checkMetric(name, metric, graph, model)))
    return {};

  OpBuilder &builder = accumulators.atEpoch;
  unsigned numAccumulators = 0;
  for (Operation *op : graph) {
    // Metrics share what they have in common.
    Value result = op->getResult(0), total;
    if (epochValues.contains(result))
      continue;
    if (isa<ExtentOp>(op)) {
      total = accumulators.examplesOfEpoch();
    } else if (reducesRunTimeDims(op)) {
      std::string label = name.str();
      if (unsigned number = numAccumulators++)
        label += "." + std::to_string(number);
      total = accumulators.accumulate(label, result, accumulationKind(op));
    } else {
      builder.clone(*op, epochValues)->removeAttr(residualAttr);
      continue;
    }
    if (total.getType() != result.getType())
      total = CastOp::create(builder, result.getLoc(), result.getType(), total);
    epochValues.map(result, total);
  }
  return epochValues.lookup(metric);
}

static StringRef resultName(func::FuncOp function, unsigned index) {
  StringAttr name = function.getResultAttrOfType<StringAttr>(index, nameAttr);
  return name ? name.getValue() : StringRef();
}

/// The one run-time dimension of a step, if it has any.
static FailureOr<std::optional<Dim>> findBatch(func::FuncOp step) {
  std::optional<Dim> batch;
  for (BlockArgument argument : step.getArguments()) {
    std::optional<Dim> dim = runTimeDim(argument);
    if (batch && dim && *batch != *dim)
      return step.emitError("metrics over two run-time dimensions, '")
             << batch->name.getValue() << "' and '" << dim->name.getValue()
             << "'";
    if (dim)
      batch = dim;
  }
  return batch;
}

/// An empty function of role ROLE_metrics beside a step of role ROLE_step.
static func::FuncOp createEpochFunction(func::FuncOp step, StringRef phase,
                                        SymbolTable &symbols) {
  OpBuilder builder(step.getContext());
  StringAttr owner = step->getAttrOfType<StringAttr>(ownerAttr);
  std::string role = (phase + "_metrics").str();
  func::FuncOp epoch =
      func::FuncOp::create(step.getLoc(), (owner.getValue() + "." + role).str(),
                           builder.getFunctionType({}, {}));
  epoch->setAttr(ownerAttr, owner);
  epoch->setAttr(roleAttr, builder.getStringAttr(role));
  epoch.addEntryBlock();
  symbols.insert(epoch, std::next(step->getIterator()));
  return epoch;
}

/// Returns `values` from `function`, under the names that the step gave them.
static void finishEpochFunction(func::FuncOp function, func::FuncOp step,
                                Accumulators &accumulators,
                                ArrayRef<Value> values) {
  OpBuilder &builder = accumulators.atEpoch;
  SmallVector<Value> results;
  for (Value value : values)
    results.push_back(isa<FloatType>(typeOf(value).getElementType())
                          ? value
                          : toF64(builder, value.getLoc(), value));
  func::ReturnOp::create(builder, step.getLoc(), results);
  function.setFunctionType(
      builder.getFunctionType({}, ValueRange(results).getTypes()));
  for (unsigned index = 0; index < results.size(); ++index)
    function.setResultAttr(index, nameAttr,
                           builder.getStringAttr(resultName(step, index)));
}

/// Leaves the loss, result 0, and removes what only the metrics needed.
static void dropMetrics(func::FuncOp step) {
  Operation *ret = step.getBody().front().getTerminator();
  llvm::BitVector metrics(step.getNumResults(), true);
  metrics.reset(0);
  ret->eraseOperands(metrics);
  (void)step.eraseResults(metrics);
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(step.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

static LogicalResult splitStep(func::FuncOp step, StringRef phase,
                               SymbolTable &symbols) {
  if (step.getNumResults() == 0 || resultName(step, 0) != "loss")
    return step.emitError("a step's first result is its loss");
  FailureOr<std::optional<Dim>> batch = findBatch(step);
  if (failed(batch))
    return failure();
  func::FuncOp epoch = createEpochFunction(step, phase, symbols);
  Accumulators accumulators(step, epoch, phase, *batch, symbols);

  OperandRange values = step.getBody().front().getTerminator()->getOperands();
  OpSet model = modelOf(values.front());
  SmallVector<Value> results = {splitLoss(accumulators, values.front())};
  IRMapping epochValues;
  bool hasErrors = false;
  for (unsigned index = 1; index < values.size(); ++index) {
    Value result = splitMetric(accumulators, resultName(step, index),
                               values[index], model, epochValues);
    hasErrors |= !result;
    results.push_back(result);
  }
  if (hasErrors)
    return failure();
  finishEpochFunction(epoch, step, accumulators, results);
  dropMetrics(step);
  return success();
}

namespace {
struct SplitMetricsPass : sinter::impl::SplitMetricsBase<SplitMetricsPass> {
  using SplitMetricsBase::SplitMetricsBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (func::FuncOp function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      StringAttr role = function->getAttrOfType<StringAttr>(roleAttr);
      if (!role || !function->hasAttr(ownerAttr))
        continue;
      for (StringRef phase : {"train", "eval"})
        // Training and evaluation have the same metrics: one report is enough.
        if (role.getValue() == (phase + "_step").str() &&
            failed(splitStep(function, phase, symbols)))
          return signalPassFailure();
    }
  }
};
} // namespace
