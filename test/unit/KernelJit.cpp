//===- KernelJit.cpp - Builds and runs kernels in process -----------------===//

#include "test/unit/KernelJit.h"
#include "codegen/LowerToLLVM.h"
#include "codegen/ObjectEmitter.h"
#include "codegen/Passes.h"
#include "ir/SinterOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;

namespace sinter {
KernelJit::KernelJit(const Target &target) : target(target) {
  DialectRegistry registry;
  registerCodegenDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  module = ModuleOp::create(UnknownLoc::get(&context));
}

KernelJit::~KernelJit() = default;

void KernelJit::add(
    llvm::StringRef name, llvm::ArrayRef<int64_t> bufferSizes, Type element,
    unsigned indices,
    llvm::function_ref<void(OpBuilder &, Location, ValueRange)> body) {
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  builder.setInsertionPointToEnd(module->getBody());
  SmallVector<Type> types;
  for (int64_t size : bufferSizes)
    types.push_back(MemRefType::get(size, element));
  types.append(indices, builder.getIndexType());
  func::FuncOp function = func::FuncOp::create(
      builder, loc, name, builder.getFunctionType(types, {}));
  for (size_t i = 0; i < bufferSizes.size(); ++i)
    function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                        builder.getUnitAttr());
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  body(builder, loc, entry->getArguments());
  func::ReturnOp::create(builder, loc);
}

std::string KernelJit::addKernels(llvm::StringRef text) {
  context.loadDialect<SinterDialect>();
  OwningOpRef<ModuleOp> source = parseSourceString<ModuleOp>(text, &context);
  PassManager passes(&context);
  passes.addPass(createSelectKernels(SelectKernelsOptions{target.cpu}));
  passes.addPass(createLowerKernels(LowerKernelsOptions{target.cpu}));
  if (!source || failed(passes.run(*source)))
    return "the kernels are invalid";
  for (Operation &op :
       llvm::make_early_inc_range(source->getBody()->getOperations()))
    op.moveBefore(module->getBody(), module->getBody()->end());
  return "";
}

void KernelJit::inspect(llvm::MemoryBufferRef buffer) {
  llvm::Expected<std::unique_ptr<llvm::object::ObjectFile>> object =
      llvm::object::ObjectFile::createObjectFile(buffer);
  if (!object)
    return llvm::consumeError(object.takeError());
  for (const llvm::object::SectionRef &section : (*object)->sections())
    textBytes += section.isText() ? section.getSize() : 0;
  for (const llvm::object::SymbolRef &symbol : (*object)->symbols()) {
    uint32_t flags = llvm::cantFail(symbol.getFlags());
    llvm::StringRef name = llvm::cantFail(symbol.getName());
    if (flags & llvm::object::SymbolRef::SF_Undefined && !name.empty())
      externals.push_back(name.str());
  }
}

std::string KernelJit::compile() {
  PassManager passes(&context);
  buildKernelsToLLVMPipeline(passes);
  if (failed(verify(*module)) || failed(passes.run(*module)))
    return "lowering failed";
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule =
      translateModuleToLLVMIR(*module, llvmContext);
  if (!llvmModule)
    return "translation failed";
  if (llvm::Error error = optimize(*llvmModule, target, /*level=*/2))
    return toString(std::move(error));
  llvm::SmallVector<char, 0> object;
  llvm::raw_svector_ostream out(object);
  if (llvm::Error error =
          emit(*llvmModule, target, /*level=*/2, FileType::Object, out))
    return toString(std::move(error));
  return load(std::make_unique<llvm::SmallVectorMemoryBuffer>(
      std::move(object), "kernels", /*RequiresNullTerminator=*/false));
}

std::string KernelJit::load(std::unique_ptr<llvm::MemoryBuffer> object) {
  inspect(object->getMemBufferRef());
  llvm::InitializeNativeTarget();
  llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> created =
      llvm::orc::LLJITBuilder()
          .setJITTargetMachineBuilder(
              llvm::orc::JITTargetMachineBuilder(llvm::Triple(target.triple)))
          .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
          .create();
  if (!created)
    return toString(created.takeError());
  jit = std::move(*created);
  if (llvm::Error error = jit->addObjectFile(std::move(object)))
    return toString(std::move(error));
  return "";
}

void *KernelJit::lookup(llvm::StringRef name) {
  llvm::Expected<llvm::orc::ExecutorAddr> address = jit->lookup(name);
  if (!address) {
    llvm::consumeError(address.takeError());
    return nullptr;
  }
  return address->toPtr<void *>();
}

llvm::SmallVector<Target> runnableTargets() {
  Target host = Target::host();
  llvm::SmallVector<Target> targets;
  for (const char *level : {"x86-64-v4", "x86-64-v3", "x86-64"}) {
    std::optional<Target> target = Target::byName(level);
    if (!target || target->vectorBits > host.vectorBits)
      continue;
    target->triple = llvm::sys::getProcessTriple();
    targets.push_back(*target);
  }
  return targets;
}
} // namespace sinter
