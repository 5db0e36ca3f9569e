//===- Pipelines.h - The passes in order -----------------------*- C++ -*-===//

#ifndef SINTER_PASSES_PIPELINES_H
#define SINTER_PASSES_PIPELINES_H

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace sinter {
/// From the front end's graph (`--emit=graph`) to one in which gradients,
/// metrics and updates are spelled out (`--emit=grad`). Always runs.
void buildGraphPipeline(mlir::OpPassManager &manager);

/// Value-preserving simplification (`--emit=opt`). Not at -O0.
void buildOptPipeline(mlir::OpPassManager &manager);

/// Kernels and their order; `fuse` at -O2. Afterwards codegen/ sets the
/// kernels' `scratch`.
void buildKernelPipeline(mlir::OpPassManager &manager, bool fuse);

/// Memory for every tensor, and the proof of it (`--emit=plan`). Always runs.
void buildPlanPipeline(mlir::OpPassManager &manager);

/// Makes the pipelines known to sinter-opt, as `--sinter-graph-pipeline`,
/// `--sinter-opt-pipeline`, `--sinter-kernel-pipeline` and
/// `--sinter-plan-pipeline`.
void registerSinterPipelines();
} // namespace sinter

#endif // SINTER_PASSES_PIPELINES_H
