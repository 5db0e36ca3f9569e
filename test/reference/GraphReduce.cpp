//===- GraphReduce.cpp - Small graphs out of large ones -------------------===//

#include "test/reference/GraphReduce.h"
#include "ir/SinterOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "llvm/ADT/StringExtras.h"

#include <set>

using namespace mlir;
using namespace sinter;

using Test = llvm::function_ref<bool(ModuleOp)>;

static void eraseUnused(Block &block) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
    if (op.use_empty() && op.getNumResults()) {
      op.erase();
      continue;
    }
    for (Region &region : op.getRegions())
      eraseUnused(region.front());
  }
}

/// Erases what nothing needs any more: operations, arguments, globals.
static void sweep(ModuleOp module) {
  for (func::FuncOp function : module.getOps<func::FuncOp>()) {
    eraseUnused(function.getBody().front());
    for (unsigned i = function.getNumArguments(); i-- > 0;)
      if (function.getArgument(i).use_empty())
        (void)function.eraseArgument(i);
  }
  for (GlobalOp global : llvm::to_vector(module.getOps<GlobalOp>()))
    if (SymbolTable::symbolKnownUseEmpty(global, module))
      global.erase();
}

/// Tries `change`, which says whether it found something to change, on a copy.
static bool attempt(OwningOpRef<ModuleOp> &module, Test fails,
                    llvm::function_ref<bool(ModuleOp)> change) {
  OwningOpRef<ModuleOp> copy = module->clone();
  ScopedDiagnosticHandler quiet(copy->getContext(),
                                [](Diagnostic &) { return success(); });
  if (!change(*copy))
    return false;
  sweep(*copy);
  if (failed(verify(*copy)) || !fails(*copy))
    return false;
  module = std::move(copy);
  return true;
}

static func::FuncOp functionAt(ModuleOp module, unsigned index) {
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    if (index-- == 0)
      return function;
  return {};
}

static bool dropResult(func::FuncOp function, unsigned index) {
  Operation *end = function.getBody().front().getTerminator();
  // A step's first result is the loss.
  if (end->getNumOperands() < 2 ||
      (index == 0 && function.getSymName() == "step"))
    return false;
  end->eraseOperand(index);
  (void)function.eraseResult(index);
  return true;
}

namespace {
/// What can be left out: a value, or an operation without results.
struct Place {
  Operation *op;
  Value value;
};
} // namespace

static SmallVector<Place> placesOf(func::FuncOp function) {
  SmallVector<Place> places;
  function.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->hasTrait<OpTrait::IsTerminator>() || isa<LoadOp>(op))
      return WalkResult::advance();
    if (op->getNumResults() == 0)
      places.push_back({op, {}});
    for (Value result : op->getResults())
      places.push_back({op, result});
    if (isa<UpdateOp>(op))
      return WalkResult::skip();
    for (Region &region : op->getRegions())
      for (Value argument : region.getArguments())
        places.push_back({op, argument});
    return WalkResult::advance();
  });
  return places;
}

/// The operand that can stand for a value: a loop's init for what is carried.
static Value operandFor(const Place &place) {
  if (BlockArgument argument = dyn_cast<BlockArgument>(place.value))
    return place.op->getOperand(argument.getArgNumber());
  for (Value operand : place.op->getOperands())
    if (operand.getType() == place.value.getType())
      return operand;
  return {};
}

/// Replaces a value by an operand of its type, or else by a new argument that
/// is drawn, or erases an operation without results.
static bool bypass(func::FuncOp function, unsigned index, bool byArgument) {
  Place place = placesOf(function)[index];
  Value value = place.value;
  if (!value) {
    place.op->erase();
    return true;
  }
  if (value.use_empty())
    return false;
  if (!byArgument) {
    Value operand = operandFor(place);
    if (operand)
      value.replaceAllUsesWith(operand);
    return bool(operand);
  }
  RankedTensorType type = cast<RankedTensorType>(value.getType());
  // Static tensors are no feeds.
  if (type.hasStaticShape() && function.getSymName() == "step")
    return false;
  if (place.op->getNumOperands() == 0)
    return false;
  Builder builder(function.getContext());
  NamedAttribute attributes[] = {
      builder.getNamedAttr(
          nameAttr, builder.getStringAttr("cut" + std::to_string(index))),
      builder.getNamedAttr(kindAttr, builder.getStringAttr("feed"))};
  unsigned at = function.getNumArguments();
  (void)function.insertArgument(at, type, builder.getDictionaryAttr(attributes),
                                place.op->getLoc());
  value.replaceAllUsesWith(function.getArgument(at));
  return true;
}

