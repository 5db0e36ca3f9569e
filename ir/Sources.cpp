//===- Sources.cpp - The verifier of data sources -------------------------===//
//
// What code generation and the runtime rely on: sources may come from a file
// that somebody has edited.
//
//===----------------------------------------------------------------------===//

#include "ir/SinterOps.h"

using namespace mlir;
using namespace sinter;

static bool isListOf(Attribute attribute,
                     llvm::function_ref<bool(Attribute)> isItem) {
  ArrayAttr list = dyn_cast_or_null<ArrayAttr>(attribute);
  return list && llvm::all_of(list, isItem);
}

static bool isText(Attribute attribute) {
  return isa_and_nonnull<StringAttr>(attribute);
}

/// A step of numeric columns, as SourceOp describes it.
static bool isStep(Attribute attribute) {
  if (!isText(attribute))
    return false;
  auto [word, rest] = cast<StringAttr>(attribute).getValue().split(' ');
  double number;
  if (word == "fill")
    return !rest.getAsDouble(number);
  return word == "standardise" && (rest == "all" || rest == "train");
}

/// How many numbers a row of features has.
static int64_t widthOf(DictionaryAttr table) {
  int64_t width = table.getAs<ArrayAttr>("numeric").size();
  for (ArrayAttr words :
       table.getAs<ArrayAttr>("categories").getAsRange<ArrayAttr>())
    width += words.size() + table.getAs<BoolAttr>("missing").getValue();
  return width;
}

LogicalResult SourceOp::verifyTable(DictionaryAttr table) {
  for (StringRef name : {"name", "id", "label"})
    if (!isText(table.get(name)))
      return emitOpError("of a table needs the text '") << name << "'";
  for (StringRef name : {"files", "numeric", "categorical"})
    if (!isListOf(table.get(name), isText))
      return emitOpError("of a table needs the list of texts '") << name << "'";
  if (!isListOf(table.get("steps"), isStep))
    return emitOpError("of a table needs 'steps': \"standardise all\", "
                       "\"standardise train\" or \"fill NUMBER\"");
  auto isTexts = [](Attribute item) { return isListOf(item, isText); };
  if (!isListOf(table.get("categories"), isTexts) ||
      table.getAs<ArrayAttr>("categories").size() !=
          table.getAs<ArrayAttr>("categorical").size())
    return emitOpError("of a table needs 'categories', a list of texts for "
                       "each of 'categorical'");
  if (!isa_and_nonnull<BoolAttr>(table.get("missing")))
    return emitOpError("of a table needs the boolean 'missing'");
  RankedTensorType type = cast<RankedTensorType>(getType());
  bool isLabel = *getTensor() == "label";
  int64_t width = isLabel ? 1 : widthOf(table);
  bool isColumn = isLabel && type.getRank() == 1;
  if (!type.getElementType().isF32() ||
      !(isColumn || (type.getRank() == 2 && type.getDimSize(1) == width)))
    return emitOpError("of a table has rows of ") << width << " f32";
  return success();
}

LogicalResult SourceOp::verify() {
  StringRef format = getFormat();
  bool isTable = format == "table";
  if (!isTable && format != "idx" && format != "npy" && format != "safetensors")
    return emitOpError("has an unknown format");
  if (getRange() && getRange()->size() != 2)
    return emitOpError("needs a range of two numbers");
  if ((isTable || format == "safetensors") != getTensor().has_value())
    return emitOpError("names a tensor if it is \"safetensors\" or \"table\"");
  if (isTable != getTable().has_value())
    return emitOpError("has 'table' if it is \"table\"");
  return isTable ? verifyTable(*getTable()) : success();
}
