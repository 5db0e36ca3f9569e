//===- AssignLayout.cpp - The order of a weight's elements in memory ------===//
//
// A contraction reads rows of its second operand; where those are columns in
// memory, they are copied into rows first, at every step. A matrix that is only
// contracted and updated may as well be stored the other way around. Files keep
// the shape that the program says.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"
#include "passes/Remarks.h"

#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SetVector.h"

namespace sinter {
#define GEN_PASS_DEF_ASSIGNLAYOUT
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static bool isMatrix(Type type) {
  RankedTensorType tensor = cast<RankedTensorType>(type);
  return tensor.getRank() == 2 && tensor.hasStaticShape() &&
         tensor.getDimSize(0) > 1 && tensor.getDimSize(1) > 1;
}

namespace {
/// Finds the matrices that are better stored transposed.
class Choice {
public:
  explicit Choice(ModuleOp module) : symbols(module) {
    for (func::FuncOp function : module.getOps<func::FuncOp>())
      if (!function.isExternal())
        visit(function);
    for (GlobalOp global : module.getOps<GlobalOp>())
      if (isMatrix(global.getType()))
        add(global);
  }

  bool isTransposed(GlobalOp global) const {
    auto found = classes.findLeader(global.getOperation());
    if (found == classes.member_end())
      return false;
    const Votes &sum = totals.lookup(*found);
    return !sum.isFixed && sum.columns > sum.rows;
  }

private:
  /// Contractions that walk along rows and along columns, and whether anything
  /// else wants the matrix as it is.
  struct Votes {
    unsigned rows = 0, columns = 0;
    bool isFixed = false;
  };

  void add(GlobalOp global) {
    Operation *leader = classes.getOrInsertLeaderValue(global.getOperation());
    const Votes &own = votes[global];
    Votes &sum = totals[leader];
    sum.rows += own.rows;
    sum.columns += own.columns;
    sum.isFixed |= own.isFixed || global.getKind() == GlobalKind::Column;
  }

  /// Only what runs at every step counts.
  static bool isHot(func::FuncOp function) {
    StringAttr role = function->getAttrOfType<StringAttr>(roleAttr);
    return role && llvm::is_contained(
                       {"train_step", "eval_step", "predict", "predict_raw"},
                       role.getValue());
  }

  void visit(func::FuncOp function) {
    if (!isHot(function))
      return;
    function.walk([&](Operation *op) {
      if (LoadOp load = dyn_cast<LoadOp>(op)) {
        if (isMatrix(load.getType()))
          follow(symbols.lookup<GlobalOp>(load.getSymbol()), load.getResult());
      } else if (StoreOp store = dyn_cast<StoreOp>(op)) {
        if (isMatrix(store.getValue().getType()))
          follow(symbols.lookup<GlobalOp>(store.getSymbol()), store.getValue());
      }
    });
  }

  /// Visits what is made of the value index by index, and what that is made of.
  void follow(GlobalOp global, Value start) {
    classes.getOrInsertLeaderValue(global.getOperation());
    SmallVector<Value> work = {start};
    llvm::DenseSet<Value> seen = {start};
    auto enter = [&](Value value) {
      if (isMatrix(value.getType()) && !isUniform(value) &&
          seen.insert(value).second)
        work.push_back(value);
    };
    while (!work.empty()) {
      Value value = work.pop_back_val();
      if (!comesFromEither(global, value))
        votes[global].isFixed = true;
      Operation *definition = value.getDefiningOp();
      if (definition && definition->hasTrait<ElementwiseTensorOp>())
        llvm::for_each(definition->getOperands(), enter);
      for (OpOperand &use : value.getUses())
        read(global, use, enter);
    }
  }

  /// One number everywhere: the same in either order, whatever else reads it.
  static bool isUniform(Value value) {
    BroadcastOp broadcast = value.getDefiningOp<BroadcastOp>();
    return value.getDefiningOp<SplatOp>() ||
           (broadcast && broadcast.getDims().empty());
  }

