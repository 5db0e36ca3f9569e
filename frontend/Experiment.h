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
  bool isTrained = true;
};

struct Experiment {
  std::string name;
  /// Null for a model that is only checked.
  const TrainStmt *stmt = nullptr;
  /// The `train`, or the model's name.
  Loc loc;
  const FunctionStmt *model = nullptr;
  /// Null if the section has errors.
  DataSection *data = nullptr;
  enum class State { Declared, Running, Done };
  State state = State::Declared;
  /// Done without an error.
  bool isValid = false;

  /// A setting in error stays as it is here.
  int64_t epochs = 1, batch = 1, seed = 0;
  bool shuffle = true;
  const Expr *optimizer = nullptr;
  const Expr *clipNorm = nullptr, *clipValue = nullptr;
  const BlockStmt *after = nullptr;

  std::vector<CallArgument> modelArguments;
  /// In order of declaration.
  std::vector<ParameterInfo> parameters;
  llvm::StringMap<unsigned> parameterIndex;
  /// Fills the parameters; its body grows while the model is elaborated.
  std::unique_ptr<Frame> init;

  const ParameterInfo *find(llvm::StringRef parameter) const {
    llvm::StringMap<unsigned>::const_iterator it =
        parameterIndex.find(parameter);
    return it == parameterIndex.end() ? nullptr : &parameters[it->second];
  }
};

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
