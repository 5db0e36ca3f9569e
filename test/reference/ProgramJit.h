//===- ProgramJit.h - Runs a compiled program in process -------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_PROGRAMJIT_H
#define SINTER_TEST_REFERENCE_PROGRAMJIT_H

#include "codegen/Compiler.h"
#include "runtime/abi.h"

#include <memory>

namespace llvm::orc {
class LLJIT;
}

namespace sinter {
/// A module compiled as a product would be, its object loaded into this
/// process.
class ProgramJit {
public:
  ProgramJit();
  ~ProgramJit();

  /// Compiles a copy of `module`, which is of stage `from`. Empty if all went
  /// well, else what did not.
  std::string compile(mlir::ModuleOp module, Stage from,
                      const CompileOptions &options);

  const SinterProgram &program() const { return *table; }
  const SinterFunction *findProgram(llvm::StringRef name) const;
  /// The bytes of a buffer.
  char *at(const SinterBuffer &buffer);
  /// Fills the arena with bytes that make every float a NaN.
  void poisonArena();
  /// The store as it is when a program starts: zeros.
  void clearStore();
  /// Whether nothing was written behind the store or the arena.
  bool isIntact() const;
  /// Runs with `extent` rows; `pieces` cuts each kernel's range.
  int32_t call(const SinterFunction &function, int64_t extent, int64_t pieces);

private:
  std::unique_ptr<llvm::orc::LLJIT> jit;
  const SinterProgram *table = nullptr;
  std::unique_ptr<char[], void (*)(void *)> store, arena;
};
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_PROGRAMJIT_H
