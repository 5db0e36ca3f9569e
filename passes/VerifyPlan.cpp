//===- VerifyPlan.cpp - Every planned read sees the right bytes -----------===//
//
// Carries out each function on a map from bytes to the value they hold. A plan
// is sound when every read finds all bytes of the value it wants, and when the
// store holds at the end what the function says, and nothing else has changed.
// Nothing here asks how the planner came to its offsets; liveness does not
// occur.
//
// A loop is carried out once for all its trips: when a trip begins, nothing is
// known of the bytes that the loop writes but that they hold the carried
// values. After a branch nothing is known of what either side writes but the
// results.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"
#include "passes/Plan.h"

#include <map>

namespace sinter {
#define GEN_PASS_DEF_VERIFYPLAN
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
/// A half-open range of bytes in one space.
struct Extent {
  Space space;
  uint64_t begin, end;

  bool meets(const Extent &other) const {
    return space == other.space && begin < other.end && other.begin < end;
  }
  bool operator==(const Extent &other) const {
    return space == other.space && begin == other.begin && end == other.end;
  }
};

/// Which value each byte of a space holds, and which operation wrote it.
class ByteMap {
public:
  /// `value` is any pointer that names it.
  void write(const Extent &extent, const void *value, Operation *writer) {
    if (extent.begin == extent.end)
      return;
    splitAt(extent.begin);
    splitAt(extent.end);
    runs.erase(runs.lower_bound(extent.begin), runs.lower_bound(extent.end));
    runs[extent.begin] = {extent.end, value, writer};
  }

  /// Takes what holds for the bytes of `extent` from another map.
  void restore(const Extent &extent, const ByteMap &from) {
    write(extent, nullptr, nullptr);
    for (Runs::const_iterator run = from.runs.lower_bound(from.begin(extent));
         run != from.runs.end() && run->first < extent.end; ++run)
      write({extent.space, std::max(run->first, extent.begin),
             std::min(run->second.end, extent.end)},
            run->second.value, run->second.writer);
  }

  /// Whether every byte holds `value`; else sets `writer` to the operation that
  /// wrote the first that does not, null if none did.
  bool holds(const Extent &extent, const void *value,
             Operation *&writer) const {
    uint64_t at = extent.begin;
    while (at < extent.end) {
      Runs::const_iterator run = runs.upper_bound(at);
      writer = nullptr;
      if (run == runs.begin())
        return false;
      --run;
      if (run->second.end <= at)
        return false;
      writer = run->second.writer;
      if (run->second.value != value)
        return false;
      at = run->second.end;
    }
    return true;
  }

private:
  struct Run {
    uint64_t end;
    const void *value;
    Operation *writer;
  };
  using Runs = std::map<uint64_t, Run>;

  /// Where the first run that reaches into `extent` begins.
  uint64_t begin(const Extent &extent) const {
    Runs::const_iterator run = runs.upper_bound(extent.begin);
    if (run == runs.begin() || std::prev(run)->second.end <= extent.begin)
      return extent.begin;
    return std::prev(run)->first;
  }

  void splitAt(uint64_t at) {
    Runs::iterator run = runs.upper_bound(at);
    if (run == runs.begin())
      return;
    --run;
    if (run->first == at || run->second.end <= at)
      return;
    runs[at] = run->second;
    run->second.end = at;
  }

  Runs runs;
};

/// What all functions of a module share.
struct Spaces {
  uint64_t storeBytes = 0, arenaBytes = 0, constantBytes = 0;

  uint64_t bytesOf(Space space) const {
    return space == Space::Store   ? storeBytes
           : space == Space::Arena ? arenaBytes
                                   : constantBytes;
  }
};
} // namespace

static uint64_t sizeOf(Type type) {
  return byteSize(cast<RankedTensorType>(type));
}

