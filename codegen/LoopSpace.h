//===- LoopSpace.h - Indices as linear forms of loop variables -*- C++ -*-===//
//
// A kernel's loops run over the dimensions of one shape. Every index into a
// tensor that the kernel reads or writes is a constant plus multiples of the
// loop variables, its factors, so that an address is one multiplication and
// addition a loop, and stride 1 is seen where there is one.
//
// A reshape under a transpose may need the quotient and remainder of an index.
// These are again such forms once a loop is cut in two (784 = 28 * 28); where
// no cut helps they become derived factors, computed by division.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_LOOPSPACE_H
#define SINTER_CODEGEN_LOOPSPACE_H

#include "ir/Shape.h"

#include <optional>
#include <utility>

namespace sinter {
struct LinearIndex {
  struct Term {
    unsigned factor;
    int64_t scale;
  };

  int64_t constant = 0;
  /// In increasing order of factors; no scale is 0.
  llvm::SmallVector<Term, 4> terms;

  void add(const LinearIndex &other, int64_t scale = 1);
  void addTerm(unsigned factor, int64_t scale);
  void drop(unsigned factor);
  int64_t scaleOf(unsigned factor) const;
  bool operator==(const LinearIndex &other) const;
};

/// A variable of an index, in [0, size).
struct Factor {
  int64_t size = 0;
  /// Null if `size` is exact, else the run-time dimension: the size at run time
  /// is its extent times `multiple`.
  mlir::StringAttr name;
  int64_t multiple = 1;
  /// Of a derived factor: source / divisor, or source % divisor. Else 0.
  int64_t divisor = 0;
  bool isRemainder = false;
  LinearIndex source;

  bool isDerived() const { return divisor != 0; }
  /// A number that divides the size at run time.
  int64_t knownDivisor() const { return name ? multiple : size; }
};

class LoopSpace {
public:
  /// One loop for each dimension, but for those of size 1.
  explicit LoopSpace(llvm::ArrayRef<Dim> dims);

  const Factor &factor(unsigned id) const { return factors[id]; }
  unsigned numFactors() const { return factors.size(); }
  /// The loops of a dimension, slowest first.
  llvm::ArrayRef<unsigned> loopsOf(unsigned dim) const { return loops[dim]; }
  /// The loops of all dimensions, in row-major order.
  llvm::SmallVector<unsigned, 4> allLoops() const;

  LinearIndex index(unsigned dim) const;
  llvm::SmallVector<LinearIndex, 4> indices() const;

  /// Quotient and remainder of an index that is never negative.
  std::pair<LinearIndex, LinearIndex> divide(const LinearIndex &value,
                                             int64_t divisor);

  /// Whether a division would be exact with finer loops. The loops then are
  /// finer, and whatever was derived from them is to be derived again.
  bool takeSplit();
  /// Back to one loop a dimension, for good.
  void forbidSplits();

  /// Makes one loop of neighbours in `order` (slowest first) wherever all of
  /// `forms` walk them as one. The others must not be used afterwards.
  void mergeNeighbours(llvm::SmallVectorImpl<unsigned> &order,
                       llvm::ArrayRef<LinearIndex *> forms);

private:
  struct LoopDim {
    Dim dim;
    /// Sizes of its loops; empty for one loop of the whole.
    llvm::SmallVector<int64_t, 2> parts;
  };

  void rebuild();
  unsigned addFactor(Factor factor);
  bool requestSplit(const LinearIndex &value, int64_t divisor);
  bool walkedAsOne(unsigned outer, unsigned inner,
                   llvm::ArrayRef<LinearIndex *> forms) const;

  struct Place {
    unsigned dim, part;
  };
  struct Split {
    Place place;
    int64_t innerSize;
  };

  llvm::SmallVector<LoopDim, 4> dims;
  llvm::SmallVector<llvm::SmallVector<unsigned, 2>, 4> loops;
  llvm::SmallVector<Factor, 8> factors;
  /// Where a loop's factor comes from; shorter than `factors`.
  llvm::SmallVector<Place, 8> places;
  std::optional<Split> wanted;
  bool maySplit = true;
};
} // namespace sinter

#endif // SINTER_CODEGEN_LOOPSPACE_H
