//===- Shape.cpp - Dimensions of tensor types -----------------------------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sinter;

static EncodingAttr encodingOf(RankedTensorType type) {
  return dyn_cast_or_null<EncodingAttr>(type.getEncoding());
}

Dims sinter::dimsOf(RankedTensorType type) {
  EncodingAttr encoding = encodingOf(type);
  Dims dims;
  size_t next = 0;
  for (int64_t size : type.getShape()) {
    if (!ShapedType::isDynamic(size)) {
      dims.push_back({size, {}});
    } else if (encoding) {
      dims.push_back({encoding.getBounds()[next], encoding.getNames()[next]});
      ++next;
    } else {
      // Type inference may meet such a type before the verifier rejects it.
      dims.push_back({maxDim, StringAttr::get(type.getContext(), "?")});
    }
  }
  return dims;
}

RankedTensorType sinter::makeTensor(ArrayRef<Dim> dims, Type element) {
  SmallVector<int64_t, 4> shape, bounds;
  SmallVector<StringAttr, 2> names;
  for (const Dim &dim : dims) {
    shape.push_back(dim.isDynamic() ? ShapedType::kDynamic : dim.size);
    if (dim.isDynamic()) {
      names.push_back(dim.name);
      bounds.push_back(dim.size);
    }
  }
  Attribute encoding;
  if (!names.empty())
    encoding = EncodingAttr::get(element.getContext(), names, bounds, {});
  return RankedTensorType::get(shape, element, encoding);
}

RankedTensorType sinter::withElement(RankedTensorType type, Type element) {
  return RankedTensorType::get(type.getShape(), element, type.getEncoding());
}

RankedTensorType sinter::scalarOf(Type element) {
  return RankedTensorType::get({}, element);
}

int64_t sinter::elementBytes(Type element) {
  return (element.getIntOrFloatBitWidth() + 7) / 8;
}

std::optional<int64_t> sinter::elementCount(ArrayRef<Dim> dims) {
  // Sizes beside a zero are bounded too: strides are products of them.
  int64_t count = 1;
  bool empty = false;
  for (const Dim &dim : dims) {
    empty |= dim.size == 0;
    if (llvm::MulOverflow(count, std::max<int64_t>(dim.size, 1), count) ||
        count > maxBytes)
      return std::nullopt;
  }
  return empty ? 0 : count;
}

int64_t sinter::byteSize(RankedTensorType type) {
  return *elementCount(dimsOf(type)) * elementBytes(type.getElementType());
}

SmallVector<int64_t, 4> sinter::stridesOf(RankedTensorType type) {
  Dims dims = dimsOf(type);
  SmallVector<int64_t, 4> strides(dims.size());
  EncodingAttr encoding = encodingOf(type);
  ArrayRef<int64_t> order =
      encoding ? encoding.getOrder() : ArrayRef<int64_t>();
  int64_t stride = 1;
  for (int64_t i = int64_t(dims.size()) - 1; i >= 0; --i) {
    int64_t dim = order.empty() ? i : order[i];
    strides[dim] = stride;
    stride *= dims[dim].size;
  }
  return strides;
}

LogicalResult sinter::checkTensor(std::optional<Location> loc, Type type) {
  auto fail = [&](const Twine &message) {
    return emitOptionalError(loc, "type ", type, ": ", message.str());
  };
  RankedTensorType tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return fail("expected a ranked tensor");
  if (tensor.getRank() > maxRank)
    return fail("rank is above the limit of " + Twine(maxRank));
  if (tensor.getEncoding() && !encodingOf(tensor))
    return fail("expected a #sinter.enc encoding");
  if (!tensor.hasStaticShape() && !encodingOf(tensor))
    return fail("run-time dimensions need names and bounds");
  Dims dims = dimsOf(tensor);
  for (const Dim &dim : dims)
    if (dim.size > maxDim)
      return fail("a dimension is above the limit of " + Twine(maxDim));
  std::optional<int64_t> count = elementCount(dims);
  if (!count || *count > maxBytes / elementBytes(tensor.getElementType()))
    return fail("the tensor is larger than " + Twine(maxBytes) + " bytes");
  return success();
}

std::string sinter::toString(ArrayRef<Dim> dims) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[';
  llvm::interleaveComma(dims, os, [&](const Dim &dim) {
    if (dim.isDynamic())
      os << dim.name.getValue();
    else
      os << dim.size;
  });
  os << ']';
  return text;
}

/// Groups the static dimensions of two runs with equal products, as fine as
/// possible; `base` holds the runs' positions in the whole shapes.
static bool groupStaticRun(ArrayRef<Dim> from, ArrayRef<Dim> to,
                           ReshapeGroup base,
                           SmallVectorImpl<ReshapeGroup> &groups) {
  std::optional<int64_t> count = elementCount(from);
  if (!count || count != elementCount(to))
    return false;
  if (*count == 0) {
    groups.push_back(base);
    return true;
  }
  unsigned f = 0, t = 0;
  while (f < from.size() || t < to.size()) {
    unsigned fromBegin = f, toBegin = t;
    int64_t fromProduct = 1, toProduct = 1;
    do {
      if (f < from.size() && (fromProduct <= toProduct || t == to.size()))
        fromProduct *= from[f++].size;
      else
        toProduct *= to[t++].size;
    } while (fromProduct != toProduct);
    groups.push_back({base.fromBegin + fromBegin, base.fromBegin + f,
                      base.toBegin + toBegin, base.toBegin + t});
  }
  return true;
}

std::optional<SmallVector<ReshapeGroup, 4>>
sinter::reshapeGroups(ArrayRef<Dim> from, ArrayRef<Dim> to) {
  auto runEnd = [](ArrayRef<Dim> dims, unsigned at) {
    while (at < dims.size() && !dims[at].isDynamic())
      ++at;
    return at;
  };
  SmallVector<ReshapeGroup, 4> groups;
  unsigned f = 0, t = 0;
  while (true) {
    unsigned fromEnd = runEnd(from, f), toEnd = runEnd(to, t);
    if (!groupStaticRun(from.slice(f, fromEnd - f), to.slice(t, toEnd - t),
                        {f, fromEnd, t, toEnd}, groups))
      return std::nullopt;
    f = fromEnd, t = toEnd;
    if (f == from.size() || t == to.size())
      break;
    // A run-time dimension stands alone, opposite itself.
    if (from[f] != to[t])
      return std::nullopt;
    groups.push_back({f, f + 1, t, t + 1});
    ++f, ++t;
  }
  if (f != from.size() || t != to.size())
    return std::nullopt;
  return groups;
}

std::optional<ContractSpec> sinter::parseContractSpec(StringRef spec) {
  auto [operands, result] = spec.split("->");
  auto [lhs, rhs] = operands.split(',');
  if (!spec.contains("->") || !operands.contains(','))
    return std::nullopt;
  for (StringRef letters : {lhs, rhs, result})
    for (size_t i = 0; i < letters.size(); ++i)
      if (letters[i] < 'a' || letters[i] > 'z' ||
          letters.find(letters[i], i + 1) != StringRef::npos)
        return std::nullopt;
  return ContractSpec{lhs, rhs, result};
}
