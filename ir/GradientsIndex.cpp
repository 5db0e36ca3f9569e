//===- GradientsIndex.cpp - Gradients of indexing, scans, systems ---------===//
//
// In the formulas x, a, b are operands, y the result, g the result's adjoint
// and dx the operand's, as in Gradients.cpp.
//
//===----------------------------------------------------------------------===//

#include "ir/GradientRule.h"
#include "ir/Shape.h"

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Indexing
//===----------------------------------------------------------------------===//

// dx = zeros, plus each element of g where it came from
LogicalResult GatherOp::buildVJP(OpBuilder &builder, ValueRange g,
                                 Wanted wanted, Adjoints dx) {
  if (wanted[0])
    dx[0] = Rule(builder, *this)
                .make<ScatterAddOp>(getInput().getType(), g[0], getIndices(),
                                    getAxes());
  return success();
}

/// The extent of `dim` in the type of `index`.
static Value extentLike(Rule &rule, const Dim &dim, Value index) {
  if (!dim.isDynamic())
    return rule.splat(index, dim.size);
  Value extent = rule.make<ExtentOp>(dim.name, dim.size);
  Type element = typeOf(index).getElementType();
  Value scalar = rule.make<CastOp>(scalarOf(element), extent);
  return rule.make<BroadcastOp>(index.getType(), scalar, ArrayRef<int64_t>());
}

/// Which of the places that `indices` name along `axes` lie within `dims`.
static Value isInRange(Rule &rule, ArrayRef<Dim> dims, ValueRange indices,
                       ArrayRef<int64_t> axes) {
  Value inside;
  for (auto [index, axis] : llvm::zip(indices, axes)) {
    Value size = extentLike(rule, dims[axis], index);
    Value below = rule.compare(Predicate::LT, index, size);
    Value above = rule.compare(Predicate::GE, index, rule.neg(size));
    Value both = rule.make<AndOp>(below, above);
    inside = inside ? rule.make<AndOp>(inside, both) : both;
  }
  return inside;
}

/// What `indices` name in `whole`, 0 for those out of range.
static Value gatherOrZero(Rule &rule, Value whole, OperandRange indices,
                          ArrayRef<int64_t> axes) {
  Value found = rule.make<GatherOp>(whole, indices, axes);
  Value inside = isInRange(rule, dimsOf(whole), indices, axes);
  RankedTensorType type = typeOf(found);
  SmallVector<int64_t> leading =
      llvm::to_vector(llvm::seq<int64_t>(0, typeOf(inside).getRank()));
  Type maskType = withElement(type, typeOf(inside).getElementType());
  Value mask = rule.make<BroadcastOp>(maskType, inside, leading);
  return rule.select(mask, found, rule.splat(type, 0.0));
}

// dx = g where each element of x went, 0 if it went nowhere
LogicalResult ScatterAddOp::buildVJP(OpBuilder &builder, ValueRange g,
                                     Wanted wanted, Adjoints dx) {
  Rule rule(builder, *this);
  if (wanted[0])
    dx[0] = gatherOrZero(rule, g[0], getIndices(), getAxes());
  return success();
}

/// The box of `whole` that `insert` replaces; zeros if it is out of range.
static Value readBox(Rule &rule, InsertOp insert, Value whole) {
  RankedTensorType boxType = typeOf(insert.getValue());
  Dims dims = dimsOf(boxType);
  for (int64_t axis : insert.getAxes())
    dims[axis] = dimsOf(whole)[axis];
  Value box =
      rule.make<SliceOp>(makeTensor(dims, boxType.getElementType()), whole,
                         insert.getOffsets(), insert.getStrides());
  if (!insert.getIndices().empty())
    box = gatherOrZero(rule, box, insert.getIndices(), insert.getAxes());
  return rule.reshape(box, boxType);
}

// dvalue = g's box; dx = g with zeros in the box
LogicalResult InsertOp::buildVJP(OpBuilder &builder, ValueRange g,
                                 Wanted wanted, Adjoints dx) {
  Rule rule(builder, *this);
  if (wanted[0])
    dx[0] = readBox(rule, *this, g[0]);
  if (wanted[1])
    dx[1] = rule.make<InsertOp>(rule.splat(getValue(), 0.0), g[0], getIndices(),
                                getOffsets(), getStrides(), getAxes());
  return success();
}

//===----------------------------------------------------------------------===//
// Scans and linear systems
//===----------------------------------------------------------------------===//

// dx = the sums of g from the other end
LogicalResult CumSumOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted,
                                 Adjoints dx) {
  dx[0] = Rule(builder, *this).make<CumSumOp>(g[0], getAxis(), !getReverse());
  return success();
}

// db = solve(a.T, g), da = -(db @ y.T)
LogicalResult SolveOp::buildVJP(OpBuilder &builder, ValueRange g, Wanted wanted,
                                Adjoints dx) {
  Rule rule(builder, *this);
  int64_t rank = typeOf(getMatrix()).getRank();
  SmallVector<int64_t> swapped =
      llvm::to_vector(llvm::seq<int64_t>(0, rank - 2));
  llvm::append_range(swapped, ArrayRef<int64_t>{rank - 1, rank - 2});
  Value transposed = rule.make<TransposeOp>(getMatrix(), swapped);
  Value rhsAdjoint = rule.make<SolveOp>(transposed, g[0]);
  if (wanted[1])
    dx[1] = rhsAdjoint;
  if (!wanted[0])
    return success();
  std::string batch = StringRef("abcdef").take_front(rank - 2).str();
  std::string spec = batch + "im," + batch + "jm->" + batch + "ij";
  dx[0] = rule.neg(rule.make<ContractOp>(getMatrix().getType(), spec,
                                         rhsAdjoint, getResult()));
  return success();
}
