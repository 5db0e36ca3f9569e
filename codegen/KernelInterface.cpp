//===- KernelInterface.cpp - How a lowered kernel is called ---------------===//

#include "codegen/KernelInterface.h"

#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace sinter;

SmallVector<KernelPhase, 2> sinter::phasesOf(func::FuncOp kernel) {
  SmallVector<KernelPhase, 2> phases;
  ModuleOp module = kernel->getParentOfType<ModuleOp>();
  ArrayAttr attribute = kernel->getAttrOfType<ArrayAttr>(phasesAttr);
  for (DictionaryAttr entry : attribute.getAsRange<DictionaryAttr>()) {
    KernelPhase phase;
    phase.kernel = entry.getAs<FlatSymbolRefAttr>("kernel").getValue();
    phase.trip = entry.getAs<FlatSymbolRefAttr>("trip").getValue();
    phase.grain = entry.getAs<IntegerAttr>("grain").getInt();
    func::FuncOp trip = module.lookupSymbol<func::FuncOp>(phase.trip);
    phase.takesExtent = trip && trip.getNumArguments() != 0;
    phases.push_back(phase);
  }
  return phases;
}
