//===- GraphGenerator.cpp - Random graphs ---------------------------------===//

#include "test/reference/GraphGenerator.h"
#include "test/reference/GraphTraining.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

GraphBuilder::GraphBuilder(func::FuncOp function, uint64_t seed)
    : builder(OpBuilder::atBlockEnd(&function.getBody().front())), draw(seed),
      function(function), loc(builder.getUnknownLoc()), seed(seed) {
  const int64_t all[] = {1, 1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 31, 33, 64};
  const int64_t large[] = {1, 3, 64, 100, 129, 257};
  const int64_t bounds[] = {1, 2, 3, 5, 8, 9, 17, 33};
  bool isLarge = draw.flip(1.0 / 16);
  for (int i = 0; i < 4; ++i)
    sizes.push_back(isLarge ? draw.pick(large) : draw.pick(all));
  if (draw.flip(1.0 / 16))
    sizes.push_back(0);
  batchBound = isLarge ? 70 : draw.pick(bounds);
  maxElements = isLarge ? 65536 : 2048;
  maxProducts = isLarge ? 4000000 : 100000;
  interpreter.extents["batch"] = batchBound;
}

Dim GraphBuilder::batchDim() {
  return {batchBound, builder.getStringAttr("batch")};
}

Dim GraphBuilder::randomDim(bool mayBeBatch) {
  if (mayBeBatch && draw.flip(0.3))
    return batchDim();
  return {draw.pick(sizes), {}};
}

Type GraphBuilder::randomElement(unsigned classes) {
  if ((classes & Floats) && (classes == Floats || draw.flip(0.7)))
    return draw.flip(0.85) ? builder.getF32Type() : builder.getF64Type();
  if ((classes & Bools) && (!(classes & Integers) || draw.flip(0.5)))
    return builder.getI1Type();
  const Type integers[] = {
      builder.getI32Type(), builder.getI32Type(),
      builder.getI64Type(), builder.getI64Type(),
      builder.getI8Type(),  builder.getIntegerType(8, /*isSigned=*/false)};
  return draw.pick(integers);
}

