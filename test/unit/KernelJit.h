//===- KernelJit.h - Builds and runs kernels in process --------*- C++ -*-===//
//
// For unit tests and benchmarks of kernel emitters: kernels of one module are
// lowered as in a product, compiled for a target the host can run, and called
// through plain pointers.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_UNIT_KERNELJIT_H
#define SINTER_TEST_UNIT_KERNELJIT_H

#include "codegen/Target.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace llvm::orc {
class LLJIT;
}

namespace sinter {
class KernelJit {
public:
  explicit KernelJit(const Target &target);
  ~KernelJit();

  /// Adds func @name(memref<size x element>..., index...). `body` emits at the
  /// end of the function, before the return.
  void add(llvm::StringRef name, llvm::ArrayRef<int64_t> bufferSizes,
           mlir::Type element, unsigned indices,
           llvm::function_ref<void(mlir::OpBuilder &, mlir::Location,
                                   mlir::ValueRange)>
               body);

  /// Adds what the `sinter.kernel`s of `text` become for the target, which is
  /// one of the named levels. Empty if all went well, else what did not.
  std::string addKernels(llvm::StringRef text);

  /// Lowers, optimizes and compiles what was added. Empty if all went well,
  /// else what did not.
  std::string compile();

  /// Address of a compiled kernel.
  void *lookup(llvm::StringRef name);

  /// Bytes of machine code, of the whole module.
  uint64_t codeBytes() const { return textBytes; }

  /// Names that the machine code expects from elsewhere.
  const std::vector<std::string> &externalSymbols() const { return externals; }

  mlir::MLIRContext context;

private:
  std::string load(std::unique_ptr<llvm::MemoryBuffer> object);
  void inspect(llvm::MemoryBufferRef object);

  Target target;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<llvm::orc::LLJIT> jit;
  uint64_t textBytes = 0;
  std::vector<std::string> externals;
};

/// Targets this host can run, widest first, each below the last.
llvm::SmallVector<Target> runnableTargets();
} // namespace sinter

#endif // SINTER_TEST_UNIT_KERNELJIT_H
