//===- Table.cpp - Tables of CSV files ------------------------------------===//

#include "frontend/Table.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// The call
//===----------------------------------------------------------------------===//

/// The call of `name` that an expression is; null if it is none.
static const CallExpr *callOf(const Expr *expr, StringRef name) {
  const CallExpr *call = dyn_cast<CallExpr>(expr);
  const NameExpr *callee = call ? dyn_cast<NameExpr>(call->callee) : nullptr;
  return callee && callee->name == name ? call : nullptr;
}

bool TableReader::readFileName(const Expr *expr, Word &file) {
  file.loc = expr->loc;
  const CallExpr *call = callOf(expr, "csv");
  if (!call || call->args.size() != 1 || !call->args[0].name.empty()) {
    emit.error(Code::WrongType, expr->loc, "a table is made of CSV files")
        .addHelp("'csv(\"train.csv\")'");
    return false;
  }
  std::optional<std::string> path =
      elaborator.evaluateText(call->args[0].value, scope, "a file's name");
  if (path)
    file.path = *path;
  return path.has_value();
}

std::optional<std::string> TableReader::numericStep(const Expr *expr) {
  if (const CallExpr *call = callOf(expr, "standardise")) {
    std::optional<std::string> over = "train";
    if (call->args.size() == 1 && call->args[0].name == "over")
      over = elaborator.evaluateText(call->args[0].value, scope, "'over'");
    else if (!call->args.empty())
      over = "";
    if (!over)
      return std::nullopt;
    if (*over == "all" || *over == "train")
      return "standardise " + *over;
    emit.error(Code::BadValue, expr->loc,
               "'standardise' works over the rows \"train\" or \"all\"")
        .addHelp("'standardise(over = \"all\")'");
    return std::nullopt;
  }
  const CallExpr *call = callOf(expr, "fill");
  if (call && call->args.size() == 1) {
    Object value = elaborator.evaluate(call->args[0].value, scope);
    if (value.isNumber())
      return "fill " + numberText(value.number());
    if (value.isAbsorbing())
      return std::nullopt;
  }
  emit.error(Code::WrongType, expr->loc,
             "a step of 'numeric' is 'standardise' or 'fill'")
      .addHelp("'[standardise(over = \"all\"), fill(0)]'");
  return std::nullopt;
}

bool TableReader::categoricalStep(const Expr *expr) {
  const CallExpr *call = callOf(expr, "one_hot");
  bool isRight = call && call->args.size() <= 1;
  if (isRight && call->args.size() == 1) {
    Object value = elaborator.evaluate(call->args[0].value, scope);
    const bool *flag = value.as<bool>();
    isRight = flag && call->args[0].name == "missing";
    hasMissing = flag && *flag;
  }
  if (!isRight)
    emit.error(Code::WrongType, expr->loc,
               "the step of 'categorical' is "
               "'one_hot'")
        .addHelp("'[one_hot(missing = true)]'");
  hasCategorical = true;
  return isRight;
}

bool TableReader::readSteps(const Expr *expr, bool isNumeric) {
  const ListExpr *list = dyn_cast<ListExpr>(expr);
  if (!list || (!isNumeric && list->elements.size() != 1)) {
    emit.error(Code::WrongType, expr->loc,
               isNumeric ? "'numeric' is a list of steps"
                         : "'categorical' is a list of one step");
    return false;
  }
  for (const Expr *element : list->elements) {
    if (!isNumeric && !categoricalStep(element))
      return false;
    std::optional<std::string> step;
    if (isNumeric && !(step = numericStep(element)))
      return false;
    if (step)
      steps.push_back(*step);
  }
  return true;
}

