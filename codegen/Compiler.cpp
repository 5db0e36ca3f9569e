//===- Compiler.cpp - The stages from graph to program --------------------===//

#include "codegen/Compiler.h"
#include "codegen/KernelInterface.h"
#include "codegen/LowerToLLVM.h"
#include "codegen/ObjectEmitter.h"
#include "codegen/Passes.h"
#include "codegen/PlanToLLVM.h"
#include "passes/Passes.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sinter;

static constexpr llvm::StringLiteral stageNames[] = {
    "ast",     "graph", "grad", "opt", "plan",
    "kernels", "llvm",  "asm",  "obj", "exe"};

StringRef sinter::stageName(Stage stage) { return stageNames[unsigned(stage)]; }

std::optional<Stage> sinter::parseStage(StringRef name) {
  const llvm::StringLiteral *found = llvm::find(stageNames, name);
  if (found == std::end(stageNames))
    return std::nullopt;
  return Stage(found - stageNames);
}

std::string sinter::digestOf(StringRef text) {
  std::array<uint8_t, 32> digest = llvm::SHA256::hash(
      ArrayRef(reinterpret_cast<const uint8_t *>(text.data()), text.size()));
  return llvm::toHex(digest, /*LowerCase=*/true);
}

std::string sinter::digestOf(ModuleOp module, bool withLocations) {
  std::string text;
  llvm::raw_string_ostream os(text);
  OpPrintingFlags flags;
  flags.enableDebugInfo(withLocations);
  if (!withLocations)
    flags.useLocalScope();
  module->print(os, flags);
  return digestOf(text);
}

void sinter::stampHash(ModuleOp graph) {
  // A model is the same whatever its file is called.
  Attribute name = graph->removeAttr(modelAttr);
  std::string digest = digestOf(graph, /*withLocations=*/false);
  if (name)
    graph->setAttr(modelAttr, name);
  graph->setAttr(hashAttr, StringAttr::get(graph.getContext(), digest));
}

namespace {
/// Fills a PassDump.
class DumpAfter : public PassInstrumentation {
public:
  DumpAfter(ModuleOp module, PassDump &dump) : module(module), dump(dump) {}

  void runAfterPass(Pass *pass, Operation *) override {
    StringRef name = pass->getArgument();
    if (name != dump.pass &&
        !(name.consume_front("sinter-") && name == dump.pass))
      return;
    dump.text.emplace();
    llvm::raw_string_ostream os(*dump.text);
    module->print(
        os, OpPrintingFlags().enableDebugInfo(true).printNameLocAsPrefix(true));
  }

private:
  ModuleOp module;
  PassDump &dump;
};
} // namespace

LogicalResult sinter::lowerModule(ModuleOp module, Stage from, Stage to,
                                  const CompileOptions &options,
                                  PassDump *dump) {
  PassManager pm(module.getContext(), ModuleOp::getOperationName());
  if (dump) {
    // The module is printed while one of its functions is being changed.
    module.getContext()->disableMultithreading();
    pm.addInstrumentation(std::make_unique<DumpAfter>(module, *dump));
  }
  auto crosses = [&](Stage stage) { return from < stage && stage <= to; };
  bool isOptimizing = options.level > 0;
  // Names, shapes and types are right from here on. What fails now is an
  // operation that needs a gradient and has none, or a bug.
  if (crosses(Stage::Grad) && options.gradcheck)
    pm.addPass(createAddGradcheck());
  if (crosses(Stage::Grad) && options.selftest)
    pm.addPass(createAddSelftest());
  if (crosses(Stage::Grad))
    buildGraphPipeline(pm, options.disabled);
  // From here on: no gradient, no update, no metric of more than one batch.
  if (crosses(Stage::Opt) && isOptimizing)
    buildOptPipeline(pm, options.disabled);
  // From here on: functions are flat lists of kernel calls, every buffer has
  // its place, and the plan has been verified.
  if (crosses(Stage::Plan)) {
    buildKernelPipeline(pm, /*fuse=*/isOptimizing, options.disabled);
    pm.addPass(createSelectKernels(SelectKernelsOptions{options.target.cpu}));
    buildPlanPipeline(pm, options.disabled);
  }
  // From here on: kernels are loops over vectors.
  if (crosses(Stage::Kernels))
    pm.addPass(createLowerKernels(LowerKernelsOptions{options.target.cpu}));
  return pm.run(module);
}

/// The kernels of `module` alone, in the LLVM dialect.
static FailureOr<OwningOpRef<ModuleOp>> lowerKernels(ModuleOp module) {
  OwningOpRef<ModuleOp> kernels = ModuleOp::create(module.getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(kernels->getBody());
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    if (!function->hasAttr(roleAttr)) {
      func::FuncOp kernel = cast<func::FuncOp>(builder.clone(*function));
      kernel->removeAttr(phasesAttr);
    }
  PassManager pm(module.getContext(), ModuleOp::getOperationName());
  buildKernelsToLLVMPipeline(pm);
  if (failed(pm.run(*kernels)))
    return failure();
  return kernels;
}

/// Nothing unwinds and nothing but the tables is seen from outside.
static void finishFunctions(llvm::Module &module, const Target &target) {
  for (llvm::Function &function : module) {
    function.setDoesNotThrow();
    if (function.isDeclaration())
      continue;
    function.setLinkage(llvm::GlobalValue::InternalLinkage);
    // Kernels of equal layers are compiled once.
    constexpr unsigned fewCalls = 4;
    if (function.hasNUsesOrMore(fewCalls + 1))
      function.addFnAttr(llvm::Attribute::NoInline);
    // Vectors were chosen for the target: do not split them again.
    function.addFnAttr("prefer-vector-width", llvm::utostr(target.vectorBits));
  }
}

llvm::Expected<std::unique_ptr<llvm::Module>>
sinter::translateToLLVM(ModuleOp module, const CompileOptions &options,
                        llvm::LLVMContext &context) {
  FailureOr<OwningOpRef<ModuleOp>> kernels = lowerKernels(module);
  std::unique_ptr<llvm::Module> result;
  if (succeeded(kernels))
    result = translateModuleToLLVMIR(**kernels, context, "sinter");
  if (!result)
    return llvm::createStringError("cannot lower the kernels to LLVM IR");
  TableBuilder tables(*result);
  emitProgram(module, options.target, tables);
  finishFunctions(*result, options.target);
  if (llvm::Error error = optimize(*result, options.target, options.level))
    return llvm::Expected<std::unique_ptr<llvm::Module>>(std::move(error));
  std::string message;
  llvm::raw_string_ostream os(message);
  if (llvm::verifyModule(*result, &os))
    return llvm::createStringError("invalid LLVM IR: " + message);
  return result;
}