/// Puts one of its regions in the place of a branch or loop, carried out once.
static bool inlineRegion(func::FuncOp function, unsigned index,
                         unsigned region) {
  Operation *op = placesOf(function)[index].op;
  if (!isa<IfOp, WhileOp>(op) || (isa<WhileOp>(op) && region == 0))
    return false;
  Block &block = op->getRegion(region).front();
  IRMapping mapping;
  if (isa<WhileOp>(op))
    mapping.map(block.getArguments(), op->getOperands());
  OpBuilder builder(op);
  for (Operation &inner : block.without_terminator())
    builder.clone(inner, mapping);
  for (auto [result, yielded] :
       llvm::zip(op->getResults(), block.getTerminator()->getOperands()))
    result.replaceAllUsesWith(mapping.lookupOrDefault(yielded));
  op->erase();
  return true;
}

/// Removes results and carried values that nothing needs.
static bool dropUnneeded(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  IfOp::getCanonicalizationPatterns(patterns, module.getContext());
  WhileOp::getCanonicalizationPatterns(patterns, module.getContext());
  bool hasChanged = false;
  GreedyRewriteConfig config;
  config.enableFolding(false);
  (void)applyPatternsGreedily(module, std::move(patterns), config, &hasChanged);
  return hasChanged;
}

static bool reduceFunction(OwningOpRef<ModuleOp> &module, unsigned number,
                           Test fails) {
  bool hasChanged = false;
  for (unsigned i = functionAt(*module, number).getNumResults(); i-- > 0;)
    hasChanged |= attempt(module, fails, [&](ModuleOp copy) {
      return dropResult(functionAt(copy, number), i);
    });
  auto forEachPlace = [&](function_ref<bool(func::FuncOp, unsigned)> change) {
    auto count = [&] { return placesOf(functionAt(*module, number)).size(); };
    for (size_t i = count(); i-- > 0;)
      if (i < count())
        hasChanged |= attempt(module, fails, [&](ModuleOp copy) {
          return change(functionAt(copy, number), i);
        });
  };
  for (unsigned region : {0, 1})
    forEachPlace([&](func::FuncOp function, unsigned i) {
      return inlineRegion(function, i, region);
    });
  for (bool byArgument : {false, true})
    forEachPlace([&](func::FuncOp function, unsigned i) {
      return bypass(function, i, byArgument);
    });
  hasChanged |= attempt(module, fails, dropUnneeded);
  return hasChanged;
}

/// Replaces a size in all types at once, in the text: whatever it breaks is not
/// taken.
static bool shrinkSize(OwningOpRef<ModuleOp> &module, const std::string &from,
                       const std::string &to, Test fails) {
  std::string text, changed;
  llvm::raw_string_ostream(text) << **module;
  for (size_t i = 0; i < text.size();) {
    StringRef before = StringRef(text).take_front(i);
    bool isPlace = before.ends_with("<") || before.ends_with("x") ||
                   before.ends_with("max ") || before.ends_with("batch = ") ||
                   before.ends_with("bound ");
    bool isSize = isPlace && text.compare(i, from.size(), from) == 0 &&
                  !llvm::isDigit(text[i + from.size()]);
    changed += isSize ? to : text.substr(i, 1);
    i += isSize ? from.size() : 1;
  }
  ScopedDiagnosticHandler quiet((*module)->getContext(),
                                [](Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> copy =
      parseSourceString<ModuleOp>(changed, (*module)->getContext());
  if (!copy || !fails(*copy))
    return false;
  module = std::move(copy);
  return true;
}

static std::set<int64_t> sizesOf(ModuleOp module) {
  std::set<int64_t> sizes;
  module.walk([&](Operation *op) {
    for (Value result : op->getResults())
      if (RankedTensorType type = dyn_cast<RankedTensorType>(result.getType()))
        for (int64_t size : type.getShape())
          if (!ShapedType::isDynamic(size))
            sizes.insert(size);
  });
  for (ExperimentOp experiment : module.getOps<ExperimentOp>())
    sizes.insert(experiment.getBatch());
  return sizes;
}

OwningOpRef<ModuleOp> sinter::reduceGraph(ModuleOp original, Test fails) {
  OwningOpRef<ModuleOp> module = original.clone();
  for (StringRef name : {"step", "eval"})
    attempt(module, fails, [&](ModuleOp copy) {
      func::FuncOp function = copy.lookupSymbol<func::FuncOp>(name);
      if (!function || !functionAt(copy, 1))
        return false;
      function.erase();
      return true;
    });
  bool hasChanged = true;
  while (hasChanged) {
    hasChanged = false;
    for (unsigned i = 0; functionAt(*module, i); ++i)
      hasChanged |= reduceFunction(module, i, fails);
  }
  for (int64_t size : sizesOf(*module))
    for (int64_t smaller : {1, 2, 3, 5, 9, 17})
      if (smaller < size && shrinkSize(module, std::to_string(size),
                                       std::to_string(smaller), fails))
        break;
  return module;
}
