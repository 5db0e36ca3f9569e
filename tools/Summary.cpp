//===- Summary.cpp - sinter summary: what a program will need -------------===//
//
// Parameters and memory of every experiment, from the plan that the program is
// made of: the numbers are those it uses.
//
//===----------------------------------------------------------------------===//

#include "tools/Commands.h"

#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

static mlir::RankedTensorType typeOf(GlobalOp global) {
  return mlir::cast<mlir::RankedTensorType>(global.getType());
}

/// Lists `owner`'s parameters and adds up its bytes by kind.
static void printStorage(mlir::ModuleOp module, StringRef owner) {
  int64_t bytes[5] = {}, count = 0;
  for (GlobalOp global : module.getOps<GlobalOp>()) {
    if (global.getOwner() != owner)
      continue;
    bytes[unsigned(global.getKind())] += byteSize(typeOf(global));
    if (global.getKind() != GlobalKind::Param &&
        global.getKind() != GlobalKind::Frozen)
      continue;
    Dims dims = dimsOf(typeOf(global));
    count += *elementCount(dims);
    outs() << "  " << left_justify(global.getLabel(), 24)
           << left_justify(toString(dims), 16)
           << format_decimal(*elementCount(dims), 12) << '\n';
  }
  outs() << "  " << left_justify("parameters", 40) << format_decimal(count, 12)
         << '\n';
  auto line = [](StringRef what, int64_t size) {
    outs() << "  " << left_justify(what, 40) << format_decimal(size, 12)
           << " bytes\n";
  };
  line("storage of parameters", bytes[unsigned(GlobalKind::Param)] +
                                    bytes[unsigned(GlobalKind::Frozen)]);
  line("storage of optimizer and model state",
       bytes[unsigned(GlobalKind::State)]);
}

/// Scratch memory of each planned function of `owner`.
static void printFunctions(mlir::ModuleOp module, StringRef owner) {
  for (mlir::func::FuncOp function : module.getOps<mlir::func::FuncOp>()) {
    mlir::StringAttr role = function->getAttrOfType<mlir::StringAttr>(roleAttr);
    mlir::StringAttr of = function->getAttrOfType<mlir::StringAttr>(ownerAttr);
    mlir::IntegerAttr arena =
        function->getAttrOfType<mlir::IntegerAttr>(arenaBytesAttr);
    if (!role || !of || of.getValue() != owner || !arena)
      continue;
    auto launches = function.getBody().front().getOps<LaunchOp>();
    outs() << "  scratch of " << left_justify(role.getValue(), 29)
           << format_decimal(arena.getInt(), 12) << " bytes, "
           << std::distance(launches.begin(), launches.end())
           << " kernel calls\n";
  }
}

ExitCode sinter::runSummary(const Command &command) {
  if (command.words.size() != 1)
    return report(createStringError("'summary' wants one file"), UsageError);
  Driver driver(command);
  if (ExitCode code = driver.read(command.words[0]))
    return code;
  if (ExitCode code = driver.elaborate({}))
    return code;
  if (ExitCode code = driver.lowerTo(Stage::Plan))
    return code;

  mlir::ModuleOp module = driver.getModule();
  for (ExperimentOp experiment : module.getOps<ExperimentOp>()) {
    outs() << experiment.getSymName() << " (batch " << experiment.getBatch()
           << ")\n";
    printStorage(module, experiment.getSymName());
    printFunctions(module, experiment.getSymName());
  }
  auto total = [&](StringRef name) {
    mlir::IntegerAttr bytes = module->getAttrOfType<mlir::IntegerAttr>(name);
    return bytes ? bytes.getInt() : 0;
  };
  outs() << "store " << total(storeBytesAttr) << " bytes, arena "
         << total(arenaBytesAttr) << " bytes\n";
  return Success;
}