/// The bytes of a buffer, if it is aligned and within its space.
static FailureOr<Extent> extentOf(Operation *op, const Twine &what,
                                  BufferAttr buffer, uint64_t size,
                                  const Spaces &spaces) {
  if (!buffer)
    return op->emitOpError() << what << " has no buffer";
  if (buffer.getOffset() % bufferAlignment)
    return op->emitOpError() << what << " is not aligned: " << buffer;
  uint64_t bound = spaces.bytesOf(buffer.getSpace());
  if (buffer.getOffset() > bound || size > bound - buffer.getOffset())
    return op->emitOpError() << what << ", " << size << " bytes at " << buffer
                             << ", leaves its space of " << bound << " bytes";
  return Extent{buffer.getSpace(), buffer.getOffset(),
                buffer.getOffset() + size};
}

//===----------------------------------------------------------------------===//
// One function
//===----------------------------------------------------------------------===//

namespace {
class FunctionVerifier {
public:
  FunctionVerifier(func::FuncOp function, SymbolTable &symbols,
                   const Spaces &spaces)
      : function(function), body(function.getBody().front()), symbols(symbols),
        spaces(spaces) {}

  LogicalResult run();

private:
  LogicalResult enter();
  LogicalResult visit(Operation *op);
  LogicalResult visitAll(Block &block);
  LogicalResult visitEffect(Operation *op);
  LogicalResult mayEndHere(Operation *op);
  LogicalResult launch(LaunchOp op);
  LogicalResult branch(IfOp op);
  LogicalResult loop(WhileOp op);
  LogicalResult leave(func::ReturnOp op);

  FailureOr<SmallVector<Extent>> resultExtents(Operation *op);
  LogicalResult mustStand(Operation *op, ValueRange values,
                          ArrayRef<Extent> extents);
  void rename(ArrayRef<Extent> extents, ValueRange values, Operation *op);
  SmallVector<Extent> writesIn(Region &region) const;

  /// Where the value is and that its bytes are there.
  FailureOr<Extent> read(Operation *op, const Twine &what, Value value);
  LogicalResult mustHold(Operation *op, const Twine &what, const Extent &extent,
                         const void *content);
  LogicalResult checkMayWrite(LaunchOp op, KernelOp kernel,
                              ArrayRef<Extent> reads, ArrayRef<Extent> writes);

  /// Values are named by themselves; a global's value at entry by the global.
  const void *contentOf(Value value) const {
    if (LoadOp load = value.getDefiningOp<LoadOp>())
      return symbols.lookup(load.getSymbol());
    return value.getAsOpaquePointer();
  }
  ByteMap &mapOf(Space space) { return space == Space::Store ? store : arena; }

  func::FuncOp function;
  Block &body;
  SymbolTable &symbols;
  const Spaces &spaces;
  ByteMap store, arena;
  /// Clocks that are running in the list that is carried out.
  unsigned numClocks = 0;
  /// The first operation that wrote to the store.
  Operation *firstStoreWrite = nullptr;
  /// What each stored symbol must hold at the end.
  llvm::DenseMap<Operation *, Value> finalValues;
};
} // namespace

LogicalResult FunctionVerifier::run() {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("is not a list");
  if (failed(enter()))
    return failure();
  return visitAll(body);
}

LogicalResult FunctionVerifier::visitAll(Block &block) {
  unsigned outerClocks = std::exchange(numClocks, 0);
  for (Operation &op : block)
    if (failed(visit(&op)))
      return failure();
  if (numClocks)
    return block.getTerminator()->emitOpError("leaves a clock running");
  numClocks = outerClocks;
  return success();
}

/// The store holds the globals, the arena the arguments.
LogicalResult FunctionVerifier::enter() {
  for (GlobalOp global :
       function->getParentOfType<ModuleOp>().getOps<GlobalOp>()) {
    uint64_t offset = *global.getOffset();
    store.write({Space::Store, offset, offset + sizeOf(global.getType())},
                global, nullptr);
  }
  SmallVector<Extent> written;
  for (BlockArgument argument : function.getArguments()) {
    std::string what = "argument " + std::to_string(argument.getArgNumber());
    FailureOr<Extent> extent =
        extentOf(function, what, bufferOf(argument, symbols),
                 sizeOf(argument.getType()), spaces);
    if (failed(extent))
      return failure();
    if (extent->space != Space::Arena)
      return function.emitOpError() << what << " is not in the arena";
    if (llvm::any_of(written,
                     [&](const Extent &other) { return extent->meets(other); }))
      return function.emitOpError() << what << " overlaps another argument";
    written.push_back(*extent);
    arena.write(*extent, argument.getAsOpaquePointer(), function);
  }
  return success();
}

