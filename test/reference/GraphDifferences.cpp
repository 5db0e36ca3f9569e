//===- GraphDifferences.cpp - Gradients of random graphs ------------------===//
//
// Compiled code is compared with an interpretation of the same gradient graph:
// that the graph is the gradient is found out here, by central differences of
// the forward graph alone.
//
//===----------------------------------------------------------------------===//

#include "ir/SinterOps.h"
#include "test/reference/GraphCheck.h"
#include "test/reference/GraphData.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

namespace {
/// The forward graph of `eval`, seen as a function of its inputs moved along a
/// direction.
class Line {
public:
  Line(ModuleOp module, func::FuncOp eval, GradientOp gradient);

  /// The target, weighed with the gradient's seed, at `distance`.
  double at(double distance);
  bool isSmooth() const { return smooth; }
  /// The sum of the magnitudes that the last call of `at` added up.
  double magnitude() const { return lastMagnitude; }

  /// The derivative along the direction, from what `eval` without
  /// sinter.gradient returns; and the sum of the magnitudes it is made of.
  std::pair<double, double> derivative(const std::vector<Array> &results);

private:
  static int64_t boundOf(ModuleOp module) {
    for (ExperimentOp experiment : module.getOps<ExperimentOp>())
      return experiment.getBatch();
    return 1;
  }
  Array direction(StringRef name, const std::vector<int64_t> &shape);
  /// `array`, if the gradient with respect to it is returned, moved.
  Array moved(Array array, StringRef name, double distance);

  ModuleOp module;
  func::FuncOp eval;
  GradientOp gradient;
  Interpreter interpreter;
  std::vector<Array> arguments;
  /// The inputs that move, by name, and the numbers of the results that hold
  /// the gradients with respect to them.
  std::map<std::string, unsigned> moving;
  void stopGradients(std::map<Operation *, size_t> &times);
  /// Values that gradients do not flow through stay what they were first, in
  /// each trip of a loop.
  std::map<std::pair<Operation *, size_t>, Array> stopped;
  bool smooth = true;
  double lastMagnitude = 0;
};
} // namespace

static StringRef nameOfArgument(func::FuncOp function, unsigned index) {
  return function.getArgAttrOfType<StringAttr>(index, nameAttr).getValue();
}

Line::Line(ModuleOp module, func::FuncOp eval, GradientOp gradient)
    : module(module), eval(eval), gradient(gradient) {
  interpreter.extents["batch"] = boundOf(module);
  arguments = drawArguments(eval, 0, interpreter);
  Operation *end = eval.getBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(end->getOperands())) {
    OpResult result = dyn_cast<OpResult>(value);
    if (!result || result.getOwner() != gradient)
      continue;
    Value wrt = gradient.getWrt()[result.getResultNumber()];
    if (BlockArgument argument = dyn_cast<BlockArgument>(wrt))
      moving[nameOfArgument(eval, argument.getArgNumber()).str()] = index;
    else if (LoadOp load = wrt.getDefiningOp<LoadOp>())
      moving[load.getSymbol().str()] = index;
  }
}

Array Line::direction(StringRef name, const std::vector<int64_t> &shape) {
  Draw draw(llvm::xxh3_64bits(name));
  Array array{shape, {}};
  for (int64_t i = 0, size = sizeOf(shape); i < size; ++i)
    array.data.push_back(2 * draw.uniform() - 1);
  return array;
}

Array Line::moved(Array array, StringRef name, double distance) {
  if (!moving.count(name.str()))
    return array;
  Array step = direction(name, array.shape);
  for (size_t i = 0; i < array.data.size(); ++i)
    array.data[i] += distance * step.data[i];
  return array;
}

std::pair<double, double> Line::derivative(const std::vector<Array> &results) {
  double sum = 0, magnitudes = 0;
  for (const auto &[name, index] : moving) {
    Array step = direction(name, results[index].shape);
    for (size_t i = 0; i < step.data.size(); ++i) {
      double term = step.data[i] * results[index].data[i];
      sum += term;
      magnitudes += std::fabs(term);
    }
  }
  return {sum, magnitudes};
}

/// Counts how many `times` each operation has stopped a gradient.
void Line::stopGradients(std::map<Operation *, size_t> &times) {
  interpreter.observe = [&, watch = interpreter.observe](
                            Operation *op, const Operands &get, Array &result) {
    watch(op, get, result);
    if (isa<StopGradientOp>(op))
      result = stopped.try_emplace({op, times[op]++}, result).first->second;
  };
}

double Line::at(double distance) {
  NumberWatch watch(interpreter);
  std::map<Operation *, size_t> times;
  stopGradients(times);
  llvm::DenseMap<Value, Array> known;
  for (GlobalOp global : module.getOps<GlobalOp>())
    interpreter.globals[global.getSymName().str()] =
        moved(initialValue(global, interpreter), global.getSymName(), distance);
  const Array *seed = nullptr;
  for (BlockArgument argument : eval.getArguments()) {
    unsigned index = argument.getArgNumber();
    known[argument] =
        moved(arguments[index], nameOfArgument(eval, index), distance);
    if (argument == gradient.getSeed())
      seed = &arguments[index];
  }
  for (Operation &op : eval.getBody().front().without_terminator()) {
    if (isa<GradientOp>(op))
      break;
    interpreter.evaluate(&op, known);
  }
  smooth &= watch.isSmooth();
  const Array &target = known[gradient.getTarget()];
  double sum = 0;
  lastMagnitude = 0;
  for (size_t i = 0; i < target.data.size(); ++i) {
    double term = target.data[i] * (seed ? seed->data[i] : 1);
    sum += term;
    lastMagnitude += std::fabs(term);
  }
  return sum;
}

std::string sinter::checkDifferences(ModuleOp module, ModuleOp reference) {
  func::FuncOp eval = module.lookupSymbol<func::FuncOp>("eval");
  if (!eval)
    return "";
  SmallVector<GradientOp> gradients(eval.getOps<GradientOp>());
  if (gradients.size() != 1)
    return "";
  GradientOp gradient = gradients.front();
  Line line(module, eval, gradient);
  (void)line.at(0);
  double magnitude = line.magnitude();

  Interpreter interpreter;
  for (ExperimentOp experiment : module.getOps<ExperimentOp>())
    interpreter.extents["batch"] = experiment.getBatch();
  for (GlobalOp global : reference.getOps<GlobalOp>())
    interpreter.globals[global.getSymName().str()] =
        initialValue(global, interpreter);
  func::FuncOp derived = reference.lookupSymbol<func::FuncOp>("eval");
  std::vector<Array> results =
      interpreter.run(derived, drawArguments(derived, 0, interpreter));

  auto [derivative, scale] = line.derivative(results);
  auto slopeWithin = [&](double distance) {
    double above = line.at(distance), below = line.at(-distance);
    return (above - below) / (2 * distance);
  };
  const double step = 1e-6;
  double difference = slopeWithin(step);
  // What a shorter step changes says how far from its limit the slope is.
  double change = std::fabs(slopeWithin(step / 2) - difference);
  double tolerance = 1e-5 * scale + 1e-7 * magnitude + 1e-7 + 2 * change;
  if (!line.isSmooth() || std::fabs(difference - derivative) <= tolerance)
    return "";
  return llvm::formatv("gradient: along a direction it is {0:e9}, differences "
                       "say {1:e9}",
                       derivative, difference)
      .str();
}
