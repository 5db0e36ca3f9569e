//===- ProgramMemory.h - Arrays in a program's memory ----------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_PROGRAMMEMORY_H
#define SINTER_TEST_REFERENCE_PROGRAMMEMORY_H

#include "test/reference/Interpreter.h"

#include <iterator>

namespace sinter {
/// The element type of a tensor.
mlir::Type elementOf(mlir::Type type);
inline bool holdsFloats(mlir::Type type) {
  return mlir::isa<mlir::FloatType>(elementOf(type));
}

/// Writes the elements of `array` where a tensor of `type` keeps them, whose
/// run-time dimensions have the strides of their bounds.
void writeArray(char *to, mlir::Type type, const Array &array);

/// Reads a tensor of `type` whose extents are `shape`; its elements' bytes are
/// appended to `bytes`.
Array readArray(const char *from, mlir::Type type, std::vector<int64_t> shape,
                std::string &bytes);

/// A small generator of its own: SplitMix64.
class Draw {
public:
  explicit Draw(uint64_t seed) : state(seed) {}
  uint64_t bits();
  /// On [0, 1).
  double uniform() { return double(bits() >> 11) * 0x1p-53; }
  /// On [0, count).
  int64_t below(int64_t count) { return int64_t(uniform() * double(count)); }
  bool flip(double probability) { return uniform() < probability; }
  template <typename List>
  auto &pick(List &list) {
    return list[below(int64_t(std::size(list)))];
  }

private:
  uint64_t state;
};
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_PROGRAMMEMORY_H
