//===- PointProgram.h - What a kernel computes at one index ----*- C++ -*-===//
//
// A kernel's leaves, views and elementwise operations as a list of demands:
// this value at that index. Views vanish into the index. The list is found by
// walking the body once backwards, so its length grows with the kernel and not
// with the number of paths through it.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_POINTPROGRAM_H
#define SINTER_CODEGEN_POINTPROGRAM_H

#include "codegen/LoopSpace.h"

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter {
/// Where in a value: one index for each dimension, or the element's number in
/// row-major order with run-time dimensions at their bounds.
struct PointIndex {
  bool isFlat = false;
  llvm::SmallVector<LinearIndex, 4> parts;

  bool operator==(const PointIndex &other) const {
    return isFlat == other.isFlat && parts == other.parts;
  }
};

struct Demand {
  mlir::Value value;
  PointIndex at;
  /// The result of a kernel's root: its emitter provides it.
  bool isProvided = false;
  /// Demands for the operands of the value's operation.
  llvm::SmallVector<unsigned, 3> operands;
  /// Of an argument: the element's offset in its buffer. Of iota: the index
  /// along its axis. Of random: the element's number, or if that depends on
  /// run-time extents an index for each dimension.
  llvm::SmallVector<LinearIndex, 1> forms;
};

class PointProgram {
public:
  struct Root {
    mlir::Value value;
    llvm::SmallVector<LinearIndex, 4> at;
  };

  /// Lists what `roots()` needs. It is called again when loops are split.
  void build(mlir::Block &body, LoopSpace &space,
             llvm::function_ref<llvm::SmallVector<Root, 2>()> roots);

  llvm::ArrayRef<Demand> demands() const { return list; }
  /// The demand of root number `number`.
  unsigned root(unsigned number) const { return roots[number]; }
  /// Numbers of demands, operands before users.
  llvm::ArrayRef<unsigned> order() const { return topological; }
  /// Every form, for LoopSpace::mergeNeighbours.
  void collectForms(llvm::SmallVectorImpl<LinearIndex *> &forms);

  /// Bits of the widest element that some demand has.
  unsigned widestBits() const;
  /// Rough cost of one point, in vector operations.
  int64_t cost() const;

private:
  unsigned demand(mlir::Value value, PointIndex at);
  void expand(unsigned number, LoopSpace &space);
  void expandView(mlir::Operation *op, unsigned number, LoopSpace &space);
  llvm::SmallVector<LinearIndex, 4> coordinates(unsigned number,
                                                LoopSpace &space) const;
  LinearIndex bufferOffset(unsigned number, LoopSpace &space) const;
  llvm::SmallVector<LinearIndex, 1> elementNumber(unsigned number,
                                                  LoopSpace &space) const;

  llvm::SmallVector<Demand, 8> list;
  llvm::SmallVector<unsigned, 2> roots;
  llvm::SmallVector<unsigned, 8> topological;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<unsigned, 1>> demandsOf;
};

/// The number of an element among those of `dims` in row-major order, run-time
/// dimensions at their bounds.
LinearIndex flatten(llvm::ArrayRef<LinearIndex> at, llvm::ArrayRef<Dim> dims);
/// The element's place in a buffer of `type`.
LinearIndex offsetIn(mlir::RankedTensorType type,
                     llvm::ArrayRef<LinearIndex> at);
/// offset + index * stride, for an index into a box of `size`.
LinearIndex indexInBox(const LinearIndex &index, int64_t size, int64_t offset,
                       int64_t stride);
} // namespace sinter

#endif // SINTER_CODEGEN_POINTPROGRAM_H
