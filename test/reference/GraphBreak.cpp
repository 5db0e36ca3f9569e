//===- GraphBreak.cpp - Graphs with one rule broken -----------------------===//

#include "codegen/Compiler.h"
#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "test/reference/GraphCheck.h"
#include "test/reference/ProgramMemory.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace sinter;

/// Operations of the graph in the functions, those in regions too.
static SmallVector<Operation *> graphOperations(ModuleOp module) {
  SmallVector<Operation *> operations;
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    function.getBody().walk([&](Operation *op) {
      if (!op->hasTrait<OpTrait::IsTerminator>())
        operations.push_back(op);
    });
  return operations;
}

template <typename Predicate>
static Operation *pickOperation(ModuleOp module, Draw &draw,
                                Predicate isWanted) {
  SmallVector<Operation *> operations = graphOperations(module);
  llvm::erase_if(operations, [&](Operation *op) { return !isWanted(op); });
  return operations.empty() ? nullptr : draw.pick(operations);
}

static Operation *pickWithResult(ModuleOp module, Draw &draw) {
  return pickOperation(module, draw,
                       [](Operation *op) { return op->getNumResults() == 1; });
}

//===----------------------------------------------------------------------===//
// Ways to break a rule; false where there is nothing to break
//===----------------------------------------------------------------------===//

static bool breakSize(ModuleOp module, Draw &draw) {
  Operation *op = pickWithResult(module, draw);
  if (!op)
    return false;
  Value result = op->getResult(0);
  Dims dims = dimsOf(result);
  if (dims.empty())
    return false;
  const int64_t sizes[] = {0, 1, int64_t(1) << 31, int64_t(1) << 62};
  Dim &dim = draw.pick(dims);
  dim = Dim{draw.flip(0.5) ? dim.size + 1 : draw.pick(sizes), {}};
  SmallVector<int64_t> shape;
  for (const Dim &each : dims)
    shape.push_back(each.isDynamic() ? ShapedType::kDynamic : each.size);
  Type element = elementOf(result.getType());
  // Run-time dimensions lose their names.
  result.setType(RankedTensorType::get(shape, element));
  return true;
}

static bool breakElement(ModuleOp module, Draw &draw) {
  Operation *op = pickWithResult(module, draw);
  if (!op)
    return false;
  Builder builder(module.getContext());
  RankedTensorType type = cast<RankedTensorType>(op->getResult(0).getType());
  const Type elements[] = {builder.getF32Type(), builder.getF64Type(),
                           builder.getI32Type(), builder.getI1Type(),
                           builder.getF16Type(), builder.getI16Type()};
  Type element = draw.pick(elements);
  if (element == type.getElementType())
    return false;
  op->getResult(0).setType(
      RankedTensorType::get(type.getShape(), element, type.getEncoding()));
  return true;
}

static bool breakOperand(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return candidate->getNumOperands() > 0;
  });
  if (!op)
    return false;
  SmallVector<Value> others;
  for (Operation &other : *op->getBlock())
    if (other.getNumResults() == 1 &&
        other.getResult(0).getType() != op->getOperand(0).getType())
      others.push_back(other.getResult(0));
  if (others.empty())
    return false;
  // One that comes later is an error, too.
  op->setOperand(draw.below(op->getNumOperands()), draw.pick(others));
  return true;
}

static bool breakNumbers(ModuleOp module, Draw &draw) {
  SmallVector<std::pair<Operation *, NamedAttribute>> lists;
  for (Operation *op : graphOperations(module))
    for (NamedAttribute attribute : op->getAttrs())
      if (isa<DenseI64ArrayAttr>(attribute.getValue()))
        lists.push_back({op, attribute});
  if (lists.empty())
    return false;
  auto [op, attribute] = draw.pick(lists);
  SmallVector<int64_t> numbers(
      cast<DenseI64ArrayAttr>(attribute.getValue()).asArrayRef());
  const int64_t wrong[] = {-1, 7, 1000, INT64_MAX, INT64_MIN, 0, 1};
  if (numbers.empty() || draw.flip(0.3))
    numbers.push_back(draw.pick(wrong));
  else if (draw.flip(0.2))
    numbers.pop_back();
  else
    draw.pick(numbers) = draw.pick(wrong);
  op->setAttr(attribute.getName(),
              DenseI64ArrayAttr::get(module.getContext(), numbers));
  return true;
}

static bool breakAxis(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return candidate->hasAttr("axis");
  });
  if (!op)
    return false;
  const int64_t axes[] = {-1, 8, INT64_MAX, INT64_MIN};
  Builder builder(module.getContext());
  op->setAttr("axis", builder.getI64IntegerAttr(draw.pick(axes)));
  return true;
}

static bool breakSpec(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<ContractOp>(candidate);
  });
  if (!op)
    return false;
  const StringRef specs[] = {"",          "->",           "ab",
                             "ab,bc",     "aa,ab->b",     "ab,bc->ad",
                             "ab,bc->aa", "ab,bc,cd->ad", "a b,bc->ac"};
  op->setAttr("spec", StringAttr::get(module.getContext(), draw.pick(specs)));
  return true;
}

static bool breakOrder(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return candidate->getNumOperands() > 0 &&
           candidate->getOperand(0).getDefiningOp();
  });
  if (!op)
    return false;
  op->moveBefore(op->getOperand(0).getDefiningOp());
  return true;
}

static bool breakSymbol(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<LoadOp, UpdateOp>(candidate);
  });
  if (!op)
    return false;
  const StringRef names[] = {"nothing", "eval", "e"};
  op->setAttr("symbol",
              FlatSymbolRefAttr::get(module.getContext(), draw.pick(names)));
  return true;
}

