//===- PointScope.h - Computing a program inside loops ---------*- C++ -*-===//
//
// A scope knows the loop variables that are bound so far and the values made of
// them. Emitting at each loop on the way in computes everything as far out as
// it can stand: what does not depend on the inner loops is computed once.
//
// Scopes are copied on the way in, so that values never leave their loop.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_POINTSCOPE_H
#define SINTER_CODEGEN_POINTSCOPE_H

#include "codegen/KernelFrame.h"
#include "codegen/PointProgram.h"
#include "codegen/Random.h"

namespace sinter {
class RandomGroups;

class PointScope {
public:
  PointScope(KernelFrame &frame, const PointProgram &program,
             const LoopSpace &space);

  void bind(unsigned factor, mlir::Value value);
  /// Binds a loop that runs `lanes` steps at once, from `first`; only
  /// `remaining` of them, at least one, if it is given.
  void bindLanes(unsigned factor, mlir::Value first, int64_t lanes,
                 mlir::Value remaining);

  /// Takes random words from `groups` rather than making them one by one.
  void useGroups(const RandomGroups &from) { groups = &from; }

  /// Computes every demand that can be computed now and was not.
  void emit();
  /// The root's result at the index, or lanes, that are bound.
  void provide(mlir::Value root, mlir::Value value);
  /// What a random demand draws from; its operands have been computed.
  RandomStream emitStream(const Demand &demand) const;

  /// The value of a demand: a vector if it depends on the lanes.
  mlir::Value value(unsigned demand) const { return values[demand]; }
  mlir::Value rootValue(unsigned number) const {
    return values[program->root(number)];
  }
  KernelFrame &getFrame() const { return *frame; }
  /// The lanes that are there; null if all are.
  mlir::Value mask() const { return laneMask; }
  int64_t lanes() const { return numLanes; }

  mlir::Value emitIndex(const LinearIndex &form) const;
  /// Loads or stores the elements at `form`, one for each lane. Without lanes,
  /// the first of a vector is stored.
  mlir::Value emitLoad(mlir::Value buffer, const LinearIndex &form,
                       mlir::Type element) const;
  void emitStore(mlir::Value value, mlir::Value buffer,
                 const LinearIndex &form) const;

private:
  bool isBound(unsigned factor) const {
    return factors[factor] || dependsOnLanes[factor];
  }
  bool isReady(const Demand &demand) const;
  /// No division stands between the lanes and the index.
  bool isLinear(const LinearIndex &form) const;
  void bindDerived();
  mlir::Value emitDivision(const Factor &factor) const;

  mlir::Value emitDemand(const Demand &demand) const;
  mlir::Value emitIota(const Demand &demand) const;
  mlir::Value emitRandom(const Demand &demand) const;
  mlir::Value emitRandomWord(const Demand &demand, RandomWord which) const;
  mlir::Value emitElementNumbers(const Demand &demand) const;
  mlir::Value emitComputed(const Demand &demand) const;
  mlir::Value emitSteps(mlir::Value first, mlir::Value step) const;
  llvm::SmallVector<mlir::Value> emitLaneIndices(const LinearIndex &form) const;

  KernelFrame *frame;
  const PointProgram *program;
  const LoopSpace *space;
  /// Values of loops and derived factors; null while unbound.
  llvm::SmallVector<mlir::Value, 8> factors;
  llvm::SmallVector<bool, 8> dependsOnLanes;
  llvm::SmallVector<mlir::Value, 8> values;
  unsigned laneFactor = ~0u;
  int64_t numLanes = 0;
  mlir::Value laneMask, laneRemaining;
  const RandomGroups *groups = nullptr;
};
} // namespace sinter

#endif // SINTER_CODEGEN_POINTSCOPE_H
