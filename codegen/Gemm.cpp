//===- Gemm.cpp - The compute kernel of a contraction ---------------------===//
//
// The loops around the register tiles, and the choice among the tile's few
// instances where C's edge is ragged.
//
//===----------------------------------------------------------------------===//

#include "codegen/Gemm.h"
#include "codegen/GemmPlan.h"
#include "codegen/GemmTile.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/ADT/SmallVector.h"

using namespace mlir;

namespace sinter {
namespace {
/// Offsets of one batch's matrices in the flat buffers.
struct Matrices {
  Value batch;
  Value a, b, c;
};

class ComputeEmitter {
public:
  ComputeEmitter(OpBuilder &builder, Location loc, const GemmPlan &plan,
                 bool fuses)
      : builder(builder), loc(loc), plan(plan), spec(plan.spec),
        index(builder, loc), tiles(builder, loc, plan, fuses),
        rows(emitExtent(index, spec.m)), cols(emitExtent(index, spec.n)),
        depth(emitExtent(index, spec.k)) {}

  void emit(Value lo, Value hi);

private:
  void emitScalar(const Matrices &at, Value lo, Value hi);
  Value emitScalarChain(Value aRow, Value bCol);
  void emitBlocks(const Matrices &at, Value lo, Value hi);
  void emitPanels(const Matrices &at, Value rowPanel, Value colPanel,
                  Value firstStep, Value lastStep);
  void emitRows(const GemmTile &tile, Value firstRow,
                ArrayRef<GemmColumns> columns);
  void emitLastRows(const GemmTile &tile, Value left,
                    ArrayRef<GemmColumns> columns);
  SmallVector<GemmColumns> tailColumns(Value firstCol);

