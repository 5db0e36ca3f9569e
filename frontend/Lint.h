//===- Lint.h - What is legal and rarely meant -----------------*- C++ -*-===//
//
// Warnings about models that can be compiled but hardly mean what they say. The
// elaborator tells what it meets; what needs the whole of a model or a file is
// looked for when that is elaborated without errors.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_LINT_H
#define SINTER_FRONTEND_LINT_H

#include "frontend/AST.h"
#include "ir/Shape.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringSet.h"

#include <map>
#include <string>
#include <tuple>

namespace sinter {
class Emitter;
struct ModelRun;

/// All values that `value` is computed from; without `stopped`, those that only
/// stop_gradient leads to are left out.
llvm::DenseSet<mlir::Value> sourcesOf(mlir::Value value, bool stopped = true);

class Lint {
public:
  explicit Lint(Emitter &emit) : emit(emit) {}

  /// A `let`, `input`, ... was met. It may be met again, in another mode.
  void noteDeclaration(llvm::StringRef keyword, llvm::StringRef name, Loc loc);
  /// The name that was declared there is used.
  void noteUse(Loc declaration) { used.insert(keyOf(declaration)); }
  /// The parameter of that symbol begins with one value everywhere.
  void noteConstant(llvm::StringRef symbol) { constants.insert(symbol); }
  /// `result` is what a linear layer makes of `input`.
  void noteLinear(Loc loc, mlir::Value input, mlir::Value result);
  /// The input of a log_softmax.
  void noteLogSoftmax(Loc loc, mlir::Value input);
  /// Two operands that are about to be broadcast.
  void noteBroadcast(Loc loc, llvm::ArrayRef<Dim> a, llvm::ArrayRef<Dim> b);

  /// A model's body is about to be elaborated.
  void beginModel() { linear.clear(); }
  /// Looks at a model's training step.
  void checkModel(const ModelRun &run);
  /// Reports the names that no mode used.
  void reportUnused();

private:
  using Key = std::tuple<unsigned, unsigned, unsigned>;
  static Key keyOf(Loc loc) { return {loc.file, loc.line, loc.col}; }

  void checkSymmetry(const ModelRun &run);

  struct Declaration {
    std::string keyword, name;
    Loc loc;
  };

  Emitter &emit;
  std::map<Key, Declaration> declarations;
  llvm::DenseSet<Key> used;
  llvm::StringSet<> constants;
  /// Results of linear layers of the model that is being elaborated.
  llvm::DenseSet<mlir::Value> linear;
};
} // namespace sinter

#endif // SINTER_FRONTEND_LINT_H