  /// Whether the value is as easily had transposed.
  bool comesFromEither(GlobalOp global, Value value) {
    Operation *op = value.getDefiningOp();
    if (LoadOp load = dyn_cast_or_null<LoadOp>(op)) {
      classes.unionSets(global, symbols.lookup(load.getSymbol()));
      return true;
    }
    if (BroadcastOp broadcast = dyn_cast_or_null<BroadcastOp>(op))
      return broadcast.getDims().size() <= 1;
    return op && (isa<ContractOp, SplatOp>(op) ||
                  op->hasTrait<ElementwiseTensorOp>());
  }

  void read(GlobalOp global, OpOperand &use,
            llvm::function_ref<void(Value)> enter) {
    Operation *user = use.getOwner();
    if (user->hasTrait<ElementwiseTensorOp>())
      return enter(user->getResult(0));
    if (StoreOp store = dyn_cast<StoreOp>(user)) {
      classes.unionSets(global, symbols.lookup(store.getSymbol()));
    } else if (ContractOp contract = dyn_cast<ContractOp>(user)) {
      vote(votes[global], contract, use.getOperandNumber());
    } else {
      votes[global].isFixed = true;
    }
  }

  /// Neighbours in the result are read side by side from the operand that has
  /// their letter.
  static void vote(Votes &votes, ContractOp contract, unsigned operand) {
    ContractSpec spec = *parseContractSpec(contract.getSpec());
    StringRef letters = operand == 0 ? spec.lhs : spec.rhs;
    if (spec.result.empty() || !letters.contains(spec.result.back()))
      return;
    ++(letters.back() == spec.result.back() ? votes.rows : votes.columns);
  }

  SymbolTable symbols;
  llvm::EquivalenceClasses<Operation *> classes;
  DenseMap<Operation *, Votes> votes, totals;
};

struct AssignLayoutPass : sinter::impl::AssignLayoutBase<AssignLayoutPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Choice choice(module);
    SymbolTable symbols(module);
    llvm::SetVector<Operation *> chosen;
    for (GlobalOp global : module.getOps<GlobalOp>())
      if (isMatrix(global.getType()) && choice.isTransposed(global))
        chosen.insert(global);
    for (Operation *op : chosen) {
      GlobalOp global = cast<GlobalOp>(op);
      global.setTypeAttr(TypeAttr::get(swapped(global.getType())));
      global->setAttr(transposedAttr, UnitAttr::get(&getContext()));
      remark::passed(global.getLoc(), planRemark())
          << ("'" + global.getLabel() + "' is stored column by column").str();
    }
    module.walk([&](Operation *op) {
      if (LoadOp load = dyn_cast<LoadOp>(op)) {
        if (chosen.contains(symbols.lookup(load.getSymbol())))
          rewrite(load);
      } else if (StoreOp store = dyn_cast<StoreOp>(op)) {
        if (chosen.contains(symbols.lookup(store.getSymbol())))
          rewrite(store);
      }
    });
  }

  static RankedTensorType swapped(Type type) {
    RankedTensorType tensor = cast<RankedTensorType>(type);
    return RankedTensorType::get({tensor.getDimSize(1), tensor.getDimSize(0)},
                                 tensor.getElementType());
  }

  static Value transpose(OpBuilder &builder, Value value) {
    return TransposeOp::create(builder, value.getLoc(), value,
                               ArrayRef<int64_t>{1, 0});
  }

  static void rewrite(LoadOp load) {
    OpBuilder builder(load->getContext());
    builder.setInsertionPointAfter(load);
    load.getResult().setType(swapped(load.getType()));
    Value shown = transpose(builder, load);
    load.getResult().replaceAllUsesExcept(shown, shown.getDefiningOp());
  }

  static void rewrite(StoreOp store) {
    OpBuilder builder(store);
    store.getValueMutable().assign(transpose(builder, store.getValue()));
  }
};
} // namespace
