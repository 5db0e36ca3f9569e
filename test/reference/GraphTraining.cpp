//===- GraphTraining.cpp - Losses, gradients, optimizers ------------------===//

#include "test/reference/GraphTraining.h"
#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static SmallVector<int64_t> allAxes(Value value) {
  return llvm::to_vector(llvm::seq<int64_t>(0, typeOf(value).getRank()));
}

namespace {
/// Writes operations at the end of a function.
class Writer {
public:
  Writer(func::FuncOp function, Draw &draw)
      : builder(OpBuilder::atBlockEnd(&function.getBody().front())), draw(draw),
        loc(builder.getUnknownLoc()) {}

  OpBuilder builder;
  Draw &draw;
  Location loc;

  template <typename OpTy, typename... Args>
  Value make(Args &&...args) {
    return OpTy::create(builder, loc, std::forward<Args>(args)...)
        ->getResult(0);
  }
  Value number(Value like, double value) {
    return makeSplat(builder, loc, typeOf(like), value);
  }
  Value scale(Value value, double factor) {
    Value splat = number(value, factor);
    return make<MulOp>(value, splat);
  }
  Value castTo(Value value, RankedTensorType type) {
    return value.getType() == type ? value : make<CastOp>(type, value);
  }

  Value mean(Value value);
  GradientOp gradient(Value target, ValueRange wrt, Value seed);
};
} // namespace

/// The mean of a float tensor, rows counted at run time.
Value Writer::mean(Value value) {
  double elements = 1;
  StringAttr rows;
  int64_t bound = 0;
  for (const Dim &dim : dimsOf(value)) {
    if (dim.isDynamic()) {
      rows = dim.name;
      bound = dim.size;
    } else {
      elements *= double(std::max<int64_t>(dim.size, 1));
    }
  }
  Value sum = typeOf(value).getRank()
                  ? make<ReduceOp>(ReduceKind::Sum, value, allAxes(value))
                  : value;
  sum = scale(sum, 1 / elements);
  if (!rows)
    return sum;
  Value count = make<ExtentOp>(rows, builder.getI64IntegerAttr(bound));
  return make<DivOp>(sum, castTo(count, typeOf(sum)));
}

GradientOp Writer::gradient(Value target, ValueRange wrt, Value seed) {
  SmallVector<Attribute> names;
  for (size_t i = 0; i < wrt.size(); ++i)
    names.push_back(builder.getStringAttr("w" + std::to_string(i)));
  return GradientOp::create(builder, loc, wrt.getTypes(), target, wrt, seed,
                            builder.getArrayAttr(names));
}

//===----------------------------------------------------------------------===//
// Loss
//===----------------------------------------------------------------------===//

/// The means of the ends, or of their squares, summed.
static Value writeLoss(Writer &writer, ValueRange ends,
                       RankedTensorType scalar) {
  Value loss;
  for (Value end : ends) {
    Value value = end;
    if (!holdsFloats(end.getType()))
      value =
          writer.castTo(end, withElement(typeOf(end), scalar.getElementType()));
    if (writer.draw.flip(0.5))
      value = writer.make<MulOp>(value, value);
    Value term = writer.castTo(writer.mean(value), scalar);
    loss = loss ? writer.make<AddOp>(loss, term) : term;
  }
  return loss ? loss : makeSplat(writer.builder, writer.loc, scalar, 1.0);
}

/// The loss plus a tenth of the sum of the squares of its gradient by `w`.
static Value writePenalty(Writer &writer, Value loss, Value w) {
  Value slope = writer.gradient(loss, w, {}).getResult(0);
  Value square = writer.make<MulOp>(slope, slope);
  if (typeOf(square).getRank())
    square = writer.make<ReduceOp>(ReduceKind::Sum, square, allAxes(square));
  Value term = writer.scale(writer.castTo(square, typeOf(loss)), 0.1);
  return writer.make<AddOp>(loss, term);
}

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

namespace {
/// An optimizer's region: parameter, gradient, states, and the step's number.
struct RuleValues {
  Value parameter, gradient, step;
  ArrayRef<BlockArgument> states;
};
using Rule = SmallVector<Value> (*)(Writer &, const RuleValues &);
struct Optimizer {
  unsigned numStates;
  Rule write;
};
} // namespace

static Value descend(Writer &writer, Value parameter, Value direction) {
  return writer.make<SubOp>(parameter, writer.scale(direction, 0.05));
}

static SmallVector<Value> writeSGD(Writer &writer, const RuleValues &v) {
  return {descend(writer, v.parameter, v.gradient)};
}

static SmallVector<Value> writeMomentum(Writer &writer, const RuleValues &v) {
  Value next = writer.make<AddOp>(writer.scale(v.states[0], 0.9), v.gradient);
  return {descend(writer, v.parameter, next), next};
}

static SmallVector<Value> writeAdagrad(Writer &writer, const RuleValues &v) {
  Value square = writer.make<MulOp>(v.gradient, v.gradient);
  Value sum = writer.make<AddOp>(v.states[0], square);
  // Large, lest a gradient of nothing but rounding errors become a step.
  Value offset = writer.number(sum, 0.01);
  Value root = writer.make<SqrtOp>(writer.make<AddOp>(sum, offset));
  return {descend(writer, v.parameter, writer.make<DivOp>(v.gradient, root)),
          sum};
}

