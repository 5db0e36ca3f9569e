//===- Optimizer.cpp - Update rules ---------------------------------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

/// A number becomes a run-time scalar of that name, which the command line may
/// change; everything else stays.
Object Elaborator::hyperParameter(Loc loc, StringRef name,
                                  const Object &value) {
  if (value.is<int64_t>() || value.is<double>())
    return Object::weak(frame->hyper(loc, name, value.number()));
  if (const Groups *groups = value.as<Groups>())
    return Object(Groups{std::make_shared<const Object>(hyperParameter(
                             loc, name.str() + ".weights", *groups->weights)),
                         std::make_shared<const Object>(hyperParameter(
                             loc, name.str() + ".biases", *groups->biases))});
  return value;
}

/// A name of the file's own may hide an optimizer's.
static void reportNoOptimizer(Emitter &emit, Loc loc,
                              const Declaration *found) {
  sinter::Diagnostic &error =
      emit.error(Code::WrongType, loc, "this is no optimizer");
  if (found)
    error.addNote(found->stmt->loc, "the name is that of this declaration");
  error.addHelp("'sgd(lr = 0.1)', or one declared with 'optimizer'");
}

bool Elaborator::evaluateOptimizer(Experiment &experiment, Scope &scope,
                                   OptimizerUse &use) {
  const Expr *expr = experiment.optimizer;
  const CallExpr *call = dyn_cast<CallExpr>(expr);
  const NameExpr *name = dyn_cast<NameExpr>(call ? call->callee : expr);
  Object object;
  if (name)
    object = evaluateName(name->loc, name->name, scope);
  const Declaration *declaration = object.as<Declaration>();
  if (!declaration || declaration->stmt->kind != Stmt::Kind::Optimizer) {
    if (!name || !object.isAbsorbing())
      reportNoOptimizer(emit, expr->loc, declaration);
    return false;
  }
  use.rule = cast<FunctionStmt>(declaration->stmt);
  if (use.rule->params.size() < 2) {
    emit.error(Code::WrongArguments, use.rule->nameLoc,
               "an optimizer takes a parameter and its gradient first")
        .addHelp("'optimizer " + use.rule->name + "(p, g, lr) { ... }'");
    return false;
  }
  ArrayRef<Parameter> parameters = use.rule->params.drop_front(2);
  size_t next = 0;
  if (call)
    for (const Argument &argument : call->args) {
      StringRef word = argument.name;
      if (word.empty() && next < parameters.size())
        word = parameters[next++].name;
      setting = word;
      Object value = evaluate(argument.value, scope);
      setting = {};
      if (value.isAbsorbing())
        return false;
      use.settings.push_back(
          {argument.value->loc, argument.name,
           hyperParameter(argument.value->loc, word, value)});
    }
  addLearningRate(use);
  return true;
}

