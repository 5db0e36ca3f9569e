//===- GraphCheck.cpp - One graph, compiled in many ways ------------------===//

#include "test/reference/GraphCheck.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "test/reference/GraphData.h"
#include "test/reference/ProgramJit.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

namespace {
/// A call of a function, after the others of its scenario.
struct Call {
  func::FuncOp function;
  int64_t extent;
};

/// Calls in a row on one store, and what they leave behind.
struct Scenario {
  std::string name;
  std::vector<Call> calls;
  /// Results of all calls, a step's averages, the globals in the module's
  /// order.
  std::vector<Array> expected;
  std::vector<Type> types;
  /// For each array: what rounding may change in it, or a negative number if
  /// it is not to be compared.
  std::vector<double> tolerances;
  /// Whether bits mean something: all numbers are finite.
  bool isFinite = true;
};

struct Variant {
  std::string name;
  CompileOptions options;
  /// Its bits are those of the first variant.
  bool isExact = true;
};

/// Arrays of a scenario, and all their bytes.
struct Outcome {
  std::vector<Array> arrays;
  std::string bytes;
};
} // namespace

//===----------------------------------------------------------------------===//
// What the interpreter says
//===----------------------------------------------------------------------===//

static bool isStep(func::FuncOp function) {
  return function.getSymName() == "step";
}

namespace {
/// A run of a scenario by the interpreter.
struct Interpretation {
  std::vector<Array> arrays;
  /// Calls until numbers met a kink.
  size_t smoothCalls = 0;
  bool isFinite = true;
};
} // namespace

/// The examples of a step: one if it has no rows.
static double examplesOf(const Call &call) {
  func::FuncOp function = call.function;
  bool hasRows = llvm::any_of(function.getArgumentTypes(), [](Type type) {
    return !cast<RankedTensorType>(type).hasStaticShape();
  });
  return hasRows ? double(call.extent) : 1;
}

static Interpretation interpret(ModuleOp module, const std::vector<Call> &calls,
                                uint64_t perturbation) {
  Interpreter interpreter;
  Interpretation run;
  for (GlobalOp global : module.getOps<GlobalOp>())
    interpreter.globals[global.getSymName().str()] =
        initialValue(global, interpreter);
  NumberWatch watch(interpreter, perturbation);
  // Of a step's results, which are those of a batch, the program has the first;
  // of all their averages over the rows are known after the steps.
  std::vector<double> sums;
  double rows = 0;
  for (auto [number, call] : llvm::enumerate(calls)) {
    interpreter.extents["batch"] = call.extent;
    std::vector<Array> arguments =
        drawArguments(call.function, number, interpreter);
    std::vector<Array> results = interpreter.run(call.function, arguments);
    if (isStep(call.function)) {
      double weight = examplesOf(call);
      sums.resize(results.size(), 0);
      for (size_t i = 0; i < sums.size(); ++i)
        sums[i] += results[i].data[0] * weight;
      rows += weight;
      results.resize(1);
    }
    llvm::append_range(run.arrays, results);
    if (watch.isSmooth())
      run.smoothCalls = number + 1;
  }
  for (double sum : sums)
    run.arrays.push_back({{}, {sum / rows}});
  for (GlobalOp global : module.getOps<GlobalOp>())
    run.arrays.push_back(interpreter.globals[global.getSymName().str()]);
  run.isFinite = watch.isFinite();
  return run;
}

static double largestMagnitude(const Array &array) {
  double most = 0;
  for (double value : array.data)
    most = std::max(most, std::fabs(value));
  return most;
}

/// How far compiled code may be from `expected`, of which `others` are what
/// rounding errors of an arbitrary sign make of it.
static double toleranceOf(const Array &expected, ArrayRef<Array> others,
                          Type element) {
  if (!isa<FloatType>(element))
    return 0;
  double scale = largestMagnitude(expected), spread = 0;
  for (const Array &other : others)
    for (size_t i = 0; i < expected.data.size(); ++i)
      spread = std::max(spread, std::fabs(expected.data[i] - other.data[i]));
  double unit = element.isF32() ? 0x1p-24 : 0x1p-53;
  // Where rounding takes most digits there is nothing left to compare.
  if (!(spread <= 1e4 * unit * std::max(scale, 1e-3)))
    return -1;
  double relative = element.isF32() ? 8 * unit : 1e-12;
  double least = element.isF32() ? 1e-30 : 1e-290;
  return relative * scale + 16 * spread + least;
}

