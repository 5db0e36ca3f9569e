//===- TrainSettings.cpp - The settings of a 'train' block ----------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

static constexpr TrainSetting settings[] = {
    {"epochs", "", "how often the training rows are gone through"},
    {"batch", "", "rows of a step; the last of an epoch may have fewer"},
    {"optimizer", "", "an update rule with its settings, as 'sgd(lr = 0.1)'"},
    {"shuffle", "true", "a new order of the rows in each epoch"},
    {"seed", "0", "of initial values, order and random draws"},
    {"clip_norm", "None", "the largest norm of all gradients together"},
    {"clip_value", "None", "the largest magnitude of a gradient's element"},
    {"accumulate", "1", "batches whose gradients are averaged in one step"},
    {"folds", "None", "as many experiments, each validated on another part"},
    {"patience", "None", "epochs without a better figure that end it"},
    {"monitor", "the first figure",
     "the loss or metric that 'patience' watches"},
    {"min_delta", "0", "how much better counts as better"},
};

ArrayRef<TrainSetting> sinter::trainSettings() { return settings; }

/// A training of more folds would rather be a loop.
static constexpr int64_t maxFolds = 64;

/// The figure that early stopping looks at: a name, bare or as a text.
bool Elaborator::evaluateMonitor(Experiment &experiment, const Expr *expr) {
  experiment.monitorLoc = expr->loc;
  if (const NameExpr *name = dyn_cast<NameExpr>(expr)) {
    experiment.monitor = name->name.str();
    return true;
  }
  std::optional<std::string> text = evaluateText(expr, *fileScope, "'monitor'");
  experiment.monitor = text.value_or("");
  return text.has_value();
}

bool Elaborator::evaluateMinDelta(Experiment &experiment, const Expr *expr) {
  Object object = evaluate(expr, *fileScope);
  if (object.isAbsorbing())
    return false;
  if (!object.isNumber()) {
    emit.error(Code::WrongType, expr->loc,
               "'min_delta' is a number that is known at build time, this is " +
                   describe(object));
    return false;
  }
  experiment.minDelta = object.number();
  if (experiment.minDelta >= 0)
    return true;
  emit.error(Code::BadValue, expr->loc, "'min_delta' cannot be negative");
  return false;
}

static bool isNoneUnlessGiven(StringRef name) {
  return llvm::any_of(settings, [&](const TrainSetting &setting) {
    return name == setting.name && setting.standard == "None";
  });
}

bool Elaborator::evaluateSetting(Experiment &experiment,
                                 const ValueStmt *stmt) {
  if (isa<NoneExpr>(stmt->value) && isNoneUnlessGiven(stmt->name))
    return true;
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
  if (stmt->name == "accumulate")
    return integer(experiment.accumulate, 1, maxDim);
  if (stmt->name == "folds")
    return integer(experiment.folds, 2, maxFolds);
  if (stmt->name == "patience")
    return integer(experiment.patience, 1, maxDim);
  if (stmt->name == "min_delta")
    return evaluateMinDelta(experiment, stmt->value);
  if (stmt->name == "monitor")
    return evaluateMonitor(experiment, stmt->value);
  SmallVector<StringRef> known;
  for (const TrainSetting &setting : settings)
    known.push_back(setting.name);
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
  for (StringRef name : {"min_delta", "monitor"})
    if (seen.count(name) && !seen.count("patience")) {
      emit.error(Code::MissingDeclaration, seen.lookup(name),
                 "'" + name + "' means nothing without 'patience'")
          .addHelp("'patience = 5' ends the training after 5 epochs without a "
                   "better figure");
      isComplete = false;
    }
  return isComplete;
}
