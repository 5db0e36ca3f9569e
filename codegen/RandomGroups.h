//===- RandomGroups.h - Random words in groups of 64 -----------*- C++ -*-===//

#ifndef SINTER_CODEGEN_RANDOMGROUPS_H
#define SINTER_CODEGEN_RANDOMGROUPS_H

#include "codegen/KernelFrame.h"
#include "codegen/PointProgram.h"
#include "codegen/Random.h"

namespace sinter {
class PointScope;

/// The words of 64 consecutive elements cost as much as those of 16 single ones
/// (Random.h). A loop over consecutive elements makes them a group at a time,
/// in a buffer on the stack.
class RandomGroups {
public:
  static constexpr int64_t groupSize = 64;
  static constexpr int64_t lanes = 16;

  /// Whether the program draws numbers, each element's being the value of
  /// `loop`.
  static bool fit(const PointProgram &program, unsigned loop);

  /// `entry` has computed seeds and steps.
  RandomGroups(KernelFrame &frame, const PointProgram &program,
               const PointScope &entry);

  /// Makes the words of the elements from `first`, a multiple of 64, on.
  void emitWords(mlir::Value first);
  /// The words of a random demand for 16 elements of the group, from element
  /// `at` on.
  mlir::Value emitLoad(unsigned demand, RandomWord which, mlir::Value at) const;

private:
  struct Stream {
    unsigned demand;
    RandomStream stream;
    /// A buffer for each of an element's words; f32 needs one.
    llvm::SmallVector<mlir::Value, 2> words;
  };

  KernelFrame &frame;
  llvm::SmallVector<Stream, 1> streams;
  mlir::Value first;
};
} // namespace sinter

#endif // SINTER_CODEGEN_RANDOMGROUPS_H
