//===- ZeroFill.cpp - Zeros in a result of a kernel -----------------------===//

#include "codegen/ZeroFill.h"
#include "codegen/KernelLoops.h"

using namespace mlir;
using namespace sinter;

ZeroFill::ZeroFill(RankedTensorType type)
    : stored(storageType(type.getElementType())),
      numElements(*elementCount(dimsOf(type))) {}

Value ZeroFill::emitTrip(KernelFrame &frame) const {
  return frame.index.constant(llvm::divideCeil(numElements, blockSize));
}

void ZeroFill::emit(KernelFrame &frame) const {
  IndexBuilder &index = frame.index;
  Value first = index.mul(frame.lo, blockSize);
  Value last = index.mul(frame.hi, blockSize);
  last = index.min(last, index.constant(numElements));
  Value zeros = frame.number(lanesOf(stored, lanes), 0);
  emitLaneLoop(frame, first, last, lanes, numElements, numElements, {},
               [&](Value at, Value remaining, ValueRange) {
                 Value mask =
                     remaining ? frame.laneMask(remaining, lanes) : Value();
                 frame.storeLanes(zeros, frame.results[0], at, mask);
                 return SmallVector<Value>();
               });
}
