//===- sinter-opt.cpp - Runs passes on textual IR -------------------------===//

#include "codegen/LowerToLLVM.h"
#include "codegen/Passes.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

/// Values are printed under the users' words for them unless the command line
/// says otherwise: `--mlir-use-nameloc-as-prefix=false`.
static llvm::SmallVector<char *> withDefaults(int argc, char **argv) {
  static char named[] = "--mlir-use-nameloc-as-prefix";
  llvm::SmallVector<char *> arguments(argv, argv + argc);
  bool isGiven = llvm::any_of(arguments, [](llvm::StringRef argument) {
    return argument.ltrim('-').starts_with(llvm::StringRef(named).ltrim('-'));
  });
  if (!isGiven)
    arguments.push_back(named);
  return arguments;
}

int main(int argc, char **argv) {
  llvm::SmallVector<char *> arguments = withDefaults(argc, argv);
  mlir::DialectRegistry registry;
  registry.insert<sinter::SinterDialect, mlir::func::FuncDialect>();
  sinter::registerCodegenDialects(registry);
  sinter::registerSinterPasses();
  sinter::registerSinterCodegenPasses();
  sinter::registerSinterPipelines();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(arguments.size(), arguments.data(),
                        "Sinter's passes on textual IR\n", registry));
}
