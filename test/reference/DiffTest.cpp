//===- DiffTest.cpp - Compiled code against the interpreter ---------------===//
//
//   sinter-difftest FILE.mlir
//
// For every function of the file, with random arguments:
//
// * compiled for each CPU level the host can run at -O2, and at -O0 for the
//   host's, whole and in pieces, it agrees with the f64 interpreter; where the
//   levels have FMA, all agree with each other to the bit. Rows past the
//   run-time extent are NaN.
// * its gradient with respect to every float argument, by sinter.gradient and
//   the interpreter, agrees with central differences; the compiled gradient
//   agrees with the interpreted one. Not for a function with the attribute
//   `test.no_gradient`.
//
// An argument may carry `test.range = [low, high]`, else floats are drawn from
// [-2, 2) and integers from [0, 5). Prints one line for each function and what
// was compared; exits with 1 at the first difference.
//
// Elements are compared with the largest one of their array. Where a function
// is nothing but f32 sums, each element has a bound of its own instead, from
// attributes of the function:
//
//   test.terms = [7, "batch"]  sums of 7 terms a row, over all rows: within
//                              k 2**-24 of the sum of magnitudes, and within
//                              2 sqrt(k) 2**-24, data being random
//   test.biased                the data is not: k 2**-24 is all
//   test.roundings = n         each element is rounded n times more
//   test.relative              all terms are positive; without it, the sum of
//                              magnitudes is what the arguments' magnitudes
//                              give instead of the arguments
//
//===----------------------------------------------------------------------===//

#include "codegen/LowerToLLVM.h"
#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "test/reference/AddGradient.h"
#include "test/reference/Interpreter.h"
#include "test/reference/ProgramJit.h"
#include "test/reference/ProgramMemory.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

static Draw draw(1);

