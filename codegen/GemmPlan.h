//===- GemmPlan.h - How one contraction is cut up --------------*- C++ -*-===//
//
// What the pack and the compute kernel of one contraction must agree on. A pure
// function of bounds, strides, element type and target.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_GEMMPLAN_H
#define SINTER_CODEGEN_GEMMPLAN_H

#include "codegen/Gemm.h"
#include "codegen/IndexBuilder.h"

namespace sinter {
/// How B reaches the vector registers.
enum class GemmPacking {
  None,        // loaded in place: its rows are contiguous
  InRegisters, // contiguous columns, transposed at each use
  Transpose,   // packed: contiguous columns, transposed square by square
  Gather       // packed: any strides, element by element
};

struct GemmPlan {
  /// The contraction computed: the caller's, or its transpose if that makes the
  /// rows of C contiguous.
  GemmSpec spec;
  bool isTransposed = false;
  /// C's rows are not contiguous either way: a plain loop computes it.
  bool scalar = false;
  /// Lanes of one vector; a register tile is tileRows x (tileVectors * lanes).
  int64_t lanes = 1;
  int64_t tileRows = 1;
  int64_t tileVectors = 1;
  /// Steps of k unrolled in a full tile.
  int64_t unroll = 1;
  /// Steps of k between two visits of a tile of C; a multiple of `unroll`.
  int64_t depth = 1;
  /// Column panels between two visits of a row panel.
  int64_t blockPanels = 1;
  /// The trip counts row panels, else column panels.
  bool splitRows = true;
  GemmPacking packing = GemmPacking::None;

  /// There is a pack kernel.
  bool packs() const {
    return packing != GemmPacking::None && packing != GemmPacking::InRegisters;
  }
  int64_t tileCols() const { return tileVectors * lanes; }
  int64_t rowPanels() const;
  int64_t colPanels() const;
  /// Steps of k and elements of one packed panel.
  int64_t packedDepth() const;
  int64_t packedPanel() const { return packedDepth() * tileCols(); }
  /// Matrices the scratch holds: one if all batches share B.
  int64_t packedBatches() const;
};

GemmPlan planGemm(const GemmSpec &spec, const Target &target);

/// The size of a dimension as a value.
mlir::Value emitExtent(IndexBuilder &index, const GemmDim &dim);

/// Cuts the part [lo, hi) of a trip over `batches` x `units` at the batches'
/// borders and calls body(batch, first unit, last unit + 1) for each.
void forEachBatch(
    IndexBuilder &index, const GemmDim &batches, mlir::Value units,
    mlir::Value lo, mlir::Value hi,
    llvm::function_ref<void(mlir::Value, mlir::Value, mlir::Value)> body);
} // namespace sinter

#endif // SINTER_CODEGEN_GEMMPLAN_H
