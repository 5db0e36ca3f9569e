//===- Experiment.cpp - Models, their modes, training ---------------------===//

#include "frontend/Elaborator.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Experiments of a file
//===----------------------------------------------------------------------===//

/// The model's name of `train MODEL(k = 8) on ...`.
static const NameExpr *modelName(const TrainStmt *stmt) {
  const CallExpr *call = dyn_cast<CallExpr>(stmt->model);
  return dyn_cast<NameExpr>(call ? call->callee : stmt->model);
}

StringRef sinter::experimentName(const TrainStmt *stmt) {
  if (!stmt->name.empty())
    return stmt->name;
  const NameExpr *model = modelName(stmt);
  return model ? model->name : StringRef();
}

Experiment *Elaborator::experimentOf(const TrainStmt *stmt) {
  for (Experiment &known : experiments)
    if (known.stmt == stmt)
      return &known;
  Experiment &experiment = experiments.emplace_back();
  experiment.stmt = stmt;
  experiment.loc = stmt->loc;
  experiment.name = experiment.title = experimentName(stmt).str();
  return &experiment;
}

/// The experiment that a declaration means: itself, a model's only one, or the
/// one that is called like the model.
Experiment *Elaborator::experimentNamed(const Declaration &declaration,
                                        Loc loc) {
  if (const TrainStmt *stmt = dyn_cast<TrainStmt>(declaration.stmt))
    return experimentOf(stmt);
  const FunctionStmt *wanted = dyn_cast<FunctionStmt>(declaration.stmt);
  SmallVector<const TrainStmt *> all, nameless;
  for (const Stmt *stmt : file.body.stmts) {
    const TrainStmt *train = dyn_cast<TrainStmt>(stmt);
    const NameExpr *name = train ? modelName(train) : nullptr;
    if (!name || !wanted || name->name != wanted->name)
      continue;
    all.push_back(train);
    if (train->name.empty())
      nameless.push_back(train);
  }
  if (nameless.size() > 1)
    return nullptr; // reported where they are declared
  if (!nameless.empty())
    return experimentOf(nameless.front());
  if (all.size() == 1)
    return experimentOf(all.front());
  if (all.size() > 1) {
    emit.error(Code::WrongType, loc,
               "'" + wanted->name +
                   "' is trained more than once: name the experiment")
        .addNote(all[0]->loc, "one is here")
        .addNote(all[1]->loc, "another is here");
    return nullptr;
  }
  emit.error(Code::WrongType, loc,
             wanted ? "'" + wanted->name + "' has no fields here"
                    : Twine("this has no fields"));
  return nullptr;
}

/// Finds the model, its arguments and the data section.
bool Elaborator::resolveExperiment(Experiment &experiment) {
  const TrainStmt *stmt = experiment.stmt;
  const NameExpr *name = modelName(stmt);
  const NameExpr *data = dyn_cast<NameExpr>(stmt->data);
  if (!name || !data) {
    emit.error(Code::WrongType, stmt->loc,
               "'train MODEL on DATA' wants names of this file");
    return false;
  }
  Object object = evaluateName(name->loc, name->name, *fileScope);
  const Declaration *declaration = object.as<Declaration>();
  if (declaration && declaration->stmt->kind == Stmt::Kind::Model)
    experiment.model = cast<FunctionStmt>(declaration->stmt);
  else if (!object.isAbsorbing())
    emit.error(Code::WrongType, name->loc, "'" + name->name + "' is no model");
  if (const CallExpr *call = dyn_cast<CallExpr>(stmt->model))
    for (const Argument &argument : call->args)
      experiment.modelArguments.push_back(
          {argument.value->loc, argument.name,
           evaluate(argument.value, *fileScope)});

  Object source = evaluateName(data->loc, data->name, *fileScope);
  const Declaration *sourceDeclaration = source.as<Declaration>();
  const DataStmt *sourceStmt =
      sourceDeclaration ? dyn_cast<DataStmt>(sourceDeclaration->stmt) : nullptr;
  if (sourceStmt) {
    DataSection *section = sectionOf(sourceStmt);
    elaborateSection(*section);
    if (section->state == DataSection::State::Done)
      experiment.data = section;
  } else if (!source.isAbsorbing()) {
    emit.error(Code::WrongType, data->loc,
               "'" + data->name + "' is no data section");
  }
  return experiment.model && experiment.data;
}

