//===- Driver.cpp - From a file to a stage of the compiler ----------------===//

#include "tools/Driver.h"
#include "codegen/Linker.h"
#include "codegen/LowerToLLVM.h"
#include "codegen/ObjectEmitter.h"
#include "codegen/Tables.h"
#include "frontend/Elaborate.h"
#include "frontend/Imports.h"
#include "frontend/JsonWriter.h"
#include "passes/Remarks.h"

#include "mlir/IR/AsmState.h"
#include "mlir/Parser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace llvm;
using namespace sinter;

ExitCode sinter::report(Error error, ExitCode code) {
  errs() << "sinter: " << toString(std::move(error)) << '\n';
  return code;
}

/// Compiler bugs end here: the model was right, a pass was not.
static ExitCode reportBug(Error error) {
  errs() << "sinter: bug in sinter: ";
  logAllUnhandledErrors(std::move(error), errs());
  return Bug;
}

static mlir::DialectRegistry allDialects() {
  mlir::DialectRegistry registry;
  registerCodegenDialects(registry);
  return registry;
}

/// The place in a model file that a location of the graph came from.
static Loc placeOf(mlir::Location loc, SourceManager &sources) {
  mlir::FileLineColLoc file = findFileLocation(loc);
  if (!file)
    return {};
  // Its text is read again when the line is shown.
  return {sources.addReference(file.getFilename().getValue()), file.getLine(),
          file.getColumn()};
}

/// Errors of passes are told like the front end's own.
static void adopt(mlir::Diagnostic &diagnostic, SourceManager &sources,
                  Diagnostics &diagnostics) {
  if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
    return;
  sinter::Diagnostic &adopted = diagnostics.error(
      Code::CannotCompile, placeOf(diagnostic.getLocation(), sources),
      diagnostic.str());
  for (const mlir::Diagnostic &note : diagnostic.getNotes())
    adopted.addNote(placeOf(note.getLocation(), sources), note.str());
}

namespace {
/// Prints remarks like diagnostics.
class RemarkPrinter : public mlir::remark::detail::MLIRRemarkStreamerBase {
public:
  explicit RemarkPrinter(SourceManager &sources) : sources(sources) {}

  void streamOptimizationRemark(
      const mlir::remark::detail::Remark &remark) override {
    Loc place = placeOf(remark.getLocation(), sources);
    if (place.line)
      errs() << sources.name(place.file) << ':' << place.line << ':'
             << place.col << ": ";
    if (mlir::NameLoc name =
            mlir::dyn_cast<mlir::NameLoc>(remark.getLocation()))
      errs() << '\'' << name.getName().getValue() << "': ";
    errs() << "remark: ";
    for (const mlir::remark::detail::Remark::Arg &part : remark.getArgs())
      errs() << part.val;
    errs() << " [" << remark.getCategoryName() << "]\n";
  }

private:
  SourceManager &sources;
};
} // namespace

static void enableRemarks(ArrayRef<std::string> categories,
                          mlir::MLIRContext &context, SourceManager &sources) {
  mlir::remark::RemarkCategories accepted;
  std::string pattern = "^(" + join(categories, "|") + ")$";
  accepted.passed = accepted.missed = accepted.analysis = pattern;
  // Fails for patterns alone, and these are names.
  (void)mlir::remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkPrinter>(sources),
      std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), accepted);
}

Driver::Driver(const Command &command)
    : command(command), diagnostics(sources), context(allDialects()) {
  context.loadAllAvailableDialects();
  context.printOpOnDiagnostic(false);
  context.getDiagEngine().registerHandler([&](mlir::Diagnostic &diagnostic) {
    adopt(diagnostic, sources, diagnostics);
  });
  if (!command.remarks.empty())
    enableRemarks(command.remarks, context, sources);
}

Driver::~Driver() = default;

