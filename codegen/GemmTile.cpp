//===- GemmTile.cpp - The register tile of a contraction ------------------===//
//
// Offsets are one run-time value each plus constants, which end up as
// displacements of the machine's addresses.
//
//===----------------------------------------------------------------------===//

#include "codegen/GemmTile.h"
#include "codegen/Transpose.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace sinter {
GemmTileEmitter::GemmTileEmitter(OpBuilder &builder, Location loc,
                                 const GemmPlan &plan, bool fuses)
    : builder(builder), loc(loc), plan(plan), spec(plan.spec), fuses(fuses),
      index(builder, loc),
      vectorType(VectorType::get(plan.lanes, spec.element)),
      maskType(VectorType::get(plan.lanes, builder.getI1Type())) {}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

Value GemmTileEmitter::zero(Type type) {
  return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
}

Value GemmTileEmitter::load(Value buffer, Value at, Value mask) {
  if (!mask)
    return vector::LoadOp::create(builder, loc, vectorType, buffer, at);
  return vector::MaskedLoadOp::create(builder, loc, vectorType, buffer, at,
                                      mask, zero(vectorType));
}

void GemmTileEmitter::store(Value value, Value at, Value mask) {
  if (mask)
    vector::MaskedStoreOp::create(builder, loc, spec.c.buffer, at, mask, value);
  else
    vector::StoreOp::create(builder, loc, value, spec.c.buffer, at);
}

Value GemmTileEmitter::multiplyAdd(Value lhs, Value rhs, Value sum) {
  if (spec.element.isInteger())
    return arith::AddIOp::create(
        builder, loc, arith::MulIOp::create(builder, loc, lhs, rhs), sum);
  // Not vector.fma: it becomes fmuladd, which need not be fused.
  if (fuses)
    return math::FmaOp::create(builder, loc, lhs, rhs, sum);
  return arith::AddFOp::create(
      builder, loc, arith::MulFOp::create(builder, loc, lhs, rhs), sum);
}

Value GemmTileEmitter::offsetInC(const GemmTile &tile, int64_t row,
                                 int64_t vector) {
  return index.add(tile.c, row * spec.c.rowStride + vector * plan.lanes);
}

//===----------------------------------------------------------------------===//
// Rows of B
//===----------------------------------------------------------------------===//

/// Step k + offset of B, packed or in place.
GemmTileEmitter::Values GemmTileEmitter::loadRow(const Instance &instance,
                                                 Value k, int64_t offset) {
  bool packed = plan.packs();
  int64_t stride = packed ? plan.tileCols() : spec.b.rowStride;
  Value row = index.add(instance.tile.b, index.mul(k, stride));
  Values loaded;
  for (int64_t v = 0; v < instance.vectors(); ++v)
    loaded.push_back(load(packed ? spec.scratch : spec.b.buffer,
                          index.add(row, offset * stride + v * plan.lanes),
                          packed ? Value() : instance.columns[v].mask));
  return loaded;
}

/// Step k of a B whose rows are not contiguous.
GemmTileEmitter::Values GemmTileEmitter::gatherRow(const Instance &instance,
                                                   Value k) {
  SmallVector<int64_t> strides;
  for (int64_t lane = 0; lane < plan.lanes; ++lane)
    strides.push_back(lane * spec.b.colStride);
  Value places = arith::ConstantOp::create(builder, loc,
                                           builder.getI64VectorAttr(strides));
  Value first = index.add(instance.tile.b, index.mul(k, spec.b.rowStride));
  first = index.add(first, index.mul(instance.tile.firstCol, spec.b.colStride));
  Values gathered;
  for (int64_t v = 0; v < instance.vectors(); ++v) {
    Value at = index.add(first, v * plan.lanes * spec.b.colStride);
    Value mask = instance.columns[v].mask;
    if (!mask)
      mask = vector::ConstantMaskOp::create(builder, loc, maskType,
                                            ArrayRef<int64_t>(plan.lanes));
    gathered.push_back(vector::GatherOp::create(builder, loc, vectorType,
                                                spec.b.buffer, at, places, mask,
                                                zero(vectorType)));
  }
  return gathered;
}

/// The steps [k, k + lanes) of one vector's columns of a B whose columns are
/// contiguous. Columns past the last repeat it.
GemmTileEmitter::Values GemmTileEmitter::loadSquare(const Instance &instance,
                                                    Value k, int64_t vector) {
  Value start = index.add(instance.tile.b, k);
  Value firstCol = index.add(instance.tile.firstCol, vector * plan.lanes);
  Value whole = index.add(start, index.mul(firstCol, spec.b.colStride));
  Values columns;
  for (int64_t lane = 0; lane < plan.lanes; ++lane) {
    Value at = index.add(whole, lane * spec.b.colStride);
    if (instance.columns[vector].mask) {
      Value last = index.add(emitExtent(index, spec.n), -1);
      Value col = index.min(index.add(firstCol, lane), last);
      at = index.add(start, index.mul(col, spec.b.colStride));
    }
    columns.push_back(load(spec.b.buffer, at, Value()));
  }
  emitTranspose(builder, loc, columns);
  return columns;
}

//===----------------------------------------------------------------------===//
// Steps of k
//===----------------------------------------------------------------------===//