RankedTensorType GraphBuilder::randomType(unsigned classes) {
  Dims dims;
  // Mostly matrices, the first dimension the batch.
  const int ranks[] = {0, 1, 1, 2, 2, 2, 2, 3, 3, 4};
  bool hasBatch = false;
  int64_t elements = 1;
  for (int rank = draw.pick(ranks); rank > 0; --rank) {
    Dim dim =
        dims.empty() && draw.flip(0.4) ? batchDim() : randomDim(!hasBatch);
    elements *= dim.size;
    if (elements > maxElements / 2)
      break;
    hasBatch |= dim.isDynamic();
    dims.push_back(dim);
  }
  return makeTensor(dims, randomElement(classes));
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value GraphBuilder::fresh(RankedTensorType type) {
  unsigned elements = classOf(type);
  if (elements == Bools)
    return fresh(type, 0, 2);
  if (elements == Integers)
    return fresh(type, elementOf(type).isUnsignedInteger() ? 0 : -3, 7);
  const std::pair<double, double> ranges[] = {
      {-2, 2}, {-1, 1}, {0.25, 2}, {0.5, 3}, {-2, -0.25}};
  auto [low, high] = draw.pick(ranges);
  return fresh(type, low, high);
}

Value GraphBuilder::fresh(RankedTensorType type, double low, double high,
                          double diagonal) {
  ArrayAttr range = builder.getF64ArrayAttr({low, high, diagonal});
  std::string name = "x" + std::to_string(inputs++);
  bool isRows =
      llvm::any_of(dimsOf(type), [](Dim dim) { return dim.isDynamic(); });
  Array array = drawData(seed, name, type, range, interpreter);
  Value value;
  if (isRows) {
    NamedAttribute attributes[] = {
        builder.getNamedAttr(nameAttr, builder.getStringAttr(name)),
        builder.getNamedAttr("sinter.kind", builder.getStringAttr("feed")),
        builder.getNamedAttr(rangeAttr, range)};
    unsigned index = function.getNumArguments();
    (void)function.insertArgument(index, type,
                                  builder.getDictionaryAttr(attributes), loc);
    value = function.getArgument(index);
  } else {
    bool isParameter = holdsFloats(type) && !draw.flip(0.15);
    OpBuilder atTop(function), outside(builder);
    if (Operation *around = function.getBody().front().findAncestorOpInBlock(
            *builder.getInsertionBlock()->getParentOp()))
      outside.setInsertionPoint(around);
    GlobalOp global = GlobalOp::create(
        atTop, loc, builder.getStringAttr((experimentName + "/" + name).str()),
        GlobalKindAttr::get(builder.getContext(), isParameter
                                                      ? GlobalKind::Param
                                                      : GlobalKind::Frozen),
        TypeAttr::get(type), builder.getStringAttr(name),
        builder.getStringAttr(experimentName), IntegerAttr());
    global->setAttr(rangeAttr, range);
    interpreter.globals[global.getSymName().str()] = array;
    value = LoadOp::create(outside, loc, type, global.getSymName());
  }
  known[value] = std::move(array);
  values.push_back(value);
  return value;
}

Value GraphBuilder::other(RankedTensorType type) {
  SmallVector<Value> fitting;
  for (Value value : values)
    if (value.getType() == type)
      fitting.push_back(value);
  return !fitting.empty() && draw.flip(0.6) ? draw.pick(fitting) : fresh(type);
}

Value GraphBuilder::existing(unsigned classes) {
  SmallVector<Value> fitting;
  for (Value value : values)
    if (classOf(value.getType()) & classes)
      fitting.push_back(value);
  if (fitting.empty())
    return {};
  // What came last more often, so that chains grow.
  size_t recent = std::min<size_t>(fitting.size(), 3);
  if (draw.flip(0.6))
    return fitting[fitting.size() - 1 - draw.below(recent)];
  return draw.pick(fitting);
}

SmallVector<Value> GraphBuilder::computedIn(Block &block, Type type) const {
  SmallVector<Value> fitting;
  for (Value value : values)
    if (value.getType() == type && value.getDefiningOp() &&
        value.getParentBlock() == &block)
      fitting.push_back(value);
  return fitting;
}

SmallVector<Value> GraphBuilder::ends() const {
  SmallVector<Value> unused;
  for (Value value : values)
    if (value.use_empty() && value.getDefiningOp() &&
        !isa<LoadOp>(value.getDefiningOp()))
      unused.push_back(value);
  return unused;
}

//===----------------------------------------------------------------------===//
// Growing
//===----------------------------------------------------------------------===//

static Block::iterator behind(Block &block, Operation *before) {
  return before ? std::next(before->getIterator()) : block.begin();
}

static Operation *lastOf(Block &block) {
  return block.empty() ? nullptr : &block.back();
}

bool GraphBuilder::evaluateBehind(Operation *before) {
  Block &block = *builder.getInsertionBlock();
  NumberWatch watch(interpreter);
  for (Operation &op : llvm::make_range(behind(block, before), block.end())) {
    if (failed(verify(&op)))
      return false;
    for (Value result : op.getResults()) {
      std::optional<int64_t> elements = elementCount(dimsOf(result));
      if (!elements || *elements > maxElements)
        return false;
    }
    if (!isa<LoadOp>(op))
      interpreter.evaluate(&op, known);
    if (!watch.isSmooth())
      return false;
  }
  return true;
}

bool GraphBuilder::evaluateAppended() {
  Operation *before = nullptr;
  for (Operation &op : *builder.getInsertionBlock()) {
    if (op.getNumResults() && !known.contains(op.getResult(0)))
      break;
    before = &op;
  }
  return evaluateBehind(before);
}

void GraphBuilder::forget(Value value) {
  llvm::erase(values, value);
  known.erase(value);
}

void GraphBuilder::eraseBehind(Operation *before) {
  Block &block = *builder.getInsertionBlock();
  while (lastOf(block) != before) {
    block.back().walk([&](Operation *op) {
      llvm::for_each(op->getResults(), [&](Value v) { forget(v); });
      for (Region &region : op->getRegions())
        llvm::for_each(region.getArguments(), [&](Value v) { forget(v); });
    });
    block.back().erase();
  }
}

Value GraphBuilder::add(const GraphKind &kind, Value operand) {
  Block &block = *builder.getInsertionBlock();
  Operation *before = lastOf(block);
  unsigned nodesBefore = nodes;
  if (!operand && kind.accepts) {
    if (!draw.flip(0.1))
      operand = existing(kind.accepts);
    if (!operand)
      operand = fresh(randomType(kind.accepts));
  }
  ScopedDiagnosticHandler quiet(builder.getContext(),
                                [](Diagnostic &) { return success(); });
  Value result = kind.build(*this, operand);
  if (!result || !evaluateBehind(before)) {
    eraseBehind(before);
    nodes = nodesBefore;
    return {};
  }
  for (Operation &op : llvm::make_range(behind(block, before), block.end()))
    for (Value value : op.getResults())
      if (!llvm::is_contained(values, value))
        values.push_back(value);
  nodes += 1;
  return result;
}

unsigned GraphBuilder::depth() const {
  unsigned regions = 0;
  for (Operation *op = builder.getInsertionBlock()->getParentOp();
       op != function; op = op->getParentOp())
    ++regions;
  return regions;
}

RegionScope::RegionScope(GraphBuilder &graph, Block &block, ValueRange inits)
    : graph(graph), guard(graph.builder), block(block) {
  graph.builder.setInsertionPointToEnd(&block);
  for (auto [argument, init] : llvm::zip(block.getArguments(), inits)) {
    Array first = graph.known.at(init);
    graph.known[argument] = std::move(first);
    graph.values.push_back(argument);
  }
}

RegionScope::~RegionScope() {
  for (Value value : llvm::to_vector(graph.values))
    if (value.getParentBlock() == &block)
      graph.forget(value);
}

/// Grows a pair of kinds, the second on the first's result.
static void growPair(GraphBuilder &graph, const GraphKind &first,
                     const GraphKind &second) {
  for (int attempt = 0; attempt < 6; ++attempt)
    if (Value value = graph.add(first, {}))
      if ((classOf(value.getType()) & second.accepts) &&
          graph.add(second, value))
        return;
}

static const GraphKind *kindNamed(StringRef name) {
  return llvm::find_if(
      graphKinds(), [&](const GraphKind &kind) { return kind.name == name; });
}

/// Contractions of matrices are what networks consist of and passes rewrite,
/// but few graphs of random operations have one.
static void growContraction(GraphBuilder &graph) {
  for (int attempt = 0; attempt < 6; ++attempt) {
    RankedTensorType type = graph.randomType(Floats);
    if (type.getRank() < 2)
      continue;
    if (graph.add(*kindNamed("contract"), graph.other(type)))
      return;
  }
}

static void grow(GraphBuilder &graph, uint64_t seed) {
  const auto &pairs = graphPairs();
  // Neighbours in the list share a kind: walk it in strides.
  for (uint64_t i = 0; i < 3; ++i) {
    const auto &[first, second] = pairs[(seed * 3 + i) * 7919 % pairs.size()];
    growPair(graph, *first, *second);
  }
  // Branches and loops are two of many kinds, but most of what there is to go
  // wrong.
  const GraphKind *const control[] = {kindNamed("if"), kindNamed("while")};
  for (int attempt = 0; attempt < 3 && graph.draw.flip(0.4); ++attempt) {
    const GraphKind &kind = *graph.draw.pick(control);
    graph.add(kind, graph.draw.flip(0.7) ? graph.existing(Floats) : Value());
  }
  if (graph.draw.flip(0.4))
    growContraction(graph);
  unsigned wanted = 3 + graph.draw.below(10);
  for (int attempt = 0; attempt < 40 && graph.countNodes() < wanted; ++attempt)
    graph.add(graphKinds()[graph.draw.below(graphKinds().size())], {});
}

/// Removes what was drawn for operations that were taken back.
static void removeUnused(ModuleOp module, func::FuncOp function) {
  for (unsigned i = function.getNumArguments(); i-- > 0;)
    if (function.getArgument(i).use_empty())
      (void)function.eraseArgument(i);
  for (LoadOp load : llvm::to_vector(function.getOps<LoadOp>()))
    if (load.use_empty())
      load.erase();
  for (GlobalOp global : llvm::to_vector(module.getOps<GlobalOp>()))
    if (SymbolTable::symbolKnownUseEmpty(global, function))
      global.erase();
}

static void addExperiment(OpBuilder &builder, int64_t batch) {
  OperationState state(builder.getUnknownLoc(),
                       ExperimentOp::getOperationName());
  state.addAttribute("sym_name", builder.getStringAttr(experimentName));
  state.addAttribute("epochs", builder.getI64IntegerAttr(1));
  state.addAttribute("batch", builder.getI64IntegerAttr(batch));
  state.addAttribute("seed", builder.getI64IntegerAttr(0));
  state.addAttribute("shuffle", builder.getBoolAttr(false));
  state.addAttribute("train_rows", builder.getDenseI64ArrayAttr({0, -1}));
  builder.create(state);
}

OwningOpRef<ModuleOp> sinter::generateGraph(MLIRContext &context,
                                            uint64_t seed) {
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  (*module)->setAttr(seedAttr, builder.getI64IntegerAttr(int64_t(seed)));
  builder.setInsertionPointToEnd(module->getBody());
  func::FuncOp eval = func::FuncOp::create(builder, loc, "eval",
                                           builder.getFunctionType({}, {}));
  eval->setAttr(roleAttr, builder.getStringAttr("program"));
  eval->setAttr(ownerAttr, builder.getStringAttr("eval"));
  eval.addEntryBlock();

  GraphBuilder graph(eval, seed);
  grow(graph, seed);
  SmallVector<Value> ends = graph.ends();
  removeUnused(*module, eval);
  builder.setInsertionPoint(eval);
  addExperiment(builder, graph.batchBound);
  addUses(eval, ends, graph);
  return module;
}

/// Adds the pair, and those with the branches and loops around `op`, which read
/// `from` too if it stands outside.
static void addPairs(Operation *from, Operation *op,
                     std::set<KindPair> &pairs) {
  for (; op->getBlock() != from->getBlock(); op = op->getParentOp())
    if (!isa<YieldOp>(op))
      pairs.insert({kindOf(from), kindOf(op)});
  pairs.insert({kindOf(from), kindOf(op)});
}

std::set<KindPair> sinter::pairsOf(ModuleOp module) {
  std::set<KindPair> pairs;
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    if (function.getSymName() == "eval")
      function.walk([&](Operation *op) {
        for (Value operand : op->getOperands())
          if (Operation *from = operand.getDefiningOp())
            addPairs(from, op, pairs);
      });
  return pairs;
}
