//===- DataTables.cpp - How CSV files become numbers ----------------------===//

#include "codegen/DataTables.h"
#include "runtime/abi.h"

#include "llvm/IR/Constants.h"

using namespace llvm;
using namespace sinter;

/// A count and a pointer to so many texts.
static std::pair<Constant *, Constant *> emitTexts(mlir::Attribute list,
                                                   TableBuilder &tables) {
  SmallVector<Constant *> texts;
  for (mlir::StringAttr text :
       mlir::cast<mlir::ArrayAttr>(list).getAsRange<mlir::StringAttr>())
    texts.push_back(tables.text(text.getValue()));
  return {tables.number64(texts.size()), tables.array(texts)};
}

void DataTables::addStatistic(const Twine &name, mlir::Location loc,
                              int64_t numColumns) {
  uint64_t begin = alignTo(end, alignof(double));
  end = begin + numColumns * sizeof(double);
  mlir::RankedTensorType type = mlir::RankedTensorType::get(
      {numColumns}, mlir::Float64Type::get(loc.getContext()));
  Constant *buffer = tables.buffer(
      BufferAttr::get(loc.getContext(), Space::Store, begin), type);
  statistics.push_back(tables.record<SinterSymbol>(
      {tables.text(name.str()), tables.location(loc),
       tables.number32(SINTER_SYMBOL_STATISTIC), tables.number32(0), buffer}));
}

/// "standardise all", "fill 0.5". No name of a program begins with "data/": it
/// is a word of the language.
SmallVector<Constant *> DataTables::emitSteps(mlir::DictionaryAttr table,
                                              mlir::Location loc) {
  std::string prefix =
      ("data/" + table.getAs<mlir::StringAttr>("name").getValue() + "/").str();
  int64_t numColumns = table.getAs<mlir::ArrayAttr>("numeric").size();
  unsigned numMeasured = 0;
  SmallVector<Constant *> steps;
  for (mlir::StringAttr step :
       table.getAs<mlir::ArrayAttr>("steps").getAsRange<mlir::StringAttr>()) {
    auto [word, rest] = step.getValue().split(' ');
    uint64_t kind = SINTER_STEP_FILL, symbol = -1;
    double value = 0;
    if (word == "standardise") {
      kind =
          rest == "all" ? SINTER_STEP_STANDARDISE_ALL : SINTER_STEP_STANDARDISE;
      symbol = numSymbols + statistics.size();
      std::string number =
          numMeasured++ ? std::to_string(numMeasured) : std::string();
      addStatistic(prefix + "mean" + number, loc, numColumns);
      addStatistic(prefix + "deviation" + number, loc, numColumns);
    } else {
      (void)rest.getAsDouble(value);
    }
    steps.push_back(tables.record<SinterTableStep>(
        {tables.number64(kind), tables.real(value), tables.number64(symbol)}));
  }
  return steps;
}

Constant *DataTables::emitTable(mlir::DictionaryAttr table,
                                mlir::Location loc) {
  auto text = [&](StringRef name) {
    return tables.text(table.getAs<mlir::StringAttr>(name).getValue());
  };
  SmallVector<Constant *> steps = emitSteps(table, loc), categorical;
  for (auto [column, words] : zip(table.getAs<mlir::ArrayAttr>("categorical"),
                                  table.getAs<mlir::ArrayAttr>("categories"))) {
    auto [count, list] = emitTexts(words, tables);
    StringRef name = mlir::cast<mlir::StringAttr>(column).getValue();
    categorical.push_back(
        tables.record<SinterCategories>({tables.text(name), count, list}));
  }
  auto [numFiles, files] = emitTexts(table.get("files"), tables);
  auto [numNumeric, numeric] = emitTexts(table.get("numeric"), tables);
  bool isMissing = table.getAs<mlir::BoolAttr>("missing").getValue();
  return tables.pointerTo(tables.record<SinterTable>(
      {numFiles, files, text("id"), text("label"), numNumeric, numeric,
       tables.number64(steps.size()), tables.array(steps),
       tables.number64(categorical.size()), tables.array(categorical),
       tables.number64(isMissing)}));
}

Constant *DataTables::emit(mlir::DictionaryAttr table, mlir::Location loc) {
  if (!table)
    return tables.null();
  Constant *&entry = emitted[table];
  if (!entry)
    entry = emitTable(table, loc);
  return entry;
}
