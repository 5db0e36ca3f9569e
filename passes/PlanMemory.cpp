//===- PlanMemory.cpp - Every tensor gets its bytes -----------------------===//
//
// passes/Plan.h describes the result.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "passes/Kernels.h"
#include "passes/MemoryPlan.h"
#include "passes/Passes.h"
#include "passes/Places.h"
#include "passes/Plan.h"
#include "passes/Regions.h"
#include "passes/Remarks.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

namespace sinter {
#define GEN_PASS_DEF_PLANMEMORY
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static uint64_t bytesOf(Value value) {
  return byteSize(cast<RankedTensorType>(value.getType()));
}

static IntegerAttr numberAttr(MLIRContext *context, uint64_t number) {
  return IntegerAttr::get(IntegerType::get(context, 64), int64_t(number));
}

//===----------------------------------------------------------------------===//
// The store and the constants
//===----------------------------------------------------------------------===//

namespace {
/// Hands out space one after the other.
class BumpSpace {
public:
  std::optional<uint64_t> take(uint64_t bytes) {
    uint64_t offset = llvm::alignTo(used, bufferAlignment);
    if (offset + bytes > uint64_t(maxBytes))
      return std::nullopt;
    used = offset + bytes;
    return offset;
  }
  uint64_t size() const { return used; }

private:
  uint64_t used = 0;
};

/// Where a global stands among its owner's.
enum class Section { Params, State, TrainMetrics, ValidMetrics, Columns };

class StoreLayout {
public:
  explicit StoreLayout(ModuleOp module) : module(module) {}

  LogicalResult run() {
    findTrainMetrics();
    for (GlobalOp global : sortedGlobals()) {
      std::optional<uint64_t> offset =
          space.take(byteSize(cast<RankedTensorType>(global.getType())));
      if (!offset)
        return global.emitOpError("is past the limit of ")
               << maxBytes << " bytes for all storage";
      global.setOffset(int64_t(*offset));
    }
    for (ExperimentOp experiment : module.getOps<ExperimentOp>()) {
      setRange(experiment, trainMetricsAttr, Section::TrainMetrics);
      setRange(experiment, validMetricsAttr, Section::ValidMetrics);
    }
    module->setAttr(storeBytesAttr,
                    numberAttr(module.getContext(), space.size()));
    return success();
  }

private:
  void findTrainMetrics() {
    for (func::FuncOp function : module.getOps<func::FuncOp>()) {
      StringAttr role = function->getAttrOfType<StringAttr>(roleAttr);
      if (role && role.getValue() == "train_step")
        function.walk(
            [&](StoreOp store) { storedInTraining.insert(store.getSymbol()); });
    }
  }

  Section sectionOf(GlobalOp global) {
    switch (global.getKind()) {
    case GlobalKind::Param:
    case GlobalKind::Frozen:
      return Section::Params;
    case GlobalKind::State:
    case GlobalKind::Scratch:
      return Section::State;
    case GlobalKind::Metric:
      return storedInTraining.contains(global.getSymName())
                 ? Section::TrainMetrics
                 : Section::ValidMetrics;
    case GlobalKind::Column:
      return Section::Columns;
    }
    llvm_unreachable("all kinds are listed");
  }

  /// Owners in the order they first occur, columns after all of them.
  SmallVector<GlobalOp> sortedGlobals() {
    SmallVector<GlobalOp> globals = llvm::to_vector(module.getOps<GlobalOp>());
    llvm::StringMap<unsigned> owners;
    std::vector<std::tuple<bool, unsigned, Section, unsigned>> keys;
    for (auto [index, global] : llvm::enumerate(globals)) {
      unsigned owner =
          owners.try_emplace(global.getOwner(), owners.size()).first->second;
      Section section = sectionOf(global);
      keys.push_back({section == Section::Columns, owner, section, index});
    }
    llvm::sort(keys);
    return llvm::map_to_vector(
        keys, [&](const std::tuple<bool, unsigned, Section, unsigned> &key) {
          return globals[std::get<3>(key)];
        });
  }