//===----------------------------------------------------------------------===//
// The functions of an experiment
//===----------------------------------------------------------------------===//

void Elaborator::elaborateExperiment(Experiment &experiment) {
  // `after` may use its own experiment.
  if (experiment.isValid)
    return;
  if (experiment.state == Experiment::State::Running) {
    emit.error(Code::Recursion, experiment.loc,
               "the experiment '" + experiment.name + "' depends on itself");
    return;
  }
  if (experiment.state == Experiment::State::Done)
    return;
  experiment.state = Experiment::State::Running;
  ContextScope context(*this);
  unsigned errorsBefore = diagnostics.numErrors();
  bool isReady = resolveExperiment(experiment);
  isReady &= evaluateSettings(experiment);
  // Whatever else is wrong, the model is checked.
  if (experiment.model && experiment.folds > 0)
    buildFolds(experiment, isReady, errorsBefore);
  else if (experiment.model)
    buildFunctions(experiment, isReady, errorsBefore);
  experiment.state = Experiment::State::Done;
}

void Elaborator::buildFunctions(Experiment &experiment, bool isReady,
                                unsigned errorsBefore) {
  Loc loc = experiment.loc;
  auto isSound = [&] { return diagnostics.numErrors() == errorsBefore; };
  experiment.init =
      std::make_unique<Frame>(emit, *module, loc, experiment.name + ".init",
                              "init", experiment.name, Draws::PerRun);
  buildStep(experiment, Mode::Train);
  buildStep(experiment, Mode::Eval);
  // Folds are averaged once all are built.
  if (experiment.fold < 0)
    buildPredictions(experiment, &experiment, isSound());
  experiment.init->finish(loc);
  isReady &= checkMonitor(experiment);
  experiment.isValid = isReady && isSound();
  if (!experiment.isValid)
    return;
  if (experiment.accumulate > 1)
    buildUpdateFunction(experiment);
  if (experiment.patience > 0)
    buildCopies(experiment);
  if (experiment.after)
    buildAfter(experiment);
  if (isSound())
    addExperiment(experiment);
}

/// One experiment for each fold; errors are the same in all of them.
void Elaborator::buildFolds(Experiment &whole, bool isReady,
                            unsigned errorsBefore) {
  for (int64_t fold = 0; fold < whole.folds; ++fold) {
    Experiment &part = experiments.emplace_back();
    static_cast<ExperimentPlan &>(part) = whole;
    part.fold = fold;
    part.title = whole.title;
    part.name = whole.name + ".fold" + std::to_string(fold);
    part.state = Experiment::State::Running;
    whole.parts.push_back(&part);
    buildFunctions(part, isReady, errorsBefore);
    part.state = Experiment::State::Done;
    if (!part.isValid)
      return;
  }
  buildPredictions(*whole.parts.front(), whole.parts, true);
  whole.isValid = diagnostics.numErrors() == errorsBefore;
}

void Elaborator::buildPredictions(Experiment &owner,
                                  ArrayRef<Experiment *> parts, bool isSound) {
  buildPredict(owner, parts, Mode::Predict);
  const DataPart *raw = owner.data ? partFor(owner, Mode::PredictRaw) : nullptr;
  bool isMeant = raw && (raw->name == "predict" || owner.data->predictRows);
  if (isSound && raw && (isMeant || raw->hasFileRows()))
    buildPredict(owner, parts, Mode::PredictRaw);
}

/// Elaborates a model that no `train` names, for its errors alone.
void Elaborator::checkModel(const FunctionStmt *stmt) {
  Experiment experiment;
  experiment.loc = stmt->nameLoc;
  experiment.name = experiment.title = stmt->name.str();
  experiment.model = stmt;
  OwningOpRef<ModuleOp> built = std::move(module);
  module = ModuleOp::create(emit.at(stmt->nameLoc));
  {
    ContextScope context(*this);
    experiment.init = std::make_unique<Frame>(emit, *module, experiment.loc,
                                              experiment.name + ".init", "init",
                                              experiment.name, Draws::PerRun);
    buildStep(experiment, Mode::Train);
    buildPredict(experiment, &experiment, Mode::Predict);
    experiment.init->finish(experiment.loc);
  }
  module = std::move(built);
}

