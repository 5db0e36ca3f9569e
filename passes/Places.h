//===- Places.h - Values that have one place -------------------*- C++ -*-===//
//
// A carried value of a `sinter.while` has one place: its init, the regions'
// arguments, what the body yields and the result are in the same bytes, so that
// neither entering the loop nor going round moves anything. A result of a
// `sinter.if` is where both branches write it.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_PASSES_PLACES_H
#define SINTER_PASSES_PLACES_H

#include "passes/Kernels.h"

#include "llvm/ADT/EquivalenceClasses.h"

namespace sinter {
/// Adds copies to `body`, the scheduled list of a function, so that values that
/// have one place are never needed at the same time. None is added where a
/// value is read for the last time by what makes the next value of its place: a
/// loop of element writes moves an element a trip.
void isolatePlaces(mlir::Block &body, KernelTable &kernels);

/// The values that have one place with others.
llvm::EquivalenceClasses<mlir::Value> findPlaces(mlir::Block &body);
} // namespace sinter

#endif // SINTER_PASSES_PLACES_H
