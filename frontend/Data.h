//===- Data.h - Data sections ----------------------------------*- C++ -*-===//

#ifndef SINTER_FRONTEND_DATA_H
#define SINTER_FRONTEND_DATA_H

#include "frontend/Object.h"

#include "llvm/ADT/StringMap.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sinter {
struct DataSection;
class Scope;

/// One column: computed once at start-up and stored, or (`type` null) computed
/// anew from the rows of a file wherever it is fed.
struct DataColumn {
  std::string name;
  Loc loc;
  std::string symbol;
  mlir::RankedTensorType type;
  /// Of rows of a file: their type, if the file was there at build time.
  mlir::RankedTensorType rowType;
  /// Of a table: what it is, as it stands in the program's source.
  std::shared_ptr<const FileReference> file = nullptr;
};

/// A half-open range of rows; `end` is -1 for the last row.
struct RowRange {
  int64_t begin = 0, end = -1;
};

/// The columns of a `train { }`, `valid { }`, ... of a section, or of a section
/// without such parts.
struct DataPart {
  const DataSection *section = nullptr;
  std::string name; // empty for the whole
  Loc loc;
  const Block *body = nullptr;
  Scope *scope = nullptr;
  std::vector<DataColumn> columns;
  /// It reads a file that is not there at build time.
  bool hasUnknownFiles = false;
  /// Names of values that belong to all rows at once: a row cannot use them.
  llvm::StringMap<Loc> wholeValues;
  /// Of a split: its rows of the section's columns.
  std::optional<RowRange> range;

  const DataColumn *find(llvm::StringRef column) const {
    for (const DataColumn &candidate : columns)
      if (candidate.name == column)
        return &candidate;
    return nullptr;
  }
  bool hasFileRows() const {
    for (const DataColumn &column : columns)
      if (!column.type)
        return true;
    return false;
  }
  /// "fashion.train", or "synthetic" for the whole.
  std::string path() const;
};

struct DataSection {
  enum class State { Declared, Running, Done, Failed };

  std::string name;
  Loc loc;
  const Block *body = nullptr;
  /// `table(...)` or `csv(...)`, instead of a body.
  const CallExpr *table = nullptr;
  State state = State::Declared;
  int64_t seed = 0;
  std::deque<DataPart> parts;
  /// What `split` says.
  std::optional<RowRange> trainRows, validRows, testRows, predictRows;
  /// The splits as parts, which have all columns: `points.test.x`.
  std::deque<DataPart> splits;

  const DataPart *find(llvm::StringRef part) const {
    for (const DataPart &candidate : parts)
      if (candidate.name == part)
        return &candidate;
    return nullptr;
  }
  /// The split of that name; null if there is none.
  const DataPart *findSplit(llvm::StringRef split) const {
    for (const DataPart &candidate : splits)
      if (candidate.name == split)
        return &candidate;
    return nullptr;
  }
};

inline std::string DataPart::path() const {
  return name.empty() ? section->name : section->name + "." + name;
}

/// Which rows of files are read, while a value is computed from them.
struct RowContext {
  /// The column that is computed; no part outside of data sections.
  const DataPart *part = nullptr;
  std::string column;
  /// The rows: those of a batch, or a fixed number from `first` on ...
  Dim rows;
  int64_t first = 0;
  /// ... or all that a file has.
  bool isWhole = false;
  /// The shape that a file's rows are taken to have if it is not there.
  Dims fallback;
  /// Files met so far.
  unsigned sources = 0;
};
} // namespace sinter

#endif // SINTER_FRONTEND_DATA_H
