//===- RootResults.cpp - What a kernel makes of its root ------------------===//

#include "codegen/RootResults.h"

using namespace mlir;
using namespace sinter;

void RootResults::addTo(SmallVectorImpl<PointProgram::Root> &roots,
                        ArrayRef<LinearIndex> at) {
  firstRoot = roots.size();
  for (Value result : yield->getOperands())
    roots.push_back({result, llvm::to_vector<4>(at)});
}

void RootResults::place(ArrayRef<LinearIndex> at) {
  places.clear();
  for (Value result : yield->getOperands())
    places.push_back(offsetIn(cast<RankedTensorType>(result.getType()), at));
}

void RootResults::collectForms(SmallVectorImpl<LinearIndex *> &forms) {
  for (LinearIndex &place : places)
    forms.push_back(&place);
}

void RootResults::emit(PointScope &point, Value rootValue) const {
  point.provide(root, rootValue);
  point.emit();
  for (unsigned number = 0; number < yield->getNumOperands(); ++number)
    point.emitStore(point.rootValue(firstRoot + number),
                    point.getFrame().results[number], places[number]);
}
