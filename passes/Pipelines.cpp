//===- Pipelines.cpp - The passes in order --------------------------------===//

#include "passes/Pipelines.h"
#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace sinter;

void sinter::buildGraphPipeline(OpPassManager &manager) {
  // A gradient is taken with respect to values: until they are expanded,
  // nothing may merge two values or go around one.

  // Stable forms first, so that the gradients are theirs.
  manager.addPass(createStabilize());
  manager.addNestedPass<func::FuncOp>(createReassociateChains());
  manager.addPass(createDifferentiate());

  // From here on: no sinter.gradient, no sinter.stop_gradient. Equal values are
  // interchangeable.

  // After the gradients, because a metric may show one.
  manager.addPass(createSplitMetrics());

  // From here on: a step returns its loss alone; metrics have functions.

  manager.addNestedPass<func::FuncOp>(createExpandUpdates());

  // From here on: no sinter.update. Functions are pure operations between loads
  // and stores, guards, prints and checks.
}

void sinter::buildOptPipeline(OpPassManager &manager) {
  // Folding shows CSE what is equal; what CSE merged may fold again.
  manager.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  manager.addNestedPass<func::FuncOp>(createCSEPass());
  manager.addNestedPass<func::FuncOp>(createCanonicalizerPass());
  manager.addNestedPass<func::FuncOp>(createFoldTransposes());
  // Sees which tensors contractions read, transposes aside.
  manager.addPass(createAssignLayout());
  manager.addNestedPass<func::FuncOp>(createFoldTransposes());
  manager.addNestedPass<func::FuncOp>(createCSEPass());
  // All leave operations without uses behind only where there were effects, so
  // that from here on every value is needed.
}

void sinter::buildKernelPipeline(OpPassManager &manager, bool fuse) {
  OutlineKernelsOptions options;
  options.fuse = fuse;
  manager.addPass(createOutlineKernels(options));

  // From here on: functions are flat lists, kernels have the forms of
  // Kernels.h.

  manager.addPass(createSchedule());

  // From here on: the order is fixed; no launch is added.
}

void sinter::buildPlanPipeline(OpPassManager &manager) {
  manager.addPass(createPlanMemory());
  manager.addPass(createVerifyPlan());
}

namespace {
struct KernelPipelineOptions : PassPipelineOptions<KernelPipelineOptions> {
  Option<bool> fuse{*this, "fuse",
                    llvm::cl::desc("Fuse elementwise operations"),
                    llvm::cl::init(false)};
};
} // namespace

void sinter::registerSinterPipelines() {
  PassPipelineRegistration<>("sinter-graph-pipeline",
                             "From the front end's graph to --emit=grad",
                             buildGraphPipeline);
  PassPipelineRegistration<>("sinter-opt-pipeline",
                             "Value-preserving simplification, --emit=opt",
                             buildOptPipeline);
  PassPipelineRegistration<KernelPipelineOptions>(
      "sinter-kernel-pipeline", "Kernels and their order",
      [](OpPassManager &manager, const KernelPipelineOptions &options) {
        buildKernelPipeline(manager, options.fuse);
      });
  PassPipelineRegistration<>("sinter-plan-pipeline",
                             "Memory for every tensor, --emit=plan",
                             buildPlanPipeline);
}
