//===- KernelFrame.h - The function a kernel becomes -----------*- C++ -*-===//

#ifndef SINTER_CODEGEN_KERNELFRAME_H
#define SINTER_CODEGEN_KERNELFRAME_H

#include "codegen/IndexBuilder.h"
#include "codegen/LaneBuilder.h"
#include "codegen/LoopSpace.h"

#include "llvm/ADT/DenseMap.h"

namespace sinter {
/// The type of an element in memory: booleans are bytes, and memory knows no
/// signs.
mlir::Type storageType(mlir::Type element);
/// The type of an element in a register.
mlir::Type registerType(mlir::Type element);
/// The type, or a vector of `lanes` of it if there are any.
mlir::Type lanesOf(mlir::Type type, int64_t lanes);

/// What an emitter may use while it fills one function.
struct KernelFrame {
  KernelFrame(mlir::OpBuilder &builder, mlir::Location loc,
              const Target &target)
      : builder(builder), loc(loc), target(target), index(builder, loc),
        lanes(builder, loc, target) {}

  mlir::OpBuilder &builder;
  mlir::Location loc;
  const Target &target;
  IndexBuilder index;
  LaneBuilder lanes;

  /// Flat memrefs: of the kernel's arguments, of its results, and of scratch
  /// bytes. A function that computes a trip has none of them.
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  llvm::SmallVector<mlir::Value, 2> results;
  mlir::Value scratch;
  llvm::DenseMap<mlir::StringAttr, mlir::Value> extents;
  mlir::Value lo, hi;

  /// The size of a dimension or loop at run time.
  mlir::Value emitSize(const Dim &dim);
  mlir::Value emitSize(const Factor &factor);

  mlir::Value zero() { return index.constant(0); }
  /// A number, as a scalar or vector of `type`; rounded to it.
  mlir::Value number(mlir::Type type, double value);
  mlir::Value integer(mlir::Type type, int64_t value);
  /// `value` in every lane; vectors stay as they are.
  mlir::Value spread(mlir::Value value, int64_t lanes);

  /// True in the first `count` lanes.
  mlir::Value laneMask(mlir::Value count, int64_t lanes);

  /// One element between memory and a register.
  mlir::Value loadElement(mlir::Value buffer, mlir::Value at,
                          mlir::Type element);
  void storeElement(mlir::Value value, mlir::Value buffer, mlir::Value at);
  /// Lanes of consecutive elements, those below `mask` if there is one.
  mlir::Value loadLanes(mlir::Value buffer, mlir::Value at, mlir::Type element,
                        int64_t count, mlir::Value mask);
  void storeLanes(mlir::Value value, mlir::Value buffer, mlir::Value at,
                  mlir::Value mask);

private:
  mlir::Value fromStorage(mlir::Value stored, mlir::Type element);
  mlir::Value toStorage(mlir::Value value);
};
} // namespace sinter

#endif // SINTER_CODEGEN_KERNELFRAME_H
