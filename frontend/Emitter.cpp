//===- Emitter.cpp - Builds the graph's operations ------------------------===//

#include "frontend/Emitter.h"

#include "mlir/IR/Location.h"

#include <limits>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Places and errors
//===----------------------------------------------------------------------===//

Loc Emitter::userPlace(Loc loc) const {
  if (loc.file != preludeFile)
    return loc;
  for (const Loc &call : llvm::reverse(calls))
    if (call.file != preludeFile)
      return call;
  return loc;
}

Location Emitter::at(Loc loc) {
  loc = userPlace(loc);
  if (++operations > kMaxOperations)
    exhaust(loc, "the file becomes more than " + Twine(kMaxOperations) +
                     " operations");
  Location place =
      FileLineColLoc::get(context(), sources.name(loc.file), loc.line, loc.col);
  if (word.empty())
    return place;
  return NameLoc::get(builder.getStringAttr(word), place);
}

sinter::Diagnostic &Emitter::unsupported(Loc loc, const Twine &what) {
  return error(Code::NotSupported, loc, "not supported yet: " + what);
}

void Emitter::exhaust(Loc loc, const Twine &message) {
  if (!exhausted)
    error(Code::TooMuchWork, loc, message);
  exhausted = true;
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

RankedTensorType Emitter::tensorType(Loc loc, ArrayRef<Dim> dims,
                                     Type element) {
  if (int64_t(dims.size()) > maxRank) {
    error(Code::TooLarge, loc,
          "a tensor of " + Twine(dims.size()) + " dimensions; the limit is " +
              Twine(maxRank));
    return {};
  }
  for (const Dim &dim : dims) {
    if (dim.size >= 0 && dim.size <= maxDim)
      continue;
    error(dim.size < 0 ? Code::BadValue : Code::TooLarge, loc,
          "a dimension of size " + Twine(dim.size) + " in " + toString(dims) +
              "; sizes go from 0 to " + Twine(maxDim));
    return {};
  }
  std::optional<int64_t> count = elementCount(dims);
  if (!count || *count > maxBytes / elementBytes(element)) {
    error(Code::TooLarge, loc,
          "a tensor " + dtypeName(element) + toString(dims) +
              " is larger than " + Twine(maxBytes >> 40) + " TiB");
    return {};
  }
  return makeTensor(dims, element);
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

TypedAttr Emitter::numberAttr(Type element, const Object &number) {
  if (isa<FloatType>(element))
    return builder.getFloatAttr(element, number.number());
  const double *fraction = number.as<double>();
  if (fraction)
    return {};
  const int64_t *integer = number.as<int64_t>();
  int64_t value = integer ? *integer : int64_t(*number.as<bool>());
  unsigned width = element.getIntOrFloatBitWidth();
  if (width < 64) {
    bool isUnsigned = element.isUnsignedInteger() || width == 1;
    int64_t lo = isUnsigned ? 0 : -(int64_t(1) << (width - 1));
    int64_t hi = isUnsigned ? (int64_t(1) << width) - 1
                            : (int64_t(1) << (width - 1)) - 1;
    if (value < lo || value > hi)
      return {};
  }
  if (width == 1)
    return builder.getBoolAttr(value != 0);
  return builder.getIntegerAttr(element, value);
}

Value Emitter::splat(Loc loc, ArrayRef<Dim> dims, Type element,
                     const Object &number) {
  RankedTensorType type = tensorType(loc, dims, element);
  if (!type)
    return {};
  TypedAttr attr = numberAttr(element, number);
  if (!attr) {
    error(Code::BadValue, loc,
          describe(number) + " does not fit " + dtypeName(element));
    return {};
  }
  return SplatOp::create(builder, at(loc), type, attr);
}

Value Emitter::splat(Loc loc, RankedTensorType type, double value) {
  return makeSplat(builder, at(loc), type, value);
}

Value Emitter::extent(Loc loc, const Dim &dim) {
  return ExtentOp::create(builder, at(loc), scalarOf(i64()), dim.name,
                          builder.getI64IntegerAttr(dim.size));
}

Value Emitter::load(Loc loc, StringRef symbol, Type type) {
  return LoadOp::create(builder, at(loc), type,
                        FlatSymbolRefAttr::get(context(), symbol));
}

void Emitter::store(Loc loc, Value value, StringRef symbol) {
  StoreOp::create(builder, at(loc), value,
                  FlatSymbolRefAttr::get(context(), symbol));
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

Value Emitter::cast(Loc loc, Value x, Type element) {
  RankedTensorType type = mlir::cast<RankedTensorType>(x.getType());
  if (type.getElementType() == element)
    return x;
  return CastOp::create(builder, at(loc), withElement(type, element), x);
}

Value Emitter::compare(Loc loc, Predicate predicate, Value a, Value b) {
  RankedTensorType type = mlir::cast<RankedTensorType>(a.getType());
  return CompareOp::create(builder, at(loc), withElement(type, i1()), predicate,
                           a, b);
}

Value Emitter::select(Loc loc, Value condition, Value onTrue, Value onFalse) {
  return SelectOp::create(builder, at(loc), onTrue.getType(), condition, onTrue,
                          onFalse);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static bool isOne(const Dim &dim) { return !dim.isDynamic() && dim.size == 1; }

bool Emitter::broadcastDims(ArrayRef<Dim> a, ArrayRef<Dim> b, Dims &result,
                            unsigned &axisFromEnd) {
  size_t rank = std::max(a.size(), b.size());
  result.assign(rank, Dim{1, {}});
  for (size_t i = 1; i <= rank; ++i) {
    Dim left = i <= a.size() ? a[a.size() - i] : Dim{1, {}};
    Dim right = i <= b.size() ? b[b.size() - i] : Dim{1, {}};
    if (left != right && !isOne(left) && !isOne(right)) {
      axisFromEnd = i;
      return false;
    }
    result[rank - i] = isOne(left) ? right : left;
  }
  return true;
}

Value Emitter::broadcast(Loc loc, Value x, ArrayRef<Dim> dims) {
  Dims from = dimsOf(x);
  if (ArrayRef<Dim>(from) == dims)
    return x;
  RankedTensorType type = tensorType(
      loc, dims, mlir::cast<RankedTensorType>(x.getType()).getElementType());
  if (!type)
    return {};
  SmallVector<int64_t> positions;
  for (size_t i = 0; i < from.size(); ++i)
    positions.push_back(dims.size() - from.size() + i);
  return BroadcastOp::create(builder, at(loc), type, x, positions);
}

Value Emitter::reshape(Loc loc, Value x, ArrayRef<Dim> dims) {
  Dims from = dimsOf(x);
  if (ArrayRef<Dim>(from) == dims)
    return x;
  RankedTensorType type = tensorType(
      loc, dims, mlir::cast<RankedTensorType>(x.getType()).getElementType());
  if (!type)
    return {};
  if (!reshapeGroups(from, dims)) {
    Diagnostic &diagnostic =
        error(Code::ShapeMismatch, loc,
              "cannot reshape " + toString(from) + " to " + toString(dims));
    std::optional<int64_t> have = elementCount(from), want = elementCount(dims);
    if (have && want && *have != *want)
      diagnostic.addHelp("the number of elements must stay the same");
    else
      diagnostic.addHelp("a run-time dimension must stay as it is");
    return {};
  }
  return ReshapeOp::create(builder, at(loc), type, x);
}

Value Emitter::transpose(Loc loc, Value x, ArrayRef<int64_t> permutation) {
  Dims from = dimsOf(x), to;
  for (int64_t dim : permutation)
    to.push_back(from[dim]);
  Type element = mlir::cast<RankedTensorType>(x.getType()).getElementType();
  return TransposeOp::create(builder, at(loc), makeTensor(to, element), x,
                             permutation);
}

Value Emitter::slice(Loc loc, Value x, ArrayRef<int64_t> offsets,
                     ArrayRef<int64_t> strides, ArrayRef<Dim> sizes) {
  if (dimsOf(x) == sizes &&
      llvm::all_of(strides, [](int64_t stride) { return stride == 1; }))
    return x;
  Type element = mlir::cast<RankedTensorType>(x.getType()).getElementType();
  return SliceOp::create(builder, at(loc), makeTensor(sizes, element), x,
                         offsets, strides);
}

Value Emitter::concat(Loc loc, ArrayRef<Value> inputs, int64_t axis) {
  if (inputs.size() == 1)
    return inputs.front();
  Dims dims = dimsOf(inputs.front());
  dims[axis].size = 0;
  for (Value input : inputs)
    dims[axis].size += dimsOf(input)[axis].size;
  RankedTensorType type = tensorType(
      loc, dims,
      mlir::cast<RankedTensorType>(inputs.front().getType()).getElementType());
  if (!type)
    return {};
  return ConcatOp::create(builder, at(loc), type, inputs,
                          builder.getI64IntegerAttr(axis));
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Value Emitter::reduce(Loc loc, ReduceKind kind, Value x,
                      ArrayRef<int64_t> axes) {
  if (axes.empty())
    return x;
  Dims from = dimsOf(x), to;
  for (size_t i = 0; i < from.size(); ++i)
    if (!llvm::is_contained(axes, int64_t(i)))
      to.push_back(from[i]);
  Type element = mlir::cast<RankedTensorType>(x.getType()).getElementType();
  return ReduceOp::create(builder, at(loc), makeTensor(to, element), kind, x,
                          axes);
}

Value Emitter::mean(Loc loc, Value x, ArrayRef<int64_t> axes) {
  if (axes.empty())
    return x;
  Value sum = reduce(loc, ReduceKind::Sum, x, axes);
  RankedTensorType type = mlir::cast<RankedTensorType>(sum.getType());
  Dims from = dimsOf(x);
  double count = 1;
  Value extents;
  for (int64_t axis : axes) {
    if (!from[axis].isDynamic()) {
      count *= double(from[axis].size);
      continue;
    }
    Value next = cast(loc, extent(loc, from[axis]), type.getElementType());
    extents = extents ? binary<MulOp>(loc, extents, next) : next;
  }
  if (!extents)
    return binary<DivOp>(loc, sum, splat(loc, type, count));
  if (count != 1)
    extents = binary<MulOp>(loc, extents,
                            splat(loc, scalarOf(type.getElementType()), count));
  return binary<DivOp>(loc, sum, broadcast(loc, extents, dimsOf(type)));
}

Value Emitter::argmax(Loc loc, Value x, int64_t axis) {
  Dims dims = dimsOf(x);
  dims.erase(dims.begin() + axis);
  return ArgMaxOp::create(builder, at(loc), makeTensor(dims, i32()), x,
                          builder.getI64IntegerAttr(axis));
}

Value Emitter::contract(Loc loc, StringRef spec, Value a, Value b,
                        ArrayRef<Dim> dims) {
  RankedTensorType type = tensorType(
      loc, dims, mlir::cast<RankedTensorType>(a.getType()).getElementType());
  if (!type)
    return {};
  return ContractOp::create(builder, at(loc), type, spec, a, b);
}
