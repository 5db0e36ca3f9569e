//===- Reduction.cpp - Combining elements in a fixed order ----------------===//

#include "codegen/Reduction.h"
#include "codegen/ElementOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;
using namespace sinter;

int64_t sinter::reductionLanes(Type element) {
  return element.getIntOrFloatBitWidth() == 64 ? 8 : 16;
}

int64_t sinter::reductionLanes(Type element, int64_t size) {
  int64_t needed = llvm::PowerOf2Ceil(std::max<int64_t>(size, 1));
  return std::min(reductionLanes(element), needed);
}

/// The number that loses (or wins) against every other.
static Value emitLimit(KernelFrame &frame, Type element, Type type,
                       bool isLowest) {
  if (isa<FloatType>(element)) {
    double infinity = std::numeric_limits<double>::infinity();
    return frame.number(type, isLowest ? -infinity : infinity);
  }
  unsigned bits = element.getIntOrFloatBitWidth();
  bool isSigned = !element.isUnsignedInteger();
  APInt limit = isLowest ? (isSigned ? APInt::getSignedMinValue(bits)
                                     : APInt::getMinValue(bits))
                         : (isSigned ? APInt::getSignedMaxValue(bits)
                                     : APInt::getMaxValue(bits));
  return frame.integer(type, int64_t(limit.getZExtValue()));
}

Value Reduction::identity(int64_t lanes) {
  Type type = lanesOf(registerType(element), lanes);
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Or:
    return frame.number(type, 0);
  case ReduceKind::Prod:
  case ReduceKind::And:
    return frame.number(type, 1);
  case ReduceKind::Max:
    return emitLimit(frame, element, type, /*isLowest=*/true);
  case ReduceKind::Min:
    return emitLimit(frame, element, type, /*isLowest=*/false);
  }
  llvm_unreachable("not a reduction");
}

Value Reduction::combine(Value a, Value b) {
  switch (kind) {
  case ReduceKind::Sum:
    return emitAdd(frame, a, b);
  case ReduceKind::Prod:
    return emitMul(frame, a, b);
  case ReduceKind::Max:
    return emitExtreme(frame, element, /*isMaximum=*/true, a, b);
  case ReduceKind::Min:
    return emitExtreme(frame, element, /*isMaximum=*/false, a, b);
  case ReduceKind::And:
    return arith::AndIOp::create(frame.builder, frame.loc, a, b);
  case ReduceKind::Or:
    return arith::OrIOp::create(frame.builder, frame.loc, a, b);
  }
  llvm_unreachable("not a reduction");
}

Value Reduction::combineMasked(Value a, Value b, Value mask) {
  Value both = combine(a, b);
  if (!mask)
    return both;
  return arith::SelectOp::create(frame.builder, frame.loc, mask, both, a);
}

Value Reduction::combineLanes(Value vector) {
  while (cast<VectorType>(vector.getType()).getNumElements() > 1) {
    auto [low, high] = emitHalves(frame, vector);
    vector = combine(low, high);
  }
  return emitOnlyLane(frame, vector);
}

std::pair<Value, Value> sinter::emitHalves(KernelFrame &frame, Value vector) {
  int64_t half = cast<VectorType>(vector.getType()).getNumElements() / 2;
  SmallVector<int64_t> low, high;
  for (int64_t lane = 0; lane < half; ++lane) {
    low.push_back(lane);
    high.push_back(lane + half);
  }
  auto shuffle = [&](ArrayRef<int64_t> lanes) {
    return vector::ShuffleOp::create(frame.builder, frame.loc, vector, vector,
                                     lanes);
  };
  return {shuffle(low), shuffle(high)};
}

Value sinter::emitOnlyLane(KernelFrame &frame, Value vector) {
  return vector::ExtractOp::create(frame.builder, frame.loc, vector,
                                   int64_t(0));
}
