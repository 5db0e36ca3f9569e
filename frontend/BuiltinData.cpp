//===- BuiltinData.cpp - Sources of data ----------------------------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

static Object fileOf(Call &call, StringRef format) {
  FileReference file;
  file.format = format.str();
  std::string *const slots[] = {&file.path, &file.tensor};
  for (auto [i, argument] : llvm::enumerate(call.arguments)) {
    std::optional<std::string> text = call.text(i);
    if (!text)
      return Object::error();
    if (text->empty() || text->find('\0') != std::string::npos) {
      call.elaborator.emit.error(Code::BadValue, argument.loc,
                                 "a file or tensor needs a name");
      return Object::error();
    }
    *slots[i] = std::move(*text);
  }
  return call.elaborator.fileValue(call.loc, std::move(file));
}

Object sinter::applyIdx(Call &call) { return fileOf(call, "idx"); }

Object sinter::applyNpy(Call &call) { return fileOf(call, "npy"); }

Object sinter::applySafetensors(Call &call) {
  return fileOf(call, "safetensors");
}

/// `table`, and what stands in its arguments, means nothing by itself.
Object sinter::applyTablePart(Call &call) {
  call.elaborator.emit
      .error(Code::WrongPlace, call.loc,
             "'" + call.name + "' is no value: tables are data sections")
      .addHelp("'data NAME = table(train = csv(\"train.csv\"), ...)'");
  return Object::error();
}
