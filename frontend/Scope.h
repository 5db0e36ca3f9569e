//===- Scope.h - The names of a block --------------------------*- C++ -*-===//

#ifndef SINTER_FRONTEND_SCOPE_H
#define SINTER_FRONTEND_SCOPE_H

#include "frontend/Object.h"

#include "llvm/ADT/StringMap.h"

namespace sinter {
/// What a name stands for, and where it was declared.
struct Binding {
  Object object;
  Loc loc;
  /// Declared by `var`, `state` or as an optimizer's parameter.
  bool isVariable = false;
  /// How many run-time branches and loops its declaration stands in.
  unsigned regionDepth = 0;
};

/// The names declared in one block, inside those of the blocks around it.
/// Parameters of layers are bound under their dotted names.
class Scope {
public:
  explicit Scope(Scope *parent) : parent(parent) {}

  /// The innermost binding of a name, null if there is none.
  Binding *find(llvm::StringRef name) {
    for (Scope *scope = this; scope; scope = scope->parent)
      if (Binding *binding = scope->findHere(name))
        return binding;
    return nullptr;
  }
  Binding *findHere(llvm::StringRef name) {
    llvm::StringMap<Binding>::iterator it = names.find(name);
    return it == names.end() ? nullptr : &it->second;
  }
  void bind(llvm::StringRef name, Binding binding) {
    names.insert_or_assign(name, std::move(binding));
  }
  /// Adds all names that can be seen from here.
  void collect(llvm::SmallVectorImpl<llvm::StringRef> &all) const {
    for (const Scope *scope = this; scope; scope = scope->parent)
      for (const llvm::StringMapEntry<Binding> &entry : scope->names)
        all.push_back(entry.getKey());
  }

private:
  Scope *parent;
  llvm::StringMap<Binding> names;
};
} // namespace sinter

#endif // SINTER_FRONTEND_SCOPE_H
