//===- ZeroFill.h - Zeros in a result of a kernel --------------*- C++ -*-===//

#ifndef SINTER_CODEGEN_ZEROFILL_H
#define SINTER_CODEGEN_ZEROFILL_H

#include "codegen/KernelFrame.h"

namespace sinter {
/// A phase that fills a kernel's first result with zeros, the whole buffer:
/// rows past a run-time extent may be written.
class ZeroFill {
public:
  explicit ZeroFill(mlir::RankedTensorType type);

  static int64_t unitCost() { return blockSize / lanes; }
  mlir::Value emitTrip(KernelFrame &frame) const;
  void emit(KernelFrame &frame) const;

private:
  static constexpr int64_t blockSize = 4096, lanes = 16;

  mlir::Type stored;
  int64_t numElements;
};
} // namespace sinter

#endif // SINTER_CODEGEN_ZEROFILL_H
