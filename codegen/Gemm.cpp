//===- Gemm.cpp - The compute kernel of a contraction ---------------------===//
//
// A register tile of C keeps all its accumulators in vectors of one register
// each, carried by the loop over k. A step of k loads one row of B's panel and
// broadcasts one element of A per row of the tile.
//
//===----------------------------------------------------------------------===//

#include "codegen/Gemm.h"
#include "codegen/GemmPlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/ADT/SmallVector.h"

using namespace mlir;

namespace sinter {
namespace {
/// Offsets of the current matrices in the flat buffers.
struct Matrices {
  Value a, b, c;
};

/// One tile of C during the steps [firstStep, lastStep) of k. The offsets are
/// those of its first row and column.
struct Tile {
  Value a, b, c;
  Value firstStep, lastStep;
};

class ComputeEmitter {
public:
  ComputeEmitter(OpBuilder &builder, Location loc, const GemmPlan &plan,
                 bool fuses)
      : builder(builder), loc(loc), plan(plan), spec(plan.spec), fuses(fuses),
        index(builder, loc), rows(emitExtent(index, spec.m)),
        cols(emitExtent(index, spec.n)), depth(emitExtent(index, spec.k)),
        vectorType(VectorType::get(plan.lanes, spec.element)),
        maskType(VectorType::get(plan.lanes, builder.getI1Type())) {}

  void emit(Value lo, Value hi);

private:
  void emitScalar(const Matrices &at, Value lo, Value hi);
  void emitBlocks(const Matrices &at, Value lo, Value hi);
  void emitPanels(const Matrices &at, Value rowPanel, Value colPanel,
                  Value firstStep, Value lastStep);
  void emitRows(const Tile &tile, Value firstRow, ArrayRef<Value> masks);
  void emitTile(const Tile &tile, int64_t tileRows, int64_t unroll,
                ArrayRef<Value> masks);

  SmallVector<Value> emitSteps(const Tile &tile, int64_t tileRows,
                               int64_t unroll, ArrayRef<Value> masks,
                               ValueRange accumulators);
  void emitStep(const Tile &tile, int64_t tileRows, Value k, int64_t offset,
                ArrayRef<Value> masks, MutableArrayRef<Value> accumulators);
  SmallVector<Value> emitStart(const Tile &tile, int64_t tileRows,
                               ArrayRef<Value> masks);
  SmallVector<Value> tailMasks(Value firstCol);

  Value zero(Type type) {
    return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  }
  Value load(Value buffer, Value at, Value mask);
  void store(Value value, Value buffer, Value at, Value mask);
  Value multiplyAdd(Value lhs, Value rhs, Value sum);
  /// Offset of an element of a tile's C.
  Value tileOffset(const Tile &tile, int64_t row, int64_t vector) {
    return index.add(tile.c, row * spec.c.rowStride + vector * plan.lanes);
  }

