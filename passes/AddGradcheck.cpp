//===- AddGradcheck.cpp - The f64 twin of a training step -----------------===//
//
// Beside `E.train_step` this puts a function `E.gradcheck` that computes the
// same loss and its gradients in f64, with parameters of its own:
//
//   loss = f([E/gradcheck/w], ...);  d loss / d w -> [E/gradient/w]
//
// The runtime moves the parameters and compares.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace sinter {
#define GEN_PASS_DEF_ADDGRADCHECK
#include "passes/Passes.h.inc"
} // namespace sinter

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

namespace {
/// Makes the twin of one step.
class Twin {
public:
  Twin(func::FuncOp step, SymbolTable &symbols)
      : step(step), symbols(symbols),
        owner(step->getAttrOfType<StringAttr>(ownerAttr).getValue()) {}

  void build();

private:
  void keepLossAndGradients();
  void widenLoad(LoadOp load, bool isParameter);
  void widenBody();
  FlatSymbolRefAttr addScratch(StringRef prefix, GlobalOp parameter);
  GlobalOp globalOf(LoadOp load) {
    return symbols.lookup<GlobalOp>(load.getSymbol());
  }

  func::FuncOp step, twin;
  SymbolTable &symbols;
  StringRef owner;
};
} // namespace

FlatSymbolRefAttr Twin::addScratch(StringRef prefix, GlobalOp parameter) {
  OpBuilder builder(step);
  StringRef name = parameter.getSymName().drop_front(owner.size());
  std::string symbol = (owner + "/" + prefix + name).str();
  if (!symbols.lookup(symbol)) {
    std::string label = (prefix + "/" + parameter.getLabel()).str();
    symbols.insert(GlobalOp::create(
        builder, parameter.getLoc(), symbol, GlobalKind::Scratch,
        cast<RankedTensorType>(widened(parameter.getType())), label, owner,
        /*offset=*/IntegerAttr()));
  }
  return FlatSymbolRefAttr::get(builder.getContext(), symbol);
}

/// Leaves the loss, its gradients and what they are computed from.
void Twin::keepLossAndGradients() {
  Block &body = twin.getBody().front();
  // The gradients of the training stand last; others belong to the model.
  GradientOp gradient;
  for (GradientOp op : body.getOps<GradientOp>())
    gradient = op;
  OpBuilder builder(body.getTerminator());
  Location loc = gradient.getLoc();
  SmallVector<Operation *> effects;
  twin.walk([&](Operation *op) {
    if (isa<UpdateOp, StoreOp, GuardOp, PrintOp, CheckOp>(op))
      effects.push_back(op);
  });
  for (Operation *op : effects)
    op->erase();
  for (auto [wrt, result] : llvm::zip(gradient.getWrt(), gradient.getResults()))
    StoreOp::create(
        builder, loc, result,
        addScratch("gradient", globalOf(wrt.getDefiningOp<LoadOp>())));
  body.getTerminator()->setOperands(gradient.getTarget());
  for (Value wrt : gradient.getWrt())
    wrt.getDefiningOp()->setAttr("wrt", builder.getUnitAttr());
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void Twin::widenLoad(LoadOp load, bool isParameter) {
  RankedTensorType type = load.getType();
  if (isParameter)
    load.setSymbolAttr(addScratch("gradcheck", globalOf(load)));
  if (isParameter || widened(type) == type)
    return;
  OpBuilder builder(load->getContext());
  builder.setInsertionPointAfter(load);
  CastOp cast = CastOp::create(builder, load.getLoc(), widened(type), load);
  load.getResult().replaceAllUsesExcept(cast, cast);
}

void Twin::widenBody() {
  OpBuilder builder = OpBuilder::atBlockBegin(&twin.getBody().front());
  SmallVector<Operation *> ops;
  twin.getBody().walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops) {
    LoadOp load = dyn_cast<LoadOp>(op);
    bool isParameter = load && op->removeAttr("wrt");
    if (load)
      widenLoad(load, isParameter);
    if (load && !isParameter)
      continue;
    for (Value result : op->getResults())
      result.setType(widened(result.getType()));
    for (Region &region : op->getRegions())
      for (BlockArgument argument : region.getArguments())
        argument.setType(widened(argument.getType()));
    if (isa<ConstantOp, SplatOp>(op))
      op->setAttr("value", widened(op->getAttr("value")));
  }
  for (BlockArgument argument : twin.getArguments()) {
    if (widened(argument.getType()) == argument.getType())
      continue;
    CastOp cast = CastOp::create(builder, argument.getLoc(),
                                 widened(argument.getType()), argument);
    argument.replaceAllUsesExcept(cast, cast);
  }
}

void Twin::build() {
  twin = cast<func::FuncOp>(step->clone());
  OpBuilder builder(step.getContext());
  twin.setName((owner + ".gradcheck").str());
  twin->setAttr(roleAttr, builder.getStringAttr("gradcheck"));
  symbols.insert(twin, std::next(step->getIterator()));
  keepLossAndGradients();
  widenBody();
  llvm::BitVector metrics(twin.getNumResults(), true);
  metrics.reset(0);
  (void)twin.eraseResults(metrics);
  llvm::BitVector unused(twin.getNumArguments());
  for (BlockArgument argument : twin.getArguments())
    if (argument.use_empty())
      unused.set(argument.getArgNumber());
  (void)twin.eraseArguments(unused);
  Operation *ret = twin.getBody().front().getTerminator();
  twin.setType(
      builder.getFunctionType(twin.getArgumentTypes(), ret->getOperandTypes()));
}

namespace {
struct AddGradcheckPass : sinter::impl::AddGradcheckBase<AddGradcheckPass> {
  using AddGradcheckBase::AddGradcheckBase;

  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (func::FuncOp step :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      StringAttr role = step->getAttrOfType<StringAttr>(roleAttr);
      if (role && role.getValue() == "train_step" &&
          !step.getBody().front().getOps<GradientOp>().empty())
        Twin(step, symbols).build();
    }
  }
};
} // namespace
