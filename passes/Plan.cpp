//===- Plan.cpp - Reading the stage `plan` --------------------------------===//

#include "passes/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace sinter;

static BufferAttr bufferOfResult(LaunchOp launch, unsigned result) {
  std::optional<ArrayAttr> at = launch.getAt();
  return at ? cast<BufferAttr>((*at)[result]) : nullptr;
}

static BufferAttr bufferOfLoad(LoadOp load, SymbolTable &symbols) {
  GlobalOp global = symbols.lookup<GlobalOp>(load.getSymbol());
  if (!global || !global.getOffset())
    return nullptr;
  return BufferAttr::get(load.getContext(), Space::Store, *global.getOffset());
}

BufferAttr sinter::bufferOf(Value value, SymbolTable &symbols) {
  if (BlockArgument argument = dyn_cast<BlockArgument>(value))
    return cast<func::FuncOp>(argument.getOwner()->getParentOp())
        .getArgAttrOfType<BufferAttr>(argument.getArgNumber(), bufferAttr);
  Operation *op = value.getDefiningOp();
  if (LaunchOp launch = dyn_cast<LaunchOp>(op))
    return bufferOfResult(launch, cast<OpResult>(value).getResultNumber());
  if (LoadOp load = dyn_cast<LoadOp>(op))
    return bufferOfLoad(load, symbols);
  return op->getAttrOfType<BufferAttr>(bufferAttr);
}