  void setRange(ExperimentOp experiment, StringRef attribute, Section section) {
    uint64_t begin = space.size(), end = 0;
    for (GlobalOp global : module.getOps<GlobalOp>()) {
      if (global.getOwner() != experiment.getSymName() ||
          sectionOf(global) != section)
        continue;
      uint64_t offset = *global.getOffset();
      uint64_t size = byteSize(cast<RankedTensorType>(global.getType()));
      begin = std::min(begin, offset);
      end = std::max(end, offset + size);
    }
    if (begin >= end)
      begin = end = 0;
    int64_t range[] = {int64_t(begin), int64_t(end - begin)};
    experiment->setAttr(attribute,
                        DenseI64ArrayAttr::get(module.getContext(), range));
  }

  ModuleOp module;
  llvm::StringSet<> storedInTraining;
  BumpSpace space;
};
} // namespace

static LogicalResult layoutConstants(ModuleOp module) {
  BumpSpace space;
  DenseMap<Attribute, uint64_t> offsets;
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    for (ConstantOp constant : function.getOps<ConstantOp>()) {
      auto [entry, isNew] = offsets.try_emplace(constant.getValue(), 0);
      if (isNew) {
        std::optional<uint64_t> offset = space.take(bytesOf(constant));
        if (!offset)
          return constant.emitOpError("is past the limit of ")
                 << maxBytes << " bytes for all constants";
        entry->second = *offset;
      }
      constant->setAttr(bufferAttr,
                        BufferAttr::get(module.getContext(), Space::Constants,
                                        entry->second));
    }
  module->setAttr(constantBytesAttr,
                  numberAttr(module.getContext(), space.size()));
  return success();
}

//===----------------------------------------------------------------------===//
// The arena of one function
//===----------------------------------------------------------------------===//

/// The symbol's store that takes this value, if any.
static StoreOp storeOf(Value value) {
  for (Operation *user : value.getUsers())
    if (StoreOp store = dyn_cast<StoreOp>(user))
      return store;
  return nullptr;
}

namespace {
class ArenaPlanner {
public:
  ArenaPlanner(func::FuncOp function, SymbolTable &symbols, bool inPlace)
      : function(function), body(function.getBody().front()), symbols(symbols),
        inPlace(inPlace), instants(body) {}

  LogicalResult run() {
    addPlaces();
    for (BlockArgument argument : body.getArguments())
      if (!isPlaced(argument))
        itemOf[argument] = addItem(argument, 0);
    function.walk([&](LaunchOp launch) { addLaunch(launch); });
    std::optional<MemoryPlan> found = planMemory(items, bufferAlignment);
    if (!found || found->bytes > uint64_t(maxBytes))
      return function.emitOpError("needs more than the limit of ")
             << maxBytes << " bytes of arena";
    plan = std::move(*found);
    record();
    return success();
  }

  uint64_t arenaBytes() const { return plan.bytes; }

private:
  /// The carried values of loops and the results of branches: each place lives
  /// from the first definition to the last use of its values.
  void addPlaces() {
    llvm::EquivalenceClasses<Value> places = findPlaces(body);
    for (const auto &place : places) {
      if (!place->isLeader())
        continue;
      PlanItem item;
      item.first = std::numeric_limits<uint64_t>::max();
      for (Value value : places.members(*place)) {
        uint64_t first = instants.definition(value);
        item.size = bytesOf(value);
        item.first = std::min(item.first, first);
        item.last = std::max(item.last, instants.lastUse(value, first));
        itemOf[value] = items.size();
      }
      items.push_back(item);
      placed.emplace_back(places.member_begin(*place), places.member_end());
    }
    numPlaces = items.size();
  }

  bool isPlaced(Value value) const {
    auto found = itemOf.find(value);
    return found != itemOf.end() && found->second < numPlaces;
  }