/// The types of the results, as `interpret` lists them.
static void appendTypes(Scenario &scenario) {
  func::FuncOp function = scenario.calls.front().function;
  ArrayRef<Type> types = function.getResultTypes();
  for (size_t i = 0; i < scenario.calls.size(); ++i)
    llvm::append_range(scenario.types,
                       isStep(function) ? types.take_front() : types);
  if (!isStep(function))
    return;
  // A loss is averaged in f64.
  scenario.types.push_back(
      RankedTensorType::get({}, Float64Type::get(function.getContext())));
  llvm::append_range(scenario.types, types.drop_front());
}

/// Fills in what the scenario must give.
static void predict(ModuleOp module, Scenario &scenario) {
  constexpr unsigned numPerturbed = 4;
  Interpretation exact = interpret(module, scenario.calls, 0);
  std::vector<Interpretation> perturbed;
  size_t smoothCalls = exact.smoothCalls;
  for (unsigned i = 0; i < numPerturbed; ++i) {
    perturbed.push_back(interpret(module, scenario.calls, i + 1));
    smoothCalls = std::min(smoothCalls, perturbed.back().smoothCalls);
  }
  if (smoothCalls > 0 && smoothCalls < scenario.calls.size()) {
    scenario.calls.resize(smoothCalls);
    return predict(module, scenario);
  }
  scenario.expected = exact.arrays;
  scenario.isFinite = exact.isFinite;
  appendTypes(scenario);
  for (GlobalOp global : module.getOps<GlobalOp>())
    scenario.types.push_back(global.getType());
  for (size_t i = 0; i < scenario.expected.size(); ++i) {
    std::vector<Array> others;
    for (const Interpretation &run : perturbed)
      others.push_back(run.arrays[i]);
    scenario.tolerances.push_back(
        smoothCalls == 0 ? -1
                         : toleranceOf(scenario.expected[i], others,
                                       elementOf(scenario.types[i])));
  }
}

static int64_t boundOf(ModuleOp module) {
  for (ExperimentOp experiment : module.getOps<ExperimentOp>())
    return experiment.getBatch();
  return 1;
}

static std::vector<Scenario> makeScenarios(ModuleOp module) {
  std::vector<Scenario> scenarios;
  int64_t bound = boundOf(module), part = bound - bound / 3;
  if (func::FuncOp eval = module.lookupSymbol<func::FuncOp>("eval"))
    for (int64_t extent : {bound, int64_t(1), part})
      if (scenarios.empty() || extent != bound)
        scenarios.push_back({"eval of " + std::to_string(extent) + " rows",
                             {{eval, extent}},
                             {},
                             {},
                             {}});
  if (func::FuncOp step = module.lookupSymbol<func::FuncOp>("step"))
    scenarios.push_back(
        {"steps", {{step, bound}, {step, part}, {step, bound}}, {}, {}, {}});
  for (Scenario &scenario : scenarios)
    predict(module, scenario);
  return scenarios;
}

//===----------------------------------------------------------------------===//
// What compiled code does
//===----------------------------------------------------------------------===//

static const SinterFunction &tableOf(ProgramJit &jit, func::FuncOp function) {
  if (isStep(function))
    return jit.program().experiments[0].trainStep;
  return *jit.findProgram(function.getSymName());
}

static Array transposed(const Array &array) {
  Array result{{array.shape[1], array.shape[0]}, {}};
  for (int64_t i = 0; i < array.shape[1]; ++i)
    for (int64_t j = 0; j < array.shape[0]; ++j)
      result.data.push_back(array.data[j * array.shape[1] + i]);
  return result;
}

static const SinterSymbol &symbolOf(ProgramJit &jit, GlobalOp global) {
  const SinterProgram &program = jit.program();
  for (uint64_t i = 0; i < program.numSymbols; ++i)
    if (global.getLabel() == program.symbols[i].name)
      return program.symbols[i];
  llvm::report_fatal_error("a global has no symbol");
}

