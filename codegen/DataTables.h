//===- DataTables.h - How CSV files become numbers -------------*- C++ -*-===//

#ifndef SINTER_CODEGEN_DATATABLES_H
#define SINTER_CODEGEN_DATATABLES_H

#include "codegen/Tables.h"

namespace sinter {
/// Pointer to a SinterTable: what SourceOp's `table` says; null for no table.
llvm::Constant *emitTable(mlir::DictionaryAttr table, TableBuilder &tables);
} // namespace sinter

#endif // SINTER_CODEGEN_DATATABLES_H
