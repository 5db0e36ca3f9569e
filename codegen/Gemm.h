//===- Gemm.h - Register-tiled contraction kernels -------------*- C++ -*-===//
//
// C = A * B as loops over register tiles, in scf + vector + arith + math.
//
// Every element of C is one chain of fused multiply-adds in ascending k that
// starts at +0. So the bits do not depend on tile, vector width, packing, or
// on how the work is split. (Without FMA instructions each step is a multiply
// and an add.)
//
// A contraction is up to two kernels, each of which may be cut into pieces
// [lo, hi) of its trip in any way, and the pieces run in any order:
//   1. pack, when gemmScratchElements() is not 0: B into the scratch buffer;
//   2. compute, after all of 1.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_GEMM_H
#define SINTER_CODEGEN_GEMM_H

#include "codegen/Target.h"

#include "mlir/IR/Builders.h"

#include <cstdint>
#include <functional>

namespace sinter {
/// A matrix in a flat memref; strides count elements. A is M x K, B is K x N,
/// C is M x N.
struct GemmOperand {
  mlir::Value buffer;
  int64_t rowStride = 0;
  int64_t colStride = 1;
  int64_t batchStride = 0;
};

/// The size of one dimension: `bound`, or at most `bound` if there is a
/// run-time `extent` (an index). Nothing past the extent is read or written.
struct GemmDim {
  int64_t bound = 1;
  mlir::Value extent;
};

/// Finished elements of C: a scalar, or a vector of neighbours along a row or
/// a column of which the first `count` are there (all if it is null).
struct GemmElements {
  mlir::Value value;
  /// Where the first element is.
  mlir::Value batch, row, col;
  bool alongColumn = false;
  mlir::Value count;
};

/// Takes finished elements instead of C. For an element it is called once, at
/// the end of the element's chain.
using GemmEpilogue = std::function<void(const GemmElements &)>;

struct GemmSpec {
  GemmDim batch, m, n, k;
  GemmOperand a, b, c;
  /// Flat memref of at least gemmScratchElements(); may be null if that is 0.
  mlir::Value scratch;
  /// A float or signless integer type.
  mlir::Type element;
  /// C's elements go to `epilogue`, and C itself is not touched: each chain
  /// runs to its end in a register.
  bool hasEpilogue = false;
  GemmEpilogue epilogue;
};

// The sizes below are functions of bounds, strides, element and target alone:
// the values of `spec` (buffers, extents) may still be null.

/// Elements of scratch the pack kernel fills, or 0 if there is nothing to pack.
int64_t gemmScratchElements(const GemmSpec &spec, const Target &target);

/// Upper bounds of the two trips.
int64_t gemmPackTrip(const GemmSpec &spec, const Target &target);
int64_t gemmTrip(const GemmSpec &spec, const Target &target);

/// The trips at the run-time extents, for an even split.
mlir::Value emitGemmPackTrip(mlir::OpBuilder &builder, mlir::Location loc,
                             const GemmSpec &spec, const Target &target);
mlir::Value emitGemmTrip(mlir::OpBuilder &builder, mlir::Location loc,
                         const GemmSpec &spec, const Target &target);

/// Emits the part [lo, hi) of a kernel at the insertion point. A `hi` beyond
/// the trip is clipped.
void emitGemmPack(mlir::OpBuilder &builder, mlir::Location loc,
                  const GemmSpec &spec, const Target &target, mlir::Value lo,
                  mlir::Value hi);
void emitGemm(mlir::OpBuilder &builder, mlir::Location loc,
              const GemmSpec &spec, const Target &target, mlir::Value lo,
              mlir::Value hi);
} // namespace sinter

#endif // SINTER_CODEGEN_GEMM_H
