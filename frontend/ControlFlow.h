//===- ControlFlow.h - Branches and loops decided at run time --*- C++ -*-===//

#ifndef SINTER_FRONTEND_CONTROLFLOW_H
#define SINTER_FRONTEND_CONTROLFLOW_H

#include "frontend/Elaborator.h"

#include "llvm/ADT/MapVector.h"

namespace sinter {
/// The body of a run-time branch or loop while it is elaborated. Operations are
/// built in its block. Variables from outside that are assigned in it get their
/// old values back when it ends: what they become is a result of the branch or
/// loop.
class RuntimeRegion {
public:
  RuntimeRegion(Elaborator &elaborator, mlir::Operation *op,
                mlir::Block &block);
  ~RuntimeRegion();

  /// Notes that a variable is about to change.
  void note(llvm::StringRef name, Binding &binding) {
    if (binding.regionDepth < depth)
      assigned.try_emplace(&binding, Assigned{name.str(), binding.object});
  }

  struct Assigned {
    std::string name;
    Object before;
  };
  /// The variables from outside that were assigned, with their old values.
  llvm::MapVector<Binding *, Assigned> assigned;

  RuntimeRegion *const outer;
  /// The regions around it, itself included.
  const unsigned depth;
  /// The operation that holds it.
  mlir::Operation *const op;
  /// The model that it is part of.
  const ModelRun *const model;

private:
  Elaborator &elaborator;
  mlir::OpBuilder::InsertionGuard guard;
};

/// A variable that a run-time loop changes.
struct LoopVariable {
  std::string name;
  Binding *binding;
  Object initial;
  /// What it is in the loop; a weak number takes the type of what it meets.
  mlir::RankedTensorType type;
  bool isWeak = false;

  ElementInfo element() const { return {type.getElementType(), isWeak}; }
};
} // namespace sinter

#endif // SINTER_FRONTEND_CONTROLFLOW_H
