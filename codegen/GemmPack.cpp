//===- GemmPack.cpp - The pack kernel of a contraction --------------------===//
//
// Lays B out as column panels of the tile's width: panel p holds, for each k in
// turn, the columns [p * width, (p + 1) * width). Columns past the last one
// repeat it (or are 0): they are multiplied but never stored.
//
//===----------------------------------------------------------------------===//

#include "codegen/Gemm.h"
#include "codegen/GemmPlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/ADT/SmallVector.h"

using namespace mlir;

namespace sinter {
/// Lanes [from, from + half the block) of two vectors, interleaved within each
/// block of `block` lanes: what x86 calls unpack.
static Value interleave(OpBuilder &builder, Location loc, Value lhs, Value rhs,
                        int64_t lanes, int64_t block, int64_t from) {
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t inBlock = lane % block;
    int64_t source = lane - inBlock + from + inBlock / 2;
    mask.push_back(inBlock % 2 ? source + lanes : source);
  }
  return vector::ShuffleOp::create(builder, loc, lhs, rhs, mask);
}

/// Transposes a square of vectors in log2(lanes) rounds of two-vector shuffles:
/// first within 128-bit blocks, where shuffles are cheap, then among blocks.
static void transpose(OpBuilder &builder, Location loc,
                      SmallVectorImpl<Value> &rows, int64_t block) {
  int64_t lanes = rows.size();
  for (int64_t round = 1; round < block; round *= 2) {
    SmallVector<Value> next;
    for (int64_t group = 0; group < lanes; group += block) {
      for (int64_t row = group; row < group + block / 2; ++row) {
        Value low = rows[row], high = rows[row + block / 2];
        next.push_back(interleave(builder, loc, low, high, lanes, block, 0));
        next.push_back(
            interleave(builder, loc, low, high, lanes, block, block / 2));
      }
    }
    rows.assign(next);
  }
  for (int64_t distance = block; distance < lanes; distance *= 2) {
    for (int64_t row = 0; row < lanes; ++row) {
      if (row & distance)
        continue;
      SmallVector<int64_t> evens, odds;
      for (int64_t lane = 0; lane < lanes; ++lane) {
        bool upper = lane & distance;
        evens.push_back(upper ? lanes + lane - distance : lane);
        odds.push_back(upper ? lanes + lane : lane + distance);
      }
      Value low = rows[row], high = rows[row + distance];
      rows[row] = vector::ShuffleOp::create(builder, loc, low, high, evens);
      rows[row + distance] =
          vector::ShuffleOp::create(builder, loc, low, high, odds);
    }
  }
}

namespace {
class PackEmitter {
public:
  PackEmitter(OpBuilder &builder, Location loc, const GemmPlan &plan)
      : builder(builder), loc(loc), plan(plan), index(builder, loc),
        vectorType(VectorType::get(plan.lanes, plan.spec.element)),
        maskType(VectorType::get(plan.lanes, builder.getI1Type())),
        cols(emitExtent(index, plan.spec.n)),
        depth(emitExtent(index, plan.spec.k)) {}

  void emit(Value lo, Value hi);

private:
  void emitPanel(Value source, Value target, Value firstCol);
  void emitCopy(Value source, Value target, Value firstCol);
  void emitTransposedBlock(Value source, Value target, Value firstCol,
                           Value firstStep);
  void emitGather(Value source, Value target, Value firstCol);
  Value load(Value at, Value mask);
  Value createMask(Value count) {
    return vector::CreateMaskOp::create(builder, loc, maskType, count);
  }
  bool isMultiple(const GemmDim &dim, int64_t of) const {
    return !dim.extent && dim.bound % of == 0;
  }
  /// The column, or the last one if it is past it.
  Value clamped(Value col) {
    return isMultiple(plan.spec.n, plan.tileCols())
               ? col
               : index.min(col, index.add(cols, -1));
  }

  OpBuilder &builder;
  Location loc;
  const GemmPlan &plan;
  IndexBuilder index;
  VectorType vectorType, maskType;
  Value cols, depth;
};
} // namespace

Value PackEmitter::load(Value at, Value mask) {
  Value buffer = plan.spec.b.buffer;
  if (!mask)
    return vector::LoadOp::create(builder, loc, vectorType, buffer, at);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(vectorType));
  return vector::MaskedLoadOp::create(builder, loc, vectorType, buffer, at,
                                      mask, zero);
}

