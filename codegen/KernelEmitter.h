//===- KernelEmitter.h - Loops for one kind of kernel ----------*- C++ -*-===//
//
// An emitter decides in its constructor, without touching IR, how a kernel is
// computed; then it fills the functions of the `kernels` stage
// (KernelInterface.h). An emitter of a kernel in one of the forms of
// passes/Kernels.h never fails.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_KERNELEMITTER_H
#define SINTER_CODEGEN_KERNELEMITTER_H

#include "codegen/KernelFrame.h"
#include "ir/SinterOps.h"

#include <memory>

namespace sinter {
class KernelEmitter {
public:
  struct Phase {
    /// Appended to the kernel's name, with a dot, unless empty. The last
    /// phase's is empty.
    llvm::StringRef suffix;
    /// Rough cost of one unit of the trip, in vector operations.
    int64_t unitCost;
  };

  virtual ~KernelEmitter() = default;

  virtual llvm::SmallVector<Phase, 2> phases() const = 0;
  /// Both emit at the builder's insertion point. For the trip, the frame has
  /// extents only.
  virtual mlir::Value emitTrip(KernelFrame &frame, unsigned phase) const = 0;
  virtual void emitBody(KernelFrame &frame, unsigned phase) const = 0;

  /// Elements of scratch, all of the type of the root's result's.
  virtual int64_t scratchElements() const { return 0; }
};

std::unique_ptr<KernelEmitter> createElementwiseEmitter(KernelOp kernel);
std::unique_ptr<KernelEmitter> createConcatEmitter(KernelOp kernel,
                                                   ConcatOp concat);
std::unique_ptr<KernelEmitter> createPadEmitter(KernelOp kernel, PadOp pad);
std::unique_ptr<KernelEmitter> createReduceEmitter(KernelOp kernel,
                                                   ReduceOp reduce);
/// `op` is softmax or log_softmax.
std::unique_ptr<KernelEmitter> createSoftmaxEmitter(KernelOp kernel,
                                                    mlir::Operation *op);
std::unique_ptr<KernelEmitter> createArgMaxEmitter(KernelOp kernel,
                                                   ArgMaxOp argMax);
std::unique_ptr<KernelEmitter> createPickEmitter(KernelOp kernel, PickOp pick);
std::unique_ptr<KernelEmitter> createGatherEmitter(KernelOp kernel,
                                                   GatherOp gather);
std::unique_ptr<KernelEmitter> createScatterAddEmitter(KernelOp kernel,
                                                       ScatterAddOp scatter);
std::unique_ptr<KernelEmitter> createInsertEmitter(KernelOp kernel,
                                                   InsertOp insert);
std::unique_ptr<KernelEmitter> createCumSumEmitter(KernelOp kernel,
                                                   CumSumOp cumsum);
std::unique_ptr<KernelEmitter> createArgSortEmitter(KernelOp kernel,
                                                    ArgSortOp argsort);
std::unique_ptr<KernelEmitter> createSolveEmitter(KernelOp kernel,
                                                  SolveOp solve);
std::unique_ptr<KernelEmitter> createContractEmitter(KernelOp kernel,
                                                     ContractOp contract,
                                                     const Target &target);
/// Of the form row.
std::unique_ptr<KernelEmitter> createRowKernelEmitter(KernelOp kernel);

/// The emitter for a kernel of one of the forms of passes/Kernels.h.
std::unique_ptr<KernelEmitter> createKernelEmitter(KernelOp kernel,
                                                   const Target &target);
} // namespace sinter

#endif // SINTER_CODEGEN_KERNELEMITTER_H