LogicalResult FunctionVerifier::visit(Operation *op) {
  if (isa<ConstantOp, LoadOp, StoreOp>(op) && op->getBlock() != &body)
    return op->emitOpError("cannot stand in a region of a planned function");
  // What a yield names is looked at by its branch or loop.
  if (isa<LoadOp, YieldOp>(op))
    return success();
  if (isa<ConstantOp>(op))
    return success(succeeded(
        extentOf(op, "the constant", bufferOf(op->getResult(0), symbols),
                 sizeOf(op->getResult(0).getType()), spaces)));
  if (StoreOp storeOp = dyn_cast<StoreOp>(op)) {
    Operation *global = symbols.lookup(storeOp.getSymbol());
    if (!finalValues.try_emplace(global, storeOp.getValue()).second)
      return op->emitOpError("is the second store of ")
             << storeOp.getSymbolAttr();
    return success();
  }
  if (LaunchOp launchOp = dyn_cast<LaunchOp>(op))
    return launch(launchOp);
  if (IfOp ifOp = dyn_cast<IfOp>(op))
    return branch(ifOp);
  if (WhileOp whileOp = dyn_cast<WhileOp>(op))
    return loop(whileOp);
  if (func::ReturnOp returnOp = dyn_cast<func::ReturnOp>(op))
    return leave(returnOp);
  return visitEffect(op);
}

LogicalResult FunctionVerifier::visitEffect(Operation *op) {
  if (isa<TimeStartOp>(op)) {
    ++numClocks;
    return success();
  }
  if (isa<TimeStopOp>(op)) {
    if (numClocks-- == 0)
      return op->emitOpError("stops a clock that does not run");
    return success();
  }
  if (!isa<PrintOp, PlotOp, CheckOp, GuardOp>(op))
    return op->emitOpError("cannot stand in a planned function");
  for (Value operand : op->getOperands())
    if (failed(read(op, "an operand", operand)))
      return failure();
  return isa<PrintOp>(op) ? success() : mayEndHere(op);
}

/// The store must not have changed when a call ends early.
LogicalResult FunctionVerifier::mayEndHere(Operation *op) {
  if (!firstStoreWrite)
    return success();
  InFlightDiagnostic error =
      op->emitOpError("may end the call after the store has changed");
  error.attachNote(firstStoreWrite->getLoc()) << "the store changes here";
  return error;
}

LogicalResult FunctionVerifier::mustHold(Operation *op, const Twine &what,
                                         const Extent &extent,
                                         const void *content) {
  Operation *writer = nullptr;
  if (mapOf(extent.space).holds(extent, content, writer))
    return success();
  InFlightDiagnostic error = op->emitOpError()
                             << what << " is not in its bytes "
                             << BufferAttr::get(op->getContext(), extent.space,
                                                extent.begin);
  if (writer)
    error.attachNote(writer->getLoc()) << "they were written here";
  return error;
}

FailureOr<Extent> FunctionVerifier::read(Operation *op, const Twine &what,
                                         Value value) {
  FailureOr<Extent> extent = extentOf(op, what, bufferOf(value, symbols),
                                      sizeOf(value.getType()), spaces);
  if (failed(extent))
    return failure();
  if (extent->space == Space::Constants) {
    if (!value.getDefiningOp<ConstantOp>())
      return op->emitOpError() << what << " is no constant";
    return extent;
  }
  if (failed(mustHold(op, what, *extent, contentOf(value))))
    return failure();
  return extent;
}