  OpBuilder &builder;
  Location loc;
  const GemmPlan &plan;
  const GemmSpec &spec;
  /// The target has fused multiply-add.
  bool fuses;
  IndexBuilder index;
  Value rows, cols, depth;
  VectorType vectorType, maskType;
};
} // namespace

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Value ComputeEmitter::load(Value buffer, Value at, Value mask) {
  if (!mask)
    return vector::LoadOp::create(builder, loc, vectorType, buffer, at);
  return vector::MaskedLoadOp::create(builder, loc, vectorType, buffer, at,
                                      mask, zero(vectorType));
}

void ComputeEmitter::store(Value value, Value buffer, Value at, Value mask) {
  if (mask)
    vector::MaskedStoreOp::create(builder, loc, buffer, at, mask, value);
  else
    vector::StoreOp::create(builder, loc, value, buffer, at);
}

Value ComputeEmitter::multiplyAdd(Value lhs, Value rhs, Value sum) {
  if (spec.element.isInteger())
    return arith::AddIOp::create(
        builder, loc, arith::MulIOp::create(builder, loc, lhs, rhs), sum);
  // Not vector.fma: it becomes fmuladd, which need not be fused.
  if (fuses)
    return math::FmaOp::create(builder, loc, lhs, rhs, sum);
  return arith::AddFOp::create(
      builder, loc, arith::MulFOp::create(builder, loc, lhs, rhs), sum);
}

//===----------------------------------------------------------------------===//
// One tile
//===----------------------------------------------------------------------===//

/// One step of k. The offset of A and B are one run-time value each plus
/// constants, which become displacements of the machine's addresses.
void ComputeEmitter::emitStep(const Tile &tile, int64_t tileRows, Value k,
                              int64_t offset, ArrayRef<Value> masks,
                              MutableArrayRef<Value> accumulators) {
  bool packed = plan.packing != GemmPacking::None;
  int64_t stride = packed ? plan.tileCols() : spec.b.rowStride;
  Value b = index.add(tile.b, index.mul(k, stride));
  Value a = index.add(tile.a, index.mul(k, spec.a.colStride));
  int64_t vectors = masks.size();
  SmallVector<Value> row;
  for (int64_t v = 0; v < vectors; ++v)
    row.push_back(load(packed ? spec.scratch : spec.b.buffer,
                       index.add(b, offset * stride + v * plan.lanes),
                       packed ? Value() : masks[v]));
  for (int64_t r = 0; r < tileRows; ++r) {
    Value at = index.add(a, offset * spec.a.colStride + r * spec.a.rowStride);
    Value element = memref::LoadOp::create(builder, loc, spec.a.buffer, at);
    Value spread =
        vector::BroadcastOp::create(builder, loc, vectorType, element);
    for (int64_t v = 0; v < vectors; ++v) {
      Value &sum = accumulators[r * vectors + v];
      sum = multiplyAdd(spread, row[v], sum);
    }
  }
}

/// The steps of k in a loop unrolled `unroll` times, then the remaining ones.
SmallVector<Value> ComputeEmitter::emitSteps(const Tile &tile, int64_t tileRows,
                                             int64_t unroll,
                                             ArrayRef<Value> masks,
                                             ValueRange accumulators) {
  SmallVector<Value> sums(accumulators);
  auto emitLoop = [&](Value lo, Value hi, int64_t step) {
    scf::ForOp loop =
        scf::ForOp::create(builder, loc, lo, hi, index.constant(step), sums);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    sums.assign(loop.getRegionIterArgs().begin(),
                loop.getRegionIterArgs().end());
    for (int64_t offset = 0; offset < step; ++offset)
      emitStep(tile, tileRows, loop.getInductionVar(), offset, masks, sums);
    scf::YieldOp::create(builder, loc, sums);
    sums.assign(loop.getResults().begin(), loop.getResults().end());
  };
  if (unroll == 1 || (!spec.k.extent && spec.k.bound % unroll == 0)) {
    emitLoop(tile.firstStep, tile.lastStep, unroll);
    return sums;
  }
  Value count = index.sub(tile.lastStep, tile.firstStep);
  Value middle =
      index.add(tile.firstStep, index.mul(index.div(count, unroll), unroll));
  emitLoop(tile.firstStep, middle, unroll);
  emitLoop(middle, tile.lastStep, 1);
  return sums;
}

/// Zeros, or what earlier blocks of k left in C.
SmallVector<Value> ComputeEmitter::emitStart(const Tile &tile, int64_t tileRows,
                                             ArrayRef<Value> masks) {
  int64_t vectors = masks.size();
  SmallVector<Value> zeros(tileRows * vectors, zero(vectorType));
  if (IndexBuilder::known(tile.firstStep))
    return zeros;
  Value isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                        tile.firstStep, index.constant(0));
  SmallVector<Type> types(zeros.size(), vectorType);
  scf::IfOp choice = scf::IfOp::create(builder, loc, types, isFirst,
                                       /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(builder, loc, zeros);
  builder.setInsertionPointToStart(choice.elseBlock());
  SmallVector<Value> loaded;
  for (int64_t r = 0; r < tileRows; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      loaded.push_back(load(spec.c.buffer, tileOffset(tile, r, v), masks[v]));
  scf::YieldOp::create(builder, loc, loaded);
  return SmallVector<Value>(choice.getResults());
}

void ComputeEmitter::emitTile(const Tile &tile, int64_t tileRows,
                              int64_t unroll, ArrayRef<Value> masks) {
  SmallVector<Value> sums = emitSteps(tile, tileRows, unroll, masks,
                                      emitStart(tile, tileRows, masks));
  int64_t vectors = masks.size();
  for (int64_t r = 0; r < tileRows; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      store(sums[r * vectors + v], spec.c.buffer, tileOffset(tile, r, v),
            masks[v]);
}

//===----------------------------------------------------------------------===//
// Ragged edges
//===----------------------------------------------------------------------===//

/// The rows of a row panel: a full tile, or what is left of C's rows. A count
/// only known at run time is covered row by row.
void ComputeEmitter::emitRows(const Tile &tile, Value firstRow,
                              ArrayRef<Value> masks) {
  Value left = index.sub(rows, firstRow);
  auto emitFull = [&] { emitTile(tile, plan.tileRows, plan.unroll, masks); };
  auto emitRest = [&] {
    if (!spec.m.extent)
      return emitTile(tile, spec.m.bound % plan.tileRows, 1, masks);
    index.forEach(index.constant(0), left, 1, [&](Value row) {
      Tile one = tile;
      one.a = index.add(tile.a, index.mul(row, spec.a.rowStride));
      one.c = index.add(tile.c, index.mul(row, spec.c.rowStride));
      emitTile(one, 1, 1, masks);
    });
  };
  if (plan.tileRows == 1 ||
      (!spec.m.extent && spec.m.bound % plan.tileRows == 0))
    return emitFull();
  index.branch(index.less(left, index.constant(plan.tileRows)), emitRest,
               emitFull);
}

/// Masks of the vectors of the last, partial column panel; none where a vector
/// is whole.
SmallVector<Value> ComputeEmitter::tailMasks(Value firstCol) {
  SmallVector<Value> masks;
  if (spec.n.extent) {
    for (int64_t v = 0; v < plan.tileVectors; ++v) {
      Value left = index.sub(cols, index.add(firstCol, v * plan.lanes));
      masks.push_back(
          vector::CreateMaskOp::create(builder, loc, maskType, left));
    }
    return masks;
  }
  int64_t tail = spec.n.bound % plan.tileCols();
  masks.resize(tail / plan.lanes);
  if (tail % plan.lanes)
    masks.push_back(vector::ConstantMaskOp::create(
        builder, loc, maskType, ArrayRef<int64_t>(tail % plan.lanes)));
  return masks;
}

void ComputeEmitter::emitPanels(const Matrices &at, Value rowPanel,
                                Value colPanel, Value firstStep,
                                Value lastStep) {
  Value firstRow = index.mul(rowPanel, plan.tileRows);
  Value firstCol = index.mul(colPanel, plan.tileCols());
  Tile tile;
  tile.a = index.add(at.a, index.mul(firstRow, spec.a.rowStride));
  tile.b = index.add(at.b, plan.packing == GemmPacking::None
                               ? firstCol
                               : index.mul(colPanel, plan.packedPanel()));
  tile.c = index.add(index.add(at.c, index.mul(firstRow, spec.c.rowStride)),
                     firstCol);
  tile.firstStep = firstStep;
  tile.lastStep = lastStep;

  auto emitWhole = [&] {
    SmallVector<Value> masks(plan.tileVectors);
    emitRows(tile, firstRow, masks);
  };
  auto emitTail = [&] { emitRows(tile, firstRow, tailMasks(firstCol)); };
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
  // With no steps at all one block still writes the zeros.
  Value lastBlock = plan.depth >= spec.k.bound
                        ? index.constant(plan.depth)
                        : index.max(depth, index.constant(1));
  index.forEach(zero, lastBlock, plan.depth, [&](Value k) {
    Value lastStep = index.min(index.add(k, plan.depth), depth);
    if (!plan.splitRows) {
      index.forEach(lo, hi, 1, [&](Value colPanel) {
        index.forEach(zero, rowPanels, 1, [&](Value rowPanel) {
          emitPanels(at, rowPanel, colPanel, k, lastStep);
        });
      });
      return;
    }
    Value limit = plan.blockPanels >= plan.colPanels()
                      ? index.constant(plan.blockPanels)
                      : colPanels;
    index.forEach(zero, limit, plan.blockPanels, [&](Value first) {
      Value last = index.min(index.add(first, plan.blockPanels), colPanels);
      index.forEach(lo, hi, 1, [&](Value rowPanel) {
        index.forEach(first, last, 1, [&](Value colPanel) {
          emitPanels(at, rowPanel, colPanel, k, lastStep);
        });
      });
    });
  });
}

/// For a C without contiguous rows or columns: one element after the other.
void ComputeEmitter::emitScalar(const Matrices &at, Value lo, Value hi) {
  Value first = index.constant(0);
  index.forEach(lo, hi, 1, [&](Value row) {
    Value aRow = index.add(at.a, index.mul(row, spec.a.rowStride));
    Value cRow = index.add(at.c, index.mul(row, spec.c.rowStride));
    index.forEach(first, cols, 1, [&](Value col) {
      Value bCol = index.add(at.b, index.mul(col, spec.b.colStride));
      scf::ForOp loop =
          scf::ForOp::create(builder, loc, first, depth, index.constant(1),
                             ValueRange(zero(spec.element)));
      {
        OpBuilder::InsertionGuard guard(builder);
        builder.setInsertionPointToStart(loop.getBody());
        Value k = loop.getInductionVar();
        Value a = memref::LoadOp::create(
            builder, loc, spec.a.buffer,
            index.add(aRow, index.mul(k, spec.a.colStride)));
        Value b = memref::LoadOp::create(
            builder, loc, spec.b.buffer,
            index.add(bCol, index.mul(k, spec.b.rowStride)));
        Value sum = multiplyAdd(a, b, loop.getRegionIterArg(0));
        scf::YieldOp::create(builder, loc, sum);
      }
      memref::StoreOp::create(
          builder, loc, loop.getResult(0), spec.c.buffer,
          index.add(cRow, index.mul(col, spec.c.colStride)));
    });
  });
}

void ComputeEmitter::emit(Value lo, Value hi) {
  Value units = plan.splitRows ? index.ceilDiv(rows, plan.tileRows)
                               : index.ceilDiv(cols, plan.tileCols());
  int64_t bStride = spec.b.batchStride;
  if (plan.packing != GemmPacking::None && bStride != 0)
    bStride = plan.colPanels() * plan.packedPanel();
  forEachBatch(index, spec.batch, units, lo, hi,
               [&](Value batch, Value first, Value last) {
                 Matrices at;
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
