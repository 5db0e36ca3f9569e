//===- Elaborate.h - From the syntax tree to the graph ---------*- C++ -*-===//
//
// The first stage behind the readers. The elaborator runs a file at build time:
// it expands functions, loops and conditions, infers and checks shapes, and
// leaves a module of the sinter dialect: storage, data sources, experiments
// with a function for each mode, programs.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_ELABORATE_H
#define SINTER_FRONTEND_ELABORATE_H

#include "frontend/AST.h"
#include "frontend/Diagnostics.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <utility>
#include <vector>

namespace sinter {
struct ElaborateOptions {
  /// `-D NAME=value`, in order.
  std::vector<std::pair<std::string, std::string>> defines;
  /// Where data files lie, for their types.
  std::string dataDir;
  /// The experiments and programs to elaborate; all if it is empty.
  std::vector<std::string> only;
};

/// Elaborates a file that was read, and its imports resolved, without errors.
/// Null if an error was
/// reported. The context must have the sinter and func dialects loaded.
mlir::OwningOpRef<mlir::ModuleOp> elaborate(const File &file,
                                            const ElaborateOptions &options,
                                            mlir::MLIRContext *context,
                                            SourceManager &sources,
                                            Diagnostics &diagnostics);
} // namespace sinter

#endif // SINTER_FRONTEND_ELABORATE_H
