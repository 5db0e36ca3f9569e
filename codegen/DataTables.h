//===- DataTables.h - How CSV files become numbers -------------*- C++ -*-===//

#ifndef SINTER_CODEGEN_DATATABLES_H
#define SINTER_CODEGEN_DATATABLES_H

#include "codegen/Tables.h"

#include "llvm/ADT/DenseMap.h"

namespace sinter {
/// The tables of a program's sources, and the symbols of what their steps
/// measure. These stand behind the symbols of the module, and behind its store:
/// only the runtime reads and writes them.
class DataTables {
public:
  DataTables(TableBuilder &tables, uint64_t numSymbols, uint64_t storeBytes)
      : tables(tables), numSymbols(numSymbols), end(storeBytes) {}

  /// Pointer to a SinterTable: what a SourceOp's `table` says; null for no
  /// table. Sources of one table share it.
  llvm::Constant *emit(mlir::DictionaryAttr table, mlir::Location loc);

  /// The SinterSymbols, once all sources are emitted.
  llvm::ArrayRef<llvm::Constant *> symbols() const { return statistics; }
  /// Bytes of the store with them.
  uint64_t storeBytes() const { return end; }

private:
  llvm::Constant *emitTable(mlir::DictionaryAttr table, mlir::Location loc);
  llvm::SmallVector<llvm::Constant *> emitSteps(mlir::DictionaryAttr table,
                                                mlir::Location loc);
  void addStatistic(const llvm::Twine &name, mlir::Location loc,
                    int64_t numColumns);

  TableBuilder &tables;
  uint64_t numSymbols;
  uint64_t end;
  llvm::SmallVector<llvm::Constant *> statistics;
  llvm::DenseMap<mlir::Attribute, llvm::Constant *> emitted;
};
} // namespace sinter

#endif // SINTER_CODEGEN_DATATABLES_H
