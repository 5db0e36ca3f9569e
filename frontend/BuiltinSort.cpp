//===- BuiltinSort.cpp - Scans, sorting, linear systems -------------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

static Object wrap(Value value) {
  return value ? Object(value) : Object::error();
}

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// Truth values as numbers.
static Value asNumbers(Emitter &emit, Loc loc, const Tensor &x, Type element) {
  return x.element().isInteger(1) ? emit.cast(loc, x.value, element) : x.value;
}

//===----------------------------------------------------------------------===//
// Along an axis
//===----------------------------------------------------------------------===//

Object sinter::applyCumSum(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x = call.tensor(0);
  if (!x)
    return Object::error();
  Value value = x->value;
  if (!isa<FloatType>(x->element()))
    value = emit.cast(call.loc, value, emit.i64());
  // Without an axis, of all elements in their order.
  if (call[1].isNone()) {
    std::optional<int64_t> count = elementCount(x->dims());
    value = emit.reshape(call.loc, value, Dim{*count, {}});
    return value ? wrap(CumSumOp::create(emit.builder, emit.at(call.loc), value,
                                         uint64_t(0), false))
                 : Object::error();
  }
  std::optional<int64_t> axis = call.axis(1, x->type().getRank());
  if (!axis)
    return Object::error();
  return wrap(CumSumOp::create(emit.builder, emit.at(call.loc), value,
                               uint64_t(*axis), false));
}

static Value argsort(Call &call, const Tensor &x, int64_t axis,
                     bool isDescending) {
  Emitter &emit = call.elaborator.emit;
  Value value = asNumbers(emit, call.loc, x, emit.i32());
  RankedTensorType type = withElement(typeOf(value), emit.i32());
  return ArgSortOp::create(emit.builder, emit.at(call.loc), type, value,
                           uint64_t(axis), isDescending);
}

namespace {
/// The order of a tensor's elements along an axis.
struct Sorted {
  Tensor x;
  int64_t axis;
  Value order;
};
} // namespace

/// Of the arguments x, axis, descending.
static std::optional<Sorted> readSort(Call &call) {
  std::optional<Tensor> x = call.tensor(0);
  std::optional<int64_t> axis;
  if (x)
    axis = call.staticAxis(1, *x);
  std::optional<bool> isDescending = call.flag(2);
  if (!axis || !isDescending)
    return std::nullopt;
  return Sorted{*x, *axis, argsort(call, *x, *axis, *isDescending)};
}

Object sinter::applyArgSort(Call &call) {
  std::optional<Sorted> sorted = readSort(call);
  return sorted ? wrap(sorted->order) : Object::error();
}

/// x's elements at `index` along an axis, and at the same place along the
/// others.
static Value takeAlongAxis(Emitter &emit, Loc loc, Value x, Value index,
                           int64_t axis) {
  RankedTensorType type = typeOf(index);
  SmallVector<Value> indices;
  SmallVector<int64_t> axes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    axes.push_back(dim);
    indices.push_back(
        dim == axis ? index
                    : Value(IotaOp::create(emit.builder, emit.at(loc), type,
                                           emit.builder.getI64IntegerAttr(dim),
                                           emit.builder.getF64FloatAttr(0),
                                           emit.builder.getF64FloatAttr(1))));
  }
  return GatherOp::create(emit.builder, emit.at(loc),
                          withElement(type, typeOf(x).getElementType()), x,
                          indices, axes);
}

Object sinter::applyTakeAlongAxis(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x = call.tensor(0), index = call.tensor(1);
  std::optional<int64_t> axis;
  if (x && index)
    axis = call.staticAxis(2, *x);
  if (!axis)
    return Object::error();
  if (isa<FloatType>(index->element()) || index->element().isInteger(1)) {
    call.wrongType(1, "integers");
    return Object::error();
  }
  Dims want = x->dims(), have = index->dims();
  bool fits = have.size() == want.size() && !have[*axis].isDynamic();
  for (size_t i = 0; fits && i < have.size(); ++i)
    fits = i == size_t(*axis) || have[i] == want[i];
  if (!fits) {
    emit.error(Code::ShapeMismatch, call.loc,
               "the indices " + toString(have) + " of 'take_along_axis' do " +
                   "not fit " + toString(want) + " beside axis " +
                   Twine(*axis));
    return Object::error();
  }
  Value wide = index->element().isInteger(64)
                   ? index->value
                   : emit.cast(call.loc, index->value, emit.i32());
  return wrap(takeAlongAxis(emit, call.loc, x->value, wide, *axis));
}

