//===- Compiler.h - The stages from graph to program -----------*- C++ -*-===//
//
// Every stage that can be printed is the next stage's input: a dump that is
// read back goes on to the same bytes.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_COMPILER_H
#define SINTER_CODEGEN_COMPILER_H

#include "codegen/Target.h"
#include "passes/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <optional>
#include <string>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace sinter {
/// In the order of compilation. Up to Ast the front end works, up to Kernels
/// the module is MLIR.
enum class Stage { Ast, Graph, Grad, Opt, Plan, Kernels, LLVM, Asm, Obj, Exe };

/// The name of `--emit=` and `--from=`: "ast", "graph", ...
llvm::StringRef stageName(Stage stage);
std::optional<Stage> parseStage(llvm::StringRef name);

struct CompileOptions {
  Target target = Target::host();
  /// 0 or 2.
  unsigned level = 2;
  /// Names of passes/Pipelines.h to leave out.
  DisabledPasses disabled;
  /// Add twins of the training steps in f64.
  bool gradcheck = false, selftest = false;
};

/// Keeps the text of a module as it is after the last run of one pass.
struct PassDump {
  /// The pass's argument, with or without `sinter-`.
  std::string pass;
  /// Nothing if the pass did not run.
  std::optional<std::string> text;
};

/// The SHA-256 of a text, or of a module's, as hexadecimal digits.
std::string digestOf(llvm::StringRef text);
std::string digestOf(mlir::ModuleOp module, bool withLocations);

/// Gives a graph the digest that checkpoints carry. Neither locations nor the
/// name of the model count.
void stampHash(mlir::ModuleOp graph);

/// Takes a module of stage `from` to stage `to`; both lie between Graph and
/// Kernels. Errors are reported through the context's diagnostics.
mlir::LogicalResult lowerModule(mlir::ModuleOp module, Stage from, Stage to,
                                const CompileOptions &options,
                                PassDump *dump = nullptr);

/// Translates a module of stage Kernels to optimized LLVM IR.
llvm::Expected<std::unique_ptr<llvm::Module>>
translateToLLVM(mlir::ModuleOp module, const CompileOptions &options,
                llvm::LLVMContext &context);
} // namespace sinter

#endif // SINTER_CODEGEN_COMPILER_H
