//===- GraphGenerator.h - Random graphs ------------------------*- C++ -*-===//
//
// Valid graphs by construction: every operation is verified and evaluated as it
// is added, and taken back when its numbers are not usable.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_REFERENCE_GRAPHGENERATOR_H
#define SINTER_TEST_REFERENCE_GRAPHGENERATOR_H

#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "test/reference/GraphData.h"

#include <set>

namespace sinter {
class GraphBuilder;

/// Classes of element types, for what kinds accept and make.
enum ElementClass : unsigned { Floats = 1, Integers = 2, Bools = 4 };
inline constexpr unsigned Numbers = Floats | Integers;
inline constexpr unsigned Anything = Numbers | Bools;
ElementClass classOf(mlir::Type type);

/// A way to grow a graph: an operation, with a role of its first operand where
/// that matters.
struct GraphKind {
  llvm::StringLiteral name;
  /// Classes of the operand that it is applied to; 0 for a leaf.
  unsigned accepts;
  /// Classes of the result; 0 for the operand's.
  unsigned makes;
  /// Applies it to a value; null if it does not fit the value's shape.
  mlir::Value (*build)(GraphBuilder &, mlir::Value);
};
llvm::ArrayRef<GraphKind> graphKinds();

/// What stands in a graph with it: the name of its kind.
std::string kindOf(mlir::Operation *op);

/// Two kinds of which the second can be applied to the first's result.
using KindPair = std::pair<std::string, std::string>;
const std::vector<std::pair<const GraphKind *, const GraphKind *>> &
graphPairs();
/// The pairs that stand in the forward graph of a module.
std::set<KindPair> pairsOf(mlir::ModuleOp module);

/// Module with a program `eval`, which returns the graph's ends and gradients
/// of them, and a training step `step` over the same graph. Pairs of kinds take
/// turns from seed to seed.
mlir::OwningOpRef<mlir::ModuleOp> generateGraph(mlir::MLIRContext &context,
                                                uint64_t seed);

/// The number of a loop's trip, which is below `trips`.
struct TripCounter {
  mlir::Value value;
  int64_t trips;
};

/// The graph so far, as kinds see it.
class GraphBuilder {
public:
  GraphBuilder(mlir::func::FuncOp function, uint64_t seed);

  mlir::OpBuilder builder;
  Draw draw;
  /// Sizes that dimensions are drawn from.
  std::vector<int64_t> sizes;
  int64_t batchBound;
  int64_t maxElements, maxProducts;
  /// Of the loops around the insertion point.
  llvm::SmallVector<TripCounter> counters;

  template <typename OpTy, typename... Args>
  mlir::Value make(Args &&...args) {
    return OpTy::create(builder, loc, std::forward<Args>(args)...)
        ->getResult(0);
  }

  Dim batchDim();
  Dim randomDim(bool mayBeBatch = true);
  mlir::Type randomElement(unsigned classes);
  mlir::RankedTensorType randomType(unsigned classes);

  /// A value of this type that exists, or a new one.
  mlir::Value other(mlir::RankedTensorType type);
  /// An input or parameter of this type, its numbers between `low` and `high`.
  mlir::Value fresh(mlir::RankedTensorType type);
  mlir::Value fresh(mlir::RankedTensorType type, double low, double high,
                    double diagonal = 0);
  /// A value that exists of one of the classes; null if there is none.
  mlir::Value existing(unsigned classes);
  /// The values of this type that `block` computes.
  llvm::SmallVector<mlir::Value> computedIn(mlir::Block &block,
                                            mlir::Type type) const;

  /// Applies `kind` to `operand`, or to one of its choice where that is null.
  /// Null if nothing usable came of it.
  mlir::Value add(const GraphKind &kind, mlir::Value operand);
  /// Evaluates what kinds have appended to the insertion block, so that they
  /// can go on in a region. False if its numbers are not usable.
  bool evaluateAppended();

  unsigned countNodes() const { return nodes; }
  /// The number of regions around the insertion point.
  unsigned depth() const;

  /// The values of the graph that nothing uses.
  llvm::SmallVector<mlir::Value> ends() const;

private:
  friend class RegionScope;
  /// Evaluates the operations of the insertion block behind `before`, its last
  /// one so far.
  bool evaluateBehind(mlir::Operation *before);
  void eraseBehind(mlir::Operation *before);
  void forget(mlir::Value value);

  mlir::func::FuncOp function;
  mlir::Location loc;
  uint64_t seed;
  unsigned nodes = 0, inputs = 0;
  Interpreter interpreter;
  llvm::DenseMap<mlir::Value, Array> known;
  /// Those that can be used at the insertion point.
  llvm::SmallVector<mlir::Value> values;
};

/// As long as it lives, the graph grows in a block of a region.
class RegionScope {
public:
  /// The block's arguments are at first what `inits` are.
  RegionScope(GraphBuilder &graph, mlir::Block &block,
              mlir::ValueRange inits = {});
  ~RegionScope();

private:
  GraphBuilder &graph;
  mlir::OpBuilder::InsertionGuard guard;
  mlir::Block &block;
};

/// Branches and loops whose regions hold random operations. They read the value
/// and have a result of its type.
mlir::Value buildBranches(GraphBuilder &graph, mlir::Value x);
mlir::Value buildLoop(GraphBuilder &graph, mlir::Value x);
} // namespace sinter

#endif // SINTER_TEST_REFERENCE_GRAPHGENERATOR_H
