//===- Lint.cpp - What is legal and rarely meant --------------------------===//

#include "frontend/Lint.h"

#include "frontend/Emitter.h"
#include "frontend/Experiment.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

void Lint::noteDeclaration(StringRef keyword, StringRef name, Loc loc) {
  if (loc.file != emit.preludeFile && !name.starts_with("_"))
    declarations.try_emplace(keyOf(loc),
                             Declaration{keyword.str(), name.str(), loc});
}

void Lint::reportUnused() {
  for (const auto &[key, declaration] : declarations)
    if (!used.contains(key))
      emit.warning(Code::UnusedName, declaration.loc,
                   declaration.keyword + " '" + declaration.name +
                       "' is never used")
          .addHelp("a name that begins with '_' is meant to be unused");
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// What a value is a view or a conversion of.
static Value viewRoot(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<ReshapeOp, TransposeOp, BroadcastOp, CastOp>(op))
      break;
    value = op->getOperand(0);
  }
  return value;
}

void Lint::noteLinear(Loc loc, Value input, Value result) {
  if (linear.contains(viewRoot(input)))
    emit.warning(Code::StackedLayers, loc,
                 "a linear layer follows another without an activation between "
                 "them: together they are no more than one")
        .addHelp("put 'relu' or another activation between them");
  linear.insert(result);
}

void Lint::noteLogSoftmax(Loc loc, Value input) {
  if (viewRoot(input).getDefiningOp<SoftmaxOp>())
    emit.warning(Code::SoftmaxTwice, loc,
                 "softmax is applied twice: these are probabilities already")
        .addHelp("'cross_entropy' takes the logits, from before 'softmax'");
}

/// [n, 1] against [n], which become [n, n].
static bool makesPairs(ArrayRef<Dim> column, ArrayRef<Dim> row) {
  return column.size() == 2 && row.size() == 1 && column[0] == row[0] &&
         column[1] == Dim{1, {}} && row[0] != Dim{1, {}};
}

void Lint::noteBroadcast(Loc loc, ArrayRef<Dim> a, ArrayRef<Dim> b) {
  if (!makesPairs(a, b) && !makesPairs(b, a))
    return;
  Dim size = a[0];
  // Of fixed sizes it may be meant, but not inside of a loss of the library.
  if (!size.isDynamic() && emit.userPlace(loc) == loc)
    return;
  emit.warning(Code::PairwiseBroadcast, loc,
               "shapes " + toString(a) + " and " + toString(b) +
                   " are broadcast to " + toString({size, size}) +
                   ": each example is combined with all others")
      .addHelp("give both the same shape: 'x[:, 0]' takes a dimension away, "
               "'x[:, None]' adds one");
}

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

DenseSet<Value> sinter::sourcesOf(Value value, bool stopped) {
  DenseSet<Value> seen;
  SmallVector<Value> worklist = {value};
  while (!worklist.empty()) {
    Value next = worklist.pop_back_val();
    Operation *op = seen.insert(next).second ? next.getDefiningOp() : nullptr;
    if (op)
      op->walk([&](Operation *inner) {
        if (stopped || !isa<StopGradientOp>(inner))
          worklist.append(inner->operand_begin(), inner->operand_end());
      });
  }
  return seen;
}

void Lint::checkModel(const ModelRun &run) {
  if (!run.loss || run.parameters.empty())
    return;
  auto dependsOnModel = [&](const DenseSet<Value> &sources) {
    return llvm::any_of(run.parameters, [&](const auto &parameter) {
      return sources.contains(parameter.second);
    });
  };
  DenseSet<Value> lossSources = sourcesOf(run.loss);
  if (!dependsOnModel(lossSources)) {
    emit.warning(Code::IndependentFigure, run.lossLoc,
                 "the loss does not depend on any parameter: nothing can be "
                 "learned from it");
    return;
  }
  for (const ModelRun::Metric &metric : run.metrics)
    if (!dependsOnModel(sourcesOf(metric.value)))
      emit.warning(Code::IndependentFigure, metric.loc,
                   "the metric '" + metric.name +
                       "' does not depend on the model: it is the same "
                       "whatever was learned");
  for (const ParameterInfo &info : run.experiment.parameters)
    if (Value value = run.parameters.lookup(info.name);
        value && !lossSources.contains(value))
      emit.warning(Code::UntrainedParameter, info.loc,
                   "the parameter '" + info.name +
                       "' does not influence the loss: it is never trained");
  checkSymmetry(run);
}

/// Whether `op` multiplies by a parameter something that depends on `values`
/// and is more than a view of `start`.
static bool isLaterLayer(Operation *op, const DenseSet<Value> &values,
                         Value start, const ModelRun &run) {
  if (!isa<ContractOp>(op))
    return false;
  auto isParameter = [&](Value value) {
    return llvm::any_of(run.parameters, [&](const auto &parameter) {
      return parameter.second == value;
    });
  };
  Value a = op->getOperand(0), b = op->getOperand(1);
  if (!values.contains(a))
    std::swap(a, b);
  return values.contains(a) && viewRoot(a) != start && !values.contains(b) &&
         isParameter(viewRoot(b));
}

/// Units of a hidden layer that begin equal stay equal.
void Lint::checkSymmetry(const ModelRun &run) {
  for (const ParameterInfo &info : run.experiment.parameters) {
    Value start = run.parameters.lookup(info.name);
    bool isMatrix = info.type.getRank() == 2 && info.type.getDimSize(0) > 1 &&
                    info.type.getDimSize(1) > 1;
    if (!start || !isMatrix || !constants.contains(info.symbol))
      continue;
    DenseSet<Value> reached = {start};
    SmallVector<Value> worklist = {start};
    bool isHidden = false;
    while (!worklist.empty() && !isHidden)
      for (Operation *user : worklist.pop_back_val().getUsers()) {
        isHidden |= isLaterLayer(user, reached, start, run);
        for (Value result : user->getResults())
          if (reached.insert(result).second)
            worklist.push_back(result);
      }
    if (isHidden)
      emit.warning(Code::SymmetricStart, info.loc,
                   "'" + info.name +
                       "' begins with one value everywhere: the units of a "
                       "hidden layer that begin equal learn the same")
          .addHelp("'normal(0, 0.01)' or a layer's default makes them differ");
  }
}