/// The learning rate can be changed on the command line even where the rule's
/// default is used.
void Elaborator::addLearningRate(OptimizerUse &use) {
  ArrayRef<Parameter> parameters = use.rule->params.drop_front(2);
  const Parameter *rate = llvm::find_if(
      parameters, [](const Parameter &other) { return other.name == "lr"; });
  if (rate == parameters.end() || !rate->value)
    return;
  for (auto [i, given] : llvm::enumerate(use.settings))
    if (given.name == "lr" || (given.name.empty() && &parameters[i] == rate))
      return;
  bool isLibrary = use.rule->loc.file == emit.preludeFile;
  Loc loc = rate->value->loc;
  Object value = evaluate(rate->value, isLibrary ? *preludeScope : *fileScope);
  use.settings.push_back({loc, "lr", hyperParameter(loc, "lr", value)});
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

/// A build-time number or an expression of the step, as a scalar of `element`;
/// null after an error, and for None.
Value Elaborator::settingScalar(const Expr *expr, StringRef name, Type element,
                                Scope &scope) {
  setting = name;
  Object value = evaluate(expr, scope);
  setting = {};
  if (value.isNone())
    return {};
  if ((value.is<int64_t>() || value.is<double>()) && value.number() < 0) {
    emit.error(Code::BadValue, expr->loc,
               "'" + name + "' must not be negative");
    return {};
  }
  Object object = hyperParameter(expr->loc, name, value);
  if (object.isAbsorbing())
    return {};
  return coerce(expr->loc, object, scalarOf(element), "'" + name + "'");
}

/// Each gradient between -clip_value and clip_value.
void Elaborator::clipByValue(Experiment &experiment, Scope &scope,
                             MutableArrayRef<Value> gradients) {
  Loc loc = experiment.clipValue->loc;
  Value bound =
      settingScalar(experiment.clipValue, "clip_value", emit.f32(), scope);
  if (!bound)
    return;
  for (Value &gradient : gradients) {
    RankedTensorType type = cast<RankedTensorType>(gradient.getType());
    Value high = emit.broadcast(
        loc, emit.cast(loc, bound, type.getElementType()), dimsOf(type));
    gradient = emit.binary<MinimumOp>(loc, gradient, high);
    gradient =
        emit.binary<MaximumOp>(loc, gradient, emit.unary<NegOp>(loc, high));
  }
}

/// All gradients scaled so that their common norm is at most clip_norm.
void Elaborator::clipByNorm(Experiment &experiment, Scope &scope,
                            MutableArrayRef<Value> gradients) {
  Loc loc = experiment.clipNorm->loc;
  Value bound =
      settingScalar(experiment.clipNorm, "clip_norm", emit.f32(), scope);
  if (!bound)
    return;
  Value total;
  for (Value gradient : gradients) {
    SmallVector<int64_t> axes;
    for (size_t i = 0; i < dimsOf(gradient).size(); ++i)
      axes.push_back(i);
    Value square = emit.binary<MulOp>(loc, gradient, gradient);
    Value sum = emit.cast(loc, emit.reduce(loc, ReduceKind::Sum, square, axes),
                          emit.f32());
    total = total ? emit.binary<AddOp>(loc, total, sum) : sum;
  }
  RankedTensorType scalar = scalarOf(emit.f32());
  Value root = emit.unary<SqrtOp>(loc, total);
  Value norm = emit.binary<AddOp>(loc, root, emit.splat(loc, scalar, 1e-6));
  Value ratio = emit.binary<DivOp>(loc, bound, norm);
  Value factor = emit.binary<MinimumOp>(loc, ratio, emit.splat(loc, scalar, 1));
  for (Value &gradient : gradients) {
    Type element = cast<RankedTensorType>(gradient.getType()).getElementType();
    Value scale =
        emit.broadcast(loc, emit.cast(loc, factor, element), dimsOf(gradient));
    gradient = emit.binary<MulOp>(loc, gradient, scale);
  }
}

//===----------------------------------------------------------------------===//
// A step of the training
//===----------------------------------------------------------------------===//

void Elaborator::train(Experiment &experiment, ModelRun &run) {
  if (!experiment.optimizer)
    return;
  if (run.loss && experiment.parameters.empty()) {
    emit.error(Code::MissingDeclaration, experiment.model->nameLoc,
               "the model '" + experiment.model->name +
                   "' has no parameters to train");
    return;
  }
  DenseSet<Value> sources;
  if (run.loss)
    sources = sourcesOf(run.loss, /*stopped=*/false);
  for (ParameterInfo &info : experiment.parameters)
    info.isTrained = sources.contains(run.parameters.lookup(info.name));
  if (experiment.accumulate > 1) {
    if (run.loss)
      accumulate(experiment, run, lossGradients(experiment, run));
    return;
  }
  SmallVector<Value> gradients;
  if (run.loss)
    llvm::append_range(gradients, lossGradients(experiment, run));
  buildUpdates(experiment, gradients);
}

/// The parameters that an optimizer changes.
static SmallVector<const ParameterInfo *>
trainedParameters(const Experiment &experiment) {
  SmallVector<const ParameterInfo *> trained;
  for (const ParameterInfo &info : experiment.parameters)
    if (info.isTrained)
      trained.push_back(&info);
  return trained;
}

/// The loss's gradients with respect to the trained parameters, in their order.
ResultRange Elaborator::lossGradients(Experiment &experiment, ModelRun &run) {
  SmallVector<Value> values;
  SmallVector<Type> types;
  SmallVector<StringRef> names;
  for (const ParameterInfo *info : trainedParameters(experiment)) {
    values.push_back(run.parameters.lookup(info->name));
    types.push_back(info->type);
    names.push_back(info->name);
  }
  GradientOp gradient =
      GradientOp::create(emit.builder, emit.at(run.lossLoc), types, run.loss,
                         values, Value(), emit.builder.getStrArrayAttr(names));
  return gradient.getResults();
}

/// Clips the gradients and applies the optimizer's rule. Without gradients (the
/// loss has an error) only its settings are checked.
void Elaborator::buildUpdates(Experiment &experiment,
                              MutableArrayRef<Value> gradients) {
  model = nullptr;
  hasSteps = true;
  Scope &scope = newScope(fileScope);
  OptimizerUse use;
  if (!evaluateOptimizer(experiment, scope, use) || gradients.empty())
    return;
  if (experiment.clipValue)
    clipByValue(experiment, scope, gradients);
  if (experiment.clipNorm)
    clipByNorm(experiment, scope, gradients);
  for (auto [info, value] :
       llvm::zip(trainedParameters(experiment), gradients)) {
    unsigned errorsBefore = diagnostics.numErrors();
    buildUpdate(experiment, use, *info, value);
    if (diagnostics.numErrors() != errorsBefore)
      return;
  }
}

//===----------------------------------------------------------------------===//
// Accumulation
//===----------------------------------------------------------------------===//

static std::string sumName(StringRef name) {
  return ("accumulate/" + name).str();
}

/// Adds what the batch gives, times its examples, to sums that 'update' divides
/// by the examples of all batches: as one large batch would be averaged.
void Elaborator::accumulate(Experiment &experiment, ModelRun &run,
                            ValueRange gradients) {
  Loc loc = run.lossLoc;
  Value examples = emit.cast(loc, emit.extent(loc, run.batch), emit.f64());
  auto add = [&](StringRef name, Value value) {
    RankedTensorType type = cast<RankedTensorType>(value.getType());
    std::string label = sumName(name);
    std::string symbol = experiment.name + "/" + label;
    addGlobal(loc, GlobalKind::State, symbol, labelOf(experiment, label),
              experiment.name, type);
    Value sum = emit.load(loc, symbol, type);
    emit.store(loc, emit.binary<AddOp>(loc, sum, value), symbol);
  };
  auto weighted = [&](Value value) {
    RankedTensorType type = cast<RankedTensorType>(value.getType());
    Value weight = emit.broadcast(
        loc, emit.cast(loc, examples, type.getElementType()), dimsOf(type));
    return emit.binary<MulOp>(loc, value, weight);
  };
  for (auto [info, gradient] :
       llvm::zip(trainedParameters(experiment), gradients)) {
    WordScope word(emit, info->name);
    add(info->name, weighted(gradient));
  }
  add("loss", weighted(emit.cast(loc, run.loss, emit.f64())));
  add("examples", examples);
}

/// The mean that a sum of `accumulate` stands for; the sum is zero again.
Value Elaborator::meanOfBatches(Experiment &experiment, StringRef name,
                                RankedTensorType type, Value examples) {
  Loc loc = experiment.loc;
  std::string symbol = experiment.name + "/" + sumName(name);
  WordScope word(emit, name);
  Value sum = emit.load(loc, symbol, type);
  emit.store(loc, emit.splat(loc, type, 0), symbol);
  Value count = emit.broadcast(
      loc, emit.cast(loc, examples, type.getElementType()), dimsOf(type));
  return emit.binary<DivOp>(loc, sum, count);
}

/// The optimizer's step after the batches of `accumulate`.
void Elaborator::buildUpdateFunction(Experiment &experiment) {
  auto build = [&](Frame &function) {
    Loc loc = experiment.loc;
    RankedTensorType scalar = scalarOf(emit.f64());
    std::string symbol = experiment.name + "/" + sumName("examples");
    Value examples = emit.load(loc, symbol, scalar);
    emit.store(loc, emit.splat(loc, scalar, 0), symbol);
    SmallVector<Value> gradients;
    for (const ParameterInfo *info : trainedParameters(experiment))
      gradients.push_back(
          meanOfBatches(experiment, info->name, info->type, examples));
    function.addResult("loss",
                       meanOfBatches(experiment, "loss", scalar, examples));
    buildUpdates(experiment, gradients);
  };
  buildFunction(experiment, experiment.loc, "update", Draws::PerStep, build);
}

//===----------------------------------------------------------------------===//
// One parameter's update
//===----------------------------------------------------------------------===//

void Elaborator::buildUpdate(Experiment &experiment, const OptimizerUse &use,
                             const ParameterInfo &parameter, Value gradient) {
  const FunctionStmt *rule = use.rule;
  Loc loc = experiment.optimizer->loc;
  Frame *step = frame;
  ContextScope context(*this);
  frame = step;
  hasSteps = true;
  WordScope word(emit, parameter.name);
  UpdateOp op =
      UpdateOp::create(emit.builder, emit.at(loc),
                       FlatSymbolRefAttr::get(emit.context(), parameter.symbol),
                       gradient, emit.builder.getArrayAttr({}));
  mlir::Block &body = op.getBody().emplaceBlock();
  emit.builder.setInsertionPointToEnd(&body);
  Location place = emit.at(loc);
  BlockArgument p = body.addArgument(parameter.type, place);
  BlockArgument g = body.addArgument(parameter.type, place);

  bool isLibrary = rule->loc.file == emit.preludeFile;
  Scope &scope = newScope(isLibrary ? preludeScope : fileScope);
  scope.bind(rule->params[0].name,
             {Object(Value(p)), rule->params[0].loc, true});
  scope.bind(rule->params[1].name,
             {Object(Value(g)), rule->params[1].loc, true});
  std::vector<CallArgument> settings = use.settings;
  for (CallArgument &setting : settings)
    if (const Groups *groups = setting.value.as<Groups>()) {
      bool isWeight = parameter.type.getRank() >= 2;
      Object chosen = isWeight ? *groups->weights : *groups->biases;
      setting.value = chosen;
    }
  UpdateRun run{experiment, parameter, &body, {}, &scope};
  update = &run;
  blockKind = BlockKind::Optimizer;
  emit.calls.push_back(loc);
  if (bindArguments(loc, rule, rule->params.drop_front(2), settings, scope)) {
    streams.enter(rule->name);
    execute(*rule->body, scope);
    streams.leave();
    finishUpdate(op, rule, run);
  }
  emit.calls.pop_back();
}

/// Yields the parameter's and the states' next values.
void Elaborator::finishUpdate(UpdateOp op, const FunctionStmt *rule,
                              const UpdateRun &run) {
  SmallVector<Value> next;
  auto add = [&](Loc loc, Scope &scope, StringRef name, Type type) {
    const Object &object = scope.findHere(name)->object;
    next.push_back(
        coerce(loc, object, cast<RankedTensorType>(type), "'" + name + "'"));
  };
  add(rule->nameLoc, *run.scope, rule->params[0].name, run.parameter.type);
  SmallVector<StringRef> symbols;
  for (auto [i, state] : llvm::enumerate(run.states)) {
    add(state.loc, *state.scope, state.name,
        run.body->getArgument(i + 2).getType());
    symbols.push_back(state.symbol);
  }
  if (llvm::is_contained(next, Value()))
    return;
  SmallVector<Attribute> references;
  for (StringRef symbol : symbols)
    references.push_back(FlatSymbolRefAttr::get(emit.context(), symbol));
  op.setStatesAttr(emit.builder.getArrayAttr(references));
  YieldOp::create(emit.builder, emit.at(rule->nameLoc), next);
}

void Elaborator::executeState(const BindStmt *stmt, Scope &scope) {
  if (!update || blockKind != BlockKind::Optimizer)
    return executeModelState(stmt, scope);
  RankedTensorType type = update->parameter.type;
  if (stmt->type) {
    type = evaluateType(stmt->type, scope);
    if (!type)
      return;
  }
  Experiment &experiment = update->experiment;
  std::string label =
      "optimizer/" + update->parameter.name + "/" + stmt->name.str();
  std::string symbol = experiment.name + "/" + label;
  if (!declare(scope, stmt->name, {Object::error(), stmt->nameLoc, true}))
    return;
  addGlobal(stmt->nameLoc, GlobalKind::State, symbol,
            labelOf(experiment, label), experiment.name, type);
  BlockArgument value = update->body->addArgument(type, emit.at(stmt->nameLoc));
  scope.findHere(stmt->name)->object = Object(Value(value));
  update->states.push_back({stmt->name.str(), symbol, stmt->nameLoc, &scope});
  if (!stmt->value)
    return;
  // State starts at zero; anything else is stored by the init function.
  Object initial = evaluate(stmt->value, scope);
  std::optional<Initialiser> recipe = toInitialiser(stmt->value->loc, initial);
  if (!recipe ||
      (recipe->kind == Initialiser::Kind::Constant && recipe->a == 0))
    return;
  Frame *saved = frame;
  frame = experiment.init.get();
  {
    InsertionScope insertion(emit);
    emit.builder.setInsertionPointToEnd(&frame->function.front());
    Value first = draw(stmt->nameLoc, *recipe, label, type);
    StoreOp::create(emit.builder, emit.at(stmt->nameLoc), first,
                    FlatSymbolRefAttr::get(emit.context(), symbol));
  }
  frame = saved;
}