/// value / (1 - decay ** step)
static Value unbias(Writer &writer, Value value, double decay, Value step) {
  Value exponent = writer.castTo(
      step, RankedTensorType::get({}, elementOf(value.getType())));
  Value base = writer.number(exponent, decay);
  Value one = writer.number(exponent, 1.0);
  Value power = writer.make<PowOp>(exponent.getType(), base, exponent);
  Value rest = writer.make<SubOp>(one, power);
  Value all =
      writer.make<BroadcastOp>(value.getType(), rest, ArrayRef<int64_t>());
  return writer.make<DivOp>(value, all);
}

static SmallVector<Value> writeAdam(Writer &writer, const RuleValues &v) {
  Value first = writer.scale(v.states[0], 0.9);
  first = writer.make<AddOp>(first, writer.scale(v.gradient, 0.1));
  Value square = writer.make<MulOp>(v.gradient, v.gradient);
  Value second = writer.scale(v.states[1], 0.999);
  second = writer.make<AddOp>(second, writer.scale(square, 0.001));
  Value spread = unbias(writer, second, 0.999, v.step);
  Value offset = writer.number(spread, 0.01);
  Value root = writer.make<SqrtOp>(writer.make<AddOp>(spread, offset));
  Value mean = unbias(writer, first, 0.9, v.step);
  return {descend(writer, v.parameter, writer.make<DivOp>(mean, root)), first,
          second};
}

static const Optimizer optimizers[] = {
    {0, writeSGD}, {1, writeMomentum}, {1, writeAdagrad}, {2, writeAdam}};

