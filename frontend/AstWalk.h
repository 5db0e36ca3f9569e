//===- AstWalk.h - Walking a tree -------------------------------*- C++ -*-===//
#ifndef SINTER_FRONTEND_ASTWALK_H
#define SINTER_FRONTEND_ASTWALK_H

#include "frontend/AST.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter {
/// Called for every Loc of a tree with the depth of its node, and may change
/// it: nodes are never const in the arena. Returns false to leave out what is
/// below the node.
using LocVisitor = llvm::function_ref<bool(Loc &loc, unsigned depth)>;

/// Visits every Loc of a file in one fixed order, parents before children. A
/// node has the depth of its parent and 1, the declarations of a file depth 1.
/// This order is the order of positions in a dump.
void walkLocs(const File &file, LocVisitor visit);
} // namespace sinter

#endif // SINTER_FRONTEND_ASTWALK_H