  unsigned addItem(Value value, uint64_t from) {
    items.push_back({bytesOf(value), from, instants.lastUse(value, from)});
    return items.size() - 1;
  }

  void addLaunch(LaunchOp launch) {
    KernelOp kernel = symbols.lookup<KernelOp>(launch.getKernel());
    uint64_t now = instants.of(launch);
    llvm::SmallDenseSet<unsigned> taken;
    for (OpResult result : launch->getResults()) {
      if (storeOf(result) || isPlaced(result))
        continue;
      std::optional<unsigned> item =
          dyingOperand(launch, kernel, result, taken);
      if (item)
        items[*item].last = instants.lastUse(result, items[*item].last);
      else
        item = addItem(result, now);
      itemOf[result] = *item;
    }
    if (uint64_t scratch = kernel.getScratch().value_or(0)) {
      scratchOf[launch] = items.size();
      items.push_back({scratch, now, now});
    }
  }

  /// The item of an operand that dies here and may be written over by `result`.
  /// A value's item ends with the value's last use, for it passed on to no
  /// other.
  std::optional<unsigned> dyingOperand(LaunchOp launch, KernelOp kernel,
                                       OpResult result,
                                       llvm::SmallDenseSet<unsigned> &taken) {
    if (!inPlace)
      return std::nullopt;
    for (OpOperand &operand : launch->getOpOperands()) {
      DenseMap<Value, unsigned>::iterator found = itemOf.find(operand.get());
      if (found == itemOf.end() || !isLastRead(launch, operand.get()) ||
          !mayWriteOver(kernel, operand.getOperandNumber(),
                        result.getResultNumber()) ||
          (found->second < numPlaces && !mayBorrow(found->second, result)) ||
          !taken.insert(found->second).second)
        continue;
      return found->second;
    }
    return std::nullopt;
  }

  /// Whether nothing that runs after `op` reads `value`. A place may be left in
  /// one branch of an `if` although the other one, which does not run, reads
  /// it.
  bool isLastRead(Operation *op, Value value) const {
    if (instants.lastUse(value, 0) == instants.of(op))
      return true;
    if (!isPlaced(value))
      return false;
    while (true) {
      for (Operation *reader : readersIn(*op->getBlock(), value))
        if (op->isBeforeInBlock(reader))
          return false;
      if (op->getBlock() == value.getParentBlock())
        return true;
      op = op->getBlock()->getParentOp();
      if (!isa<IfOp>(op))
        return false;
    }
  }

  /// Whether `result`, of a launch that reads a place's value for the last
  /// time, may stand in the place until its list writes the next value there.
  /// So a loop of several element writes moves nothing.
  bool mayBorrow(unsigned place, OpResult result) const {
    Operation *launch = result.getOwner();
    OpResult next;
    for (Value value : placed[place]) {
      OpResult later = dyn_cast<OpResult>(value);
      if (later && later.getOwner()->getBlock() == launch->getBlock() &&
          launch->isBeforeInBlock(later.getOwner()) &&
          (!next || later.getOwner()->isBeforeInBlock(next.getOwner())))
        next = later;
    }
    LaunchOp writer = next ? dyn_cast<LaunchOp>(next.getOwner()) : LaunchOp();
    if (!writer || instants.lastUse(result, 0) > instants.of(writer))
      return false;
    KernelOp kernel = symbols.lookup<KernelOp>(writer.getKernel());
    return llvm::all_of(writer->getOpOperands(), [&](OpOperand &operand) {
      return operand.get() != result ||
             mayWriteOver(kernel, operand.getOperandNumber(),
                          next.getResultNumber());
    });
  }

  BufferAttr arenaBuffer(unsigned item) {
    return BufferAttr::get(function.getContext(), Space::Arena,
                           plan.offsets[item]);
  }

