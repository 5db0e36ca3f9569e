//===- KernelInterface.h - How a lowered kernel is called ------*- C++ -*-===//
//
// What the `kernels` stage promises the stage after it. A lowered kernel is a
//
//   func.func private @NAME(operands..., results..., [scratch],
//                           [extent: index,] lo: index, hi: index)
//
// with flat static memrefs; `extent` is there when the kernel's types have the
// run-time dimension. A kernel may have several phases, each a function of this
// form, run one after the other; each phase may be cut into pieces [lo, hi) of
// [0, trip) in any way and gives the same bits. `trip` names a function from
// the extent (or nothing) to the trip. The attribute `sinter.phases` on the
// function
// @NAME lists them:
//
//   sinter.phases = [{kernel = @NAME.pack, trip = @NAME.pack.trip, grain = 1},
//                    {kernel = @NAME, trip = @NAME.trip, grain = 64}]
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_KERNELINTERFACE_H
#define SINTER_CODEGEN_KERNELINTERFACE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sinter {
inline constexpr llvm::StringLiteral phasesAttr = "sinter.phases";

struct KernelPhase {
  llvm::StringRef kernel;
  llvm::StringRef trip;
  int64_t grain = 1;
  bool takesExtent = false;
};

llvm::SmallVector<KernelPhase, 2> phasesOf(mlir::func::FuncOp kernel);
} // namespace sinter

#endif // SINTER_CODEGEN_KERNELINTERFACE_H
