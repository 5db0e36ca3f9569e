//===- Driver.h - From a file to a stage of the compiler -------*- C++ -*-===//

#ifndef SINTER_TOOLS_DRIVER_H
#define SINTER_TOOLS_DRIVER_H

#include "frontend/Frontend.h"
#include "tools/CommandLine.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

namespace sinter {
/// Exit codes that scripts rely on.
enum ExitCode {
  Success = 0,
  ModelError = 1,
  UsageError = 2,
  IOError = 4,
  Bug = 70
};

/// Compiles one file.
class Driver {
public:
  explicit Driver(const Command &command);
  ~Driver();

  /// Reads `path`, a model file or the dump of stage `command.from`. Errors
  /// have been printed when the result is not Success.
  ExitCode read(llvm::StringRef path);

  /// Makes imported files part of the one that was read.
  ExitCode resolveImports();

  /// Elaborates the experiments and programs in `only`, or all.
  ExitCode elaborate(llvm::ArrayRef<std::string> only);
  /// Finds the errors of the file that was read: all of it is elaborated and
  /// differentiated, nothing else.
  ExitCode check();

  /// Takes what was read on to `stage` and writes it to `output` ("-" is
  /// stdout). Exe needs a file.
  ExitCode write(Stage stage, llvm::StringRef output);

  /// The syntax tree; null when a later stage's dump was read.
  const File *getFile() const { return file.get(); }
  /// The module once there is one.
  mlir::ModuleOp getModule() const { return *module; }
  /// Takes the module on to `stage`, between Graph and Kernels.
  ExitCode lowerTo(Stage stage);

  /// Takes the module on to machine code and counts the bytes of it.
  ExitCode measureCode(int64_t &bytes);

  /// Writes the module as it is after the pass `command.after`.
  ExitCode writeAfterPass(llvm::StringRef output);

private:
  ExitCode buildGraph(llvm::ArrayRef<std::string> only);
  std::unique_ptr<File> readDump(llvm::StringRef path);
  ExitCode readModule(llvm::StringRef path);
  ExitCode lowerTo(Stage stage, PassDump *passDump);
  ExitCode writeText(Stage stage, llvm::StringRef output);
  ExitCode writeMachineCode(Stage stage, llvm::StringRef output);
  llvm::Error emitMachineCode(Stage stage, llvm::raw_pwrite_stream &out);
  ExitCode link(llvm::StringRef output);
  /// Prints the diagnostics that are new.
  void flush();

  const Command &command;
  SourceManager sources;
  Diagnostics diagnostics;
  size_t numPrinted = 0;
  std::unique_ptr<File> file;
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<llvm::MemoryBuffer> dump;
  Stage stage = Stage::Ast;
};

/// Prints a failure that is not the model's fault.
ExitCode report(llvm::Error error, ExitCode code = IOError);
} // namespace sinter

#endif // SINTER_TOOLS_DRIVER_H
