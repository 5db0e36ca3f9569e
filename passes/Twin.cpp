//===- Twin.cpp - A copy of a function that computes in f64 ---------------===//

#include "passes/Twin.h"
#include "ir/Shape.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace sinter;

static Type widened(Type type) {
  RankedTensorType tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.getElementType().isF32())
    return type;
  return withElement(tensor, Float64Type::get(type.getContext()));
}

/// A literal of f32 numbers with the same numbers in f64.
static Attribute widened(Attribute attribute) {
  Type f64 = Float64Type::get(attribute.getContext());
  if (FloatAttr number = dyn_cast<FloatAttr>(attribute))
    return number.getType().isF32()
               ? FloatAttr::get(f64, number.getValueAsDouble())
               : number;
  DenseFPElementsAttr literal = dyn_cast<DenseFPElementsAttr>(attribute);
  if (!literal || !literal.getElementType().isF32())
    return attribute;
  return literal.mapValues(f64, [](const APFloat &value) {
    return APFloat(value.convertToDouble()).bitcastToAPInt();
  });
}

/// A value that stays f32 is widened where it is used.
static void castUses(OpBuilder &builder, Value value) {
  Type type = widened(value.getType());
  if (type == value.getType())
    return;
  CastOp cast = CastOp::create(builder, value.getLoc(), type, value);
  value.replaceAllUsesExcept(cast, cast);
}

Twin::Twin(func::FuncOp original, StringRef role, SymbolTable &symbols)
    : symbols(symbols),
      owner(original->getAttrOfType<StringAttr>(ownerAttr).getValue()),
      original(original), twin(cast<func::FuncOp>(original->clone())) {
  twin.setName((owner + "." + role).str());
  twin->setAttr(roleAttr, StringAttr::get(original.getContext(), role));
  symbols.insert(twin, std::next(original->getIterator()));
  SmallVector<Operation *> messages;
  twin.walk([&](Operation *op) {
    if (isa<GuardOp, PrintOp, PlotOp, CheckOp, TimeStartOp, TimeStopOp>(op))
      messages.push_back(op);
  });
  for (Operation *op : messages)
    op->erase();
}

FlatSymbolRefAttr Twin::addScratch(StringRef prefix, GlobalOp global) {
  OpBuilder builder(original);
  StringRef name = global.getSymName().drop_front(owner.size());
  std::string symbol = (owner + "/" + prefix + name).str();
  if (!symbols.lookup(symbol)) {
    std::string label = (prefix + "/" + global.getLabel()).str();
    symbols.insert(GlobalOp::create(
        builder, global.getLoc(), symbol, GlobalKind::Scratch,
        cast<RankedTensorType>(widened(global.getType())), label, owner,
        /*offset=*/IntegerAttr()));
  }
  return FlatSymbolRefAttr::get(builder.getContext(), symbol);
}

void Twin::widen(Operation *op) {
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  if (LoadOp load = dyn_cast<LoadOp>(op)) {
    load.getResult().setType(
        cast<RankedTensorType>(globalOf(load.getSymbolAttr()).getType()));
    castUses(builder, load);
    return;
  }
  if (RandomOp random = dyn_cast<RandomOp>(op)) {
    castUses(builder, random);
    return;
  }
  for (Value result : op->getResults())
    result.setType(widened(result.getType()));
  for (Region &region : op->getRegions())
    for (BlockArgument argument : region.getArguments())
      argument.setType(widened(argument.getType()));
  if (isa<ConstantOp, SplatOp>(op))
    op->setAttr("value", widened(op->getAttr("value")));
}

void Twin::keepFirstResult() {
  Operation *ret = twin.getBody().front().getTerminator();
  ret->setOperands(ret->getOperand(0));
  llvm::BitVector others(twin.getNumResults(), true);
  others.reset(0);
  (void)twin.eraseResults(others);
  twin.setType(FunctionType::get(twin.getContext(), twin.getArgumentTypes(),
                                 ret->getOperandTypes()));
}

void Twin::finish() {
  keepFirstResult();
  // Uses come after what they use: dead ends go from the last.
  Block &body = twin.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  SmallVector<Operation *> ops;
  twin.getBody().walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops)
    widen(op);
  llvm::BitVector unused(twin.getNumArguments());
  OpBuilder builder = OpBuilder::atBlockBegin(&body);
  for (BlockArgument argument : twin.getArguments()) {
    if (argument.use_empty())
      unused.set(argument.getArgNumber());
    else
      castUses(builder, argument);
  }
  (void)twin.eraseArguments(unused);
  // The result has become wider.
  keepFirstResult();
}

void sinter::forEachOfRole(ModuleOp module, StringRef role,
                           llvm::function_ref<void(func::FuncOp)> make) {
  for (func::FuncOp function :
       llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
    StringAttr own = function->getAttrOfType<StringAttr>(roleAttr);
    if (own && own.getValue() == role)
      make(function);
  }
}
