//===- ModelState.cpp - state in a model ----------------------------------===//
//
// A state is a variable that lives as long as the training: a running mean, a
// count. Every mode reads its stored value; a training step ends with storing
// the value that its variable has then. It is a part of the trained model, as
// the parameters are, and no gradient is taken for it.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

/// Declares the storage of a state when its model is first elaborated.
const ParameterInfo *Elaborator::addState(Loc loc, StringRef name,
                                          RankedTensorType type,
                                          const Object &initial) {
  Experiment &experiment = model->experiment;
  if (!type.hasStaticShape()) {
    emit.error(Code::WrongType, loc,
               "a state's shape is fixed, '" + name + "' is " + typeName(type));
    return nullptr;
  }
  const ParameterInfo *known = experiment.find(name);
  if (model->parameters.count(name)) {
    emit.error(Code::DuplicateParameter, loc,
               "a parameter or state '" + name + "' is there already")
        .addNote(known->loc, "it is declared here");
    return nullptr;
  }
  if (known && known->type != type) {
    emit.error(Code::ShapeMismatch, loc,
               "'" + name + "' is " + typeName(known->type) +
                   " in training and " + typeName(type) + " here");
    return nullptr;
  }
  if (known)
    return known;
  experiment.states.push_back(
      {name.str(), experiment.name + "/" + name.str(), loc, type, false});
  const ParameterInfo &info = experiment.states.back();
  addGlobal(loc, GlobalKind::Frozen, info.symbol, labelOf(experiment, name),
            experiment.name, type);
  initialise(loc, info, initial);
  return &info;
}

void Elaborator::executeModelState(const BindStmt *stmt, Scope &scope) {
  if (!model) {
    emit.error(Code::WrongPlace, stmt->loc,
               "state belongs to a model: this function can only be called in "
               "one");
    return;
  }
  std::string name = model->prefix + stmt->name.str();
  Object initial, value;
  RankedTensorType type =
      evaluateInitial(stmt, scope, model->experiment.find(name), initial);
  const ParameterInfo *info =
      type ? addState(stmt->nameLoc, name, type, initial) : nullptr;
  if (info) {
    WordScope word(emit, name);
    Value stored = emit.load(stmt->nameLoc, info->symbol, type);
    model->parameters[name] = stored;
    value = Object(stored);
  }
  bool isNew = declare(scope, stmt->name,
                       {std::move(value), stmt->nameLoc, /*isVariable=*/true});
  if (info && isNew)
    model->states.push_back({name, &scope});
}

/// Ends a training step: what the variables of the states hold is kept.
void Elaborator::storeStates(const ModelRun &run) {
  for (const auto &[name, scope] : run.states) {
    const ParameterInfo *info = run.experiment.find(name);
    StringRef word = StringRef(name).rsplit('.').second;
    const Binding *binding = scope->findHere(word.empty() ? name : word);
    const Tensor *next = binding->object.as<Tensor>();
    if (next && next->value == run.parameters.lookup(name))
      continue; // never assigned
    Value value =
        coerce(binding->loc, binding->object, info->type, "'" + name + "'");
    if (value)
      emit.store(binding->loc, value, info->symbol);
  }
}
