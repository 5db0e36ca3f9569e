//===- IndexOps.cpp - Shape rules of indexing, scans and sorting ----------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

//===----------------------------------------------------------------------===//
// Gather and scatter
//===----------------------------------------------------------------------===//

/// Axes increase, lie in `rank` and come with one index each.
static LogicalResult checkAxes(std::optional<Location> loc,
                               ArrayRef<int64_t> axes, size_t numIndices,
                               size_t rank) {
  if (axes.size() != numIndices)
    return emitOptionalError(loc, "needs one index for each axis, has ",
                             numIndices, " for ", axes.size());
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] < 0 || axes[i] >= int64_t(rank) ||
        (i && axes[i] <= axes[i - 1]))
      return emitOptionalError(
          loc, "axes must increase and lie in the rank of ", rank);
  return success();
}

/// The dimensions of what is gathered from `whole`.
static FailureOr<Dims> inferGathered(std::optional<Location> loc,
                                     const Dims &whole, ValueRange indices,
                                     ArrayRef<int64_t> axes) {
  if (indices.empty())
    return emitOptionalError(loc, "needs at least one index");
  if (failed(checkAxes(loc, axes, indices.size(), whole.size())))
    return failure();
  Dims dims = dimsOf(indices.front());
  for (Value index : indices)
    if (dimsOf(index) != dims)
      return emitOptionalError(loc, "indices differ in shape: ", toString(dims),
                               " and ", toString(dimsOf(index)));
  for (size_t i = 0; i < whole.size(); ++i)
    if (!llvm::is_contained(axes, int64_t(i)))
      dims.push_back(whole[i]);
  return dims;
}

LogicalResult GatherOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  RankedTensorType type = tensorOf(adaptor.getInput());
  FailureOr<Dims> dims =
      inferGathered(loc, dimsOf(type), adaptor.getIndices(), adaptor.getAxes());
  if (failed(dims))
    return failure();
  types.push_back(makeTensor(*dims, type.getElementType()));
  return success();
}

LogicalResult ScatterAddOp::verify() {
  RankedTensorType type = tensorOf(getResult());
  FailureOr<Dims> dims =
      inferGathered(getLoc(), dimsOf(type), getIndices(), getAxes());
  if (failed(dims))
    return failure();
  Type wanted = makeTensor(*dims, type.getElementType());
  if (getUpdates().getType() != wanted)
    return emitOpError("needs updates of type ")
           << wanted << ", got " << getUpdates().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// Insert
//===----------------------------------------------------------------------===//

LogicalResult InsertOp::verify() {
  Dims box = dimsOf(getValue()), whole = dimsOf(getInput());
  if (failed(checkAxes(getLoc(), getAxes(), getIndices().size(), whole.size())))
    return failure();
  for (int64_t axis : getAxes())
    if (axis < int64_t(box.size()) &&
        (box[axis] != Dim{1, {}} || axis >= int64_t(getOffsets().size()) ||
         axis >= int64_t(getStrides().size()) || getOffsets()[axis] != 0 ||
         getStrides()[axis] != 1))
      return emitOpError("needs size 1, offset 0 and stride 1 along axis ")
             << axis << ", which has an index";
  return verifyBox(*this, tensorOf(getValue()), tensorOf(getInput()),
                   getOffsets(), getStrides(), getAxes());
}

/// A box that covers everything leaves nothing of the input.
OpFoldResult InsertOp::fold(FoldAdaptor) {
  bool isWhole = getIndices().empty() &&
                 getValue().getType() == getInput().getType() &&
                 llvm::all_of(getStrides(), [](int64_t s) { return s == 1; });
  return isWhole ? getValue() : Value();
}

//===----------------------------------------------------------------------===//
// Scans, sorting, linear systems
//===----------------------------------------------------------------------===//

LogicalResult CumSumOp::verify() {
  if (getAxis() >= uint64_t(tensorOf(getInput()).getRank()))
    return emitOpError("axis ")
           << int64_t(getAxis()) << " is not in " << getInput().getType();
  return success();
}

LogicalResult ArgSortOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          Adaptor adaptor,
                                          SmallVectorImpl<Type> &types) {
  Dims dims = dimsOf(adaptor.getInput());
  size_t axis = adaptor.getAxis();
  if (axis >= dims.size() || dims[axis].isDynamic())
    return emitOptionalError(loc, "argsort needs a static axis");
  types.push_back(makeTensor(dims, IntegerType::get(context, 32)));
  return success();
}

LogicalResult SolveOp::verify() {
  Dims matrix = dimsOf(getMatrix()), rhs = dimsOf(getRhs());
  size_t rank = matrix.size();
  if (tensorOf(getMatrix()).getElementType() !=
      tensorOf(getRhs()).getElementType())
    return emitOpError("operands differ in element type");
  if (rank < 2 || rhs.size() != rank || matrix[rank - 1].isDynamic() ||
      matrix[rank - 1] != matrix[rank - 2] || rhs[rank - 1].isDynamic() ||
      ArrayRef(matrix).drop_back() != ArrayRef(rhs).drop_back())
    return emitOpError("needs [..., n, n] and [..., n, m], got ")
           << toString(matrix) << " and " << toString(rhs);
  return success();
}
