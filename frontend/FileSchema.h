//===- FileSchema.h - What a data file says of itself ----------*- C++ -*-===//
//
// The headers of data files, read while a model is built: they give the types
// of what the program will read. Nothing in a file is trusted.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_FILESCHEMA_H
#define SINTER_FRONTEND_FILESCHEMA_H

#include "ir/Shape.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"

#include <string>

namespace sinter {
/// A source of rows: `idx("path")`, `npy("path")`, `safetensors("path", "t")`.
struct FileReference {
  std::string format, path;
  std::string tensor; // of a safetensors file; "features", "label" of a table
  /// Of a table: how its numbers are made, and of what type they are, with as
  /// many rows as there are when the model is built.
  mlir::DictionaryAttr table;
  mlir::RankedTensorType tableType;

  bool operator==(const FileReference &other) const {
    return format == other.format && path == other.path &&
           tensor == other.tensor && table == other.table;
  }
};

struct FileSchema {
  enum class State { Absent, Invalid, Known };
  State state = State::Invalid;
  /// Unless known: why.
  std::string problem;
  mlir::Type element;
  /// With the number of rows in front.
  Dims dims;
};

/// Where a data file lies: in `folder` unless its path is absolute.
std::string dataPath(llvm::StringRef path, llvm::StringRef folder);
/// Reads the header of a file that lies at `path`.
FileSchema readSchema(const FileReference &file, llvm::StringRef path,
                      mlir::MLIRContext *context);
} // namespace sinter

#endif // SINTER_FRONTEND_FILESCHEMA_H
