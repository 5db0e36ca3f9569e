//===- GraphCheck.h - One graph, compiled in many ways ---------*- C++ -*-===//

#ifndef SINTER_TEST_REFERENCE_GRAPHCHECK_H
#define SINTER_TEST_REFERENCE_GRAPHCHECK_H

#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace sinter {
struct CheckReport {
  /// What differs; empty if nothing does.
  std::string failure;
  /// Arrays compared with the interpreter, and those of which rounding leaves
  /// too little to compare or that lie on a kink.
  unsigned compared = 0, skipped = 0;
  /// Compilations.
  unsigned variants = 0;
};

/// Compiles `module`, made by generateGraph or of that form, at -O2, at -O0 and
/// with one pass left out, for more than one CPU level where the host has them.
/// The program `eval` is called with a full, a short and a single row's batch,
/// the step three times, whose loss and metric are accumulated. All must agree
/// with the f64 interpreter, and with each other to the bit, in one piece and
/// in three.
CheckReport checkGraph(mlir::ModuleOp module);

/// Whether the gradient that `eval` of `reference` computes, a module without
/// sinter.gradient made of `module`, is what central differences along a random
/// direction say. What differs, or nothing.
std::string checkDifferences(mlir::ModuleOp module, mlir::ModuleOp reference);

/// Breaks one rule in a copy of `module`, the `choice`-th way. The copy must be
/// rejected with a located error, or be valid after all and compile. Empty if
/// so.
std::string checkBrokenGraph(mlir::ModuleOp module, uint64_t choice);
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_GRAPHCHECK_H
