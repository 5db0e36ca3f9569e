//===- BuiltinFunctions.h - The code of built-in functions -----*- C++ -*-===//
//
// One function for each row of Builtins.def. They are defined in
// Builtin*.cpp and Layers.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_BUILTINFUNCTIONS_H
#define SINTER_FRONTEND_BUILTINFUNCTIONS_H

namespace sinter {
class Call;
class Object;

#define BUILTIN(NAME, KIND, SIGNATURE, SHAPE, DOC, EXAMPLE, CODE)              \
  Object CODE(Call &call);
#include "frontend/Builtins.def"
} // namespace sinter

#endif // SINTER_FRONTEND_BUILTINFUNCTIONS_H
