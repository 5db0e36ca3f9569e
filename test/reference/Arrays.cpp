//===- Arrays.cpp - What the interpreter's parts share --------------------===//

#include "test/reference/Arrays.h"

using namespace sinter;

int64_t sinter::sizeOf(const std::vector<int64_t> &shape) {
  int64_t size = 1;
  for (int64_t extent : shape)
    size *= extent;
  return size;
}

void sinter::forEachIndex(const std::vector<int64_t> &shape,
                          const std::function<void(const Index &)> &visit) {
  Index index(shape.size(), 0);
  for (int64_t i = 0, size = sizeOf(shape); i < size; ++i) {
    visit(index);
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d])
        break;
      index[d] = 0;
    }
  }
}

int64_t sinter::linear(const std::vector<int64_t> &shape, const Index &index) {
  int64_t at = 0;
  for (size_t d = 0; d < shape.size(); ++d)
    at = at * shape[d] + index[d];
  return at;
}

double &sinter::elementAt(Array &array, const Index &index) {
  return array.data[linear(array.shape, index)];
}

double sinter::elementAt(const Array &array, const Index &index) {
  return array.data[linear(array.shape, index)];
}

Array sinter::generate(std::vector<int64_t> shape,
                       const std::function<double(const Index &)> &compute) {
  Array array{std::move(shape), {}};
  forEachIndex(array.shape, [&](const Index &index) {
    array.data.push_back(compute(index));
  });
  return array;
}

Index sinter::boxIndex(const Index &index, llvm::ArrayRef<int64_t> offsets,
                       llvm::ArrayRef<int64_t> strides) {
  Index at(index.size());
  for (size_t d = 0; d < index.size(); ++d)
    at[d] = offsets[d] + index[d] * strides[d];
  return at;
}
