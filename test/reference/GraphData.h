//===- GraphData.h - Numbers for random graphs -----------------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_GRAPHDATA_H
#define SINTER_TEST_REFERENCE_GRAPHDATA_H

#include "test/reference/ProgramMemory.h"

namespace sinter {
/// On arguments and globals of a random graph: `[low, high]`, between which its
/// numbers are drawn, or `[low, high, more]` for a square matrix with `more` on
/// its diagonal. On the module: the seed of the draws.
inline constexpr llvm::StringLiteral rangeAttr = "test.range";
inline constexpr llvm::StringLiteral seedAttr = "test.seed";
/// Zero for a module without the attribute.
uint64_t seedOf(mlir::ModuleOp module);

/// What the tensor called `name` holds: a function of the arguments alone. With
/// fewer rows it is the beginning of what it is with more.
Array drawData(uint64_t seed, llvm::StringRef name, mlir::Type type,
               mlir::ArrayAttr range, const Interpreter &interpreter);

/// What call number `number` of a random graph's function gets: drawn numbers
/// for feeds, else the step's number.
std::vector<Array> drawArguments(mlir::func::FuncOp function, size_t number,
                                 const Interpreter &interpreter);

/// What a global holds before the first call: drawn numbers, or zeros.
Array initialValue(mlir::Operation *global, const Interpreter &interpreter);

/// Watches an interpreter: whether numbers stay where their comparison with
/// compiled code means something, and how much they depend on rounding.
class NumberWatch {
public:
  /// With a `perturbation`, every computed number is changed by random parts of
  /// its type's rounding error: differences between such runs measure what
  /// correctly compiled code may differ by.
  NumberWatch(Interpreter &interpreter, uint64_t perturbation = 0);
  ~NumberWatch() { interpreter.observe = nullptr; }

  /// No NaN or infinity was met, no number too large, and no operation of the
  /// forward graph was within 1e-3 of a kink without lying on it.
  bool isSmooth() const { return smooth; }
  /// Every number was finite.
  bool isFinite() const { return finite; }

private:
  void see(mlir::Operation *op, const Operands &get, Array &result);
  void perturb(mlir::Operation *op, const Operands &get, Array &result);
  /// The sums of the magnitudes that `op` adds up; nothing if it adds nothing.
  Array magnitudes(mlir::Operation *op, const Operands &get);

  Interpreter &interpreter;
  bool isPerturbing;
  Draw draw;
  bool smooth = true, finite = true;
};
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_GRAPHDATA_H
