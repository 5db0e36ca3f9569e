//===- Table.h - Tables of CSV files ---------------------------*- C++ -*-===//
//
// `table(train, predict, id, label, numeric, categorical)` and `csv(path)` as
// data sections: the files are read for their schema, the columns and
// categories; the program reads the rows and makes numbers of them.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_TABLE_H
#define SINTER_FRONTEND_TABLE_H

#include "frontend/Csv.h"
#include "frontend/Elaborator.h"

#include <set>

namespace sinter {
class TableReader {
public:
  TableReader(Elaborator &elaborator, Scope &scope, llvm::StringRef section,
              llvm::StringRef folder)
      : elaborator(elaborator), emit(elaborator.emit), scope(scope),
        section(section), folder(folder) {}

  /// Reads the call of `table` or `csv` and its files; false, with errors, if
  /// that cannot be.
  bool read(const CallExpr &call);

  /// The numbers of a row of `features`.
  int64_t width() const;
  std::string trainPath() const { return train.path; }
  /// Empty if there is no such file.
  std::string predictPath() const { return predict.path; }
  /// Records when the model is built.
  int64_t numTrainRows() const { return numRows[0]; }
  int64_t numPredictRows() const { return numRows[1]; }
  bool hasLabel() const { return !labelColumn.text.empty(); }
  /// The columns of a file alone, all of which are numbers.
  llvm::ArrayRef<std::string> plainColumns() const { return plain; }

  /// What a program reads, but for its type.
  FileReference features(const std::string &path) const;
  FileReference label() const;
  FileReference plainColumn(llvm::StringRef name) const;

private:
  /// A file or a column, with its place.
  struct Word {
    std::string text, path;
    Loc loc;
  };

  bool readTable(const CallExpr &call);
  bool readPlain(const CallExpr &call);
  /// How a program makes numbers of the files; see SourceOp.
  mlir::DictionaryAttr encoding(llvm::StringRef label) const;
  bool readArgument(const Argument &argument);
  bool readFileName(const Expr *expr, Word &file);
  bool readSteps(const Expr *expr, bool isNumeric);
  std::optional<std::string> numericStep(const Expr *expr);
  bool categoricalStep(const Expr *expr);
  std::optional<CsvTable> readFile(const Word &file);
  bool checkColumn(const CsvTable &table, const Word &column,
                   llvm::StringRef what);
  bool addColumns(const CsvTable &train, const CsvTable *predict);
  /// Whether a column of the file to train on has a number in each row.
  bool checkNumbers(const CsvTable &table, llvm::StringRef column, Loc loc);

  Elaborator &elaborator;
  Emitter &emit;
  Scope &scope;
  std::string section, folder;

  Loc loc;
  Word train, predict, id, labelColumn;
  /// Of the files to train on and to predict from.
  int64_t numRows[2] = {0, 0};
  /// "standardise all", "fill 0", in order.
  std::vector<std::string> steps;
  bool hasCategorical = false, hasMissing = false;
  std::vector<std::string> plain, numeric, categorical;
  std::vector<std::set<std::string>> categories;
};
} // namespace sinter

#endif // SINTER_FRONTEND_TABLE_H
