//===- ArgMaxSearch.h - Finding the largest of many ------------*- C++ -*-===//

#ifndef SINTER_CODEGEN_ARGMAXSEARCH_H
#define SINTER_CODEGEN_ARGMAXSEARCH_H

#include "codegen/KernelFrame.h"

namespace sinter {
/// A number and its index, or one of each for every lane.
struct ArgMaxCandidate {
  mlir::Value number, index;
};

/// Searches elements of one type.
class ArgMaxSearch {
public:
  ArgMaxSearch(KernelFrame &frame, mlir::Type element)
      : frame(frame), element(element) {}

  /// Loses against every element; scalars if there are no lanes.
  ArgMaxCandidate start(int64_t lanes);
  /// The larger number, of equal ones the one with the smaller index; a NaN is
  /// larger than all others. `b` is only looked at in the lanes of `mask`,
  /// which may be null.
  ArgMaxCandidate better(ArgMaxCandidate a, ArgMaxCandidate b,
                         mlir::Value mask);
  /// The index of the best of all lanes.
  mlir::Value bestOfLanes(ArgMaxCandidate best, int64_t lanes);

  /// first + lane * step in i32; a scalar if there are no lanes.
  mlir::Value emitIndices(mlir::Value first, int64_t lanes, int64_t step);

private:
  KernelFrame &frame;
  mlir::Type element;
};
} // namespace sinter

#endif // SINTER_CODEGEN_ARGMAXSEARCH_H