/// Whether a `train` of the file names the model.
bool Elaborator::isTrained(const FunctionStmt *stmt) {
  return llvm::any_of(file.body.stmts, [&](const Stmt *other) {
    const TrainStmt *train = dyn_cast<TrainStmt>(other);
    const NameExpr *name = train ? modelName(train) : nullptr;
    return name && name->name == stmt->name;
  });
}

/// Rows that the experiment is validated on; nothing if there are none.
std::optional<RowRange>
Elaborator::validRows(const Experiment &experiment) const {
  const DataSection &data = *experiment.data;
  if (experiment.fold >= 0)
    return data.trainRows.value_or(RowRange());
  if (data.validRows)
    return data.validRows;
  if (partFor(experiment, Mode::Eval) != partFor(experiment, Mode::Train))
    return RowRange();
  return std::nullopt;
}

/// Early stopping looks at a figure that there is; by default at the loss of
/// the validation, or of the training where nothing is validated.
bool Elaborator::checkMonitor(Experiment &experiment) {
  if (experiment.patience == 0 || !experiment.data)
    return true;
  SmallVector<std::string> figures;
  if (validRows(experiment))
    for (const std::string &name : experiment.figures)
      figures.push_back("valid_" + name);
  for (const std::string &name : experiment.figures)
    figures.push_back("train_" + name);
  if (figures.empty() || llvm::is_contained(figures, experiment.monitor))
    return true;
  if (experiment.monitor.empty()) {
    experiment.monitor = figures.front();
    return true;
  }
  emit.error(Code::UnknownName, experiment.monitorLoc,
             "'monitor' names no figure of this training: '" +
                 experiment.monitor + "'")
      .addHelp("there are " + llvm::join(figures, ", "));
  return false;
}

void Elaborator::addExperiment(Experiment &experiment) {
  InsertionScope insertion(emit);
  emit.builder.setInsertionPoint(module->getBody(), globalsEnd());
  Builder &builder = emit.builder;
  auto rowsAttr = [&](const RowRange &range) {
    return builder.getDenseI64ArrayAttr({range.begin, range.end});
  };
  std::optional<RowRange> valid = validRows(experiment);
  std::optional<RowRange> predict = experiment.data->predictRows;
  bool stopsEarly = experiment.patience > 0, isFold = experiment.fold >= 0;
  auto optionalInteger = [&](bool isGiven, int64_t value) {
    return isGiven ? builder.getI64IntegerAttr(value) : IntegerAttr();
  };
  ExperimentOp::create(
      emit.builder, emit.at(experiment.loc),
      builder.getStringAttr(experiment.name),
      builder.getI64IntegerAttr(experiment.epochs),
      builder.getI64IntegerAttr(experiment.batch),
      builder.getI64IntegerAttr(experiment.seed),
      builder.getBoolAttr(experiment.shuffle),
      rowsAttr(experiment.data->trainRows.value_or(RowRange())),
      valid ? rowsAttr(*valid) : DenseI64ArrayAttr(),
      predict ? rowsAttr(*predict) : DenseI64ArrayAttr(),
      optionalInteger(experiment.accumulate > 1, experiment.accumulate),
      optionalInteger(stopsEarly, experiment.patience),
      stopsEarly ? builder.getF64FloatAttr(experiment.minDelta) : FloatAttr(),
      stopsEarly ? builder.getStringAttr(experiment.monitor) : StringAttr(),
      isFold ? builder.getDenseI64ArrayAttr({experiment.fold, experiment.folds})
             : DenseI64ArrayAttr(),
      isFold ? builder.getStringAttr(experiment.title) : StringAttr());
}

const DataPart *Elaborator::partFor(const Experiment &experiment,
                                    Mode mode) const {
  const DataSection &data = *experiment.data;
  const DataPart *whole = data.find("");
  const DataPart *train = whole ? whole : data.find("train");
  // What is predicted without a file of its own: the rows meant for it, else
  // rows the model has not been trained on.
  if (mode == Mode::PredictRaw)
    if (const DataPart *predict = data.find("predict"))
      return predict;
  // A fold is validated on rows of the training data.
  bool isFold = mode == Mode::Eval && experiment.fold >= 0;
  if (!isFold && (mode == Mode::Eval || mode == Mode::PredictRaw))
    if (const DataPart *valid = data.find("valid"))
      return valid;
  return train;
}

