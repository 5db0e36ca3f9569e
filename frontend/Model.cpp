//===- Model.cpp - A model's body -----------------------------------------===//

#include "frontend/Elaborator.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace sinter;

void Elaborator::runModel(ModelRun &run) {
  const FunctionStmt *stmt = run.experiment.model;
  Scope &arguments = newScope(fileScope);
  std::vector<CallArgument> values = run.experiment.modelArguments;
  const TrainStmt *train = run.experiment.stmt;
  Loc loc = train ? train->model->loc : run.experiment.loc;
  if (!bindArguments(loc, stmt, stmt->params, values, arguments))
    return;
  Object batch =
      run.batch.isDynamic() ? Object(run.batch) : Object(run.batch.size);
  arguments.bind("batch", {std::move(batch), stmt->nameLoc});
  Scope &scope = newScope(&arguments);
  run.scope = &scope;
  model = &run;
  lint.beginModel();
  blockKind = BlockKind::Model;
  training = run.mode == Mode::Train;
  unsigned errorsBefore = diagnostics.numErrors();
  streams.enter(stmt->name);
  execute(*stmt->body, scope);
  streams.leave();
  bool isStep = run.mode == Mode::Train || run.mode == Mode::Eval;
  // An error may hide the loss; those of training are not counted again.
  bool isSound = run.mode == Mode::Eval
                     ? !diagnostics.hasErrors()
                     : diagnostics.numErrors() == errorsBefore;
  if (train && isStep && !run.hasLoss && isSound)
    emit.error(Code::MissingDeclaration, stmt->nameLoc,
               "the model '" + stmt->name + "' has no 'loss' to train");
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

void Elaborator::executeInput(const BindStmt *stmt, Scope &scope) {
  Object object;
  if (RankedTensorType type = evaluateType(stmt->type, scope)) {
    Dims dims = dimsOf(type);
    if (dims.empty() || dims.front() != model->batch)
      emit.error(Code::WrongType, stmt->type->loc,
                 "the first dimension of '" + stmt->name +
                     "' must be 'batch', "
                     "this is " +
                     typeName(type));
    else
      object = feedInput(stmt, type);
  }
  lint.noteDeclaration(stmt->kind == Stmt::Kind::Target ? "the target"
                                                        : "the input",
                       stmt->name, stmt->nameLoc);
  declare(scope, stmt->name, {std::move(object), stmt->nameLoc});
}

/// The value of an input or target in the mode of this run.
Object Elaborator::feedInput(const BindStmt *stmt, RankedTensorType type) {
  WordScope word(emit, stmt->name);
  bool isTarget = stmt->kind == Stmt::Kind::Target;
  bool isStep = model->mode == Mode::Train || model->mode == Mode::Eval;
  if (isTarget && !isStep)
    return Object::rows();
  if (model->mode == Mode::Call) {
    // An input that the prediction does not need is not given.
    llvm::StringMap<CallArgument>::iterator given =
        model->inputs.find(stmt->name);
    if (given == model->inputs.end())
      return Object::rows();
    Value value = coerce(given->second.loc, given->second.value, type,
                         "the input '" + stmt->name + "'");
    return value ? Object(value) : Object::error();
  }
  // Without data, rows of the declared type let the rest of the model be
  // checked.
  const Experiment &experiment = model->experiment;
  auto declaredRows = [&] {
    return Object(frame->feed(stmt->nameLoc, stmt->name, {}, type));
  };
  if (model->mode == Mode::Predict || !experiment.data)
    return declaredRows();
  const DataPart *source = partFor(experiment, model->mode);
  if (!source) {
    emit.error(Code::DataMismatch, experiment.stmt->data->loc,
               "'" + experiment.data->name + "' has no section 'train'");
    return declaredRows();
  }
  const DataColumn *column = source->find(stmt->name);
  // The data of a prediction may lack what only the loss needs.
  if (!column && model->mode == Mode::PredictRaw)
    return Object::rows();
  if (!column) {
    emit.error(Code::DataMismatch, stmt->nameLoc,
               "'" + source->path() + "' has no column for the " +
                   (isTarget ? "target" : "input") + " '" + stmt->name + "'")
        .addNote(source->loc, "the data is declared here")
        .addHelp("inputs and targets are fed by the columns of their names");
    return declaredRows();
  }
  unsigned errorsBefore = diagnostics.numErrors();
  Object object = columnRows(stmt, *source, type);
  Value value =
      coerce(stmt->nameLoc, object, type,
             (isTarget ? "the target '" : "the input '") + stmt->name + "'");
  if (!value && !object.isAbsorbing() && diagnostics.numErrors() > errorsBefore)
    emit.lastError().addNote(column->loc, "this column feeds it");
  return value ? Object(value) : declaredRows();
}

//===----------------------------------------------------------------------===//
// loss, metric, predict
//===----------------------------------------------------------------------===//

void Elaborator::executeLoss(const ValueStmt *stmt, Scope &scope) {
  if (model->mode != Mode::Train && model->mode != Mode::Eval)
    return;
  model->hasLoss = true;
  WordScope word(emit, "loss");
  Object object = evaluate(stmt->value, scope);
  if (object.isAbsorbing())
    return;
  if (model->loss) {
    emit.error(Code::DuplicateName, stmt->loc, "a model has one 'loss'")
        .addNote(model->lossLoc, "the first is here")
        .addHelp("add the two up");
    return;
  }
  model->lossLoc = stmt->value->loc;
  const Tensor *tensor = object.as<Tensor>();
  if (tensor && tensor->type().getRank() == 0 &&
      isa<FloatType>(tensor->element())) {
    model->loss = tensor->value;
    return;
  }
  Diagnostic &diagnostic = emit.error(
      Code::ShapeMismatch, stmt->value->loc,
      "the loss must be a scalar of floats, this is " + describe(object));
  if (tensor && tensor->type().getRank() > 0)
    diagnostic.addHelp("'mean(...)' averages the examples of a batch");
}

/// The function that a metric without a name is named after.
static StringRef metricName(const Expr *expr) {
  if (const BinaryExpr *pipe = dyn_cast<BinaryExpr>(expr))
    if (pipe->terms.front().op == BinaryOp::Pipe)
      expr = pipe->terms.back().operand;
  if (const CallExpr *call = dyn_cast<CallExpr>(expr))
    expr = call->callee;
  const NameExpr *name = dyn_cast<NameExpr>(expr);
  return name ? name->name : StringRef();
}

void Elaborator::executeMetric(const ValueStmt *stmt, Scope &scope) {
  if (model->mode != Mode::Train && model->mode != Mode::Eval)
    return;
  StringRef name = stmt->name.empty() ? metricName(stmt->value) : stmt->name;
  if (name.empty()) {
    emit.error(Code::MissingDeclaration, stmt->loc, "this metric needs a name")
        .addHelp("'metric NAME = ...'");
    return;
  }
  WordScope word(emit, name);
  Object object = evaluate(stmt->value, scope);
  if (object.isAbsorbing())
    return;
  for (const ModelRun::Metric &known : model->metrics)
    if (known.name == name) {
      emit.error(Code::DuplicateName, stmt->loc,
                 "two metrics are called '" + name + "'")
          .addNote(known.loc, "the first is here");
      return;
    }
  if (name == "loss") {
    emit.error(Code::DuplicateName, stmt->loc,
               "a metric cannot be called 'loss'");
    return;
  }
  std::optional<Tensor> tensor = toTensor(stmt->value->loc, object);
  if (!tensor)
    return;
  Value value = tensor->value;
  Loc loc = stmt->value->loc;
  if (!isa<FloatType>(tensor->element()))
    value = emit.cast(loc, value, emit.f32());
  // One value per example is averaged.
  Dims dims = tensor->dims();
  bool isPerExample =
      !dims.empty() && dims.front().isDynamic() &&
      (dims.size() == 1 || (dims.size() == 2 && dims[1] == Dim{1, {}}));
  if (isPerExample) {
    SmallVector<int64_t> axes;
    for (size_t i = 0; i < dims.size(); ++i)
      axes.push_back(i);
    value = emit.mean(loc, value, axes);
  } else if (!dims.empty()) {
    emit.error(Code::ShapeMismatch, loc,
               "a metric is a scalar or one value per example, this is " +
                   describe(*tensor));
    return;
  }
  model->metrics.push_back({name.str(), stmt->loc, value});
}

void Elaborator::executePredict(const ValueStmt *stmt, Scope &scope) {
  if (model->mode == Mode::Train || model->mode == Mode::Eval)
    return;
  WordScope word(emit, "predict");
  Object object = evaluate(stmt->value, scope);
  if (object.isError())
    return;
  Loc loc = stmt->value->loc;
  if (object.isAbsorbing()) {
    bool isRaw = model->mode == Mode::PredictRaw;
    emit.error(isRaw ? Code::DataMismatch : Code::WrongType, loc,
               isRaw ? "'predict' needs an input that the section 'predict' "
                       "has no column for"
                     : "'predict' depends on a target")
        .addHelp("a prediction is made from the inputs alone");
    return;
  }
  if (model->prediction) {
    emit.error(Code::DuplicateName, stmt->loc, "a model has one 'predict'")
        .addNote(model->predictLoc, "the first is here");
    return;
  }
  std::optional<Tensor> tensor = toTensor(loc, object);
  if (!tensor)
    return;
  Dims dims = tensor->dims();
  if (dims.empty() || dims.front() != model->batch) {
    emit.error(Code::ShapeMismatch, loc,
               "'predict' gives a row for each example, this is " +
                   describe(*tensor));
    return;
  }
  model->prediction = tensor->value;
  model->predictLoc = stmt->loc;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// The inputs that an experiment's prediction needs, in declared order.
static SmallVector<std::string> neededInputs(ModuleOp module,
                                             const Experiment &experiment) {
  SmallVector<std::string> names;
  // The first fold has the prediction of all.
  std::string owner = experiment.title + (experiment.fold >= 0 ? ".fold0" : "");
  func::FuncOp predict = module.lookupSymbol<func::FuncOp>(owner + ".predict");
  for (unsigned i = 0; predict && i < predict.getNumArguments(); ++i)
    if (predict.getArgAttrOfType<StringAttr>(i, kindAttr) == "feed")
      names.push_back(predict.getArgAttrOfType<StringAttr>(i, nameAttr).str());
  return names;
}

/// Matches the arguments of a call with the inputs that are needed.
bool Elaborator::bindInputs(Loc loc, ModelRun &run,
                            ArrayRef<CallArgument> arguments) {
  const Experiment &experiment = run.experiment;
  StringRef title = experiment.title;
  SmallVector<std::string> names = neededInputs(*module, experiment);
  auto fail = [&](Loc place, const Twine &message) {
    emit.error(Code::WrongArguments, place, message)
        .addNote(experiment.model->nameLoc, "the model is declared here");
    return false;
  };
  if (names.empty())
    return fail(loc, "'" + title +
                         "' cannot be called: its model has no 'predict' that "
                         "needs an input");
  if (arguments.size() != names.size())
    return fail(loc, "'" + title + "' wants " + Twine(names.size()) +
                         (names.size() == 1 ? " input: " : " inputs: ") +
                         llvm::join(names, ", "));
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    std::optional<Tensor> tensor = toTensor(argument.loc, argument.value);
    if (!tensor)
      return false;
    if (tensor->type().getRank() == 0) {
      emit.error(Code::ShapeMismatch, argument.loc,
                 "a model is called with rows, this is " + describe(*tensor));
      return false;
    }
    StringRef name =
        argument.name.empty() ? StringRef(names[i]) : argument.name;
    if (!llvm::is_contained(names, name))
      return fail(argument.loc, "'" + title + "' has no input '" + name + "'");
    if (!run.inputs.try_emplace(name, argument).second)
      return fail(argument.loc, "the input '" + name + "' is given twice");
    if (i == 0)
      run.batch = tensor->dims().front();
  }
  return true;
}

/// `EXPERIMENT(x)`: its prediction for any number of rows.
Object Elaborator::callExperiment(Loc loc, Experiment &experiment,
                                  ArrayRef<CallArgument> arguments) {
  elaborateExperiment(experiment);
  for (const CallArgument &argument : arguments)
    if (argument.value.isAbsorbing())
      return argument.value;
  if (!experiment.isValid)
    return Object::error();
  if (!frame) {
    emit.error(Code::WrongPlace, loc,
               "the trained model '" + experiment.name +
                   "' cannot be called here")
        .addHelp("programs, data sections and other models can call it");
    return Object::error();
  }
  std::vector<Experiment *> parts = experiment.parts;
  if (parts.empty())
    parts.push_back(&experiment);
  SmallVector<Value> predictions;
  for (Experiment *part : parts) {
    ModelRun run(*part, Mode::Call);
    if (!bindInputs(loc, run, arguments))
      return Object::error();
    Position saved = *this;
    rows = nullptr;
    emit.calls.push_back(loc);
    runModel(run);
    emit.calls.pop_back();
    static_cast<Position &>(*this) = std::move(saved);
    if (!run.prediction)
      return Object::error();
    predictions.push_back(run.prediction);
  }
  Value prediction = averaged(loc, predictions);
  return prediction ? Object(prediction) : Object::error();
}
