//===- Frame.h - A function that is being built ----------------*- C++ -*-===//

#ifndef SINTER_FRONTEND_FRAME_H
#define SINTER_FRONTEND_FRAME_H

#include "frontend/Emitter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <string>
#include <vector>

namespace sinter {
/// What the random draws of a function depend on.
enum class Draws {
  Once,     // the data section's seed: equal in every run
  PerRun,   // the seed argument
  PerStep,  // the seed and the step argument
  PerBatch, // the seed and the number of the batch: a step has several
};

/// A function of the module while its body is built. Arguments are added when
/// they are first asked for.
class Frame {
public:
  /// Adds an empty function to the end of the module.
  Frame(Emitter &emit, mlir::ModuleOp module, Loc loc, llvm::StringRef name,
        llvm::StringRef role, llvm::StringRef owner, Draws draws);

  mlir::func::FuncOp function;
  /// Tells functions apart, finished ones too.
  unsigned id;

  /// The argument of that kind and name.
  mlir::Value argument(Loc loc, llvm::StringRef kind, llvm::StringRef name,
                       mlir::RankedTensorType type,
                       llvm::ArrayRef<mlir::NamedAttribute> attributes = {});
  /// Rows of a source or column, fed for each batch, or a fixed number of them
  /// from `firstRow` on.
  mlir::Value feed(Loc loc, llvm::StringRef name, llvm::StringRef symbol,
                   mlir::RankedTensorType type, int64_t firstRow = 0);
  mlir::Value step(Loc loc);
  mlir::Value epoch(Loc loc);
  mlir::Value hyper(Loc loc, llvm::StringRef name, double value);
  mlir::Value seed(Loc loc);
  /// The step that random draws depend on.
  mlir::Value drawStep(Loc loc);
  /// While it lives, draws are those of one trip through a run-time loop.
  class Trip {
  public:
    Trip(Frame &frame, mlir::Value number, int64_t limit) : frame(frame) {
      frame.trips.push_back({number, limit});
    }
    ~Trip() { frame.trips.pop_back(); }

  private:
    Frame &frame;
  };
  /// Standard draws of the stream with that key, anew in each trip.
  mlir::Value random(Loc loc, Distribution distribution, llvm::StringRef key,
                     mlir::RankedTensorType type);

  void addResult(llvm::StringRef name, mlir::Value value);
  /// Adds the return, and drops arguments that nothing uses.
  void finish(Loc loc);
  static void dropUnusedArguments(mlir::func::FuncOp function);

  /// The seed of `Draws::Once`.
  int64_t fixedSeed = 0;
  Draws draws;

private:
  mlir::Value tripKey(Loc loc);
  mlir::Value addArgument(Loc loc, llvm::StringRef kind, llvm::StringRef name,
                          mlir::RankedTensorType type,
                          llvm::ArrayRef<mlir::NamedAttribute> attributes);

  Emitter &emit;
  std::vector<std::pair<std::string, mlir::Value>> results;
  /// The number of the trip through each run-time loop around, with the loop's
  /// limit, from the outside inwards.
  std::vector<std::pair<mlir::Value, int64_t>> trips;
};

/// Builds in another function, or at another place, while it lives.
class InsertionScope {
public:
  explicit InsertionScope(Emitter &emit) : guard(emit.builder) {}

private:
  mlir::OpBuilder::InsertionGuard guard;
};
} // namespace sinter

#endif // SINTER_FRONTEND_FRAME_H
