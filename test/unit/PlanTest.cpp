//===- PlanTest.cpp - Random functions are planned soundly ----------------===//

#include "passes/Plan.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace sinter;

namespace {
/// Writes a function with loads, stores, effects and values of one type in any
/// order that SSA allows.
class Generator {
public:
  explicit Generator(unsigned seed) : random(seed) {}

  std::string run() {
    std::string globals, body;
    for (unsigned i = 0; i < numGlobals; ++i)
      globals += "sinter.global param @g" + std::to_string(i) + " : " + type +
                 " {label = \"g\", owner = \"o\"}\n";
    for (unsigned i = 0; i < numGlobals; ++i)
      body += define("sinter.load @g" + std::to_string(i) + " : " + type);
    unsigned length = 1 + random() % 30;
    for (unsigned i = 0; i < length; ++i)
      body += statement();
    return globals + "func.func @f(%a0: " + type + ", %a1: " + type + ") -> (" +
           type + ", " + type + ") {\n" + body + "return " + any() + ", " +
           any() + " : " + type + ", " + type + "\n}\n";
  }

private:
  std::string any() {
    unsigned pick = random() % (numValues + 2);
    return pick < 2 ? "%a" + std::to_string(pick)
                    : "%" + std::to_string(pick - 2);
  }
  std::string define(const std::string &right) {
    return "%" + std::to_string(numValues++) + " = " + right + "\n";
  }
  std::string scalar() {
    lines += "%s" + std::to_string(numScalars) + " = sinter.reduce sum " +
             any() + " axes [0, 1] : " + type + " -> tensor<f32>\n";
    return "%s" + std::to_string(numScalars++);
  }

  std::string statement() {
    lines.clear();
    std::string line;
    switch (random() % 9) {
    case 0:
    case 1:
      line = define("sinter.add " + any() + ", " + any() + " : " + type);
      break;
    case 2:
      line = define("sinter.exp " + any() + " : " + type);
      break;
    case 3:
      line = define("sinter.transpose " + any() + " [1, 0] : " + type + " -> " +
                    type);
      break;
    case 4:
      line = define("sinter.contract \"ij,jk->ik\" " + any() + ", " + any() +
                    " : " + type + ", " + type + " -> " + type);
      break;
    case 5:
      line = define(
          "sinter.constant dense<" +
          std::string(random() % 2 ? "1.0" : "[[1.0, 2.0], [3.0, 4.0]]") +
          "> : " + type);
      break;
    case 6:
      if (numStored == numGlobals)
        return "";
      return "sinter.store " + any() + ", @g" + std::to_string(numStored++) +
             " : " + type + "\n";
    case 7: {
      std::string value = scalar();
      line = "sinter.guard " + value + " named \"n" +
             std::to_string(numEffects++) + "\" : tensor<f32>\n";
      break;
    }
    default:
      line = "sinter.print " + any() + " groups [[\"n" +
             std::to_string(numEffects++) + "\", unit]] : " + type + "\n";
    }
    return lines + line;
  }

  static constexpr unsigned numGlobals = 4;
  const std::string type = "tensor<2x2xf32>";
  std::mt19937 random;
  std::string lines;
  unsigned numValues = 0, numScalars = 0, numStored = 0, numEffects = 0;
};
} // namespace

/// What the user sees, in order.
static std::vector<std::string> effectsOf(func::FuncOp function) {
  std::vector<std::string> effects;
  for (Operation &op : function.getBody().front()) {
    std::string text;
    llvm::raw_string_ostream os(text);
    if (PrintOp print = dyn_cast<PrintOp>(op))
      os << print.getGroups();
    else if (GuardOp guard = dyn_cast<GuardOp>(op))
      os << guard.getName();
    if (!text.empty())
      effects.push_back(text);
  }
  return effects;
}

/// The plan pipeline ends with the verifier, so that success says much.
static void planAndCheck(const std::string &text, bool fuse,
                         MLIRContext &context) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  func::FuncOp function = module->lookupSymbol<func::FuncOp>("f");
  std::vector<std::string> effects = effectsOf(function);
  PassManager manager(&context);
  buildKernelPipeline(manager, fuse);
  buildPlanPipeline(manager);
  ASSERT_TRUE(succeeded(manager.run(*module))) << text;
  EXPECT_EQ(effectsOf(function), effects) << text;
  IntegerAttr arena = function->getAttrOfType<IntegerAttr>(arenaBytesAttr);
  IntegerAttr live = function->getAttrOfType<IntegerAttr>(liveBytesAttr);
  // Tensors of one size always pack without loss.
  EXPECT_EQ(arena.getInt(), live.getInt()) << text;
}

TEST(Plan, RandomFunctions) {
  MLIRContext context;
  context.loadDialect<SinterDialect, func::FuncDialect>();
  for (unsigned seed = 0; seed < 1000; ++seed) {
    std::string text = Generator(seed).run();
    planAndCheck(text, /*fuse=*/false, context);
    planAndCheck(text, /*fuse=*/true, context);
    if (HasFailure())
      FAIL() << "seed " << seed;
  }
}
