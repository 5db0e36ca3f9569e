//===- ProgramMemory.cpp - Arrays in a program's memory -------------------===//

#include "test/reference/ProgramMemory.h"
#include "ir/Shape.h"

#include <cstring>

using namespace mlir;
using namespace sinter;

Type sinter::elementOf(Type type) {
  return cast<RankedTensorType>(type).getElementType();
}

/// Byte offsets of an array's elements, row-major.
static std::vector<int64_t> elementOffsets(RankedTensorType type,
                                           const std::vector<int64_t> &shape) {
  SmallVector<int64_t, 4> strides = stridesOf(type);
  std::vector<int64_t> offsets;
  std::vector<int64_t> index(shape.size(), 0);
  for (int64_t i = 0, size = sizeOf(shape); i < size; ++i) {
    int64_t offset = 0;
    for (size_t d = 0; d < shape.size(); ++d)
      offset += index[d] * strides[d];
    offsets.push_back(offset * elementBytes(type.getElementType()));
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
  return offsets;
}

template <typename T>
static void put(char *to, double value) {
  T element = T(value);
  memcpy(to, &element, sizeof element);
}

template <typename T>
static double take(const char *from) {
  T element;
  memcpy(&element, from, sizeof element);
  return double(element);
}

static void putElement(char *to, Type type, double value) {
  if (type.isF32())
    return put<float>(to, value);
  if (type.isF64())
    return put<double>(to, value);
  if (type.isInteger(64))
    return put<int64_t>(to, value);
  if (type.isInteger(32))
    return put<int32_t>(to, value);
  if (type.isUnsignedInteger(8) || type.isInteger(1))
    return put<uint8_t>(to, value);
  put<int8_t>(to, value);
}

static double takeElement(const char *from, Type type) {
  if (type.isF32())
    return take<float>(from);
  if (type.isF64())
    return take<double>(from);
  if (type.isInteger(64))
    return take<int64_t>(from);
  if (type.isInteger(32))
    return take<int32_t>(from);
  if (type.isUnsignedInteger(8) || type.isInteger(1))
    return take<uint8_t>(from);
  return take<int8_t>(from);
}

void sinter::writeArray(char *to, Type type, const Array &array) {
  RankedTensorType tensor = cast<RankedTensorType>(type);
  std::vector<int64_t> offsets = elementOffsets(tensor, array.shape);
  for (size_t i = 0; i < offsets.size(); ++i)
    putElement(to + offsets[i], tensor.getElementType(), array.data[i]);
}

Array sinter::readArray(const char *from, Type type, std::vector<int64_t> shape,
                        std::string &bytes) {
  RankedTensorType tensor = cast<RankedTensorType>(type);
  Type element = tensor.getElementType();
  Array array{std::move(shape), {}};
  for (int64_t offset : elementOffsets(tensor, array.shape)) {
    array.data.push_back(takeElement(from + offset, element));
    bytes.append(from + offset, elementBytes(element));
  }
  return array;
}

uint64_t Draw::bits() {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}