bool TableReader::readArgument(const Argument &argument) {
  StringRef name = argument.name;
  if (name == "train" || name == "predict")
    return readFileName(argument.value, name == "train" ? train : predict);
  if (name == "numeric" || name == "categorical")
    return readSteps(argument.value, name == "numeric");
  if (name != "id" && name != "label") {
    emit.error(Code::WrongArguments, argument.loc,
               name.empty() ? Twine("'table' takes its arguments by name")
                            : "'table' has no argument '" + name + "'")
        .addHelp("its arguments are train, predict, id, label, numeric, "
                 "categorical");
    return false;
  }
  Word &word = name == "id" ? id : labelColumn;
  word.loc = argument.value->loc;
  std::optional<std::string> text =
      elaborator.evaluateText(argument.value, scope, "a column's name");
  if (text)
    word.text = *text;
  return text.has_value();
}

//===----------------------------------------------------------------------===//
// The files
//===----------------------------------------------------------------------===//

std::optional<CsvTable> TableReader::readFile(const Word &file) {
  std::string path = dataPath(file.path, folder);
  llvm::ErrorOr<std::unique_ptr<llvm::MemoryBuffer>> buffer =
      std::make_error_code(std::errc::not_supported);
  llvm::sys::fs::file_status status;
  std::error_code error = llvm::sys::fs::status(path, status);
  // A pipe or a device would hang, or never end.
  if (error || status.type() == llvm::sys::fs::file_type::regular_file)
    buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                         /*RequiresNullTerminator=*/false);
  if (!buffer) {
    emit.error(Code::BadDataFile, file.loc,
               "cannot read '" + path + "': " + buffer.getError().message())
        .addHelp("its columns are read when the model is built; '--data DIR' "
                 "says where data files are");
    return std::nullopt;
  }
  CsvTable table = readCsv((*buffer)->getBuffer());
  if (table.problem.empty())
    return table;
  emit.error(Code::BadDataFile, file.loc, "'" + path + "': " + table.problem);
  return std::nullopt;
}

bool TableReader::checkColumn(const CsvTable &table, const Word &column,
                              StringRef what) {
  if (column.text.empty() || table.find(column.text) >= 0)
    return true;
  SmallVector<StringRef> names(table.header.begin(), table.header.end());
  sinter::Diagnostic &diagnostic =
      emit.error(Code::BadDataFile, column.loc,
                 what + " has no column '" + column.text + "'");
  StringRef closest = closestName(column.text, names);
  if (!closest.empty())
    diagnostic.addHelp("did you mean '" + closest + "'?");
  return false;
}

/// Sorts the columns into numbers and categories.
bool TableReader::addColumns(const CsvTable &trainTable,
                             const CsvTable *predictTable) {
  for (const auto &[index, name] : llvm::enumerate(trainTable.header)) {
    if (name == id.text || name == labelColumn.text)
      continue;
    int64_t other = predictTable ? predictTable->find(name) : -1;
    if (predictTable && other < 0) {
      emit.error(Code::BadDataFile, predict.loc,
                 "'" + predict.path + "' has no column '" + name + "', '" +
                     train.path + "' has");
      return false;
    }
    std::set<std::string> words;
    bool areNumbers = true;
    auto add = [&](const std::string &cell) {
      if (isMissing(cell))
        return;
      areNumbers &= isNumber(cell);
      words.insert(cell);
    };
    for (const std::vector<std::string> &record : trainTable.records)
      add(record[index]);
    if (predictTable)
      for (const std::vector<std::string> &record : predictTable->records)
        add(record[other]);
    if (areNumbers) {
      numeric.push_back(name);
      continue;
    }
    if (!hasCategorical) {
      emit.error(Code::BadDataFile, train.loc,
                 "the column '" + name + "' holds words")
          .addHelp("'categorical = [one_hot()]' makes numbers of them");
      return false;
    }
    categorical.push_back(name);
    categories.push_back(std::move(words));
  }
  return true;
}

bool TableReader::checkNumbers(const CsvTable &table, StringRef column,
                               Loc loc) {
  int64_t index = table.find(column);
  for (const auto &[record, line] : llvm::zip(table.records, table.lines)) {
    if (isNumber(record[index]))
      continue;
    sinter::Diagnostic &diagnostic = emit.error(
        Code::BadDataFile, loc,
        "'" + train.path + "': line " + Twine(line) + ": '" + column +
            "' is \"" + record[index] + "\", expected a number");
    if (!plain.empty())
      diagnostic.addHelp("a table makes numbers of words and empty cells: "
                         "'table(train = csv(...), numeric = [fill(0)], "
                         "categorical = [one_hot()])'");
    return false;
  }
  return true;
}