static RankedTensorType storedType(GlobalOp global, bool isTransposed) {
  RankedTensorType type = cast<RankedTensorType>(global.getType());
  return isTransposed
             ? RankedTensorType::get({type.getDimSize(1), type.getDimSize(0)},
                                     type.getElementType())
             : type;
}

static void fillStore(ProgramJit &jit, ModuleOp module) {
  Interpreter interpreter;
  jit.clearStore();
  for (GlobalOp global : module.getOps<GlobalOp>()) {
    const SinterSymbol &symbol = symbolOf(jit, global);
    Array value = initialValue(global, interpreter);
    writeArray(jit.at(symbol.buffer), storedType(global, symbol.transposed),
               symbol.transposed ? transposed(value) : value);
  }
}

/// Appends the array to the outcome, its bytes in the program's order.
static void readGlobal(ProgramJit &jit, GlobalOp global, Outcome &outcome) {
  const SinterSymbol &symbol = symbolOf(jit, global);
  RankedTensorType type = storedType(global, symbol.transposed);
  std::string bytes;
  Array array =
      readArray(jit.at(symbol.buffer), type,
                {type.getShape().begin(), type.getShape().end()}, bytes);
  outcome.arrays.push_back(symbol.transposed ? transposed(array) : array);
  // The same order whether or not this variant transposes it.
  const Array &logical = outcome.arrays.back();
  outcome.bytes.append(reinterpret_cast<const char *>(logical.data.data()),
                       logical.data.size() * sizeof(double));
}

/// Calls what computes the averages of the steps so far.
static void readAverages(ProgramJit &jit, ModuleOp module, Outcome &outcome) {
  const SinterFunction &table = jit.program().experiments[0].trainMetrics;
  jit.poisonArena();
  jit.call(table, 1, 1);
  for (size_t i = 0; i < table.numResults; ++i) {
    const SinterBuffer &buffer = table.results[i].buffer;
    Builder builder(module.getContext());
    Type element = buffer.dtype == SINTER_F32 ? builder.getF32Type()
                                              : builder.getF64Type();
    outcome.arrays.push_back(readArray(
        jit.at(buffer), RankedTensorType::get({}, element), {}, outcome.bytes));
  }
}

/// Runs a scenario; the failure goes to `failure`.
static Outcome runScenario(ProgramJit &jit, ModuleOp module,
                           const Scenario &scenario, int64_t pieces,
                           std::string &failure) {
  Outcome outcome;
  fillStore(jit, module);
  for (auto [number, call] : llvm::enumerate(scenario.calls)) {
    Interpreter shapes;
    shapes.extents["batch"] = call.extent;
    func::FuncOp function = call.function;
    const SinterFunction &table = tableOf(jit, function);
    jit.poisonArena();
    std::vector<Array> arguments = drawArguments(function, number, shapes);
    for (auto [index, array] : llvm::enumerate(arguments))
      writeArray(jit.at(table.args[index].buffer),
                 function.getArgument(index).getType(), array);
    if (jit.call(table, call.extent, pieces) != 0)
      failure = "the call failed";
    if (!jit.isIntact())
      failure = "something was written behind the program's memory";
    for (size_t i = 0; i < table.numResults; ++i)
      outcome.arrays.push_back(readArray(
          jit.at(table.results[i].buffer), function.getResultTypes()[i],
          shapes.shapeOf(function.getResultTypes()[i]), outcome.bytes));
  }
  if (isStep(scenario.calls.front().function))
    readAverages(jit, module, outcome);
  for (GlobalOp global : module.getOps<GlobalOp>())
    readGlobal(jit, global, outcome);
  return outcome;
}

/// What of an array is wrong, or nothing.
static std::string compareArrays(const Array &expected, const Array &actual,
                                 double tolerance) {
  for (size_t i = 0; i < expected.data.size(); ++i)
    if (!(std::fabs(expected.data[i] - actual.data[i]) <= tolerance))
      return llvm::formatv(
                 "element {0} is {1:e9}, expected {2:e9}, tolerance {3:e1}", i,
                 actual.data[i], expected.data[i], tolerance)
          .str();
  return "";
}

