//===- GemmPlan.cpp - How one contraction is cut up -----------------------===//

#include "codegen/GemmPlan.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <utility>

using namespace mlir;

namespace sinter {
int64_t GemmPlan::rowPanels() const {
  return llvm::divideCeil(spec.m.bound, tileRows);
}

int64_t GemmPlan::colPanels() const {
  return llvm::divideCeil(spec.n.bound, tileCols());
}

int64_t GemmPlan::packedDepth() const {
  // Transposed blocks are stored whole.
  return packing == GemmPacking::Transpose
             ? static_cast<int64_t>(llvm::alignTo(spec.k.bound, lanes))
             : spec.k.bound;
}

int64_t GemmPlan::packedBatches() const {
  return spec.b.batchStride == 0 ? 1 : spec.batch.bound;
}

/// C^T = B^T A^T.
static GemmSpec transposed(const GemmSpec &spec) {
  GemmSpec result = spec;
  std::swap(result.m, result.n);
  std::swap(result.a, result.b);
  std::swap(result.a.rowStride, result.a.colStride);
  std::swap(result.b.rowStride, result.b.colStride);
  std::swap(result.c.rowStride, result.c.colStride);
  return result;
}

static bool hasUnitRows(const GemmOperand &c, const GemmDim &n) {
  return c.colStride == 1 || n.bound <= 1;
}

static GemmPacking choosePacking(const GemmSpec &spec, unsigned bits) {
  if (spec.b.colStride == 1 || spec.n.bound <= 1)
    return GemmPacking::None;
  bool transposes = spec.b.rowStride == 1 && (bits == 32 || bits == 64);
  return transposes ? GemmPacking::Transpose : GemmPacking::Gather;
}

/// The accumulators, one row of B and a broadcast of A must fit the registers.
static void chooseTile(GemmPlan &plan, const Target &target) {
  const GemmSpec &spec = plan.spec;
  bool many = target.vectorRegisters >= 32;
  int64_t vectors = llvm::divideCeil(spec.n.bound, plan.lanes);
  if (spec.m.bound == 1) {
    plan.tileRows = 1;
    plan.tileVectors = std::clamp<int64_t>(vectors, 1, 8);
    return;
  }
  static const int64_t rowsOf32[] = {12, 12, 8, 6};
  static const int64_t rowsOf16[] = {8, 6};
  plan.tileVectors = std::clamp<int64_t>(vectors, 1, many ? 4 : 2);
  plan.tileRows = (many ? rowsOf32 : rowsOf16)[plan.tileVectors - 1];
  plan.tileRows = std::clamp<int64_t>(spec.m.bound, 1, plan.tileRows);
}

GemmPlan planGemm(const GemmSpec &spec, const Target &target) {
  GemmPlan plan;
  plan.spec = spec;
  if (!hasUnitRows(spec.c, spec.n)) {
    plan.spec = transposed(spec);
    plan.scalar = !hasUnitRows(plan.spec.c, plan.spec.n);
  }
  if (plan.scalar) {
    plan.spec = spec;
    return plan;
  }
  unsigned bits = spec.element.getIntOrFloatBitWidth();
  plan.lanes = target.lanes(bits);
  plan.packing = choosePacking(plan.spec, bits);
  chooseTile(plan, target);

  plan.unroll = std::clamp<int64_t>(plan.spec.k.bound, 1, 4);
  // A row panel of A should stay in the first-level cache, a block of B in the
  // second.
  constexpr int64_t maxDepth = 1024, blockBytes = 512 * 1024;
  int64_t depth = std::max<int64_t>(plan.spec.k.bound, 1);
  int64_t blocks = llvm::divideCeil(depth, maxDepth);
  plan.depth = llvm::alignTo(llvm::divideCeil(depth, blocks), plan.unroll);
  int64_t panelBytes = plan.depth * plan.tileCols() * bits / 8;
  plan.blockPanels = std::max<int64_t>(1, blockBytes / panelBytes);
  plan.splitRows =
      plan.rowPanels() >= 4 || plan.rowPanels() >= plan.colPanels();
  return plan;
}

Value emitExtent(IndexBuilder &index, const GemmDim &dim) {
  return dim.extent ? dim.extent : index.constant(dim.bound);
}

void forEachBatch(IndexBuilder &index, const GemmDim &batches, Value units,
                  Value lo, Value hi,
                  llvm::function_ref<void(Value, Value, Value)> body) {
  if (batches.bound == 1 && !batches.extent)
    return body(index.constant(0), lo, index.min(hi, units));
  Value zero = index.constant(0), one = index.constant(1);
  // Without units the trip is empty, and so is the loop.
  Value perBatch = index.max(units, one);
  Value trip = index.mul(emitExtent(index, batches), units);
  Value end = index.min(hi, trip);
  Value firstBatch = index.div(lo, perBatch);
  Value lastBatch =
      index.div(index.sub(index.add(end, perBatch), one), perBatch);
  index.forEach(firstBatch, lastBatch, 1, [&](Value batch) {
    Value start = index.mul(batch, units);
    body(batch, index.max(index.sub(lo, start), zero),
         index.min(index.sub(end, start), units));
  });
}

//===----------------------------------------------------------------------===//
// Trips
//===----------------------------------------------------------------------===//

int64_t gemmScratchElements(const GemmSpec &spec, const Target &target) {
  GemmPlan plan = planGemm(spec, target);
  if (plan.packing == GemmPacking::None)
    return 0;
  return plan.packedBatches() * plan.colPanels() * plan.packedPanel();
}

int64_t gemmPackTrip(const GemmSpec &spec, const Target &target) {
  GemmPlan plan = planGemm(spec, target);
  if (plan.packing == GemmPacking::None)
    return 0;
  return plan.packedBatches() * plan.colPanels();
}

int64_t gemmTrip(const GemmSpec &spec, const Target &target) {
  GemmPlan plan = planGemm(spec, target);
  return plan.spec.batch.bound *
         (plan.splitRows ? plan.rowPanels() : plan.colPanels());
}

Value emitGemmPackTrip(OpBuilder &builder, Location loc, const GemmSpec &spec,
                       const Target &target) {
  IndexBuilder index(builder, loc);
  GemmPlan plan = planGemm(spec, target);
  if (plan.packing == GemmPacking::None)
    return index.constant(0);
  Value panels = index.ceilDiv(emitExtent(index, plan.spec.n), plan.tileCols());
  return plan.spec.b.batchStride == 0
             ? panels
             : index.mul(panels, emitExtent(index, plan.spec.batch));
}

Value emitGemmTrip(OpBuilder &builder, Location loc, const GemmSpec &spec,
                   const Target &target) {
  IndexBuilder index(builder, loc);
  GemmPlan plan = planGemm(spec, target);
  Value units =
      plan.splitRows
          ? index.ceilDiv(emitExtent(index, plan.spec.m), plan.tileRows)
          : index.ceilDiv(emitExtent(index, plan.spec.n), plan.tileCols());
  return index.mul(units, emitExtent(index, plan.spec.batch));
}
} // namespace sinter