static StringRef roleOf(Mode mode) {
  switch (mode) {
  case Mode::Train:
    return "train_step";
  case Mode::Eval:
    return "eval_step";
  case Mode::Predict:
    return "predict";
  case Mode::PredictRaw:
    return "predict_raw";
  case Mode::Call:
    break;
  }
  return "";
}

/// Removes what no result needs.
static void eraseDead(func::FuncOp function) {
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(function.front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

func::FuncOp
Elaborator::buildFunction(const Experiment &experiment, Loc loc, StringRef role,
                          Draws draws,
                          llvm::function_ref<void(Frame &)> build) {
  ContextScope context(*this);
  Frame function(emit, *module, loc, experiment.name + "." + role.str(), role,
                 experiment.name, draws);
  frame = &function;
  emit.builder.setInsertionPointToEnd(&function.function.front());
  build(function);
  function.finish(loc);
  return function.function;
}

/// The model's body for a batch of the experiment's data.
ModelRun Elaborator::runOnBatch(Experiment &experiment, Mode mode) {
  ModelRun run(experiment, mode);
  run.batch = {experiment.batch, emit.builder.getStringAttr("batch")};
  runModel(run);
  model = nullptr;
  return run;
}

void Elaborator::buildStep(Experiment &experiment, Mode mode) {
  Draws draws = experiment.accumulate > 1 ? Draws::PerBatch : Draws::PerStep;
  buildFunction(experiment, experiment.loc, roleOf(mode), draws,
                [&](Frame &step) {
                  ModelRun run = runOnBatch(experiment, mode);
                  if (mode == Mode::Train && !diagnostics.hasErrors())
                    lint.checkModel(run);
                  if (run.loss) {
                    if (mode == Mode::Train)
                      GuardOp::create(emit.builder, emit.at(run.lossLoc),
                                      run.loss, "loss");
                    step.addResult("loss", run.loss);
                  }
                  if (mode == Mode::Train) {
                    storeStates(run);
                    train(experiment, run);
                  }
                  for (const ModelRun::Metric &metric : run.metrics)
                    step.addResult(metric.name, metric.value);
                  experiment.figures = {"loss"};
                  for (const ModelRun::Metric &metric : run.metrics)
                    experiment.figures.push_back(metric.name);
                });
}

/// x is a softmax along the last axis, built in or written out.
static bool isDistribution(Value x) {
  if (SoftmaxOp softmax = x.getDefiningOp<SoftmaxOp>())
    return true;
  DivOp quotient = x.getDefiningOp<DivOp>();
  BroadcastOp repeated =
      quotient ? quotient.getRhs().getDefiningOp<BroadcastOp>() : BroadcastOp();
  Value sum = repeated ? repeated.getInput() : Value();
  if (ReshapeOp reshape = sum ? sum.getDefiningOp<ReshapeOp>() : ReshapeOp())
    sum = reshape.getInput();
  ReduceOp reduce = sum ? sum.getDefiningOp<ReduceOp>() : ReduceOp();
  return reduce && reduce.getKind() == ReduceKind::Sum &&
         reduce.getInput() == quotient.getLhs() && quotient.getLhs() != x &&
         quotient.getLhs().getDefiningOp<ExpOp>();
}

/// The mean of the parts' predictions; null after an error.
Value Elaborator::averaged(Loc loc, ArrayRef<Value> predictions) {
  Value sum = predictions.front();
  if (predictions.size() == 1)
    return sum;
  RankedTensorType type = cast<RankedTensorType>(sum.getType());
  if (!isa<FloatType>(type.getElementType())) {
    emit.error(Code::WrongType, loc,
               "the folds' predictions are averaged, which wants floats, this "
               "is " +
                   typeName(type))
        .addHelp("predict the scores, as 'softmax(logits)'");
    return {};
  }
  for (Value prediction : predictions.drop_front())
    sum = emit.binary<AddOp>(loc, sum, prediction);
  Value count = emit.broadcast(
      loc, emit.splat(loc, scalarOf(type.getElementType()), predictions.size()),
      dimsOf(type));
  return emit.binary<DivOp>(loc, sum, count);
}

void Elaborator::buildPredict(Experiment &owner, ArrayRef<Experiment *> parts,
                              Mode mode) {
  bool isComplete = true, isClasses = false;
  func::FuncOp function = buildFunction(
      owner, owner.loc, roleOf(mode), Draws::PerRun, [&](Frame &predict) {
        SmallVector<Value> predictions;
        Loc loc;
        for (Experiment *part : parts) {
          ModelRun run = runOnBatch(*part, mode);
          isComplete &= bool(run.prediction);
          predictions.push_back(run.prediction);
          loc = run.predictLoc;
        }
        Value prediction = isComplete ? averaged(loc, predictions) : Value();
        isComplete = bool(prediction);
        if (!isComplete)
          return;
        isClasses = isDistribution(predictions.front());
        predict.addResult("predict", prediction);
      });
  if (!isComplete) {
    function.erase();
    return;
  }
  if (isClasses)
    function.setResultAttr(0, classesAttr, emit.builder.getUnitAttr());
  eraseDead(function);
  Frame::dropUnusedArguments(function);
}

void Elaborator::buildAfter(Experiment &experiment) {
  Loc loc = experiment.after->loc;
  func::FuncOp function =
      buildFunction(experiment, loc, "after", Draws::PerRun, [&](Frame &) {
        blockKind = BlockKind::Program;
        Scope &scope = newScope(fileScope);
        for (const ParameterInfo &info : experiment.stored()) {
          WordScope word(emit, info.name);
          scope.bind(info.name, {Object(emit.load(loc, info.symbol, info.type)),
                                 info.loc});
        }
        streams.enter(experiment.name + ".after");
        execute(*experiment.after->body, newScope(&scope));
        streams.leave();
      });
  eraseDead(function);
  Frame::dropUnusedArguments(function);
}

/// Early stopping ends with the parameters of the best epoch. They are
/// exchanged for the last ones, so that a resumed training can go on.
void Elaborator::buildCopies(Experiment &experiment) {
  auto copy = [&](StringRef role, bool isSwap) {
    buildFunction(experiment, experiment.loc, role, Draws::PerRun,
                  [&](Frame &) {
                    for (const ParameterInfo &info : experiment.stored()) {
                      std::string best = experiment.name + "/best/" + info.name;
                      WordScope word(emit, info.name);
                      Value now = emit.load(info.loc, info.symbol, info.type);
                      Value kept = isSwap ? emit.load(info.loc, best, info.type)
                                          : Value();
                      emit.store(info.loc, now, best);
                      if (isSwap)
                        emit.store(info.loc, kept, info.symbol);
                    }
                  });
  };
  for (const ParameterInfo &info : experiment.stored()) {
    std::string label = "best/" + info.name;
    addGlobal(info.loc, GlobalKind::State, experiment.name + "/" + label,
              labelOf(experiment, label), experiment.name, info.type);
  }
  copy("keep_best", false);
  copy("swap_best", true);
}

Object Elaborator::experimentField(Loc loc, const Experiment &experiment,
                                   StringRef name) {
  if (!experiment.parts.empty()) {
    emit.error(Code::WrongType, loc,
               "'" + experiment.name + "' is trained in " +
                   Twine(experiment.parts.size()) + " folds: each has a '" +
                   name + "' of its own")
        .addHelp("'after' runs once for each fold and sees its parameters");
    return Object::error();
  }
  if (const ParameterInfo *info = experiment.find(name)) {
    WordScope word(emit, name);
    return emit.load(loc, info->symbol, info->type);
  }
  std::string prefix = name.str() + ".";
  SmallVector<StringRef> candidates;
  std::vector<ParameterInfo> all = experiment.stored();
  for (const ParameterInfo &info : all) {
    if (StringRef(info.name).starts_with(prefix))
      return Object(MemberPath{&experiment, name.str()});
    candidates.push_back(info.name);
  }
  Diagnostic &diagnostic =
      emit.error(Code::UnknownName, loc,
                 "'" + experiment.name + "' has no parameter '" + name + "'");
  StringRef closest = closestName(name, candidates);
  if (!closest.empty())
    diagnostic.addHelp("did you mean '" + closest + "'?");
  return Object::error();
}
