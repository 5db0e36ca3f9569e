//===- Transpose.cpp - A square of vectors, transposed --------------------===//
//
// Shuffles within blocks of 128 bits cost one instruction on every x86, and
// moves of whole blocks one where vectors are wider. So the square is
// transposed within blocks first, then by blocks.
//
//===----------------------------------------------------------------------===//

#include "codegen/Transpose.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <algorithm>

using namespace mlir;

namespace sinter {
/// The lanes [from, from + block / 2) of each block of two vectors,
/// interleaved: what x86 calls unpack.
static Value interleave(OpBuilder &builder, Location loc, Value even, Value odd,
                        int64_t lanes, int64_t block, int64_t from) {
  SmallVector<int64_t> mask;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    int64_t inBlock = lane % block;
    int64_t source = lane - inBlock + from + inBlock / 2;
    mask.push_back(inBlock % 2 ? source + lanes : source);
  }
  return vector::ShuffleOp::create(builder, loc, even, odd, mask);
}

/// Transposes the block x block squares in place.
static void transposeWithinBlocks(OpBuilder &builder, Location loc,
                                  SmallVectorImpl<Value> &rows, int64_t block) {
  int64_t lanes = rows.size(), half = block / 2;
  for (int64_t round = 1; round < block; round *= 2) {
    SmallVector<Value> next;
    for (int64_t row = 0; row < lanes; ++row) {
      if (row % block >= half)
        continue;
      Value even = rows[row], odd = rows[row + half];
      next.push_back(interleave(builder, loc, even, odd, lanes, block, 0));
      next.push_back(interleave(builder, loc, even, odd, lanes, block, half));
    }
    rows.assign(next);
  }
}

/// Exchanges the upper right with the lower left of each square of squares of
/// `size` lanes.
static void exchange(OpBuilder &builder, Location loc,
                     SmallVectorImpl<Value> &rows, int64_t size) {
  int64_t lanes = rows.size();
  SmallVector<int64_t> upper, lower;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    bool right = lane & size;
    upper.push_back(right ? lanes + lane - size : lane);
    lower.push_back(right ? lanes + lane : lane + size);
  }
  for (int64_t row = 0; row < lanes; ++row) {
    if (row & size)
      continue;
    Value first = rows[row], second = rows[row + size];
    rows[row] = vector::ShuffleOp::create(builder, loc, first, second, upper);
    rows[row + size] =
        vector::ShuffleOp::create(builder, loc, first, second, lower);
  }
}

void emitTranspose(OpBuilder &builder, Location loc,
                   SmallVectorImpl<Value> &rows) {
  int64_t lanes = rows.size();
  VectorType type = llvm::cast<VectorType>(rows.front().getType());
  int64_t block = std::min<int64_t>(lanes, 128 / type.getElementTypeBitWidth());
  transposeWithinBlocks(builder, loc, rows, block);
  for (int64_t size = block; size < lanes; size *= 2)
    exchange(builder, loc, rows, size);
}
} // namespace sinter
