//===- ObjectEmitter.cpp - LLVM IR to assembly and objects ----------------===//

#include "codegen/ObjectEmitter.h"
#include "codegen/OneLaneStores.h"

#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"

using namespace llvm;
using namespace sinter;

/// LLVM's description of `triple`; the X86 backend is the one registered.
static Expected<const llvm::Target *> lookupTarget(const Triple &triple) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  InitializeNativeTargetAsmParser();
  std::string error;
  const llvm::Target *found = TargetRegistry::lookupTarget(triple, error);
  if (!found)
    return createStringError(error);
  return found;
}

static Expected<std::unique_ptr<TargetMachine>>
createMachine(const sinter::Target &target, unsigned level) {
  Triple triple(target.triple);
  Expected<const llvm::Target *> found = lookupTarget(triple);
  if (!found)
    return found.takeError();
  TargetOptions options;
  options.FunctionSections = options.DataSections = true;
  // A multiply and an add become one instruction only where the graph says so.
  options.AllowFPOpFusion = FPOpFusion::Strict;
  return std::unique_ptr<TargetMachine>((*found)->createTargetMachine(
      triple, target.cpu, target.features, options, Reloc::PIC_, std::nullopt,
      level == 0 ? CodeGenOptLevel::None : CodeGenOptLevel::Default));
}

Error sinter::optimize(Module &module, const sinter::Target &target,
                       unsigned level) {
  Expected<std::unique_ptr<TargetMachine>> machine =
      createMachine(target, level);
  if (!machine)
    return machine.takeError();
  module.setTargetTriple(Triple(target.triple));
  module.setDataLayout((*machine)->createDataLayout());
  if (level == 0) {
    storeOneLanes(module);
    return Error::success();
  }

  PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = false;
  tuning.LoopUnrolling = false;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(machine->get(), tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2)
      .run(module, modules);
  storeOneLanes(module);
  return Error::success();
}

Error sinter::emit(Module &module, const sinter::Target &target, unsigned level,
                   FileType type, raw_pwrite_stream &out) {
  Expected<std::unique_ptr<TargetMachine>> machine =
      createMachine(target, level);
  if (!machine)
    return machine.takeError();
  legacy::PassManager passes;
  CodeGenFileType fileType = type == FileType::Assembly
                                 ? CodeGenFileType::AssemblyFile
                                 : CodeGenFileType::ObjectFile;
  if ((*machine)->addPassesToEmitFile(passes, out, nullptr, fileType))
    return createStringError("the target cannot emit this kind of file");
  passes.run(module);
  return Error::success();
}

Error sinter::assemble(MemoryBufferRef text, const sinter::Target &target,
                       raw_pwrite_stream &out) {
  Triple triple(target.triple);
  Expected<const llvm::Target *> found = lookupTarget(triple);
  if (!found)
    return found.takeError();
  MCTargetOptions options;
  std::unique_ptr<MCRegisterInfo> registers((*found)->createMCRegInfo(triple));
  std::unique_ptr<MCAsmInfo> info(
      (*found)->createMCAsmInfo(*registers, triple, options));
  std::unique_ptr<MCSubtargetInfo> subtarget(
      (*found)->createMCSubtargetInfo(triple, target.cpu, target.features));
  std::unique_ptr<MCInstrInfo> instructions((*found)->createMCInstrInfo());

  SourceMgr sources;
  sources.AddNewSourceBuffer(MemoryBuffer::getMemBuffer(text), SMLoc());
  MCContext context(triple, info.get(), registers.get(), subtarget.get(),
                    &sources, &options);
  std::unique_ptr<MCObjectFileInfo> fileInfo(
      (*found)->createMCObjectFileInfo(context, /*PIC=*/true));
  context.setObjectFileInfo(fileInfo.get());

  std::unique_ptr<MCAsmBackend> backend(
      (*found)->createMCAsmBackend(*subtarget, *registers, options));
  std::unique_ptr<MCObjectWriter> writer = backend->createObjectWriter(out);
  std::unique_ptr<MCCodeEmitter> emitter(
      (*found)->createMCCodeEmitter(*instructions, context));
  std::unique_ptr<MCStreamer> streamer((*found)->createMCObjectStreamer(
      triple, context, std::move(backend), std::move(writer),
      std::move(emitter), *subtarget));
  std::unique_ptr<MCAsmParser> parser(
      createMCAsmParser(sources, context, *streamer, *info));
  std::unique_ptr<MCTargetAsmParser> targetParser(
      (*found)->createMCAsmParser(*subtarget, *parser, *instructions, options));
  parser->setTargetParser(*targetParser);
  if (parser->Run(/*NoInitialTextSection=*/false))
    return createStringError("the assembly does not assemble");
  return Error::success();
}
