//===- GradientTest.cpp - The gradient rule of every operation ------------===//
//
//   sinter-gradtest FILE.mlir
//
// Each function of the file applies one operation, which its name begins with,
// to f64 tensors. At 20 random points
//
// * the gradient agrees with central differences, for each operand;
// * <v, J u> = <J'v, u>: J u is the gradient of <J'v, u> with respect to v;
// * the gradient's own gradient agrees with central differences of it, unless
//   the function has the attribute `test.first_order`.
//
// All by the interpreter: that compiled code agrees with it is the matter of
// sinter-difftest. An argument may carry `test.range`, the function
// `test.rule`: what it does at kinks. Prints a row of a table for each operand.
// Every differentiable operation of the dialect must occur. Exits with 1 if
// anything is wrong.
//
//===----------------------------------------------------------------------===//

#include "codegen/LowerToLLVM.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "test/reference/AddGradient.h"
#include "test/reference/GraphData.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

static constexpr unsigned numPoints = 20;

namespace {
/// A function, its gradient, the gradient of that, and J u from u and v.
struct Subject {
  func::FuncOp function, gradient, second, jacobian;
};

/// Worst errors, relative to the largest number compared with it.
struct Errors {
  std::map<unsigned, double> byOperand;
  double identity = 0, second = 0;
};
} // namespace

/// `NAME.jacobian(arguments..., seeds..., directions...)`: J times the
/// directions of the float arguments, one result for each float result of the
/// function.
static func::FuncOp addJacobian(func::FuncOp gradient, unsigned numArguments) {
  OpBuilder builder(gradient);
  builder.setInsertionPointAfter(gradient);
  func::FuncOp jacobian = cast<func::FuncOp>(builder.clone(*gradient));
  jacobian.setSymName((gradient.getSymName() + ".jacobian").str());
  jacobian.removeArgAttrsAttr();
  Block &body = jacobian.getBody().front();
  Operation *end = body.getTerminator();
  builder.setInsertionPoint(end);
  Location loc = gradient.getLoc();
  SmallVector<Value> seeds(body.getArguments().drop_front(numArguments));
  Value sum;
  for (Value adjoint : end->getOperands()) {
    Value direction = body.addArgument(adjoint.getType(), loc);
    Value term = MulOp::create(builder, loc, adjoint, direction);
    int64_t rank = cast<RankedTensorType>(term.getType()).getRank();
    if (rank)
      term = ReduceOp::create(builder, loc, ReduceKind::Sum, term,
                              llvm::to_vector(llvm::seq<int64_t>(0, rank)));
    sum = sum ? AddOp::create(builder, loc, sum, term) : term;
  }
  SmallVector<Attribute> names(seeds.size(), builder.getStringAttr("v"));
  GradientOp op =
      GradientOp::create(builder, loc, ValueRange(seeds).getTypes(), sum, seeds,
                         Value(), builder.getArrayAttr(names));
  end->setOperands(op.getResults());
  jacobian.setType(
      builder.getFunctionType(body.getArgumentTypes(), op.getResultTypes()));
  return jacobian;
}

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

static std::vector<Array> drawPoint(func::FuncOp function, unsigned point) {
  Interpreter interpreter;
  std::vector<Array> arrays;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    arrays.push_back(drawData(
        point, std::to_string(i), function.getArgument(i).getType(),
        function.getArgAttrOfType<ArrayAttr>(i, rangeAttr), interpreter));
  return arrays;
}

static std::vector<Array> run(func::FuncOp function,
                              const std::vector<Array> &arguments) {
  Interpreter interpreter;
  return interpreter.run(function, arguments);
}

static double dot(const Array &a, const Array &b) {
  double sum = 0;
  for (size_t i = 0; i < a.data.size(); ++i)
    sum += a.data[i] * b.data[i];
  return sum;
}