  OpBuilder &builder;
  Location loc;
  const GemmPlan &plan;
  const GemmSpec &spec;
  IndexBuilder index;
  GemmTileEmitter tiles;
  Value rows, cols, depth;
};
} // namespace

//===----------------------------------------------------------------------===//
// Ragged edges
//===----------------------------------------------------------------------===//

/// The `left` rows of the last, partial row panel, if their count is only known
/// at run time: the partial panel of a full batch at once, others row by row.
void ComputeEmitter::emitLastRows(const GemmTile &tile, Value left,
                                  ArrayRef<GemmColumns> columns) {
  auto emitRun = [&](Value first, Value last, int64_t step) {
    index.forEach(first, last, step, [&](Value row) {
      GemmTile part = tile;
      part.a = index.add(tile.a, index.mul(row, spec.a.rowStride));
      part.c = index.add(tile.c, index.mul(row, spec.c.rowStride));
      part.firstRow = index.add(tile.firstRow, row);
      tiles.emit(part, step, 1, columns);
    });
  };
  int64_t expected = spec.m.bound % plan.tileRows;
  Value done = index.constant(0);
  if (expected > 1) {
    done = index.mul(index.div(left, expected), expected);
    emitRun(index.constant(0), done, expected);
  }
  emitRun(done, left, 1);
}

/// The rows of a row panel: a full tile, or what is left of C's rows.
void ComputeEmitter::emitRows(const GemmTile &tile, Value firstRow,
                              ArrayRef<GemmColumns> columns) {
  int64_t rest = spec.m.bound % plan.tileRows;
  auto emitFull = [&] {
    tiles.emit(tile, plan.tileRows, plan.unroll, columns);
  };
  if (plan.tileRows == 1 || (!spec.m.extent && rest == 0))
    return emitFull();
  Value left = index.sub(rows, firstRow);
  auto emitRest = [&] {
    if (spec.m.extent)
      emitLastRows(tile, left, columns);
    else
      tiles.emit(tile, rest, 1, columns);
  };
  index.branch(index.less(left, index.constant(plan.tileRows)), emitRest,
               emitFull);
}

/// The vectors of the last, partial column panel.
SmallVector<GemmColumns> ComputeEmitter::tailColumns(Value firstCol) {
  VectorType type = VectorType::get(plan.lanes, builder.getI1Type());
  SmallVector<GemmColumns> columns;
  if (spec.n.extent) {
    for (int64_t v = 0; v < plan.tileVectors; ++v) {
      Value left = index.sub(cols, index.add(firstCol, v * plan.lanes));
      columns.push_back(
          {left, vector::CreateMaskOp::create(builder, loc, type, left)});
    }
    return columns;
  }
  int64_t tail = spec.n.bound % plan.tileCols();
  columns.resize(tail / plan.lanes);
  if (int64_t left = tail % plan.lanes)
    columns.push_back({index.constant(left),
                       vector::ConstantMaskOp::create(
                           builder, loc, type, ArrayRef<int64_t>(left))});
  return columns;
}

/// One row panel of one column panel.
void ComputeEmitter::emitPanels(const Matrices &at, Value rowPanel,
                                Value colPanel, Value firstStep,
                                Value lastStep) {
  Value firstRow = index.mul(rowPanel, plan.tileRows);
  Value firstCol = index.mul(colPanel, plan.tileCols());
  GemmTile tile;
  tile.a = index.add(at.a, index.mul(firstRow, spec.a.rowStride));
  tile.b = at.b;
  if (plan.packs())
    tile.b = index.add(at.b, index.mul(colPanel, plan.packedPanel()));
  else if (plan.packing == GemmPacking::None)
    tile.b = index.add(at.b, firstCol);
  tile.c = index.add(index.add(at.c, index.mul(firstRow, spec.c.rowStride)),
                     firstCol);
  tile.batch = at.batch;
  tile.firstRow = firstRow;
  tile.firstCol = firstCol;
  tile.firstStep = firstStep;
  tile.lastStep = lastStep;

  auto emitWhole = [&] {
    SmallVector<GemmColumns> columns(plan.tileVectors);
    emitRows(tile, firstRow, columns);
  };
  auto emitTail = [&] { emitRows(tile, firstRow, tailColumns(firstCol)); };
  if (!spec.n.extent && spec.n.bound % plan.tileCols() == 0)
    return emitWhole();
  if (!spec.n.extent && spec.n.bound < plan.tileCols())
    return emitTail();
  Value wholePanels = index.div(cols, plan.tileCols());
  index.branch(index.less(colPanel, wholePanels), emitWhole, emitTail);
}

//===----------------------------------------------------------------------===//
// Loops around the tiles
//===----------------------------------------------------------------------===//

void ComputeEmitter::emitBlocks(const Matrices &at, Value lo, Value hi) {
  Value zero = index.constant(0);
  Value rowPanels = index.ceilDiv(rows, plan.tileRows);
  Value colPanels = index.ceilDiv(cols, plan.tileCols());
  // Even without a step of k one block runs, to write the zeros.
  Value blocksEnd = plan.depth >= spec.k.bound
                        ? index.constant(plan.depth)
                        : index.max(depth, index.constant(1));
  Value panelsEnd = plan.blockPanels >= plan.colPanels()
                        ? index.constant(plan.blockPanels)
                        : colPanels;
  index.forEach(zero, blocksEnd, plan.depth, [&](Value k) {
    Value lastStep = index.min(index.add(k, plan.depth), depth);
    if (!plan.splitRows) {
      index.forEach(lo, hi, 1, [&](Value colPanel) {
        index.forEach(zero, rowPanels, 1, [&](Value rowPanel) {
          emitPanels(at, rowPanel, colPanel, k, lastStep);
        });
      });
      return;
    }
    index.forEach(zero, panelsEnd, plan.blockPanels, [&](Value first) {
      Value last = index.min(index.add(first, plan.blockPanels), colPanels);
      index.forEach(lo, hi, 1, [&](Value rowPanel) {
        index.forEach(first, last, 1, [&](Value colPanel) {
          emitPanels(at, rowPanel, colPanel, k, lastStep);
        });
      });
    });
  });
}

/// The element of C for the row of A and the column of B at these offsets.
Value ComputeEmitter::emitScalarChain(Value aRow, Value bCol) {
  Value first = index.constant(0), one = index.constant(1);
  Value zero = tiles.zero(spec.element);
  scf::ForOp loop =
      scf::ForOp::create(builder, loc, first, depth, one, ValueRange(zero));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value k = loop.getInductionVar();
  Value a =
      memref::LoadOp::create(builder, loc, spec.a.buffer,
                             index.add(aRow, index.mul(k, spec.a.colStride)));
  Value b =
      memref::LoadOp::create(builder, loc, spec.b.buffer,
                             index.add(bCol, index.mul(k, spec.b.rowStride)));
  scf::YieldOp::create(builder, loc,
                       tiles.multiplyAdd(a, b, loop.getRegionIterArg(0)));
  return loop.getResult(0);
}

/// For a C without contiguous rows or columns: one element after the other.
void ComputeEmitter::emitScalar(const Matrices &at, Value lo, Value hi) {
  index.forEach(lo, hi, 1, [&](Value row) {
    Value aRow = index.add(at.a, index.mul(row, spec.a.rowStride));
    Value cRow = index.add(at.c, index.mul(row, spec.c.rowStride));
    index.forEach(index.constant(0), cols, 1, [&](Value col) {
      Value bCol = index.add(at.b, index.mul(col, spec.b.colStride));
      Value sum = emitScalarChain(aRow, bCol);
      if (spec.hasEpilogue)
        return tiles.finish({sum, at.batch, row, col, false, Value()});
      memref::StoreOp::create(
          builder, loc, sum, spec.c.buffer,
          index.add(cRow, index.mul(col, spec.c.colStride)));
    });
  });
}

void ComputeEmitter::emit(Value lo, Value hi) {
  Value units = plan.splitRows ? index.ceilDiv(rows, plan.tileRows)
                               : index.ceilDiv(cols, plan.tileCols());
  int64_t bStride = spec.b.batchStride;
  if (plan.packs() && bStride != 0)
    bStride = plan.colPanels() * plan.packedPanel();
  forEachBatch(index, spec.batch, units, lo, hi,
               [&](Value batch, Value first, Value last) {
                 Matrices at;
                 at.batch = batch;
                 at.a = index.mul(batch, spec.a.batchStride);
                 at.b = index.mul(batch, bStride);
                 at.c = index.mul(batch, spec.c.batchStride);
                 if (plan.scalar)
                   emitScalar(at, first, last);
                 else
                   emitBlocks(at, first, last);
               });
}

void emitGemm(OpBuilder &builder, Location loc, const GemmSpec &spec,
              const Target &target, Value lo, Value hi) {
  GemmPlan plan = planGemm(spec, target);
  ComputeEmitter(builder, loc, plan, target.hasFMA).emit(lo, hi);
}
} // namespace sinter
