//===- KernelJit.cpp - Builds and runs kernels in process -----------------===//

#include "test/unit/KernelJit.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;

namespace sinter {
KernelJit::KernelJit(const Target &target) : target(target) {
  context.loadDialect<arith::ArithDialect, func::FuncDialect, math::MathDialect,
                      memref::MemRefDialect, scf::SCFDialect,
                      vector::VectorDialect, LLVM::LLVMDialect>();
  registerBuiltinDialectTranslation(context);
  registerLLVMDialectTranslation(context);
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

static LogicalResult lower(ModuleOp module) {
  PassManager passes(module.getContext());
  ConvertFuncToLLVMPassOptions bare;
  bare.useBarePtrCallConv = true;
  passes.addPass(createSCFToControlFlowPass());
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass(bare));
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  return passes.run(module);
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager graphs;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder passes(&machine);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(graphs);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, graphs, modules);
  passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(module, modules);
}

static uint64_t countText(llvm::MemoryBufferRef buffer) {
  uint64_t bytes = 0;
  llvm::Expected<std::unique_ptr<llvm::object::ObjectFile>> object =
      llvm::object::ObjectFile::createObjectFile(buffer);
  if (!object) {
    llvm::consumeError(object.takeError());
    return 0;
  }
  for (const llvm::object::SectionRef &section : (*object)->sections())
    bytes += section.isText() ? section.getSize() : 0;
  return bytes;
}

std::string KernelJit::compile() {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  if (failed(verify(*module)) || failed(lower(*module)))
    return "lowering failed";
  llvm::LLVMContext llvmContext;
  std::unique_ptr<llvm::Module> llvmModule =
      translateModuleToLLVMIR(*module, llvmContext);
  if (!llvmModule)
    return "translation failed";

  llvm::orc::JITTargetMachineBuilder builder(llvm::Triple(target.triple));
  builder.setCPU(target.cpu);
  builder.setFeatures(target.features);
  builder.setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine =
      builder.createTargetMachine();
  if (!machine)
    return toString(machine.takeError());
  llvmModule->setTargetTriple((*machine)->getTargetTriple());
  llvmModule->setDataLayout((*machine)->createDataLayout());
  for (llvm::Function &function : *llvmModule)
    function.addFnAttr("prefer-vector-width",
                       std::to_string(target.vectorBits));
  optimize(*llvmModule, **machine);
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> object =
      llvm::orc::SimpleCompiler(**machine)(*llvmModule);
  if (!object)
    return toString(object.takeError());
  textBytes = countText((*object)->getMemBufferRef());

  llvm::Expected<std::unique_ptr<llvm::orc::LLJIT>> created =
      llvm::orc::LLJITBuilder()
          .setJITTargetMachineBuilder(std::move(builder))
          .create();
  if (!created)
    return toString(created.takeError());
  jit = std::move(*created);
  if (llvm::Error error = jit->addObjectFile(std::move(*object)))
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
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  llvm::SmallVector<Target> targets;
  auto addIf = [&](bool runs, unsigned bits, unsigned registers, bool fma,
                   const char *features) {
    if (!runs)
      return;
    Target &target = targets.emplace_back();
    target.triple = llvm::sys::getProcessTriple();
    target.features = features;
    target.vectorBits = bits;
    target.vectorRegisters = registers;
    target.hasFMA = fma;
  };
  addIf(host.lookup("avx512f") && host.lookup("avx512vl") &&
            host.lookup("avx512bw") && host.lookup("avx512dq"),
        512, 32, true, "+avx512f,+avx512vl,+avx512bw,+avx512dq,+avx2,+fma");
  addIf(host.lookup("avx2") && host.lookup("fma"), 256, 16, true, "+avx2,+fma");
  addIf(true, 128, 16, false, "");
  return targets;
}
} // namespace sinter
