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

/// Picks the caller's contraction or its transpose, so that C's rows are
/// contiguous and, if C is a single column, that it is a row. False if neither
/// has contiguous rows.
static bool orient(GemmPlan &plan) {
  GemmSpec &spec = plan.spec;
  bool rows = spec.c.colStride == 1 || spec.n.bound <= 1;
  bool columns = spec.c.rowStride == 1 || spec.m.bound <= 1;
  plan.isTransposed = columns && (!rows || spec.n.bound <= 1);
  if (plan.isTransposed)
    spec = transposed(spec);
  return rows || columns;
}

static GemmPacking choosePacking(const GemmSpec &spec, const Target &target) {
  // Of no elements there is nothing to pack, and no scratch to pack it into.
  if (spec.batch.bound == 0 || spec.n.bound == 0 || spec.k.bound == 0)
    return GemmPacking::None;
  if (spec.b.colStride == 1 || spec.n.bound <= 1)
    return GemmPacking::None;
  unsigned bits = spec.element.getIntOrFloatBitWidth();
  if (spec.b.rowStride != 1 || (bits != 32 && bits != 64))
    return GemmPacking::Gather;
  // Transposing B again for each row panel costs more than packing it once; but
  // a few rows are one panel, if their sums fit beside a square of B.
  int64_t fewRows = target.vectorRegisters >= 32 ? 12 : 4;
  return spec.m.bound <= fewRows ? GemmPacking::InRegisters
                                 : GemmPacking::Transpose;
}

/// The accumulators, one row of B and a broadcast of A must fit the registers.
static void chooseTile(GemmPlan &plan, const Target &target) {
  int64_t rows = std::max<int64_t>(plan.spec.m.bound, 1);
  int64_t vectors =
      std::max<int64_t>(llvm::divideCeil(plan.spec.n.bound, plan.lanes), 1);
  if (plan.packing == GemmPacking::InRegisters) {
    // A second square of B would not fit the registers.
    plan.tileRows = rows;
    return;
  }
  if (rows == 1) {
    plan.tileVectors = std::min<int64_t>(vectors, 8);
    return;
  }
  static const int64_t rowsOf32[] = {12, 12, 8, 6};
  static const int64_t rowsOf16[] = {8, 6};
  bool many = target.vectorRegisters >= 32;
  plan.tileVectors = std::min<int64_t>(vectors, many ? 4 : 2);
  plan.tileRows =
      std::min(rows, (many ? rowsOf32 : rowsOf16)[plan.tileVectors - 1]);
}

/// Steps of k at once: enough to hide the loop, dividing k if possible.
static int64_t chooseUnroll(const GemmDim &k) {
  for (int64_t unroll : {4, 5, 3})
    if (!k.extent && k.bound % unroll == 0)
      return unroll;
  return std::clamp<int64_t>(k.bound, 1, 4);
}

GemmPlan planGemm(const GemmSpec &spec, const Target &target) {
  GemmPlan plan;
  plan.spec = spec;
  plan.scalar = !orient(plan);
  if (plan.scalar)
    return plan;
  unsigned bits = spec.element.getIntOrFloatBitWidth();
  plan.lanes = target.lanes(bits);
  plan.packing = choosePacking(plan.spec, target);
  chooseTile(plan, target);

  plan.unroll = chooseUnroll(plan.spec.k);
  // A row panel of A should stay in the first-level cache, where a column of it
  // takes a line if A is transposed, and a block of B in the second.
  int64_t maxDepth =
      target.vectorRegisters >= 32 && plan.spec.a.colStride == 1 ? 1024 : 256;
  constexpr int64_t blockBytes = 128 * 1024;
  int64_t depth = std::max<int64_t>(plan.spec.k.bound, 1);
  // Without a C to keep sums in, all steps are one block.
  int64_t blocks = spec.hasEpilogue ? 1 : llvm::divideCeil(depth, maxDepth);
  int64_t granule =
      plan.packing == GemmPacking::InRegisters ? plan.lanes : plan.unroll;
  plan.depth = llvm::alignTo(llvm::divideCeil(depth, blocks), granule);
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
  Value zero = index.constant(0);
  if (batches.bound == 1 && !batches.extent)
    return body(zero, lo, index.min(hi, units));
  Value one = index.constant(1);
  // Without units the trip is empty, and so is the loop.
  Value perBatch = index.max(units, one);
  Value trip = index.mul(emitExtent(index, batches), units);
  Value end = index.min(hi, trip);
  Value firstBatch = index.div(lo, perBatch);
  Value lastBatch =
      index.div(index.sub(index.add(end, perBatch), one), perBatch);
  index.forEach(firstBatch, lastBatch, 1, [&](Value batch) {
    Value start = index.mul(batch, units);
    Value first = index.max(index.sub(lo, start), zero);
    body(batch, first, index.min(index.sub(end, start), units));
  });
}

//===----------------------------------------------------------------------===//
// Trips
//===----------------------------------------------------------------------===//

int64_t gemmScratchElements(const GemmSpec &spec, const Target &target) {
  GemmPlan plan = planGemm(spec, target);
  if (!plan.packs())
    return 0;
  return plan.packedBatches() * plan.colPanels() * plan.packedPanel();
}

int64_t gemmPackTrip(const GemmSpec &spec, const Target &target) {
  GemmPlan plan = planGemm(spec, target);
  if (!plan.packs())
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
  if (!plan.packs())
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