void Driver::flush() {
  if (command.jsonErrors)
    diagnostics.printJson(errs(), numPrinted);
  else
    diagnostics.print(errs(), numPrinted);
  numPrinted = diagnostics.all().size();
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

ExitCode Driver::read(StringRef path) {
  stage = command.from.value_or(Stage::Ast);
  if (stage == Stage::Ast) {
    file =
        command.from ? readDump(path) : parseFile(path, sources, diagnostics);
    if (file && !diagnostics.hasErrors())
      return Success;
    flush();
    bool isUnreadable = diagnostics.hasErrors() &&
                        diagnostics.all().front().code == Code::UnreadableFile;
    return isUnreadable ? IOError : ModelError;
  }
  ErrorOr<std::unique_ptr<MemoryBuffer>> text =
      MemoryBuffer::getFileOrSTDIN(path);
  if (!text)
    return report(
        createStringError(text.getError(), "cannot read '" + path + "'"));
  dump = std::move(*text);
  return stage <= Stage::Kernels ? readModule(path) : Success;
}

/// A dump of the syntax tree is JSON, whatever its file is called.
std::unique_ptr<File> Driver::readDump(StringRef path) {
  uint32_t id;
  if (std::error_code error = sources.open(path, id)) {
    diagnostics.error(Code::UnreadableFile, {},
                      "cannot read '" + path + "': " + error.message());
    return nullptr;
  }
  return parseSource(id, Spelling::Json, sources, diagnostics);
}

ExitCode Driver::readModule(StringRef path) {
  module = mlir::parseSourceString<mlir::ModuleOp>(
      dump->getBuffer(), mlir::ParserConfig(&context), path);
  if (module && !diagnostics.hasErrors())
    return Success;
  flush();
  return ModelError;
}

ExitCode Driver::resolveImports() {
  if (sinter::resolveImports(*file, sources, diagnostics))
    return Success;
  flush();
  return ModelError;
}

ExitCode Driver::buildGraph(ArrayRef<std::string> only) {
  if (ExitCode code = resolveImports())
    return code;
  ElaborateOptions options;
  options.defines = command.defines;
  StringRef model = sources.name(file->body.open.file);
  options.dataDir = command.dataDir.empty()
                        ? sys::path::parent_path(model).str()
                        : command.dataDir;
  options.only.assign(only.begin(), only.end());
  module = sinter::elaborate(*file, options, &context, sources, diagnostics);
  flush();
  if (!module || diagnostics.hasErrors())
    return ModelError;
  // A dump of the tree is of the file that its positions name.
  StringRef name = sys::path::filename(sources.name(file->body.open.file));
  (*module)->setAttr(modelAttr,
                     mlir::StringAttr::get(&context, sys::path::stem(name)));
  stage = Stage::Graph;
  return Success;
}

ExitCode Driver::elaborate(ArrayRef<std::string> only) {
  if (stage != Stage::Ast)
    return Success;
  if (ExitCode code = buildGraph(only))
    return code;
  stampHash(*module);
  return Success;
}

ExitCode Driver::check() {
  if (ExitCode code = buildGraph({}))
    return code;
  // Missing gradients are found by differentiation.
  return lowerTo(Stage::Grad);
}

ExitCode Driver::lowerTo(Stage wanted) { return lowerTo(wanted, nullptr); }

ExitCode Driver::lowerTo(Stage wanted, PassDump *passDump) {
  if (wanted <= stage)
    return Success;
  unsigned before = diagnostics.numErrors();
  mlir::LogicalResult lowered =
      lowerModule(*module, stage, wanted, command.compile, passDump);
  if (diagnostics.numErrors() != before) {
    flush();
    return ModelError;
  }
  if (failed(lowered))
    return reportBug(createStringError("a pass failed without a word"));
  stage = wanted;
  return Success;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

ExitCode Driver::writeAfterPass(StringRef output) {
  PassDump passDump{command.after, std::nullopt};
  if (ExitCode code = elaborate({}))
    return code;
  if (ExitCode code = lowerTo(Stage::Kernels, &passDump))
    return code;
  if (!passDump.text)
    return report(createStringError("no pass '" + command.after + "' was run"),
                  UsageError);
  Error error = writeToOutput(output, [&](raw_ostream &os) {
    os << *passDump.text;
    return Error::success();
  });
  return error ? report(std::move(error)) : Success;
}

ExitCode Driver::write(Stage wanted, StringRef output) {
  if (wanted < stage)
    return report(createStringError("stage '" + stageName(wanted) +
                                    "' comes before '" + stageName(stage) +
                                    "'"),
                  UsageError);
  if (wanted == Stage::Ast)
    return writeText(wanted, output);
  if (ExitCode code = elaborate({}))
    return code;
  if (ExitCode code = lowerTo(std::min(wanted, Stage::Kernels)))
    return code;
  if (wanted <= Stage::Kernels)
    return writeText(wanted, output);
  return wanted == Stage::Exe ? link(output) : writeMachineCode(wanted, output);
}

ExitCode Driver::writeText(Stage wanted, StringRef output) {
  Error error = writeToOutput(output, [&](raw_ostream &os) {
    if (wanted == Stage::Ast)
      writeJsonDump(*file, sources, os);
    else
      module->print(
          os,
          mlir::OpPrintingFlags().enableDebugInfo(true).printNameLocAsPrefix(
              true));
    return Error::success();
  });
  return error ? report(std::move(error)) : Success;
}

Error Driver::emitMachineCode(Stage wanted, raw_pwrite_stream &out) {
  const CompileOptions &options = command.compile;
  if (stage == wanted) {
    out << dump->getBuffer();
    return Error::success();
  }
  if (stage == Stage::Asm)
    return assemble(*dump, options.target, out);

  LLVMContext llvmContext;
  std::unique_ptr<Module> code;
  if (stage == Stage::LLVM) {
    SMDiagnostic problem;
    code = parseIR(*dump, problem, llvmContext);
    if (!code)
      return createStringError("line " + Twine(problem.getLineNo()) + ": " +
                               problem.getMessage());
  } else {
    Expected<std::unique_ptr<Module>> translated =
        translateToLLVM(*module, options, llvmContext);
    if (!translated)
      return translated.takeError();
    code = std::move(*translated);
  }
  if (wanted == Stage::LLVM) {
    // The order of uses steers the code generator: without it the dump would
    // not lead to the same bytes.
    code->print(out, nullptr, /*ShouldPreserveUseListOrder=*/true);
    return Error::success();
  }
  return emit(*code, options.target, options.level,
              wanted == Stage::Asm ? FileType::Assembly : FileType::Object,
              out);
}

ExitCode Driver::writeMachineCode(Stage wanted, StringRef output) {
  // In memory first: stdout cannot seek, and a failure leaves no file behind.
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  if (Error error = emitMachineCode(wanted, os))
    return reportBug(std::move(error));
  Error error = writeToOutput(output, [&](raw_ostream &out) {
    out << StringRef(bytes.data(), bytes.size());
    return Error::success();
  });
  return error ? report(std::move(error)) : Success;
}

ExitCode Driver::measureCode(int64_t &bytes) {
  if (ExitCode code = lowerTo(Stage::Kernels))
    return code;
  SmallVector<char, 0> image;
  raw_svector_ostream os(image);
  if (Error error = emitMachineCode(Stage::Obj, os))
    return reportBug(std::move(error));
  Expected<std::unique_ptr<object::ObjectFile>> object =
      object::ObjectFile::createELFObjectFile(
          MemoryBufferRef(StringRef(image.data(), image.size()), "object"));
  if (!object)
    return reportBug(object.takeError());
  bytes = 0;
  for (const object::SectionRef &section : (*object)->sections())
    if (section.isText())
      bytes += section.getSize();
  return Success;
}

ExitCode Driver::link(StringRef output) {
  SmallString<128> object;
  if (std::error_code error =
          sys::fs::createTemporaryFile("sinter", "o", object))
    return report(createStringError(error, "cannot create a temporary file"));
  FileRemover remover(object);
  if (ExitCode code = writeMachineCode(Stage::Obj, object))
    return code;
  std::string sysroot = findSysroot("x86_64-linux-musl");
  if (Error error = linkExecutable(object, sysroot, output))
    return report(std::move(error));
  return Success;
}
