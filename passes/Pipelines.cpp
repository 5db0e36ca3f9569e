//===- Pipelines.cpp - The passes in order --------------------------------===//

#include "passes/Pipelines.h"
#include "passes/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace sinter;

/// In the order in which they run first.
static constexpr llvm::StringLiteral optionalNames[] = {
    "stabilize",     "reassociate-chains",
    "simplify",      "collapse-affine",
    "canonicalize",  "cse",
    "hoist",         "fold-transposes",
    "assign-layout", "fuse",
    "reorder",       "in-place"};

ArrayRef<llvm::StringLiteral> sinter::optionalPasses() { return optionalNames; }

namespace {
/// Adds the passes that are not disabled.
class PipelineBuilder {
public:
  PipelineBuilder(OpPassManager &manager, const DisabledPasses &disabled)
      : manager(manager), disabled(disabled) {}

  bool isOn(StringRef name) const { return !disabled.contains(name); }

  void add(StringRef name, std::unique_ptr<Pass> pass) {
    if (isOn(name))
      manager.addPass(std::move(pass));
  }
  /// For each function.
  void addNested(StringRef name, std::unique_ptr<Pass> pass) {
    if (isOn(name))
      manager.addNestedPass<func::FuncOp>(std::move(pass));
  }

private:
  OpPassManager &manager;
  const DisabledPasses &disabled;
};
} // namespace

void sinter::buildGraphPipeline(OpPassManager &manager,
                                const DisabledPasses &disabled) {
  PipelineBuilder pipeline(manager, disabled);
  // A gradient is taken with respect to values: until they are expanded,
  // nothing may merge two values or go around one.

  // Stable forms first, so that the gradients are theirs.
  pipeline.add("stabilize", createStabilize());
  pipeline.addNested("reassociate-chains", createReassociateChains());
  manager.addPass(createDifferentiate());

  // From here on: no sinter.gradient, no sinter.stop_gradient. Equal values are
  // interchangeable.

  // After the gradients, because a metric may show one.
  manager.addPass(createSplitMetrics());

  // From here on: a step returns its loss alone; metrics have functions.

  manager.addNestedPass<func::FuncOp>(createExpandUpdates());

  // From here on: no sinter.update. Functions are pure operations between loads
  // and stores, guards, prints and checks.

  // Of the gradients, too. Before anything optional that keeps all bits, so
  // that leaving that out changes none.
  pipeline.addNested("simplify", createSimplify());
  pipeline.addNested("collapse-affine", createCollapseAffine());
}

void sinter::buildOptPipeline(OpPassManager &manager,
                              const DisabledPasses &disabled) {
  PipelineBuilder pipeline(manager, disabled);
  // Folding shows CSE what is equal; what CSE merged may fold again.
  pipeline.addNested("canonicalize", createCanonicalizerPass());
  pipeline.addNested("cse", createCSEPass());
  pipeline.addNested("hoist", createLoopInvariantCodeMotionPass());
  pipeline.addNested("canonicalize", createCanonicalizerPass());
  pipeline.addNested("fold-transposes", createFoldTransposes());
  // Sees which tensors contractions read, transposes aside.
  pipeline.add("assign-layout", createAssignLayout());
  pipeline.addNested("fold-transposes", createFoldTransposes());
  pipeline.addNested("cse", createCSEPass());
  // All leave operations without uses behind only where there were effects, so
  // that from here on every value is needed.
}

void sinter::buildKernelPipeline(OpPassManager &manager, bool fuse,
                                 const DisabledPasses &disabled) {
  PipelineBuilder pipeline(manager, disabled);
  OutlineKernelsOptions outline;
  outline.fuse = fuse && pipeline.isOn("fuse");
  manager.addPass(createOutlineKernels(outline));

  // From here on: functions are flat lists, kernels have the forms of
  // Kernels.h.

  ScheduleOptions schedule;
  schedule.reorder = pipeline.isOn("reorder");
  manager.addPass(createSchedule(schedule));

  // From here on: the order is fixed; no launch is added.
}

void sinter::buildPlanPipeline(OpPassManager &manager,
                               const DisabledPasses &disabled) {
  PipelineBuilder pipeline(manager, disabled);
  PlanMemoryOptions plan;
  plan.inPlace = pipeline.isOn("in-place");
  manager.addPass(createPlanMemory(plan));
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
  PassPipelineRegistration<>(
      "sinter-graph-pipeline", "From the front end's graph to --emit=grad",
      [](OpPassManager &manager) { buildGraphPipeline(manager); });
  PassPipelineRegistration<>(
      "sinter-opt-pipeline", "Value-preserving simplification, --emit=opt",
      [](OpPassManager &manager) { buildOptPipeline(manager); });
  PassPipelineRegistration<KernelPipelineOptions>(
      "sinter-kernel-pipeline", "Kernels and their order",
      [](OpPassManager &manager, const KernelPipelineOptions &options) {
        buildKernelPipeline(manager, options.fuse);
      });
  PassPipelineRegistration<>(
      "sinter-plan-pipeline", "Memory for every tensor, --emit=plan",
      [](OpPassManager &manager) { buildPlanPipeline(manager); });
}