static Array drawArgument(func::FuncOp function, unsigned index,
                          const Interpreter &interpreter) {
  Type type = function.getArgument(index).getType();
  Type element = elementOf(type);
  double low = isa<FloatType>(element) ? -2 : 0;
  double high = isa<FloatType>(element) ? 2 : element.isInteger(1) ? 2 : 5;
  if (ArrayAttr range =
          function.getArgAttrOfType<ArrayAttr>(index, "test.range")) {
    low = cast<FloatAttr>(range[0]).getValueAsDouble();
    high = cast<FloatAttr>(range[1]).getValueAsDouble();
  }
  Array array{interpreter.shapeOf(type), {}};
  for (int64_t i = 0, size = sizeOf(array.shape); i < size; ++i) {
    double value = low + (high - low) * draw.uniform();
    if (element.isF32())
      value = float(value);
    array.data.push_back(isa<FloatType>(element) ? value : std::floor(value));
  }
  return array;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

static std::string numberText(double value) {
  return llvm::formatv("{0:e9}", value).str();
}

[[noreturn]] static void fail(const Twine &message) {
  llvm::errs() << "difference: " << message << '\n';
  std::exit(1);
}

/// Elements agree within their tolerances.
static void compareArrays(const Twine &what, const Array &expected,
                          const Array &actual, const Array &tolerances) {
  for (size_t i = 0; i < expected.data.size(); ++i) {
    double want = expected.data[i], have = actual.data[i];
    bool isClose = want == have || (std::isnan(want) && std::isnan(have)) ||
                   std::fabs(want - have) <= tolerances.data[i];
    if (!isClose)
      fail(what + ": element " + Twine(i) + " is " + numberText(have) +
           ", expected " + numberText(want) + ", tolerance " +
           numberText(tolerances.data[i]));
  }
}

/// The type's tolerance of the array's largest magnitude.
static Array commonTolerance(const Array &expected, Type element) {
  double scale = 1;
  for (double value : expected.data)
    if (std::isfinite(value))
      scale = std::max(scale, std::fabs(value));
  double tolerance = element.isF64() ? 1e-12 : element.isF32() ? 1e-5 : 0;
  return {expected.shape,
          std::vector<double>(expected.data.size(), tolerance * scale)};
}

/// Roundings that count in a sum of the terms that `function` states, at the
/// worst or among random ones.
static double roundingsOf(func::FuncOp function, int64_t extent) {
  double terms = 1, others = 0;
  for (Attribute factor : function->getAttrOfType<ArrayAttr>("test.terms")) {
    IntegerAttr number = dyn_cast<IntegerAttr>(factor);
    terms *= number ? double(number.getInt()) : double(extent);
  }
  if (IntegerAttr more = function->getAttrOfType<IntegerAttr>("test.roundings"))
    others = double(more.getInt());
  if (function->hasAttr("test.biased"))
    return terms + others;
  return std::min(terms, 2 * std::sqrt(terms)) + others;
}

static Array magnitudesOf(Array array) {
  for (double &value : array.data)
    value = std::fabs(value);
  return array;
}

/// What each element of each result may be off by.
static std::vector<Array> tolerancesOf(Interpreter &interpreter,
                                       func::FuncOp function,
                                       const std::vector<Array> &arguments,
                                       const std::vector<Array> &expected) {
  std::vector<Array> tolerances;
  if (!function->hasAttr("test.terms")) {
    for (auto [array, type] : llvm::zip(expected, function.getResultTypes()))
      tolerances.push_back(commonTolerance(array, elementOf(type)));
    return tolerances;
  }
  if (function->hasAttr("test.relative")) {
    tolerances = expected;
  } else {
    std::vector<Array> magnitudes;
    for (const Array &argument : arguments)
      magnitudes.push_back(magnitudesOf(argument));
    tolerances = interpreter.run(function, magnitudes);
  }
  double unit =
      0x1p-24 * roundingsOf(function, interpreter.extents.at("batch"));
  for (Array &array : tolerances)
    for (double &value : array.data)
      value = std::fabs(value) * unit;
  return tolerances;
}

//===----------------------------------------------------------------------===//
// Compiled against interpreted
//===----------------------------------------------------------------------===//

namespace {
struct Variant {
  CompileOptions options;
  std::string name;
};

/// Results of one call, as numbers and as bytes.
struct Outcome {
  std::vector<Array> results;
  std::string bytes;
};
} // namespace

static std::vector<Variant> variants() {
  std::vector<Variant> list;
  std::string host = Target::host().cpu;
  bool isRunnable = false;
  for (const char *cpu : {"x86-64-v4", "x86-64-v3", "x86-64-v2", "x86-64"}) {
    isRunnable |= host == cpu;
    if (!isRunnable)
      continue;
    for (unsigned level : {2u, 0u}) {
      // What -O0 leaves out does not depend on the CPU: once is enough.
      if (level == 0 && host != cpu)
        continue;
      CompileOptions options;
      options.target = *Target::byName(cpu);
      options.level = level;
      list.push_back({options, (Twine(cpu) + " -O" + Twine(level)).str()});
    }
  }
  return list;
}

static Outcome runCompiled(ProgramJit &jit, func::FuncOp function,
                           const std::vector<Array> &arguments,
                           const std::vector<Array> &expected, int64_t extent,
                           int64_t pieces) {
  const SinterFunction &table = *jit.findProgram(function.getSymName());
  jit.poisonArena();
  for (auto [index, array] : llvm::enumerate(arguments)) {
    char *at = jit.at(table.args[index].buffer);
    writeArray(at, function.getArgument(index).getType(), array);
  }
  if (jit.call(table, extent, pieces) != 0)
    fail(function.getSymName() + ": the call failed");
  Outcome outcome;
  for (auto [index, array] : llvm::enumerate(expected)) {
    const char *at = jit.at(table.results[index].buffer);
    outcome.results.push_back(readArray(at, function.getResultTypes()[index],
                                        array.shape, outcome.bytes));
  }
  return outcome;
}

namespace {
/// One set of arguments with what the interpreter makes of them.
struct Case {
  func::FuncOp function;
  int64_t extent;
  std::vector<Array> arguments, expected, tolerances;
};
} // namespace

/// The bound of the run-time dimension, or 0 if the function has none.
static int64_t extentBound(func::FuncOp function) {
  for (Type type : function.getArgumentTypes())
    for (const Dim &dim : dimsOf(cast<RankedTensorType>(type)))
      if (dim.isDynamic())
        return dim.size;
  return 0;
}

static std::vector<Case> makeCases(ModuleOp module) {
  std::vector<Case> cases;
  for (func::FuncOp function : module.getOps<func::FuncOp>()) {
    int64_t bound = extentBound(function);
    std::vector<int64_t> extents = {bound};
    if (bound > 1)
      extents = {bound, 1, bound - bound / 3};
    for (int64_t extent : extents) {
      Interpreter interpreter;
      interpreter.extents["batch"] = extent;
      Case test{function, extent, {}, {}, {}};
      for (unsigned i = 0; i < function.getNumArguments(); ++i)
        test.arguments.push_back(drawArgument(function, i, interpreter));
      test.expected = interpreter.run(function, test.arguments);
      test.tolerances =
          tolerancesOf(interpreter, function, test.arguments, test.expected);
      cases.push_back(std::move(test));
    }
  }
  return cases;
}

/// Every function of `module` is a program of no gradient left.
static void compareCompiled(ModuleOp module) {
  std::vector<Case> cases = makeCases(module);
  std::vector<std::string> reference(cases.size());
  for (const Variant &variant : variants()) {
    ProgramJit jit;
    std::string problem = jit.compile(module, Stage::Grad, variant.options);
    if (!problem.empty())
      fail(variant.name + ": " + problem);
    for (auto [index, test] : llvm::enumerate(cases))
      for (int64_t pieces : {1, 3}) {
        std::string what =
            (variant.name + ", " + test.function.getSymName() + ", extent " +
             Twine(test.extent) + ", " + Twine(pieces) + " pieces")
                .str();
        Outcome outcome = runCompiled(jit, test.function, test.arguments,
                                      test.expected, test.extent, pieces);
        for (size_t i = 0; i < test.expected.size(); ++i)
          compareArrays(what, test.expected[i], outcome.results[i],
                        test.tolerances[i]);
        if (!variant.options.target.hasFMA)
          continue;
        if (reference[index].empty())
          reference[index] = outcome.bytes;
        else if (reference[index] != outcome.bytes)
          fail(what + ": the bits differ from the first variant's");
      }
  }
}

//===----------------------------------------------------------------------===//
// Gradients against differences
//===----------------------------------------------------------------------===//

/// The sum of seed * result over the float results.
static double weigh(Interpreter &interpreter, func::FuncOp function,
                    const std::vector<Array> &arguments,
                    const std::vector<Array> &seeds) {
  double sum = 0;
  size_t next = 0;
  std::vector<Array> results = interpreter.run(function, arguments);
  for (size_t r = 0; r < results.size(); ++r) {
    if (!holdsFloats(function.getResultTypes()[r]))
      continue;
    for (size_t i = 0; i < results[r].data.size(); ++i)
      sum += results[r].data[i] * seeds[next].data[i];
    ++next;
  }
  return sum;
}

static void compareEntry(func::FuncOp function, unsigned argument, size_t entry,
                         double derivative, double difference) {
  if (std::fabs(derivative - difference) >
      1e-5 + 1e-3 * std::max(std::fabs(derivative), std::fabs(difference)))
    fail(function.getSymName() + ": derivative by element " + Twine(entry) +
         " of argument " + Twine(argument) + " is " +
         std::to_string(derivative) + ", differences say " +
         std::to_string(difference));
}

static void checkGradientAt(func::FuncOp function, func::FuncOp gradient,
                            int64_t extent) {
  Interpreter interpreter;
  interpreter.extents["batch"] = extent;
  std::vector<Array> all;
  for (unsigned i = 0; i < gradient.getNumArguments(); ++i)
    all.push_back(drawArgument(gradient, i, interpreter));
  std::vector<Array> arguments(all.begin(),
                               all.begin() + function.getNumArguments());
  std::vector<Array> seeds(all.begin() + function.getNumArguments(), all.end());
  std::vector<Array> adjoints = interpreter.run(gradient, all);
  const double step = 1e-6;
  size_t next = 0;
  for (unsigned a = 0; a < arguments.size(); ++a) {
    if (!holdsFloats(function.getArgument(a).getType()))
      continue;
    const Array &adjoint = adjoints[next++];
    for (size_t i = 0; i < adjoint.data.size(); ++i) {
      double middle = arguments[a].data[i];
      arguments[a].data[i] = middle + step;
      double above = weigh(interpreter, function, arguments, seeds);
      arguments[a].data[i] = middle - step;
      double below = weigh(interpreter, function, arguments, seeds);
      arguments[a].data[i] = middle;
      compareEntry(function, a, i, adjoint.data[i],
                   (above - below) / (2 * step));
    }
  }
}

static const unsigned gradientPoints = 20;

//===----------------------------------------------------------------------===//
// The tool
//===----------------------------------------------------------------------===//

/// Makes every function a program, which is how compiled ones are called.
static void makePrograms(ModuleOp module) {
  Builder builder(module.getContext());
  for (func::FuncOp function : module.getOps<func::FuncOp>()) {
    function->setAttr(roleAttr, builder.getStringAttr("program"));
    function->setAttr(ownerAttr, function.getSymNameAttr());
  }
}

static bool wantsGradient(func::FuncOp function) {
  return !function->hasAttr("test.no_gradient") &&
         llvm::any_of(function.getArgumentTypes(), holdsFloats) &&
         llvm::any_of(function.getResultTypes(), holdsFloats);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (argc != 2) {
    llvm::errs() << "usage: sinter-difftest FILE.mlir\n";
    return 2;
  }
  DialectRegistry registry;
  registerCodegenDialects(registry);
  MLIRContext context(registry);
  context.allowUnregisteredDialects(); // test.range, test.no_gradient
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(argv[1], &context);
  if (!module)
    return 1;

  makePrograms(*module);
  SmallVector<std::pair<func::FuncOp, func::FuncOp>> pairs;
  for (func::FuncOp function : llvm::to_vector(module->getOps<func::FuncOp>()))
    if (wantsGradient(function))
      pairs.push_back({function, addGradient(function)});
  PassManager pm(&context);
  pm.addPass(createDifferentiate());
  if (failed(pm.run(*module)))
    return 1;

  for (auto [function, gradient] : pairs) {
    int64_t bound = extentBound(function);
    for (unsigned point = 0; point < gradientPoints; ++point)
      checkGradientAt(function, gradient, point % 2 ? bound : (bound + 1) / 2);
  }
  compareCompiled(*module);
  for (func::FuncOp function : module->getOps<func::FuncOp>())
    llvm::outs() << function.getSymName() << ": ok\n";
  return 0;
}
