//===- Pipelines.h - The passes in order -----------------------*- C++ -*-===//

#ifndef SINTER_PASSES_PIPELINES_H
#define SINTER_PASSES_PIPELINES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringSet.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace sinter {
/// What of the pipelines may be left out, by name: passes by their argument
/// without `sinter-`, and parts of passes that always run.
llvm::ArrayRef<llvm::StringLiteral> optionalPasses();

/// Names of optionalPasses() to leave out.
using DisabledPasses = llvm::StringSet<>;

/// From the front end's graph (`--emit=graph`) to one in which gradients,
/// metrics and updates are spelled out (`--emit=grad`). Always runs.
void buildGraphPipeline(mlir::OpPassManager &manager,
                        const DisabledPasses &disabled = {});

/// Value-preserving simplification (`--emit=opt`). Not at -O0.
void buildOptPipeline(mlir::OpPassManager &manager,
                      const DisabledPasses &disabled = {});

/// Kernels and their order; `fuse` at -O2. Afterwards codegen/ sets the
/// kernels' `scratch`.
void buildKernelPipeline(mlir::OpPassManager &manager, bool fuse,
                         const DisabledPasses &disabled = {});

/// Memory for every tensor, and the proof of it (`--emit=plan`). Always runs.
void buildPlanPipeline(mlir::OpPassManager &manager,
                       const DisabledPasses &disabled = {});

/// Makes the pipelines known to sinter-opt, as `--sinter-graph-pipeline`,
/// `--sinter-opt-pipeline`, `--sinter-kernel-pipeline` and
/// `--sinter-plan-pipeline`.
void registerSinterPipelines();
} // namespace sinter

#endif // SINTER_PASSES_PIPELINES_H
