//===- Experiment.h - Training runs ----------------------------*- C++ -*-===//

#ifndef SINTER_FRONTEND_EXPERIMENT_H
#define SINTER_FRONTEND_EXPERIMENT_H

#include "frontend/Builtins.h"
#include "frontend/Data.h"
#include "frontend/Scope.h"

#include <memory>
#include <string>
#include <vector>

namespace sinter {
class Frame;

/// A parameter or state of a model.
struct ParameterInfo {
  std::string name; // "net.weight"
  std::string symbol;
  Loc loc;
  mlir::RankedTensorType type;
  /// The loss depends on it, other than through stop_gradient.
  bool isTrained = true;
};

/// What is trained, and how. The folds of an experiment have it in common.
struct ExperimentPlan {
  /// Null for a model that is only checked.
  const TrainStmt *stmt = nullptr;
  /// The `train`, or the model's name.
  Loc loc;
  const FunctionStmt *model = nullptr;
  std::vector<CallArgument> modelArguments;
  /// Null if the section has errors.
  DataSection *data = nullptr;

  /// A setting in error stays as it is here.
  int64_t epochs = 1, batch = 1, seed = 0, accumulate = 1;
  bool shuffle = true;
  const Expr *optimizer = nullptr;
  const Expr *clipNorm = nullptr, *clipValue = nullptr;
  const BlockStmt *after = nullptr;
  /// 0: there are none.
  int64_t folds = 0, patience = 0;
  double minDelta = 0;
  /// "valid_loss"
  std::string monitor;
  Loc monitorLoc;
};

struct Experiment : ExperimentPlan {
  /// What its functions and storage are called; of a fold: TITLE.fold0.
  std::string name;
  /// The user's name for it.
  std::string title;
  enum class State { Declared, Running, Done };
  State state = State::Declared;
  /// Done without an error.
  bool isValid = false;
  /// The number of a fold, else -1.
  int64_t fold = -1;
  /// The folds of an experiment that has them: they have the functions.
  std::vector<Experiment *> parts;
  /// What an epoch is reported by: "loss" and the metrics.
  std::vector<std::string> figures;

  /// In order of declaration.
  std::vector<ParameterInfo> parameters;
  llvm::StringMap<unsigned> parameterIndex;
  /// What a step computes anew instead of training it.
  std::vector<ParameterInfo> states;
  /// Fills the parameters; its body grows while the model is elaborated.
  std::unique_ptr<Frame> init;

  const ParameterInfo *find(llvm::StringRef parameter) const {
    llvm::StringMap<unsigned>::const_iterator it =
        parameterIndex.find(parameter);
    if (it != parameterIndex.end())
      return &parameters[it->second];
    for (const ParameterInfo &state : states)
      if (state.name == parameter)
        return &state;
    return nullptr;
  }
  /// The parameters and states: what a trained model is.
  std::vector<ParameterInfo> stored() const {
    std::vector<ParameterInfo> all = parameters;
    all.insert(all.end(), states.begin(), states.end());
    return all;
  }
};

/// A setting of a `train` block.
struct TrainSetting {
  llvm::StringLiteral name;
  /// What holds if it is not given; empty if it must be.
  llvm::StringLiteral standard;
  llvm::StringLiteral doc;
};
llvm::ArrayRef<TrainSetting> trainSettings();

/// The name of `train [NAME =] MODEL on ...`: its own, or its model's.
llvm::StringRef experimentName(const TrainStmt *stmt);

/// An update rule with its settings.
struct OptimizerUse {
  const FunctionStmt *rule = nullptr;
  std::vector<CallArgument> settings;
};

/// What a model's body is elaborated for.
/// `Call`: the prediction of a trained model, for rows that are given.
enum class Mode { Train, Eval, Predict, PredictRaw, Call };

/// One elaboration of a model's body.
struct ModelRun {
  ModelRun(Experiment &experiment, Mode mode)
      : experiment(experiment), mode(mode) {}

  Experiment &experiment;
  Mode mode;
  /// The batch: the experiment's, or the rows of a call.
  Dim batch;
  /// The inputs of a call.
  llvm::StringMap<CallArgument> inputs;
  /// The model's own block: layers bind their parameters here.
  Scope *scope = nullptr;
  /// Values of the parameters met so far, by name.
  llvm::StringMap<mlir::Value> parameters;
  /// The states met so far, with the variables that hold their next values.
  std::vector<std::pair<std::string, Scope *>> states;
  /// Layers of each kind met so far, by the kind with its prefix.
  llvm::StringMap<unsigned> layers;
  /// What names of layers and parameters begin with: "", "block1.".
  std::string prefix;

  /// A 'loss' was met, with or without an error.
  bool hasLoss = false;
  mlir::Value loss;
  Loc lossLoc;
  struct Metric {
    std::string name;
    Loc loc;
    mlir::Value value;
  };
  std::vector<Metric> metrics;
  mlir::Value prediction;
  Loc predictLoc;
};

/// One elaboration of an update rule.
struct UpdateRun {
  Experiment &experiment;
  const ParameterInfo &parameter;
  mlir::Block *body;
  struct State {
    std::string name;
    std::string symbol;
    Loc loc;
    Scope *scope;
  };
  std::vector<State> states;
  Scope *scope;
};
} // namespace sinter

#endif // SINTER_FRONTEND_EXPERIMENT_H