Object sinter::applySort(Call &call) {
  std::optional<Sorted> sorted = readSort(call);
  if (!sorted)
    return Object::error();
  return wrap(takeAlongAxis(call.elaborator.emit, call.loc, sorted->x.value,
                            sorted->order, sorted->axis));
}

Object sinter::applyTopK(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x = call.tensor(0);
  std::optional<int64_t> k = call.integer(1), axis;
  if (x)
    axis = call.staticAxis(2, *x);
  std::optional<bool> isLargest = call.flag(3);
  if (!axis || !k || !isLargest)
    return Object::error();
  Dims dims = x->dims();
  if (*k < 0 || *k > dims[*axis].size) {
    emit.error(Code::BadValue, call.place(1),
               "'topk' of " + Twine(*k) + " among " + Twine(dims[*axis].size) +
                   (dims[*axis].size == 1 ? " element" : " elements"));
    return Object::error();
  }
  dims[*axis].size = *k;
  SmallVector<int64_t> offsets(dims.size(), 0), strides(dims.size(), 1);
  Value order = emit.slice(call.loc, argsort(call, *x, *axis, *isLargest),
                           offsets, strides, dims);
  Value values = takeAlongAxis(emit, call.loc, x->value, order, *axis);
  return Object::list({Object(values), Object(order)});
}

Object sinter::applyArgMin(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> x = call.tensor(0);
  std::optional<int64_t> axis;
  if (x)
    axis = call.staticAxis(1, *x);
  if (!axis)
    return Object::error();
  if (x->dims()[*axis].size == 0) {
    emit.error(Code::BadAxis, call.place(1),
               "'argmin' over an axis without elements");
    return Object::error();
  }
  // Every integer has a negative in i64.
  Value value = x->value;
  if (!isa<FloatType>(x->element()))
    value = emit.cast(call.loc, value, emit.i64());
  return wrap(emit.argmax(call.loc, emit.unary<NegOp>(call.loc, value), *axis));
}

//===----------------------------------------------------------------------===//
// Linear systems
//===----------------------------------------------------------------------===//

/// Both sides with one float element type and equal leading dimensions; `b` has
/// columns.
static bool unifySystem(Call &call, Value &a, Value &b) {
  Elaborator &elaborator = call.elaborator;
  Emitter &emit = elaborator.emit;
  Type element =
      promote(typeOf(a).getElementType(), typeOf(b).getElementType());
  Dims aDims = dimsOf(a), bDims = dimsOf(b), batch;
  unsigned fromEnd = 0;
  ArrayRef<Dim> aBatch = ArrayRef(aDims).drop_back(2);
  ArrayRef<Dim> bBatch = ArrayRef(bDims).drop_back(2);
  bool fits = aDims[aDims.size() - 2] == bDims[bDims.size() - 2] &&
              Emitter::broadcastDims(aBatch, bBatch, batch, fromEnd);
  if (!fits) {
    emit.error(Code::ShapeMismatch, call.loc,
               "the matrix " + toString(aDims) + " and the right side " +
                   toString(bDims) + " of 'solve' do not fit");
    return false;
  }
  Dims aWanted = batch, bWanted = batch;
  llvm::append_range(aWanted, ArrayRef(aDims).take_back(2));
  llvm::append_range(bWanted, ArrayRef(bDims).take_back(2));
  a = emit.broadcast(call.loc, emit.cast(call.loc, a, element), aWanted);
  b = emit.broadcast(call.loc, emit.cast(call.loc, b, element), bWanted);
  return a && b;
}

Object sinter::applySolve(Call &call) {
  Emitter &emit = call.elaborator.emit;
  std::optional<Tensor> a = call.floats(0), b = call.floats(1);
  if (!a || !b)
    return Object::error();
  Dims aDims = a->dims(), bDims = b->dims();
  size_t rank = aDims.size();
  if (rank < 2 || aDims[rank - 1].isDynamic() ||
      aDims[rank - 1] != aDims[rank - 2]) {
    call.wrongType(0, "a square matrix");
    return Object::error();
  }
  if (bDims.empty() || bDims.back().isDynamic()) {
    call.wrongType(1, "a vector or a matrix");
    return Object::error();
  }
  bool isVector = bDims.size() == 1;
  if (isVector)
    bDims.push_back({1, {}});
  Value left = a->value, right = emit.reshape(call.loc, b->value, bDims);
  if (!right || !unifySystem(call, left, right))
    return Object::error();
  Value x = SolveOp::create(emit.builder, emit.at(call.loc), left, right);
  if (!isVector)
    return wrap(x);
  Dims dims = dimsOf(x);
  dims.pop_back();
  return wrap(emit.reshape(call.loc, x, dims));
}
