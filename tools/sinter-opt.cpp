//===- sinter-opt.cpp - Runs passes on textual IR -------------------------===//

#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<sinter::SinterDialect, mlir::func::FuncDialect>();
  sinter::registerSinterPasses();
  sinter::registerSinterPipelines();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  mlir::registerSymbolDCEPass();
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "Sinter's passes on textual IR\n", registry));
}
