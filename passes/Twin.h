//===- Twin.h - A copy of a function that computes in f64 ------*- C++ -*-===//

#ifndef SINTER_PASSES_TWIN_H
#define SINTER_PASSES_TWIN_H

#include "ir/SinterOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter {
/// A copy of an experiment's function that computes in f64 what that computes
/// in f32, to compare with. Literals are the same numbers, and so are draws:
/// what is drawn in f32 is widened afterwards. The caller gives the copy
/// storage of its own and takes out what is not wanted; `finish` does the
/// widening.
class Twin {
public:
  /// Puts a copy of `original` behind it, with a role of its own. Nothing in it
  /// prints, checks or ends the call.
  Twin(mlir::func::FuncOp original, llvm::StringRef role,
       mlir::SymbolTable &symbols);

  mlir::func::FuncOp function() const { return twin; }
  GlobalOp globalOf(mlir::FlatSymbolRefAttr symbol) const {
    return symbols.lookup<GlobalOp>(symbol.getValue());
  }
  /// Whether the global is of the function's own experiment.
  bool isOwn(GlobalOp global) const { return global.getOwner() == owner; }
  /// The scratch `OWNER/PREFIX/NAME`, in f64 where the global is in f32.
  mlir::FlatSymbolRefAttr addScratch(llvm::StringRef prefix, GlobalOp global);

  /// Widens all that is f32 and leaves the first result and the arguments that
  /// are used. Symbols that are still f32 are widened when they are loaded.
  void finish();

private:
  void widen(mlir::Operation *op);
  void keepFirstResult();

  mlir::SymbolTable &symbols;
  llvm::StringRef owner;
  mlir::func::FuncOp original, twin;
};

/// Calls `make` for each function of this role, which may add functions.
void forEachOfRole(mlir::ModuleOp module, llvm::StringRef role,
                   llvm::function_ref<void(mlir::func::FuncOp)> make);
} // namespace sinter

#endif // SINTER_PASSES_TWIN_H
