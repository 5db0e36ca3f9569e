//===- VerifyPlan.cpp - Every planned read sees the right bytes -----------===//
//
// Carries out each function on a map from bytes to the value they hold. A plan
// is sound when every read finds all bytes of the value it wants, and when the
// store holds at the end what the function says, and nothing else has changed.
// Nothing here asks how the planner came to its offsets; liveness does not
// occur.
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
      : function(function), symbols(symbols), spaces(spaces) {}

  LogicalResult run();

private:
  LogicalResult enter();
  LogicalResult visit(Operation *op);
  LogicalResult launch(LaunchOp op);
  LogicalResult leave(func::ReturnOp op);

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
  SymbolTable &symbols;
  const Spaces &spaces;
  ByteMap store, arena;
  /// The first operation that wrote to the store.
  Operation *firstStoreWrite = nullptr;
  /// What each stored symbol must hold at the end.
  llvm::DenseMap<Operation *, Value> finalValues;
};
} // namespace

LogicalResult FunctionVerifier::run() {
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitOpError("is not a flat list");
  if (failed(enter()))
    return failure();
  for (Operation &op : function.getBody().front())
    if (failed(visit(&op)))
      return failure();
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
  if (isa<LoadOp>(op))
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
  if (func::ReturnOp returnOp = dyn_cast<func::ReturnOp>(op))
    return leave(returnOp);
  if (!isa<PrintOp, CheckOp, GuardOp>(op))
    return op->emitOpError("cannot stand in a planned function");
  for (Value operand : op->getOperands())
    if (failed(read(op, "an operand", operand)))
      return failure();
  if (firstStoreWrite && !isa<PrintOp>(op)) {
    InFlightDiagnostic error =
        op->emitOpError("may end the call after the store has changed");
    error.attachNote(firstStoreWrite->getLoc()) << "the store changes here";
    return error;
  }
  return success();
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
        (!isResult && writes[i].space != Space::Arena))
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
