//===- GemmPack.cpp - The pack kernel of a contraction --------------------===//
//
// Lays B out as column panels of the tile's width: panel p holds, for each k in
// turn, the columns [p * width, (p + 1) * width). Columns past the last one
// repeat it (or are 0): they are multiplied but never stored.
//
//===----------------------------------------------------------------------===//

#include "codegen/Gemm.h"
#include "codegen/GemmPlan.h"
#include "codegen/Transpose.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "llvm/ADT/SmallVector.h"

using namespace mlir;

namespace sinter {
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
  emitTranspose(builder, loc, rows);
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
  case GemmPacking::InRegisters:
    return;
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
          Value to = index.add(target, index.mul(panel, plan.packedPanel()));
          emitPanel(source, to, index.mul(panel, plan.tileCols()));
        });
      });
}

void emitGemmPack(OpBuilder &builder, Location loc, const GemmSpec &spec,
                  const Target &target, Value lo, Value hi) {
  GemmPlan plan = planGemm(spec, target);
  if (plan.packs())
    PackEmitter(builder, loc, plan).emit(lo, hi);
}
} // namespace sinter