/// The sum of seed * result over the float results.
static double weigh(func::FuncOp function, const std::vector<Array> &arguments,
                    ArrayRef<Array> seeds) {
  double sum = 0;
  std::vector<Array> results = run(function, arguments);
  for (auto [result, type] : llvm::zip(results, function.getResultTypes()))
    if (holdsFloats(type)) {
      sum += dot(result, seeds.front());
      seeds = seeds.drop_front();
    }
  return sum;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// Compares the gradient at a point with central differences; `record` gets
/// each argument and its worst relative error.
static void
checkDifferences(func::FuncOp function, func::FuncOp gradient, unsigned point,
                 llvm::function_ref<void(unsigned, double)> record) {
  std::vector<Array> all = drawPoint(gradient, point);
  std::vector<Array> arguments(all.begin(),
                               all.begin() + function.getNumArguments());
  ArrayRef<Array> seeds = ArrayRef(all).drop_front(arguments.size());
  std::vector<Array> adjoints = run(gradient, all);
  const double step = 1e-6;
  size_t next = 0;
  for (unsigned a = 0; a < arguments.size(); ++a) {
    if (!holdsFloats(function.getArgument(a).getType()))
      continue;
    const Array &adjoint = adjoints[next++];
    double worst = 0;
    for (size_t i = 0; i < adjoint.data.size(); ++i) {
      double middle = arguments[a].data[i];
      arguments[a].data[i] = middle + step;
      double above = weigh(function, arguments, seeds);
      arguments[a].data[i] = middle - step;
      double below = weigh(function, arguments, seeds);
      arguments[a].data[i] = middle;
      double difference = (above - below) / (2 * step);
      double error = std::fabs(adjoint.data[i] - difference);
      double scale = std::max(std::fabs(adjoint.data[i]), 1e-2);
      worst = std::max(worst, std::isnan(error) ? INFINITY : error / scale);
    }
    record(a, worst);
  }
}

/// How far <v, J u> is from <J'v, u>, relative to the magnitudes summed.
static double identityError(const Subject &subject, unsigned point) {
  std::vector<Array> all = drawPoint(subject.jacobian, point);
  size_t numArguments = func::FuncOp(subject.function).getNumArguments();
  size_t numInputs = func::FuncOp(subject.gradient).getNumArguments();
  std::vector<Array> inputs(all.begin(), all.begin() + numInputs);
  std::vector<Array> adjoints = run(subject.gradient, inputs);
  std::vector<Array> images = run(subject.jacobian, all);
  double left = 0, right = 0, scale = 1e-6, size = 1;
  for (size_t i = 0; i < images.size(); ++i)
    left += dot(all[numArguments + i], images[i]);
  for (size_t i = 0; i < adjoints.size(); ++i) {
    right += dot(adjoints[i], all[numInputs + i]);
    size += double(adjoints[i].data.size());
    for (size_t k = 0; k < adjoints[i].data.size(); ++k)
      scale += std::fabs(adjoints[i].data[k] * all[numInputs + i].data[k]);
  }
  return std::fabs(left - right) / (scale * std::sqrt(size));
}

static Errors check(const Subject &subject) {
  Errors errors;
  for (unsigned point = 0; point < numPoints; ++point) {
    checkDifferences(subject.function, subject.gradient, point,
                     [&](unsigned argument, double error) {
                       double &worst = errors.byOperand[argument];
                       worst = std::max(worst, error);
                     });
    errors.identity = std::max(errors.identity, identityError(subject, point));
    if (subject.second)
      checkDifferences(subject.gradient, subject.second, point,
                       [&](unsigned, double error) {
                         errors.second = std::max(errors.second, error);
                       });
  }
  return errors;
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

static bool printRows(const Subject &subject, const Errors &errors) {
  func::FuncOp function = subject.function;
  StringAttr rule = function->getAttrOfType<StringAttr>("test.rule");
  bool isFine = errors.identity <= 1e-12 && errors.second <= 1e-3;
  for (auto [argument, error] : errors.byOperand) {
    isFine &= error <= 1e-3;
    llvm::outs() << "| `" << function.getSymName() << "` | " << argument
                 << " | " << (rule ? rule.getValue() : "") << " | " << numPoints
                 << " | " << llvm::format("%.0e", error) << " | "
                 << llvm::format("%.0e", errors.identity) << " | ";
    if (subject.second)
      llvm::outs() << llvm::format("%.0e", errors.second);
    else
      llvm::outs() << "none";
    llvm::outs() << " |\n";
  }
  if (!isFine)
    llvm::errs() << function.getSymName() << ": wrong\n";
  return isFine;
}

/// Operations with a gradient that no function applies.
static bool allOccur(ModuleOp module) {
  llvm::StringSet<> met;
  module.walk([&](Operation *op) { met.insert(op->getName().getStringRef()); });
  bool occur = true;
  for (RegisteredOperationName name :
       module.getContext()->getRegisteredOperations()) {
    // Leaves have nothing to be differentiated by.
    bool isLeaf = name.getStringRef() == SplatOp::getOperationName() ||
                  name.getStringRef() == RandomOp::getOperationName();
    if (!name.hasInterface<DifferentiableOpInterface>() || isLeaf ||
        met.contains(name.getStringRef()))
      continue;
    llvm::errs() << "'" << name << "' has a gradient and no function\n";
    occur = false;
  }
  return occur;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  if (argc != 2) {
    llvm::errs() << "usage: sinter-gradtest FILE.mlir\n";
    return 2;
  }
  DialectRegistry registry;
  registerCodegenDialects(registry);
  MLIRContext context(registry);
  context.allowUnregisteredDialects(); // test.range, test.rule
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(argv[1], &context);
  if (!module)
    return 1;
  bool isFine = allOccur(*module);
  std::vector<Subject> subjects;
  for (func::FuncOp function :
       llvm::to_vector(module->getOps<func::FuncOp>())) {
    Subject subject{function, addGradient(function), {}, {}};
    if (!function->hasAttr("test.first_order"))
      subject.second = addGradient(subject.gradient);
    subject.jacobian =
        addJacobian(subject.gradient, function.getNumArguments());
    subjects.push_back(subject);
  }
  PassManager pm(&context);
  pm.addPass(createDifferentiate());
  if (failed(pm.run(*module)))
    return 1;
  for (const Subject &subject : subjects)
    isFine &= printRows(subject, check(subject));
  return isFine ? 0 : 1;
}