/// Step k + offset for the vectors from `firstVector` on whose B is `row`.
void GemmTileEmitter::emitStep(const Instance &instance, Value k,
                               int64_t offset, int64_t firstVector,
                               ArrayRef<Value> row, Values &sums) {
  Value a = index.add(instance.tile.a, index.mul(k, spec.a.colStride));
  for (int64_t r = 0; r < instance.rows; ++r) {
    Value at = index.add(a, offset * spec.a.colStride + r * spec.a.rowStride);
    Value element = memref::LoadOp::create(builder, loc, spec.a.buffer, at);
    Value spread =
        vector::BroadcastOp::create(builder, loc, vectorType, element);
    for (size_t v = 0; v < row.size(); ++v) {
      Value &sum = sums[r * instance.vectors() + firstVector + v];
      sum = multiplyAdd(spread, row[v], sum);
    }
  }
}

/// A loop over k that carries `sums`.
void GemmTileEmitter::emitLoop(Value lo, Value hi, int64_t step, Values &sums,
                               llvm::function_ref<void(Value, Values &)> body) {
  if (lo == hi || (IndexBuilder::known(lo) &&
                   IndexBuilder::known(lo) == IndexBuilder::known(hi)))
    return;
  scf::ForOp loop =
      scf::ForOp::create(builder, loc, lo, hi, index.constant(step), sums);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values carried(loop.getRegionIterArgs());
  body(loop.getInductionVar(), carried);
  scf::YieldOp::create(builder, loc, carried);
  sums.assign(loop.getResults().begin(), loop.getResults().end());
}

/// All steps, `unroll` (or a square of B) at a time, then the rest one by one.
void GemmTileEmitter::emitAllSteps(const Instance &instance, int64_t unroll,
                                   Values &sums) {
  bool squares = plan.packing == GemmPacking::InRegisters;
  int64_t stride = squares ? plan.lanes : unroll;
  Value first = instance.tile.firstStep, last = instance.tile.lastStep;
  Value middle = last;
  if (spec.k.extent || spec.k.bound % stride != 0) {
    Value whole = index.div(index.sub(last, first), stride);
    middle = index.add(first, index.mul(whole, stride));
  }
  emitLoop(first, middle, stride, sums, [&](Value k, Values &sums) {
    if (!squares) {
      for (int64_t offset = 0; offset < unroll; ++offset)
        emitStep(instance, k, offset, 0, loadRow(instance, k, offset), sums);
      return;
    }
    for (int64_t v = 0; v < instance.vectors(); ++v) {
      Values square = loadSquare(instance, k, v);
      for (int64_t offset = 0; offset < plan.lanes; ++offset)
        emitStep(instance, k, offset, v, square[offset], sums);
    }
  });
  emitLoop(middle, last, 1, sums, [&](Value k, Values &sums) {
    emitStep(instance, k, 0, 0,
             squares ? gatherRow(instance, k) : loadRow(instance, k, 0), sums);
  });
}

/// Zeros, or what earlier blocks of k left in C.
GemmTileEmitter::Values GemmTileEmitter::emitStart(const Instance &instance) {
  int64_t vectors = instance.vectors();
  Values zeros(instance.rows * vectors, zero(vectorType));
  if (IndexBuilder::known(instance.tile.firstStep))
    return zeros;
  Value isFirst =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                            instance.tile.firstStep, index.constant(0));
  SmallVector<Type> types(zeros.size(), vectorType);
  scf::IfOp choice = scf::IfOp::create(builder, loc, types, isFirst,
                                       /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(choice.thenBlock());
  scf::YieldOp::create(builder, loc, zeros);
  builder.setInsertionPointToStart(choice.elseBlock());
  Values loaded;
  for (int64_t r = 0; r < instance.rows; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      loaded.push_back(load(spec.c.buffer, offsetInC(instance.tile, r, v),
                            instance.columns[v].mask));
  scf::YieldOp::create(builder, loc, loaded);
  return Values(choice.getResults());
}

void GemmTileEmitter::finish(GemmElements elements) {
  if (plan.isTransposed) {
    std::swap(elements.row, elements.col);
    elements.alongColumn = true;
  }
  spec.epilogue(elements);
}

void GemmTileEmitter::finishVector(const Instance &instance, int64_t row,
                                   int64_t vector, Value sum) {
  const GemmTile &tile = instance.tile;
  const GemmColumns &columns = instance.columns[vector];
  GemmElements elements;
  elements.value = sum;
  elements.batch = tile.batch;
  elements.row = index.add(tile.firstRow, row);
  elements.col = index.add(tile.firstCol, vector * plan.lanes);
  elements.count = columns.left;
  if (!columns.left || IndexBuilder::known(columns.left))
    return finish(elements);
  // The tail of a run-time extent may have no column in this vector.
  index.branch(
      index.less(index.constant(0), columns.left), [&] { finish(elements); },
      [] {});
}

void GemmTileEmitter::emit(const GemmTile &tile, int64_t rows, int64_t unroll,
                           ArrayRef<GemmColumns> columns) {
  Instance instance{tile, rows, columns};
  Values sums = emitStart(instance);
  emitAllSteps(instance, unroll, sums);
  int64_t vectors = instance.vectors();
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors; ++v) {
      Value sum = sums[r * vectors + v];
      if (spec.hasEpilogue)
        finishVector(instance, r, v, sum);
      else
        store(sum, offsetInC(tile, r, v), columns[v].mask);
    }
}
} // namespace sinter
