//===- GraphReduce.cpp - Small graphs out of large ones -------------------===//

#include "test/reference/GraphReduce.h"
#include "ir/SinterOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"

#include <set>

using namespace mlir;
using namespace sinter;

using Test = llvm::function_ref<bool(ModuleOp)>;

/// Erases what nothing needs any more: operations, arguments, globals.
static void sweep(ModuleOp module) {
  for (func::FuncOp function : module.getOps<func::FuncOp>()) {
    Block &body = function.getBody().front();
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (op.use_empty() && op.getNumResults() && !isa<GuardOp>(op))
        op.erase();
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

/// Replaces an operation's result by an operand of its type, or else by a new
/// argument that is drawn, or erases one without results.
static bool bypass(func::FuncOp function, unsigned index, bool byArgument) {
  Operation &op = *std::next(function.getBody().front().begin(), index);
  if (op.getNumResults() == 0) {
    op.erase();
    return true;
  }
  if (op.getNumResults() != 1 || isa<LoadOp>(op))
    return false;
  Value result = op.getResult(0);
  if (!byArgument) {
    for (Value operand : op.getOperands())
      if (operand.getType() == result.getType()) {
        result.replaceAllUsesWith(operand);
        return true;
      }
    return false;
  }
  RankedTensorType type = cast<RankedTensorType>(result.getType());
  // Static tensors are no feeds.
  if (type.hasStaticShape() && function.getSymName() == "step")
    return false;
  if (op.getNumOperands() == 0)
    return false;
  Builder builder(function.getContext());
  NamedAttribute attributes[] = {
      builder.getNamedAttr(
          nameAttr, builder.getStringAttr("cut" + std::to_string(index))),
      builder.getNamedAttr(kindAttr, builder.getStringAttr("feed"))};
  unsigned at = function.getNumArguments();
  (void)function.insertArgument(at, type, builder.getDictionaryAttr(attributes),
                                op.getLoc());
  result.replaceAllUsesWith(function.getArgument(at));
  return true;
}

static bool reduceFunction(OwningOpRef<ModuleOp> &module, unsigned number,
                           Test fails) {
  bool hasChanged = false;
  for (unsigned i = functionAt(*module, number).getNumResults(); i-- > 0;)
    hasChanged |= attempt(module, fails, [&](ModuleOp copy) {
      return dropResult(functionAt(copy, number), i);
    });
  auto countOps = [&] {
    return functionAt(*module, number).getBody().front().getOperations().size();
  };
  for (bool byArgument : {false, true})
    for (size_t i = countOps(); i-- > 0;) {
      if (i + 1 >= countOps())
        continue;
      hasChanged |= attempt(module, fails, [&](ModuleOp copy) {
        return bypass(functionAt(copy, number), i, byArgument);
      });
    }
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