static void writeUpdate(Writer &writer, func::FuncOp step, LoadOp parameter,
                        Value gradient, Value number) {
  const Optimizer &optimizer = writer.draw.pick(optimizers);
  RankedTensorType type = typeOf(parameter);
  OpBuilder atTop(step);
  SmallVector<Attribute> states;
  for (unsigned i = 0; i < optimizer.numStates; ++i) {
    std::string name =
        (parameter.getSymbol() + "/state" + std::to_string(i)).str();
    GlobalOp::create(atTop, writer.loc, atTop.getStringAttr(name),
                     GlobalKindAttr::get(atTop.getContext(), GlobalKind::State),
                     TypeAttr::get(type), atTop.getStringAttr(name),
                     atTop.getStringAttr(experimentName), IntegerAttr());
    states.push_back(FlatSymbolRefAttr::get(atTop.getContext(), name));
  }
  UpdateOp update =
      UpdateOp::create(writer.builder, writer.loc, parameter.getSymbolAttr(),
                       gradient, atTop.getArrayAttr(states));
  OpBuilder::InsertionGuard guard(writer.builder);
  SmallVector<Type> types(2 + optimizer.numStates, type);
  SmallVector<Location> locs(types.size(), writer.loc);
  Block *block = writer.builder.createBlock(&update.getBody(), {}, types, locs);
  SmallVector<Value> next =
      optimizer.write(writer, {block->getArgument(0), block->getArgument(1),
                               number, block->getArguments().drop_front(2)});
  YieldOp::create(writer.builder, writer.loc, next);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static Value addArgument(func::FuncOp function, Type type, StringRef name,
                         StringRef kind) {
  Builder builder(function.getContext());
  NamedAttribute attributes[] = {
      builder.getNamedAttr(nameAttr, builder.getStringAttr(name)),
      builder.getNamedAttr(kindAttr, builder.getStringAttr(kind))};
  unsigned index = function.getNumArguments();
  (void)function.insertArgument(index, type,
                                builder.getDictionaryAttr(attributes),
                                builder.getUnknownLoc());
  return function.getArgument(index);
}

/// Ends the function by returning `results`, named.
static void finish(func::FuncOp function, ValueRange results,
                   ArrayRef<StringRef> names) {
  OpBuilder builder = OpBuilder::atBlockEnd(&function.getBody().front());
  func::ReturnOp::create(builder, builder.getUnknownLoc(), results);
  ArrayAttr arguments = function.getAllArgAttrs();
  function.setType(
      builder.getFunctionType(function.getArgumentTypes(), results.getTypes()));
  if (arguments)
    function.setAllArgAttrs(arguments);
  for (auto [index, name] : llvm::enumerate(names))
    function.setResultAttr(index, nameAttr, builder.getStringAttr(name));
}

/// Adds a metric, the mean of one of the step's values over the rows, if what
/// it is made of can be accumulated over batches.
static void addMetric(func::FuncOp step, ArrayRef<Value> ends, Draw &draw) {
  SmallVector<Value> fitting;
  for (Value end : ends)
    if (holdsFloats(end.getType()) && !typeOf(end).hasStaticShape())
      fitting.push_back(end);
  bool hasRows = llvm::any_of(step.getArgumentTypes(), [](Type type) {
    return !cast<RankedTensorType>(type).hasStaticShape();
  });
  if (fitting.empty() || !hasRows)
    return;
  ModuleOp module = step->getParentOfType<ModuleOp>();
  Operation *end = step.getBody().front().getTerminator();
  Operation *last = end->getPrevNode();
  Writer writer(step, draw);
  writer.builder.setInsertionPoint(end);
  Value metric = writer.mean(draw.pick(fitting));
  SmallVector<Value> results = {end->getOperand(0), metric};
  end->erase();
  finish(step, results, {"loss", "metric"});
  OwningOpRef<ModuleOp> trial = module.clone();
  ScopedDiagnosticHandler quiet(module.getContext(),
                                [](Diagnostic &) { return success(); });
  PassManager pm(module.getContext());
  pm.addPass(createDifferentiate());
  pm.addPass(createSplitMetrics());
  if (succeeded(pm.run(*trial)))
    return;
  step.getBody().front().getTerminator()->erase();
  while (&step.getBody().front().back() != last)
    step.getBody().front().back().erase();
  finish(step, results[0], {"loss"});
}

/// Adds a function `step`: the graph of `eval`, a loss, perhaps a penalty on a
/// gradient, and an optimizer's rule for every parameter. The `ends` become its
/// own.
static func::FuncOp addTrainingStep(func::FuncOp eval, SmallVector<Value> &ends,
                                    GraphBuilder &graph) {
  OpBuilder builder(eval);
  builder.setInsertionPointAfter(eval);
  IRMapping mapping;
  func::FuncOp step = cast<func::FuncOp>(builder.clone(*eval, mapping));
  step.setSymName("step");
  step->setAttr(roleAttr, builder.getStringAttr("train_step"));
  step->setAttr(ownerAttr, builder.getStringAttr(experimentName));
  Value number = addArgument(
      step, RankedTensorType::get({}, builder.getI64Type()), "step", "step");

  Writer writer(step, graph.draw);
  for (Value &end : ends)
    end = mapping.lookup(end);
  Type element = graph.randomElement(Floats);
  Value loss = writeLoss(writer, ends, RankedTensorType::get({}, element));
  SmallVector<Value> parameters;
  for (LoadOp load : step.getOps<LoadOp>())
    if (holdsFloats(load.getType()) &&
        !llvm::any_of(parameters, [&](Value parameter) {
          return parameter.getDefiningOp<LoadOp>().getSymbol() ==
                 load.getSymbol();
        }))
      parameters.push_back(load);
  if (!parameters.empty() && graph.draw.flip(1.0 / 6))
    loss = writePenalty(writer, loss, graph.draw.pick(parameters));
  if (graph.draw.flip(0.5))
    GuardOp::create(writer.builder, writer.loc, loss,
                    builder.getStringAttr("loss"));
  llvm::erase_if(parameters, [&](Value parameter) {
    GlobalOp global = SymbolTable::lookupNearestSymbolFrom<GlobalOp>(
        step, parameter.getDefiningOp<LoadOp>().getSymbolAttr());
    return global.getKind() != GlobalKind::Param;
  });
  if (!parameters.empty()) {
    GradientOp gradient = writer.gradient(loss, parameters, {});
    for (auto [index, parameter] : llvm::enumerate(parameters))
      writeUpdate(writer, step, parameter.getDefiningOp<LoadOp>(),
                  gradient.getResult(index), number);
  }
  finish(step, loss, {"loss"});
  return step;
}

/// Lets `eval` return its ends and the gradient of one of them.
static void addGradientOfEnd(func::FuncOp eval, ArrayRef<Value> ends,
                             GraphBuilder &graph) {
  Writer writer(eval, graph.draw);
  SmallVector<Value> results(ends);
  SmallVector<Value> targets, wrt;
  for (Value end : ends)
    if (holdsFloats(end.getType()))
      targets.push_back(end);
  for (BlockArgument argument : eval.getArguments())
    if (holdsFloats(argument.getType()))
      wrt.push_back(argument);
  for (LoadOp load : eval.getOps<LoadOp>())
    if (holdsFloats(load.getType()))
      wrt.push_back(load);
  if (!targets.empty() && !wrt.empty()) {
    Value target = graph.draw.pick(targets);
    // With respect to what is computed on the way, too.
    if (Operation *from = target.getDefiningOp())
      if (from->getNumOperands() &&
          holdsFloats(from->getOperand(0).getType()) &&
          !llvm::is_contained(wrt, from->getOperand(0)))
        wrt.push_back(from->getOperand(0));
    Value seed = addArgument(eval, target.getType(), "seed", "feed");
    GradientOp gradient = writer.gradient(target, wrt, seed);
    llvm::append_range(results, gradient.getResults());
  }
  finish(eval, results, {});
}

void sinter::addUses(func::FuncOp eval, ArrayRef<Value> ends,
                     GraphBuilder &graph) {
  SmallVector<Value> endsOfStep(ends);
  func::FuncOp step = addTrainingStep(eval, endsOfStep, graph);
  addGradientOfEnd(eval, ends, graph);
  if (graph.draw.flip(0.5))
    addMetric(step, endsOfStep, graph.draw);
}
