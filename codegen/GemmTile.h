//===- GemmTile.h - The register tile of a contraction ---------*- C++ -*-===//

#ifndef SINTER_CODEGEN_GEMMTILE_H
#define SINTER_CODEGEN_GEMMTILE_H

#include "codegen/GemmPlan.h"
#include "codegen/IndexBuilder.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace sinter {
/// One vector of a tile's columns: `left` of them are there, in the lanes of
/// `mask`; all if both are null. At run time `left` may be anything.
struct GemmColumns {
  mlir::Value left, mask;
};

/// One tile of C during the steps [firstStep, lastStep) of k.
struct GemmTile {
  /// Offsets in the buffers: A's row, B's panel (or matrix, if it is transposed
  /// in registers) and C's element of the tile's first row and column.
  mlir::Value a, b, c;
  mlir::Value batch, firstRow, firstCol;
  mlir::Value firstStep, lastStep;
};

/// Emits tiles of one kernel. All accumulators of a tile are vectors of one
/// register each, carried by the loop over k; a step loads a row of B's panel
/// and broadcasts one element of A for each row of the tile.
class GemmTileEmitter {
public:
  GemmTileEmitter(mlir::OpBuilder &builder, mlir::Location loc,
                  const GemmPlan &plan, bool fuses);

  /// A tile of `rows` rows and a vector for each of `columns`.
  void emit(const GemmTile &tile, int64_t rows, int64_t unroll,
            llvm::ArrayRef<GemmColumns> columns);

  /// One link of an element's chain.
  mlir::Value multiplyAdd(mlir::Value lhs, mlir::Value rhs, mlir::Value sum);

  mlir::Value zero(mlir::Type type);

  /// Passes elements on to the epilogue, in the caller's orientation.
  void finish(GemmElements elements);

private:
  using Values = llvm::SmallVector<mlir::Value>;

  /// What does not change within a tile.
  struct Instance {
    const GemmTile &tile;
    int64_t rows;
    llvm::ArrayRef<GemmColumns> columns;
    int64_t vectors() const { return columns.size(); }
  };

  Values emitStart(const Instance &instance);
  void emitAllSteps(const Instance &instance, int64_t unroll, Values &sums);
  void emitLoop(mlir::Value lo, mlir::Value hi, int64_t step, Values &sums,
                llvm::function_ref<void(mlir::Value, Values &)> body);
  void emitStep(const Instance &instance, mlir::Value k, int64_t offset,
                int64_t firstVector, llvm::ArrayRef<mlir::Value> row,
                Values &sums);

  Values loadRow(const Instance &instance, mlir::Value k, int64_t offset);
  Values gatherRow(const Instance &instance, mlir::Value k);
  Values loadSquare(const Instance &instance, mlir::Value k, int64_t vector);

  mlir::Value load(mlir::Value buffer, mlir::Value at, mlir::Value mask);
  void store(mlir::Value value, mlir::Value at, mlir::Value mask);
  void finishVector(const Instance &instance, int64_t row, int64_t vector,
                    mlir::Value sum);
  /// Offset of a vector of the tile's C.
  mlir::Value offsetInC(const GemmTile &tile, int64_t row, int64_t vector);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const GemmPlan &plan;
  const GemmSpec &spec;
  /// The target has fused multiply-add.
  bool fuses;
  IndexBuilder index;
  mlir::VectorType vectorType, maskType;
};
} // namespace sinter

#endif // SINTER_CODEGEN_GEMMTILE_H