/// Contiguous rows: each is copied, the part past the last column as 0.
void PackEmitter::emitCopy(Value source, Value target, Value firstCol) {
  bool whole = isMultiple(plan.spec.n, plan.tileCols());
  SmallVector<Value> masks(plan.tileVectors);
  for (int64_t v = 0; v < plan.tileVectors && !whole; ++v)
    masks[v] = createMask(index.sub(cols, index.add(firstCol, v * plan.lanes)));
  index.forEach(index.constant(0), depth, 1, [&](Value k) {
    Value from = index.add(index.add(source, firstCol),
                           index.mul(k, plan.spec.b.rowStride));
    Value to = index.add(target, index.mul(k, plan.tileCols()));
    for (int64_t v = 0; v < plan.tileVectors; ++v) {
      Value loaded = load(index.add(from, v * plan.lanes), masks[v]);
      vector::StoreOp::create(builder, loc, loaded, plan.spec.scratch,
                              index.add(to, v * plan.lanes));
    }
  });
}

/// A square of contiguous columns becomes rows; steps past the last are 0.
void PackEmitter::emitTransposedBlock(Value source, Value target,
                                      Value firstCol, Value firstStep) {
  const GemmOperand &b = plan.spec.b;
  bool whole = isMultiple(plan.spec.k, plan.lanes);
  Value mask = whole ? Value() : createMask(index.sub(depth, firstStep));
  Value start = index.add(source, firstStep);
  SmallVector<Value> rows;
  for (int64_t lane = 0; lane < plan.lanes; ++lane) {
    Value col = clamped(index.add(firstCol, lane));
    rows.push_back(load(index.add(start, index.mul(col, b.colStride)), mask));
  }
  int64_t block = 128 / plan.spec.element.getIntOrFloatBitWidth();
  transpose(builder, loc, rows, block);
  Value to = index.add(target, index.mul(firstStep, plan.tileCols()));
  for (int64_t lane = 0; lane < plan.lanes; ++lane)
    vector::StoreOp::create(builder, loc, rows[lane], plan.spec.scratch,
                            index.add(to, lane * plan.tileCols()));
}

void PackEmitter::emitGather(Value source, Value target, Value firstCol) {
  const GemmOperand &b = plan.spec.b;
  Value zero = index.constant(0);
  index.forEach(zero, depth, 1, [&](Value k) {
    Value row = index.add(source, index.mul(k, b.rowStride));
    Value to = index.add(target, index.mul(k, plan.tileCols()));
    index.forEach(zero, index.constant(plan.tileCols()), 1, [&](Value lane) {
      Value col = clamped(index.add(firstCol, lane));
      Value from = index.add(row, index.mul(col, b.colStride));
      Value element = memref::LoadOp::create(builder, loc, b.buffer, from);
      memref::StoreOp::create(builder, loc, element, plan.spec.scratch,
                              index.add(to, lane));
    });
  });
}

void PackEmitter::emitPanel(Value source, Value target, Value firstCol) {
  switch (plan.packing) {
  case GemmPacking::None:
    return;
  case GemmPacking::Copy:
    return emitCopy(source, target, firstCol);
  case GemmPacking::Gather:
    return emitGather(source, target, firstCol);
  case GemmPacking::Transpose:
    Value zero = index.constant(0);
    index.forEach(zero, index.constant(plan.tileCols()), plan.lanes,
                  [&](Value offset) {
                    Value col = index.add(firstCol, offset);
                    Value to = index.add(target, offset);
                    index.forEach(zero, depth, plan.lanes, [&](Value k) {
                      emitTransposedBlock(source, to, col, k);
                    });
                  });
  }
}

void PackEmitter::emit(Value lo, Value hi) {
  const GemmSpec &spec = plan.spec;
  GemmDim batches = spec.b.batchStride == 0 ? GemmDim() : spec.batch;
  Value panels = index.ceilDiv(cols, plan.tileCols());
  forEachBatch(
      index, batches, panels, lo, hi, [&](Value batch, Value lo, Value hi) {
        Value source = index.mul(batch, spec.b.batchStride);
        Value target = index.mul(batch, plan.colPanels() * plan.packedPanel());
        index.forEach(lo, hi, 1, [&](Value panel) {
          emitPanel(source,
                    index.add(target, index.mul(panel, plan.packedPanel())),
                    index.mul(panel, plan.tileCols()));
        });
      });
}

void emitGemmPack(OpBuilder &builder, Location loc, const GemmSpec &spec,
                  const Target &target, Value lo, Value hi) {
  GemmPlan plan = planGemm(spec, target);
  if (plan.packing != GemmPacking::None)
    PackEmitter(builder, loc, plan).emit(lo, hi);
}
} // namespace sinter
