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

/// "standardise all", "fill 0.5".
static Constant *emitStep(StringRef step, TableBuilder &tables) {
  auto [word, rest] = step.split(' ');
  uint64_t kind = SINTER_STEP_FILL;
  double value = 0;
  if (word == "standardise")
    kind =
        rest == "all" ? SINTER_STEP_STANDARDISE_ALL : SINTER_STEP_STANDARDISE;
  else
    (void)rest.getAsDouble(value);
  return tables.record<SinterTableStep>(
      {tables.number64(kind), tables.real(value)});
}

Constant *sinter::emitTable(mlir::DictionaryAttr table, TableBuilder &tables) {
  if (!table)
    return tables.null();
  auto text = [&](StringRef name) {
    return tables.text(table.getAs<mlir::StringAttr>(name).getValue());
  };
  SmallVector<Constant *> steps, categorical;
  for (mlir::StringAttr step :
       table.getAs<mlir::ArrayAttr>("steps").getAsRange<mlir::StringAttr>())
    steps.push_back(emitStep(step.getValue(), tables));
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
