//===- ControlFlow.h - Branches and loops decided at run time --*- C++ -*-===//
//
// What a branch or loop yields is known only after its body was elaborated. So
// the body is built in a draft without results, whose regions then move into
// the operation proper.
//

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
/// A list as a tensor, built here; everything else as it is.
Object materialized(Elaborator &elaborator, Loc loc, const Object &object);
/// The dimensions of a number or tensor.
Dims dimsOfObject(const Object &object);
/// "f32[3]" of a number or tensor.
std::string typeText(Emitter &emit, const Object &object);
/// Ends a block with the values that an operation yields. False if one of them
/// could not be built.
bool yieldFrom(
    Emitter &emit, Loc loc, mlir::Block &block,
    llvm::function_ref<bool(llvm::SmallVectorImpl<mlir::Value> &)> add);
} // namespace sinter

#endif // SINTER_FRONTEND_CONTROLFLOW_H
