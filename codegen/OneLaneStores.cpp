//===- OneLaneStores.cpp - Masked stores of a single lane -----------------===//

#include "codegen/OneLaneStores.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

/// The only lane of a constant mask.
static std::optional<unsigned> onlyLane(const Value *mask) {
  const Constant *lanes = dyn_cast<Constant>(mask);
  const FixedVectorType *type = dyn_cast<FixedVectorType>(mask->getType());
  std::optional<unsigned> only;
  for (unsigned i = 0; lanes && type && i < type->getNumElements(); ++i) {
    const ConstantInt *lane =
        dyn_cast_or_null<ConstantInt>(lanes->getAggregateElement(i));
    if (!lane || (lane->isOne() && only))
      return std::nullopt;
    if (lane->isOne())
      only = i;
  }
  return only;
}

static void storeOneLane(IntrinsicInst *masked, unsigned lane) {
  IRBuilder<> builder(masked);
  Value *vector = masked->getArgOperand(0), *to = masked->getArgOperand(1);
  Type *element = vector->getType()->getScalarType();
  uint64_t offset =
      lane * masked->getDataLayout().getTypeStoreSize(element).getFixedValue();
  Value *number = builder.CreateExtractElement(vector, uint64_t(lane));
  Value *place = builder.CreatePtrAdd(to, builder.getInt64(offset));
  Align align = commonAlignment(masked->getParamAlign(1).valueOrOne(), offset);
  StoreInst *store = builder.CreateAlignedStore(number, place, align);
  store->setAAMetadata(masked->getAAMetadata());
  masked->eraseFromParent();
}

void sinter::storeOneLanes(Module &module) {
  for (Function &function : module)
    for (Instruction &instruction :
         make_early_inc_range(instructions(function)))
      if (IntrinsicInst *call = dyn_cast<IntrinsicInst>(&instruction);
          call && call->getIntrinsicID() == Intrinsic::masked_store)
        if (std::optional<unsigned> lane = onlyLane(call->getArgOperand(2)))
          storeOneLane(call, *lane);
}
