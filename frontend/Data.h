//===- Data.h - Data sections ----------------------------------*- C++ -*-===//

#ifndef SINTER_FRONTEND_DATA_H
#define SINTER_FRONTEND_DATA_H

#include "frontend/Object.h"

#include "llvm/ADT/StringMap.h"

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sinter {
struct DataSection;

/// One column: computed once at start-up and stored, or (`type` null) computed
/// anew from the rows of a file wherever it is fed.
struct DataColumn {
  std::string name;
  Loc loc;
  std::string symbol;
  mlir::RankedTensorType type;
};

/// The columns of a `train { }`, `valid { }`, ... of a section, or of a section
/// without such parts.
struct DataPart {
  const DataSection *section = nullptr;
  std::string name; // empty for the whole
  Loc loc;
  const Block *body = nullptr;
  std::vector<DataColumn> columns;
  /// Names of values that belong to all rows at once: a row cannot use them.
  llvm::StringMap<Loc> wholeValues;

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

/// A half-open range of rows; `end` is -1 for the last row.
struct RowRange {
  int64_t begin = 0, end = -1;
};

struct DataSection {
  enum class State { Declared, Running, Done, Failed };

  std::string name;
  Loc loc;
  const Block *body = nullptr;
  State state = State::Declared;
  int64_t seed = 0;
  std::deque<DataPart> parts;
  std::optional<RowRange> trainRows, validRows;

  const DataPart *find(llvm::StringRef part) const {
    for (const DataPart &candidate : parts)
      if (candidate.name == part)
        return &candidate;
    return nullptr;
  }
};

inline std::string DataPart::path() const {
  return name.empty() ? section->name : section->name + "." + name;
}

/// A column that is being elaborated for the rows of a batch.
struct RowContext {
  const DataPart *part;
  std::string column;
  /// The shape that the rows of a file are taken to have.
  Dims shape;
  unsigned sources = 0;
};
} // namespace sinter

#endif // SINTER_FRONTEND_DATA_H
