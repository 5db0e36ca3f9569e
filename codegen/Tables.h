//===- Tables.h - The constant structures of runtime/abi.h -----*- C++ -*-===//

#ifndef SINTER_CODEGEN_TABLES_H
#define SINTER_CODEGEN_TABLES_H

#include "ir/Shape.h"
#include "ir/SinterOps.h"

#include "llvm/ADT/StringMap.h"
#include "llvm/IR/Module.h"

namespace sinter {
/// Lays out constants of the types of runtime/abi.h in an LLVM module.
class TableBuilder {
public:
  explicit TableBuilder(llvm::Module &module);

  llvm::Constant *number32(uint64_t value) const;
  llvm::Constant *number64(uint64_t value) const;
  llvm::Constant *real(double value) const;
  llvm::Constant *null() const;
  /// A NUL-terminated string; equal strings are one.
  llvm::Constant *text(llvm::StringRef value);
  /// "file:line:col" of the innermost file location, or "".
  llvm::Constant *location(mlir::Location loc);
  /// A `Record` of runtime/abi.h: all its fields, in natural C layout.
  template <typename Record>
  llvm::Constant *record(llvm::ArrayRef<llvm::Constant *> fields) const {
    return record(fields, sizeof(Record));
  }
  /// Pointer to an array of equally typed elements; null when there are none.
  llvm::Constant *array(llvm::ArrayRef<llvm::Constant *> elements);
  /// The first SINTER_MAX_RANK sizes; a run-time extent is -1 - its number.
  llvm::Constant *shape(llvm::ArrayRef<Dim> dims) const;
  /// Pointer to one structure.
  llvm::Constant *pointerTo(llvm::Constant *value);
  /// A SinterBuffer: a tensor of `type` at a place of the plan.
  llvm::Constant *buffer(BufferAttr at, mlir::Type type) const;
  /// A SinterBuffer that nothing reads.
  llvm::Constant *noBuffer() const;

  llvm::Module &getModule() const { return module; }
  llvm::LLVMContext &getContext() const { return module.getContext(); }

private:
  llvm::Constant *record(llvm::ArrayRef<llvm::Constant *> fields,
                         size_t bytes) const;
  llvm::Constant *bufferRecord(uint64_t space, uint64_t offset, uint64_t dtype,
                               llvm::ArrayRef<Dim> dims) const;

  llvm::Module &module;
  llvm::StringMap<llvm::Constant *> texts;
};

/// The file location inside `loc`, which may be named or fused.
mlir::FileLineColLoc findFileLocation(mlir::Location loc);

/// The code of an element type in SinterDType.
unsigned dtypeOf(mlir::Type element);
} // namespace sinter

#endif // SINTER_CODEGEN_TABLES_H