LogicalResult FunctionVerifier::launch(LaunchOp op) {
  KernelOp kernel = symbols.lookup<KernelOp>(op.getKernel());
  uint64_t scratch = kernel.getScratch().value_or(0);
  if (!op.getAt() || op.getAt()->size() != op.getNumResults() + (scratch != 0))
    return op.emitOpError("is not planned");

  SmallVector<Extent> reads, writes;
  for (OpOperand &operand : op->getOpOperands()) {
    FailureOr<Extent> extent =
        read(op, "operand " + Twine(operand.getOperandNumber()), operand.get());
    if (failed(extent))
      return failure();
    reads.push_back(*extent);
  }
  for (auto [index, buffer] :
       llvm::enumerate(op.getAt()->getAsRange<BufferAttr>())) {
    bool isResult = index < op.getNumResults();
    FailureOr<Extent> extent = extentOf(
        op, isResult ? "result " + Twine(index) : Twine("the scratch buffer"),
        buffer, isResult ? sizeOf(op.getResult(index).getType()) : scratch,
        spaces);
    if (failed(extent))
      return failure();
    writes.push_back(*extent);
  }
  if (failed(checkMayWrite(op, kernel, reads, writes)))
    return failure();

  for (auto [index, extent] : llvm::enumerate(writes)) {
    const void *content = index < op.getNumResults()
                              ? op.getResult(index).getAsOpaquePointer()
                              : nullptr;
    mapOf(extent.space).write(extent, content, op);
    if (extent.space == Space::Store && !firstStoreWrite)
      firstStoreWrite = op;
  }
  return success();
}

