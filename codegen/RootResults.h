//===- RootResults.h - What a kernel makes of its root ---------*- C++ -*-===//

#ifndef SINTER_CODEGEN_ROOTRESULTS_H
#define SINTER_CODEGEN_ROOTRESULTS_H

#include "codegen/PointScope.h"
#include "ir/SinterOps.h"

namespace sinter {
/// The results of a kernel: its root's, or elementwise operations on it.
class RootResults {
public:
  RootResults(mlir::Block &body, mlir::Operation *root)
      : root(root->getResult(0)), yield(body.getTerminator()) {}

  /// The kernel yields what its root computes, and nothing else.
  bool isRootAlone() const {
    return yield->getNumOperands() == 1 && yield->getOperand(0) == root;
  }

  /// Adds what is yielded at `at` to the roots of a program.
  void addTo(llvm::SmallVectorImpl<PointProgram::Root> &roots,
             llvm::ArrayRef<LinearIndex> at);
  /// Finds where in the results `at` is written.
  void place(llvm::ArrayRef<LinearIndex> at);
  void collectForms(llvm::SmallVectorImpl<LinearIndex *> &forms);

  /// Computes all results at the scope's index from the root's and writes them:
  /// no result is written before all are computed.
  void emit(PointScope &point, mlir::Value rootValue) const;

  /// Where in the first result the index is written.
  const LinearIndex &firstPlace() const { return places.front(); }

private:
  mlir::Value root;
  mlir::Operation *yield;
  unsigned firstRoot = 0;
  llvm::SmallVector<LinearIndex, 2> places;
};
} // namespace sinter

#endif // SINTER_CODEGEN_ROOTRESULTS_H
