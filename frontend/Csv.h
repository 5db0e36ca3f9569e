//===- Csv.h - Comma-separated values --------------------------*- C++ -*-===//
//
// RFC 4180 with either line break: cells between commas, quoted where they hold
// commas, quotes (doubled) or line breaks. The program's own reader is
// runtime/csv.c.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_CSV_H
#define SINTER_FRONTEND_CSV_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace sinter {
class CsvReader {
public:
  explicit CsvReader(llvm::StringRef text);

  /// Reads the next record, past empty lines; false at the end and at an error.
  bool next(std::vector<std::string> &cells);
  /// What is wrong, empty if nothing is.
  const std::string &problem() const { return error; }
  /// The line that the last record began in.
  unsigned line() const { return recordLine; }

private:
  bool readCell(std::string &cell);
  bool readQuoted(std::string &cell);

  llvm::StringRef rest;
  std::string error;
  unsigned currentLine = 1, recordLine = 1;
};

/// Whether a cell says that there is no value: empty, "NA", "nan", ...
bool isMissing(llvm::StringRef cell);
/// Whether a cell is a number.
bool isNumber(llvm::StringRef cell);

/// A file with a header, whose records all have as many cells.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> records;
  /// The line that each record begins in.
  std::vector<unsigned> lines;
  /// What is wrong with the file, empty if nothing is.
  std::string problem;

  /// The position of a column, -1 if there is none of that name.
  int64_t find(llvm::StringRef column) const;
};
CsvTable readCsv(llvm::StringRef text);
} // namespace sinter

#endif // SINTER_FRONTEND_CSV_H