bool TableReader::readTable(const CallExpr &call) {
  bool isRight = true;
  for (const Argument &argument : call.args)
    isRight &= readArgument(argument);
  if (!isRight)
    return false;
  if (train.path.empty()) {
    emit.error(Code::WrongArguments, loc, "'table' lacks its argument 'train'");
    return false;
  }
  std::optional<CsvTable> trainTable = readFile(train), predictTable;
  if (!predict.path.empty())
    predictTable = readFile(predict);
  if (!trainTable || (!predict.path.empty() && !predictTable))
    return false;
  numRows[0] = trainTable->records.size();
  numRows[1] = predictTable ? predictTable->records.size() : 0;
  std::string trainName = "'" + train.path + "'";
  bool isFound = checkColumn(*trainTable, id, trainName);
  isFound &= checkColumn(*trainTable, labelColumn, trainName);
  if (predictTable)
    isFound &= checkColumn(*predictTable, id, "'" + predict.path + "'");
  if (!isFound ||
      (hasLabel() &&
       !checkNumbers(*trainTable, labelColumn.text, labelColumn.loc)) ||
      !addColumns(*trainTable, predictTable ? &*predictTable : nullptr))
    return false;
  if (width() > 0 && width() <= maxDim)
    return true;
  emit.error(Code::BadDataFile, train.loc,
             "'" + train.path + "' has no columns of features");
  return false;
}

/// A file alone.
bool TableReader::readPlain(const CallExpr &call) {
  if (!readFileName(&call, train))
    return false;
  std::optional<CsvTable> table = readFile(train);
  if (!table)
    return false;
  numRows[0] = table->records.size();
  plain = table->header;
  return llvm::all_of(plain, [&](const std::string &column) {
    return checkNumbers(*table, column, train.loc);
  });
}

bool TableReader::read(const CallExpr &call) {
  loc = call.loc;
  return callOf(&call, "csv") ? readPlain(call) : readTable(call);
}

//===----------------------------------------------------------------------===//
// The result
//===----------------------------------------------------------------------===//

int64_t TableReader::width() const {
  int64_t count = int64_t(numeric.size());
  for (const std::set<std::string> &words : categories)
    count += int64_t(words.size()) + hasMissing;
  return count;
}

FileReference TableReader::features(const std::string &path) const {
  return {"table", path, "features", encoding(labelColumn.text), {}};
}

FileReference TableReader::label() const {
  return {"table", train.path, "label", encoding(labelColumn.text), {}};
}

FileReference TableReader::plainColumn(StringRef name) const {
  return {"table", train.path, "label", encoding(name), {}};
}

DictionaryAttr TableReader::encoding(StringRef label) const {
  Builder &builder = emit.builder;
  auto texts = [&](const auto &words) {
    SmallVector<Attribute> attributes;
    for (const std::string &word : words)
      attributes.push_back(builder.getStringAttr(word));
    return builder.getArrayAttr(attributes);
  };
  SmallVector<Attribute> lists;
  for (const std::set<std::string> &words : categories)
    lists.push_back(texts(words));
  SmallVector<std::string> files{train.path};
  if (!predict.path.empty())
    files.push_back(predict.path);
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("name", builder.getStringAttr(section)),
       builder.getNamedAttr("files", texts(files)),
       builder.getNamedAttr("id", builder.getStringAttr(id.text)),
       builder.getNamedAttr("label", builder.getStringAttr(label)),
       builder.getNamedAttr("numeric", texts(numeric)),
       builder.getNamedAttr("steps", texts(steps)),
       builder.getNamedAttr("categorical", texts(categorical)),
       builder.getNamedAttr("categories", builder.getArrayAttr(lists)),
       builder.getNamedAttr("missing", builder.getBoolAttr(hasMissing))});
}
