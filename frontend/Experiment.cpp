//===- Experiment.cpp - Models, their modes, training ---------------------===//

#include "frontend/Elaborator.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

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
  experiment.name = experimentName(stmt).str();
  return &experiment;
}

/// The experiment that a declaration means: itself, or a model's only one.
Experiment *Elaborator::experimentNamed(const Declaration &declaration,
                                        Loc loc) {
  if (const TrainStmt *stmt = dyn_cast<TrainStmt>(declaration.stmt))
    return experimentOf(stmt);
  const FunctionStmt *wanted = dyn_cast<FunctionStmt>(declaration.stmt);
  const TrainStmt *only = nullptr;
  for (const Stmt *stmt : file.body.stmts) {
    const TrainStmt *train = dyn_cast<TrainStmt>(stmt);
    const NameExpr *name = train ? modelName(train) : nullptr;
    if (!name || !wanted || name->name != wanted->name)
      continue;
    if (only && only->name.empty() && train->name.empty())
      return nullptr; // reported where they are declared
    if (only) {
      emit.error(Code::WrongType, loc,
                 "'" + wanted->name +
                     "' is trained more than once: name the "
                     "experiment")
          .addNote(only->loc, "one is here")
          .addNote(train->loc, "another is here");
      return nullptr;
    }
    only = train;
  }
  if (only)
    return experimentOf(only);
  emit.error(Code::WrongType, loc,
             wanted ? "'" + wanted->name + "' has no fields here"
                    : Twine("this has no fields"));
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

static constexpr StringLiteral settingNames[] = {
    "epochs",     "batch", "optimizer", "shuffle",   "seed",    "clip_norm",
    "clip_value", "folds", "patience",  "min_delta", "monitor", "accumulate"};

bool Elaborator::evaluateSetting(Experiment &experiment,
                                 const ValueStmt *stmt) {
  auto integer = [&](int64_t &slot, int64_t lo, int64_t hi) {
    std::optional<int64_t> value =
        evaluateInteger(stmt->value, *fileScope, "'" + stmt->name + "'");
    if (!value)
      return false;
    if (*value < lo || *value > hi) {
      emit.error(Code::BadValue, stmt->value->loc,
                 "'" + stmt->name + "' must be from " + Twine(lo) + " to " +
                     Twine(hi) + ", this is " + Twine(*value));
      return false;
    }
    slot = *value;
    return true;
  };
  constexpr int64_t anyLo = std::numeric_limits<int64_t>::min();
  constexpr int64_t anyHi = std::numeric_limits<int64_t>::max();
  if (stmt->name == "epochs")
    return integer(experiment.epochs, 1, maxDim);
  if (stmt->name == "batch")
    return integer(experiment.batch, 1, maxDim);
  if (stmt->name == "seed")
    return integer(experiment.seed, anyLo, anyHi);
  if (stmt->name == "optimizer")
    return experiment.optimizer = stmt->value, true;
  if (stmt->name == "clip_norm")
    return experiment.clipNorm = stmt->value, true;
  if (stmt->name == "clip_value")
    return experiment.clipValue = stmt->value, true;
  if (stmt->name == "shuffle") {
    Object object = evaluate(stmt->value, *fileScope);
    std::optional<bool> value = condition(stmt->value->loc, object);
    experiment.shuffle = value.value_or(true);
    return value.has_value();
  }
  if (llvm::is_contained(settingNames, stmt->name)) {
    emit.unsupported(stmt->nameLoc, "the setting '" + stmt->name + "'");
    return false;
  }
  SmallVector<StringRef> known(std::begin(settingNames),
                               std::end(settingNames));
  StringRef closest = closestName(stmt->name, known);
  Diagnostic &diagnostic =
      emit.error(Code::UnknownSetting, stmt->nameLoc,
                 "'train' has no setting '" + stmt->name + "'");
  if (!closest.empty())
    diagnostic.addHelp("did you mean '" + closest + "'?");
  return false;
}

bool Elaborator::evaluateSettings(Experiment &experiment) {
  bool isComplete = true;
  llvm::StringMap<Loc> seen;
  for (const Stmt *stmt : experiment.stmt->body->stmts) {
    if (isa<TriviaStmt>(stmt))
      continue;
    const ValueStmt *setting = dyn_cast<ValueStmt>(stmt);
    const BlockStmt *block = dyn_cast<BlockStmt>(stmt);
    StringRef name;
    if (setting && setting->kind == Stmt::Kind::Setting)
      name = setting->name;
    else if (block && block->kind == Stmt::Kind::After)
      name = "after";
    if (name.empty()) {
      emit.error(Code::Misplaced, stmt->loc,
                 "a 'train' block holds settings and 'after'");
      isComplete = false;
      continue;
    }
    auto [known, isNew] = seen.try_emplace(name, stmt->loc);
    if (!isNew) {
      emit.error(Code::DuplicateName, stmt->loc,
                 "'" + name + "' is given twice")
          .addNote(known->second, "it is given here first");
      isComplete = false;
    } else if (block) {
      experiment.after = block;
    } else {
      isComplete &= evaluateSetting(experiment, setting);
    }
  }
  for (StringRef needed : {"epochs", "batch", "optimizer"})
    if (!seen.count(needed)) {
      emit.error(Code::MissingDeclaration, experiment.loc,
                 "this 'train' needs '" + needed + "'")
          .addHelp("'train net on data { epochs = 3, batch = 32, optimizer = "
                   "sgd(lr = 0.1) }'");
      isComplete = false;
    }
  return isComplete;
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
  if (experiment.model) {
    Loc loc = experiment.loc;
    experiment.init =
        std::make_unique<Frame>(emit, *module, loc, experiment.name + ".init",
                                "init", experiment.name, Draws::PerRun);
    auto isSound = [&] { return diagnostics.numErrors() == errorsBefore; };
    buildStep(experiment, Mode::Train);
    buildStep(experiment, Mode::Eval);
    buildPredict(experiment, Mode::Predict);
    const DataPart *raw =
        experiment.data ? partFor(experiment, Mode::PredictRaw) : nullptr;
    if (isSound() && raw && raw->hasFileRows())
      buildPredict(experiment, Mode::PredictRaw);
    experiment.init->finish(loc);
    experiment.isValid = isReady && isSound();
    if (experiment.isValid && experiment.after)
      buildAfter(experiment);
    if (experiment.isValid && isSound())
      addExperiment(experiment);
  }
  experiment.state = Experiment::State::Done;
}

/// Elaborates a model that no `train` names, for its errors alone.
void Elaborator::checkModel(const FunctionStmt *stmt) {
  Experiment experiment;
  experiment.loc = stmt->nameLoc;
  experiment.name = stmt->name.str();
  experiment.model = stmt;
  OwningOpRef<ModuleOp> built = std::move(module);
  module = ModuleOp::create(emit.at(stmt->nameLoc));
  {
    ContextScope context(*this);
    experiment.init = std::make_unique<Frame>(emit, *module, experiment.loc,
                                              experiment.name + ".init", "init",
                                              experiment.name, Draws::PerRun);
    buildStep(experiment, Mode::Train);
    buildPredict(experiment, Mode::Predict);
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

void Elaborator::addExperiment(Experiment &experiment) {
  InsertionScope insertion(emit);
  emit.builder.setInsertionPoint(module->getBody(), globalsEnd());
  auto rowsAttr = [&](const RowRange &range) {
    return DenseI64ArrayAttr::get(emit.context(), {range.begin, range.end});
  };
  DataSection &data = *experiment.data;
  DenseI64ArrayAttr valid;
  if (data.validRows)
    valid = rowsAttr(*data.validRows);
  else if (partFor(experiment, Mode::Eval) != partFor(experiment, Mode::Train))
    valid = rowsAttr({});
  Builder &builder = emit.builder;
  ExperimentOp::create(emit.builder, emit.at(experiment.loc),
                       builder.getStringAttr(experiment.name),
                       builder.getI64IntegerAttr(experiment.epochs),
                       builder.getI64IntegerAttr(experiment.batch),
                       builder.getI64IntegerAttr(experiment.seed),
                       builder.getBoolAttr(experiment.shuffle),
                       rowsAttr(data.trainRows.value_or(RowRange())), valid);
}

const DataPart *Elaborator::partFor(const Experiment &experiment, Mode mode) {
  const DataSection &data = *experiment.data;
  const DataPart *whole = data.find("");
  const DataPart *train = whole ? whole : data.find("train");
  // What is predicted without a file of its own: the rows meant for it, else
  // rows the model has not been trained on.
  if (mode == Mode::PredictRaw)
    if (const DataPart *predict = data.find("predict"))
      return predict;
  if (mode == Mode::Eval || mode == Mode::PredictRaw)
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

void Elaborator::buildStep(Experiment &experiment, Mode mode) {
  ContextScope context(*this);
  Loc loc = experiment.loc;
  Frame step(emit, *module, loc, experiment.name + "." + roleOf(mode).str(),
             roleOf(mode), experiment.name, Draws::PerStep);
  frame = &step;
  emit.builder.setInsertionPointToEnd(&step.function.front());
  ModelRun run(experiment, mode);
  run.batch = {experiment.batch, emit.builder.getStringAttr("batch")};
  runModel(run);
  if (run.loss) {
    if (mode == Mode::Train)
      GuardOp::create(emit.builder, emit.at(run.lossLoc), run.loss, "loss");
    step.addResult("loss", run.loss);
  }
  if (mode == Mode::Train)
    buildUpdates(experiment, run);
  for (const ModelRun::Metric &metric : run.metrics)
    step.addResult(metric.name, metric.value);
  step.finish(loc);
}

void Elaborator::buildPredict(Experiment &experiment, Mode mode) {
  ContextScope context(*this);
  Loc loc = experiment.loc;
  Frame predict(emit, *module, loc, experiment.name + "." + roleOf(mode).str(),
                roleOf(mode), experiment.name, Draws::PerRun);
  frame = &predict;
  emit.builder.setInsertionPointToEnd(&predict.function.front());
  ModelRun run(experiment, mode);
  run.batch = {experiment.batch, emit.builder.getStringAttr("batch")};
  runModel(run);
  if (run.prediction)
    predict.addResult("predict", run.prediction);
  predict.finish(loc);
  if (!run.prediction) {
    predict.function.erase();
    return;
  }
  eraseDead(predict.function);
  predict.dropUnusedArguments();
}

void Elaborator::buildAfter(Experiment &experiment) {
  ContextScope context(*this);
  Loc loc = experiment.after->loc;
  Frame after(emit, *module, loc, experiment.name + ".after", "after",
              experiment.name, Draws::PerRun);
  frame = &after;
  blockKind = BlockKind::Program;
  emit.builder.setInsertionPointToEnd(&after.function.front());
  Scope &scope = newScope(fileScope);
  for (const ParameterInfo &info : experiment.parameters) {
    WordScope word(emit, info.name);
    scope.bind(info.name,
               {Object(emit.load(loc, info.symbol, info.type)), info.loc});
  }
  streams.enter(experiment.name + ".after");
  execute(*experiment.after->body, newScope(&scope));
  streams.leave();
  after.finish(loc);
  eraseDead(after.function);
  after.dropUnusedArguments();
}

Object Elaborator::experimentField(Loc loc, const Experiment &experiment,
                                   StringRef name) {
  if (const ParameterInfo *info = experiment.find(name)) {
    WordScope word(emit, name);
    return emit.load(loc, info->symbol, info->type);
  }
  std::string prefix = name.str() + ".";
  SmallVector<StringRef> candidates;
  for (const ParameterInfo &info : experiment.parameters) {
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