static std::string compareScenario(const Scenario &scenario,
                                   const Outcome &outcome) {
  for (size_t i = 0; i < scenario.expected.size(); ++i) {
    if (scenario.tolerances[i] < 0)
      continue;
    std::string difference = compareArrays(
        scenario.expected[i], outcome.arrays[i], scenario.tolerances[i]);
    if (!difference.empty())
      return llvm::formatv("array {0}: {1}", i, difference).str();
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Variants
//===----------------------------------------------------------------------===//

static bool changesValues(StringRef pass) {
  return pass == "stabilize" || pass == "reassociate-chains";
}

static std::vector<Variant> variantsFor(ModuleOp module) {
  uint64_t seed = seedOf(module);
  Target host = Target::host();
  Target lower = host.cpu == "x86-64-v4" ? *Target::byName("x86-64-v3") : host;
  ArrayRef<llvm::StringLiteral> passes = optionalPasses();
  StringRef pass = passes[seed % passes.size()];
  std::vector<Variant> variants(3);
  variants[0].name = host.cpu + " -O2";
  variants[0].options.target = host;
  const Target &plain = seed % 2 ? lower : host;
  variants[1].name = plain.cpu + " -O0";
  variants[1].options.target = plain;
  variants[1].options.level = 0;
  variants[2].name = (lower.cpu + " -O2 without " + pass).str();
  variants[2].options.target = lower;
  variants[2].options.disabled.insert(pass);
  variants[2].isExact = !changesValues(pass);
  for (Variant &variant : variants)
    variant.isExact &= variant.options.target.hasFMA;
  return variants;
}

/// Compiles and runs one variant; `bits` are those of the first.
static std::string checkVariant(ModuleOp module, ModuleOp reference,
                                const Variant &variant,
                                const std::vector<Scenario> &scenarios,
                                std::vector<std::string> &bits) {
  ProgramJit jit;
  std::string failure = jit.compile(module, Stage::Graph, variant.options);
  if (!failure.empty())
    return variant.name + ": " + failure;
  for (auto [index, scenario] : llvm::enumerate(scenarios)) {
    std::string ownBits;
    for (int64_t pieces : {1, 3}) {
      Outcome outcome = runScenario(jit, reference, scenario, pieces, failure);
      if (failure.empty())
        failure = compareScenario(scenario, outcome);
      if (pieces == 1)
        ownBits = outcome.bytes;
      if (bits.size() == index)
        bits.push_back(outcome.bytes);
      bool isExpected = outcome.bytes == ownBits &&
                        (!variant.isExact || outcome.bytes == bits[index]);
      if (failure.empty() && scenario.isFinite && !isExpected)
        failure = "the bits differ";
      if (!failure.empty())
        return llvm::formatv("{0}, {1}, {2} pieces: {3}", variant.name,
                             scenario.name, pieces, failure)
            .str();
    }
  }
  return "";
}

/// The formulas as they are written; the interpreter updates by itself. What
/// compiled loops keep for their gradients is here partly run again.
static LogicalResult differentiate(ModuleOp reference, uint64_t seed) {
  const int64_t tapeBytes[] = {1 << 20, 256, 64, 0};
  DifferentiateOptions options;
  options.tapeBytes = tapeBytes[seed % 4];
  PassManager pm(reference.getContext());
  pm.addPass(createDifferentiate(options));
  return pm.run(reference);
}

CheckReport sinter::checkGraph(ModuleOp module) {
  CheckReport report;
  OwningOpRef<ModuleOp> reference = module.clone();
  if (failed(differentiate(*reference, seedOf(module)))) {
    report.failure = "no gradient";
    return report;
  }
  report.failure = checkDifferences(module, *reference);
  if (!report.failure.empty())
    return report;
  std::vector<Scenario> scenarios = makeScenarios(*reference);
  for (const Scenario &scenario : scenarios)
    for (double tolerance : scenario.tolerances)
      ++(tolerance < 0 ? report.skipped : report.compared);
  std::vector<std::string> bits;
  for (const Variant &variant : variantsFor(module)) {
    report.failure = checkVariant(module, *reference, variant, scenarios, bits);
    report.variants += 1;
    if (!report.failure.empty())
      break;
  }
  return report;
}