static bool breakUpdate(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<UpdateOp>(candidate);
  });
  if (!op)
    return false;
  Operation *yield = cast<UpdateOp>(op).getBody().front().getTerminator();
  if (draw.flip(0.5))
    yield->setOperands(ValueRange());
  else
    op->setAttr("states", ArrayAttr::get(module.getContext(),
                                         FlatSymbolRefAttr::get(
                                             module.getContext(), "nothing")));
  return true;
}

static bool breakGradient(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<GradientOp>(candidate);
  });
  if (!op)
    return false;
  if (draw.flip(0.5)) {
    op->setAttr("names", ArrayAttr::get(module.getContext(), {}));
    return true;
  }
  RankedTensorType type = cast<RankedTensorType>(op->getResult(0).getType());
  op->getResult(0).setType(
      RankedTensorType::get({3, 3, 3}, type.getElementType()));
  return true;
}

static bool breakReturn(ModuleOp module, Draw &draw) {
  SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
  func::FuncOp function = draw.pick(functions);
  Operation *end = function.getBody().front().getTerminator();
  if (end->getNumOperands() == 0)
    return false;
  end->eraseOperand(0);
  return true;
}

/// Two stores to one symbol: two updates of it.
static bool breakStores(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<UpdateOp>(candidate);
  });
  if (!op)
    return false;
  OpBuilder builder(op);
  builder.clone(*op);
  return true;
}

/// A value of another type than `type` in front of `op`; null if there is none.
static Value otherValue(Operation *op, Type type, Draw &draw) {
  SmallVector<Value> others;
  for (Operation &before :
       llvm::make_range(op->getBlock()->begin(), op->getIterator()))
    for (Value result : before.getResults())
      if (result.getType() != type)
        others.push_back(result);
  return others.empty() ? Value() : draw.pick(others);
}

/// What a branch, a trip or a loop's condition yields: one less or more, or
/// another type.
static bool breakYield(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<IfOp, WhileOp>(candidate);
  });
  if (!op)
    return false;
  Block &block = op->getRegion(draw.below(2)).front();
  Operation *yield = block.getTerminator();
  unsigned index = draw.below(yield->getNumOperands());
  if (draw.flip(0.3))
    yield->eraseOperand(index);
  else if (draw.flip(0.2))
    yield->insertOperands(index, yield->getOperand(index));
  else if (Value other =
               otherValue(yield, yield->getOperand(index).getType(), draw))
    yield->setOperand(index, other);
  else
    return false;
  return true;
}

/// A condition that is no single bool.
static bool breakCondition(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<IfOp, WhileOp>(candidate);
  });
  if (!op)
    return false;
  Operation *reader =
      isa<IfOp>(op) ? op
                    : cast<WhileOp>(op).getCondition().front().getTerminator();
  if (Value other = otherValue(reader, reader->getOperand(0).getType(), draw)) {
    reader->setOperand(0, other);
    return true;
  }
  return false;
}

/// A loop's arguments, its limit or its regions.
static bool breakLoop(ModuleOp module, Draw &draw) {
  Operation *op = pickOperation(module, draw, [](Operation *candidate) {
    return isa<WhileOp>(candidate);
  });
  if (!op)
    return false;
  WhileOp loop = cast<WhileOp>(op);
  Builder builder(module.getContext());
  const int64_t limits[] = {0, -1, INT64_MIN};
  switch (draw.below(4)) {
  case 0:
    loop->setAttr("limit", builder.getI64IntegerAttr(draw.pick(limits)));
    return true;
  case 1:
    loop.getBody().addArgument(loop.getResult(0).getType(), loop.getLoc());
    return true;
  case 2:
    loop->eraseOperand(draw.below(loop->getNumOperands()));
    return true;
  default:
    // What a trip would yield.
    loop.getCondition().front().getTerminator()->setOperands(
        loop.getCondition().getArguments());
    return true;
  }
}

namespace {
struct Way {
  bool (*apply)(ModuleOp, Draw &);
  /// Nothing that it makes is valid after all.
  bool isAlwaysWrong = false;
};
} // namespace

static const Way ways[] = {{breakSize},        {breakElement},
                           {breakOperand},     {breakNumbers},
                           {breakAxis},        {breakSpec},
                           {breakOrder},       {breakSymbol},
                           {breakUpdate},      {breakStores},
                           {breakReturn},      {breakGradient},
                           {breakYield, true}, {breakCondition, true},
                           {breakLoop, true}};

//===----------------------------------------------------------------------===//
// The check
//===----------------------------------------------------------------------===//

std::string sinter::checkBrokenGraph(ModuleOp module, uint64_t choice) {
  OwningOpRef<ModuleOp> copy;
  Draw draw(choice);
  // Locations as if read from a file.
  std::string text;
  llvm::raw_string_ostream(text) << module;
  copy = parseSourceString<ModuleOp>(text, module.getContext(), "graph.mlir");
  size_t way = choice % std::size(ways);
  while (!ways[way].apply(*copy, draw))
    way = (way + 1) % std::size(ways);

  unsigned errors = 0, unlocated = 0;
  ScopedDiagnosticHandler count(
      module.getContext(), [&](Diagnostic &diagnostic) {
        errors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
        unlocated += isa<UnknownLoc>(diagnostic.getLocation());
        return success();
      });
  bool isRejected = failed(verify(*copy));
  if (!isRejected)
    isRejected = failed(lowerModule(*copy, Stage::Graph, Stage::Kernels, {}));
  std::string name = "broken rule " + std::to_string(way) + ": ";
  if (!isRejected && ways[way].isAlwaysWrong)
    return name + "not rejected";
  if (isRejected && errors == 0)
    return name + "rejected without an error";
  if (unlocated)
    return name + "an error without a location";
  return "";
}