/// What a launch writes meets nothing else it writes, and what it reads only
/// where a result may be written over an operand.
LogicalResult FunctionVerifier::checkMayWrite(LaunchOp op, KernelOp kernel,
                                              ArrayRef<Extent> reads,
                                              ArrayRef<Extent> writes) {
  for (size_t i = 0; i < writes.size(); ++i) {
    bool isResult = i < op.getNumResults();
    if (writes[i].space == Space::Constants ||
        ((!isResult || op->getBlock() != &body) &&
         writes[i].space != Space::Arena))
      return op.emitOpError("writes where it must not: ") << op.getAtAttr()[i];
    for (size_t j = 0; j < i; ++j)
      if (writes[i].meets(writes[j]))
        return op.emitOpError("writes two buffers over each other");
    for (size_t j = 0; j < reads.size(); ++j) {
      if (!writes[i].meets(reads[j]))
        continue;
      if (!isResult || !(writes[i] == reads[j]) || !mayWriteOver(kernel, j, i))
        return op.emitOpError("writes over operand ")
               << j << " while it reads it";
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Branches and loops
//===----------------------------------------------------------------------===//

/// Where the results of a branch or loop are: apart, and in the arena.
FailureOr<SmallVector<Extent>> FunctionVerifier::resultExtents(Operation *op) {
  SmallVector<Extent> extents;
  for (OpResult result : op->getResults()) {
    std::string what = "result " + std::to_string(result.getResultNumber());
    FailureOr<Extent> extent = extentOf(op, what, bufferOf(result, symbols),
                                        sizeOf(result.getType()), spaces);
    if (failed(extent))
      return failure();
    if (extent->space != Space::Arena)
      return op->emitOpError() << what << " is not in the arena";
    if (llvm::any_of(extents,
                     [&](const Extent &other) { return extent->meets(other); }))
      return op->emitOpError() << what << " overlaps another result";
    extents.push_back(*extent);
  }
  return extents;
}

/// Each value is in the bytes that are meant for it.
LogicalResult FunctionVerifier::mustStand(Operation *op, ValueRange values,
                                          ArrayRef<Extent> extents) {
  for (auto [index, value] : llvm::enumerate(values)) {
    std::string what = "value " + std::to_string(index);
    FailureOr<Extent> extent = read(op, what, value);
    if (failed(extent))
      return failure();
    if (!(*extent == extents[index]))
      return op->emitOpError() << what << " is not where it is carried";
  }
  return success();
}

/// The bytes stay and get the names of other values.
void FunctionVerifier::rename(ArrayRef<Extent> extents, ValueRange values,
                              Operation *op) {
  for (auto [extent, value] : llvm::zip(extents, values))
    arena.write(extent, value.getAsOpaquePointer(), op);
}

/// All bytes that are written in `region`, as far as its buffers are sound.
SmallVector<Extent> FunctionVerifier::writesIn(Region &region) const {
  SmallVector<Extent> extents;
  region.walk([&](Operation *op) {
    ArrayAttr at = op->getAttrOfType<ArrayAttr>("at");
    if (!at)
      return;
    for (auto [index, buffer] : llvm::enumerate(at.getAsRange<BufferAttr>())) {
      uint64_t size = 0;
      if (index < op->getNumResults())
        size = sizeOf(op->getResult(index).getType());
      else if (LaunchOp launch = dyn_cast<LaunchOp>(op))
        size = symbols.lookup<KernelOp>(launch.getKernel())
                   .getScratch()
                   .value_or(0);
      uint64_t begin = std::min(buffer.getOffset(), spaces.arenaBytes);
      if (buffer.getSpace() == Space::Arena)
        extents.push_back({Space::Arena, begin,
                           begin + std::min(size, spaces.arenaBytes - begin)});
    }
  });
  return extents;
}

LogicalResult FunctionVerifier::branch(IfOp op) {
  if (failed(read(op, "the condition", op.getCondition())))
    return failure();
  FailureOr<SmallVector<Extent>> extents = resultExtents(op);
  if (failed(extents))
    return failure();
  ByteMap before;
  SmallVector<Extent> written = writesIn(op.getThenRegion());
  for (const Extent &extent : written)
    before.restore(extent, arena);
  for (Region *region : op.getRegions()) {
    Block &block = region->front();
    if (failed(visitAll(block)) ||
        failed(mustStand(block.getTerminator(),
                         block.getTerminator()->getOperands(), *extents)))
      return failure();
    if (region == &op.getThenRegion())
      for (const Extent &extent : written)
        arena.restore(extent, before);
  }
  llvm::append_range(written, writesIn(op.getElseRegion()));
  for (const Extent &extent : written)
    arena.write(extent, nullptr, op);
  rename(*extents, op.getResults(), op);
  return success();
}

LogicalResult FunctionVerifier::loop(WhileOp op) {
  FailureOr<SmallVector<Extent>> extents = resultExtents(op);
  if (failed(extents) || failed(mustStand(op, op.getInits(), *extents)) ||
      failed(mayEndHere(op)))
    return failure();
  SmallVector<Extent> written = writesIn(op.getCondition());
  llvm::append_range(written, writesIn(op.getBody()));
  auto forgetWritten = [&] {
    for (const Extent &extent : written)
      arena.write(extent, nullptr, op);
  };

  Block &condition = op.getCondition().front(), &body = op.getBody().front();
  Operation *goesOn = condition.getTerminator(), *next = body.getTerminator();
  forgetWritten();
  rename(*extents, condition.getArguments(), op);
  if (failed(visitAll(condition)) ||
      failed(read(goesOn, "the condition", goesOn->getOperand(0))) ||
      failed(mustStand(goesOn, condition.getArguments(), *extents)))
    return failure();
  rename(*extents, body.getArguments(), op);
  if (failed(visitAll(body)) ||
      failed(mustStand(next, next->getOperands(), *extents)))
    return failure();
  forgetWritten();
  rename(*extents, op.getResults(), op);
  return success();
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

/// Results are in place; the store holds what was stored and otherwise what it
/// held before.
LogicalResult FunctionVerifier::leave(func::ReturnOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    if (failed(read(op, "result " + Twine(number), operand.get())))
      return failure();
    if (function.getResultAttrOfType<BufferAttr>(number, bufferAttr) !=
        bufferOf(operand.get(), symbols))
      return op.emitOpError("result ") << number << " is declared elsewhere";
  }
  for (GlobalOp global :
       function->getParentOfType<ModuleOp>().getOps<GlobalOp>()) {
    Value final = finalValues.lookup(global);
    const void *content =
        final ? contentOf(final) : static_cast<const void *>(global);
    uint64_t offset = *global.getOffset();
    if (failed(
            mustHold(op, "the value of @" + global.getSymName(),
                     {Space::Store, offset, offset + sizeOf(global.getType())},
                     content)))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The module
//===----------------------------------------------------------------------===//

static LogicalResult readSpace(ModuleOp module, StringRef name,
                               uint64_t &bytes) {
  IntegerAttr attribute = module->getAttrOfType<IntegerAttr>(name);
  if (!attribute || attribute.getInt() < 0)
    return module.emitOpError("is not planned: it has no ") << name;
  bytes = uint64_t(attribute.getInt());
  return success();
}

/// Globals are within the store and apart.
static LogicalResult verifyStore(ModuleOp module, const Spaces &spaces) {
  std::map<uint64_t, GlobalOp> byOffset;
  for (GlobalOp global : module.getOps<GlobalOp>()) {
    uint64_t size = sizeOf(global.getType());
    BufferAttr buffer;
    if (std::optional<uint64_t> offset = global.getOffset())
      buffer = BufferAttr::get(module.getContext(), Space::Store, *offset);
    if (failed(extentOf(global, "the global", buffer, size, spaces)))
      return failure();
    if (size && !byOffset.try_emplace(*global.getOffset(), global).second)
      return global.emitOpError("shares its offset with another global");
  }
  uint64_t end = 0;
  for (auto &[offset, global] : byOffset) {
    if (offset < end)
      return global.emitOpError("overlaps another global");
    end = offset + sizeOf(global.getType());
  }
  return success();
}

/// Constants that share bytes are equal.
static LogicalResult verifyConstants(ModuleOp module, const Spaces &spaces) {
  std::map<uint64_t, ConstantOp> byOffset;
  for (func::FuncOp function : module.getOps<func::FuncOp>())
    for (ConstantOp constant : function.getOps<ConstantOp>()) {
      BufferAttr buffer = constant->getAttrOfType<BufferAttr>(bufferAttr);
      uint64_t size = sizeOf(constant.getType());
      if (failed(extentOf(constant, "the constant", buffer, size, spaces)))
        return failure();
      if (buffer.getSpace() != Space::Constants)
        return constant.emitOpError("is not among the constants");
      if (!size)
        continue;
      auto [entry, isNew] = byOffset.try_emplace(buffer.getOffset(), constant);
      if (!isNew && entry->second.getValue() != constant.getValue())
        return constant.emitOpError("shares its bytes with another constant");
    }
  uint64_t end = 0;
  for (auto &[offset, constant] : byOffset) {
    if (offset < end)
      return constant.emitOpError("overlaps another constant");
    end = offset + sizeOf(constant.getType());
  }
  return success();
}

namespace {
struct VerifyPlanPass : sinter::impl::VerifyPlanBase<VerifyPlanPass> {
  void runOnOperation() override {
    if (failed(verify(getOperation())))
      signalPassFailure();
    markAllAnalysesPreserved();
  }

  static LogicalResult verify(ModuleOp module) {
    Spaces spaces;
    if (failed(readSpace(module, storeBytesAttr, spaces.storeBytes)) ||
        failed(readSpace(module, arenaBytesAttr, spaces.arenaBytes)) ||
        failed(readSpace(module, constantBytesAttr, spaces.constantBytes)) ||
        failed(verifyStore(module, spaces)) ||
        failed(verifyConstants(module, spaces)))
      return failure();
    for (KernelOp kernel : module.getOps<KernelOp>())
      if (!classifyKernel(kernel, /*emitErrors=*/true))
        return failure();
    SymbolTable symbols(module);
    for (func::FuncOp function : module.getOps<func::FuncOp>())
      if (!function.isExternal() &&
          failed(FunctionVerifier(function, symbols, spaces).run()))
        return failure();
    return success();
  }
};
} // namespace
