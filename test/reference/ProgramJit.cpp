//===- ProgramJit.cpp - Runs a compiled program in process ----------------===//

#include "test/reference/ProgramJit.h"
#include "codegen/ObjectEmitter.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

#include <cstdlib>
#include <cstring>

using namespace llvm;
using namespace sinter;

ProgramJit::ProgramJit()
    : store(nullptr, std::free), arena(nullptr, std::free) {}
ProgramJit::~ProgramJit() = default;

/// Programs under test print nothing and stop nowhere.
extern "C" void testPrint(SinterContext *, const SinterPrint *) {}
extern "C" int32_t testPlot(SinterContext *, const SinterPlot *) { return 0; }
extern "C" int32_t testCheck(SinterContext *, const SinterCheck *) { return 0; }
extern "C" int32_t testGuard(SinterContext *, const SinterGuard *) { return 0; }
extern "C" int32_t testLimit(SinterContext *, const SinterLimit *) { return 1; }
extern "C" int64_t testClock() { return 0; }
extern "C" void testTime(const char *, int64_t) {}

static Error defineRuntime(orc::LLJIT &jit) {
  orc::SymbolMap symbols;
  auto define = [&](StringRef name, auto *function) {
    symbols[jit.mangleAndIntern(name)] = {orc::ExecutorAddr::fromPtr(function),
                                          JITSymbolFlags::Exported};
  };
  define("sinter_print", &testPrint);
  define("sinter_plot", &testPlot);
  define("sinter_check", &testCheck);
  define("sinter_guard", &testGuard);
  define("sinter_limit", &testLimit);
  define("sinter_clock", &testClock);
  define("sinter_time", &testTime);
  return jit.getMainJITDylib().define(orc::absoluteSymbols(std::move(symbols)));
}

/// Bytes behind each memory that nothing may touch.
static constexpr uint64_t fenceBytes = 4096;
static constexpr unsigned char fenceByte = 0xA5;

static char *allocate(uint64_t bytes) {
  char *memory = static_cast<char *>(
      std::aligned_alloc(64, (bytes + fenceBytes + 63) / 64 * 64));
  memset(memory, 0, bytes);
  memset(memory + bytes, fenceByte, fenceBytes);
  return memory;
}

static bool isFenceIntact(const char *fence) {
  return llvm::all_of(ArrayRef(fence, fenceBytes), [](char byte) {
    return static_cast<unsigned char>(byte) == fenceByte;
  });
}

std::string ProgramJit::compile(mlir::ModuleOp module, Stage from,
                                const CompileOptions &options) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = module.clone();
  if (failed(lowerModule(*copy, from, Stage::Kernels, options)))
    return "lowering failed";
  LLVMContext context;
  Expected<std::unique_ptr<Module>> code =
      translateToLLVM(*copy, options, context);
  if (!code)
    return toString(code.takeError());
  SmallVector<char, 0> object;
  raw_svector_ostream os(object);
  if (Error error =
          emit(**code, options.target, options.level, FileType::Object, os))
    return toString(std::move(error));

  Expected<std::unique_ptr<orc::LLJIT>> made = orc::LLJITBuilder().create();
  if (!made)
    return toString(made.takeError());
  jit = std::move(*made);
  if (Error error = defineRuntime(*jit))
    return toString(std::move(error));
  if (Error error = jit->addObjectFile(
          std::make_unique<SmallVectorMemoryBuffer>(std::move(object))))
    return toString(std::move(error));
  Expected<orc::ExecutorAddr> address = jit->lookup("sinter_program");
  if (!address)
    return toString(address.takeError());
  table = address->toPtr<const SinterProgram *>();
  store.reset(allocate(table->storeBytes));
  arena.reset(allocate(table->arenaBytes));
  return "";
}

const SinterFunction *ProgramJit::findProgram(StringRef name) const {
  for (uint64_t i = 0; i < table->numPrograms; ++i)
    if (name == table->programs[i].name)
      return &table->programs[i];
  return nullptr;
}

char *ProgramJit::at(const SinterBuffer &buffer) {
  if (buffer.space == SINTER_CONSTANTS)
    return const_cast<char *>(table->constants) + buffer.offset;
  return (buffer.space == SINTER_STORE ? store : arena).get() + buffer.offset;
}

void ProgramJit::clearStore() { memset(store.get(), 0, table->storeBytes); }

bool ProgramJit::isIntact() const {
  return isFenceIntact(store.get() + table->storeBytes) &&
         isFenceIntact(arena.get() + table->arenaBytes);
}

void ProgramJit::poisonArena() { memset(arena.get(), 0xff, table->arenaBytes); }

namespace {
/// What the context's `host` points to.
struct Host {
  int64_t pieces;
};
} // namespace

/// Runs the pieces last to first: their order must not matter.
static void runInPieces(SinterContext *context, SinterBody body, int64_t trip,
                        int64_t) {
  int64_t pieces = std::min(static_cast<Host *>(context->host)->pieces, trip);
  for (int64_t i = pieces; i-- > 0;)
    body(context, trip * i / pieces, trip * (i + 1) / pieces);
}

int32_t ProgramJit::call(const SinterFunction &function, int64_t extent,
                         int64_t pieces) {
  Host host{pieces};
  SinterContext context = {store.get(),       arena.get(), table->constants,
                           {extent, 0, 0, 0}, runInPieces, &host};
  return function.call(&context);
}