  BufferAttr bufferOfResult(OpResult result) {
    StoreOp store = storeOf(result);
    if (!store)
      return arenaBuffer(itemOf.lookup(result));
    GlobalOp global = symbols.lookup<GlobalOp>(store.getSymbol());
    return BufferAttr::get(function.getContext(), Space::Store,
                           *global.getOffset());
  }

  void record() {
    MLIRContext *context = function.getContext();
    body.walk([&](Operation *op) {
      if (!isa<LaunchOp, IfOp, WhileOp>(op))
        return;
      SmallVector<Attribute> at;
      for (OpResult result : op->getResults())
        at.push_back(bufferOfResult(result));
      if (scratchOf.count(op))
        at.push_back(arenaBuffer(scratchOf.lookup(op)));
      op->setAttr("at", ArrayAttr::get(context, at));
    });
    for (BlockArgument argument : body.getArguments())
      function.setArgAttr(argument.getArgNumber(), bufferAttr,
                          arenaBuffer(itemOf.lookup(argument)));
    for (OpOperand &operand : body.getTerminator()->getOpOperands())
      function.setResultAttr(operand.getOperandNumber(), bufferAttr,
                             bufferOf(operand.get(), symbols));
    uint64_t live = *maxLiveBytes(items, bufferAlignment);
    function->setAttr(arenaBytesAttr, numberAttr(context, plan.bytes));
    function->setAttr(liveBytesAttr, numberAttr(context, live));
    remark::analysis(function.getLoc(), planRemark())
        << (function.getSymName() + " needs " + Twine(plan.bytes) +
            " bytes besides parameters; at one instant " + Twine(live) +
            " are alive")
               .str();
  }

  func::FuncOp function;
  Block &body;
  SymbolTable &symbols;
  bool inPlace;
  Instants instants;
  /// Those of places come first.
  std::vector<PlanItem> items;
  size_t numPlaces = 0;
  /// The values of each place.
  std::vector<SmallVector<Value, 4>> placed;
  DenseMap<Value, unsigned> itemOf;
  DenseMap<Operation *, unsigned> scratchOf;
  MemoryPlan plan;
};
} // namespace

/// The function has the form that sinter-schedule leaves.
static LogicalResult checkScheduled(func::FuncOp function) {
  llvm::DenseSet<Value> stored;
  Block &body = function.getBody().front();
  WalkResult result = body.walk([&](Operation *op) {
    if (!isListed(op)) {
      op->emitOpError("must be outlined before memory is planned");
      return WalkResult::interrupt();
    }
    if (isa<ConstantOp, LoadOp>(op) && op->getBlock() != &body) {
      op->emitOpError("must stand outside regions before memory is planned");
      return WalkResult::interrupt();
    }
    StoreOp store = dyn_cast<StoreOp>(op);
    if (store && (!store.getValue().getDefiningOp<LaunchOp>() ||
                  !stored.insert(store.getValue()).second)) {
      op->emitOpError("must store a launch result of its own; run "
                      "sinter-schedule before memory is planned");
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

namespace {
struct PlanMemoryPass : sinter::impl::PlanMemoryBase<PlanMemoryPass> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override {
    if (failed(plan(getOperation())))
      signalPassFailure();
  }

  LogicalResult plan(ModuleOp module) {
    if (failed(StoreLayout(module).run()) || failed(layoutConstants(module)))
      return failure();
    SymbolTable symbols(module);
    uint64_t arenaBytes = 0;
    for (func::FuncOp function : module.getOps<func::FuncOp>()) {
      if (function.isExternal())
        continue;
      if (failed(checkScheduled(function)))
        return failure();
      ArenaPlanner planner(function, symbols, inPlace);
      if (failed(planner.run()))
        return failure();
      arenaBytes = std::max(arenaBytes, planner.arenaBytes());
    }
    module->setAttr(arenaBytesAttr,
                    numberAttr(module.getContext(), arenaBytes));
    return success();
  }
};
} // namespace
