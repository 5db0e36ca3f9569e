//===- InterpretIndexing.cpp - Indexing, scans, sorting, systems ----------===//

#include "ir/SinterOps.h"
#include "test/reference/Arrays.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace sinter;

static bool holdsFloats(Value value) {
  return isa<FloatType>(
      cast<RankedTensorType>(value.getType()).getElementType());
}

//===----------------------------------------------------------------------===//
// Places known at run time
//===----------------------------------------------------------------------===//

/// Where `indices[...][at]` and `rest`, in the other dimensions, name an
/// element of `shape`; nothing if out of range.
static std::optional<Index> placeIn(const std::vector<int64_t> &shape,
                                    const std::vector<const Array *> &indices,
                                    ArrayRef<int64_t> axes, const Index &at,
                                    const Index &rest) {
  Index place(shape.size());
  size_t nextRest = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    const int64_t *axis = llvm::find(axes, int64_t(d));
    if (axis == axes.end()) {
      place[d] = rest[nextRest++];
      continue;
    }
    double given = elementAt(*indices[axis - axes.begin()], at);
    double index = given < 0 ? given + double(shape[d]) : given;
    if (!(index >= 0 && index < double(shape[d])))
      return std::nullopt;
    place[d] = int64_t(index);
  }
  return place;
}

static std::vector<const Array *> all(OperandRange values,
                                      const Operands &get) {
  std::vector<const Array *> arrays;
  for (Value value : values)
    arrays.push_back(&get(value));
  return arrays;
}

/// Splits an index of gathered elements into that of the indices and the rest.
static std::pair<Index, Index> split(const Index &index, size_t leading) {
  return {Index(index.begin(), index.begin() + leading),
          Index(index.begin() + leading, index.end())};
}

static Array gather(GatherOp op, const Operands &get,
                    const std::vector<int64_t> &shape) {
  const Array &input = get(op.getInput());
  std::vector<const Array *> indices = all(op.getIndices(), get);
  double missing = holdsFloats(op.getInput()) ? NAN : 0;
  return generate(shape, [&](const Index &index) {
    auto [at, rest] = split(index, indices[0]->shape.size());
    std::optional<Index> place =
        placeIn(input.shape, indices, op.getAxes(), at, rest);
    return place ? elementAt(input, *place) : missing;
  });
}

static Array scatterAdd(ScatterAddOp op, const Operands &get,
                        const std::vector<int64_t> &shape) {
  Array result{shape, std::vector<double>(sizeOf(shape), 0)};
  const Array &updates = get(op.getUpdates());
  std::vector<const Array *> indices = all(op.getIndices(), get);
  forEachIndex(updates.shape, [&](const Index &index) {
    auto [at, rest] = split(index, indices[0]->shape.size());
    std::optional<Index> place =
        placeIn(shape, indices, op.getAxes(), at, rest);
    if (place)
      elementAt(result, *place) += elementAt(updates, index);
  });
  return result;
}

static Array insert(InsertOp op, const Operands &get) {
  Array result = get(op.getInput());
  const Array &value = get(op.getValue());
  Index offsets(op.getOffsets().begin(), op.getOffsets().end());
  for (auto [operand, axis] : llvm::zip(op.getIndices(), op.getAxes())) {
    int64_t index = int64_t(get(operand).data[0]);
    int64_t size = result.shape[axis];
    offsets[axis] = index < 0 ? index + size : index;
    if (offsets[axis] < 0 || offsets[axis] >= size)
      return result;
  }
  forEachIndex(value.shape, [&](const Index &index) {
    elementAt(result, boxIndex(index, offsets, op.getStrides())) =
        elementAt(value, index);
  });
  return result;
}

//===----------------------------------------------------------------------===//
// Along an axis
//===----------------------------------------------------------------------===//

/// Calls `visit` with the numbers of the elements of each line along `axis`.
static void
forEachLine(const std::vector<int64_t> &shape, int64_t axis,
            const std::function<void(const std::vector<int64_t> &)> &visit) {
  std::vector<int64_t> starts = shape;
  starts[axis] = 1;
  forEachIndex(starts, [&](const Index &start) {
    Index at = start;
    std::vector<int64_t> line;
    for (at[axis] = 0; at[axis] < shape[axis]; ++at[axis])
      line.push_back(linear(shape, at));
    visit(line);
  });
}

static Array cumsum(CumSumOp op, const Array &input) {
  Array result = input;
  forEachLine(input.shape, op.getAxis(), [&](std::vector<int64_t> line) {
    if (op.getReverse())
      std::reverse(line.begin(), line.end());
    for (size_t i = 1; i < line.size(); ++i)
      result.data[line[i]] += result.data[line[i - 1]];
  });
  return result;
}

static Array argsort(ArgSortOp op, const Array &input) {
  Array result = input;
  auto isGreater = [](double a, double b) {
    return a > b || (std::isnan(a) && !std::isnan(b));
  };
  forEachLine(input.shape, op.getAxis(), [&](const std::vector<int64_t> &line) {
    std::vector<int64_t> order(line.size());
    for (size_t i = 0; i < order.size(); ++i)
      order[i] = i;
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      double x = input.data[line[a]], y = input.data[line[b]];
      if (op.getDescending())
        std::swap(x, y);
      return isGreater(y, x) || (!isGreater(x, y) && a < b);
    });
    for (size_t i = 0; i < order.size(); ++i)
      result.data[line[i]] = order[i];
  });
  return result;
}

//===----------------------------------------------------------------------===//
// Linear systems
//===----------------------------------------------------------------------===//

/// Solves in place: a is n x n and b is n x m, both row by row.
static void solveOne(double *a, double *b, int64_t n, int64_t m) {
  for (int64_t c = 0; c < n; ++c) {
    int64_t pivot = c;
    for (int64_t r = c + 1; r < n; ++r)
      if (std::fabs(a[r * n + c]) > std::fabs(a[pivot * n + c]))
        pivot = r;
    if (pivot != c) {
      std::swap_ranges(a + c * n, a + (c + 1) * n, a + pivot * n);
      std::swap_ranges(b + c * m, b + (c + 1) * m, b + pivot * m);
    }
    for (int64_t r = c + 1; r < n; ++r) {
      double factor = a[r * n + c] / a[c * n + c];
      for (int64_t k = c; k < n; ++k)
        a[r * n + k] -= factor * a[c * n + k];
      for (int64_t j = 0; j < m; ++j)
        b[r * m + j] -= factor * b[c * m + j];
    }
  }
  for (int64_t r = n; r-- > 0;)
    for (int64_t j = 0; j < m; ++j) {
      for (int64_t k = r + 1; k < n; ++k)
        b[r * m + j] -= a[r * n + k] * b[k * m + j];
      b[r * m + j] /= a[r * n + r];
    }
}

static Array solve(Array matrix, Array rhs) {
  int64_t m = rhs.shape.back(), n = matrix.shape.back();
  for (size_t system = 0; n && system * n * n < matrix.data.size(); ++system)
    solveOne(matrix.data.data() + system * n * n,
             rhs.data.data() + system * n * m, n, m);
  return rhs;
}

std::optional<Array>
sinter::evaluateIndexing(Operation *op, const Operands &get,
                         const std::vector<int64_t> &shape) {
  using Result = std::optional<Array>;
  return TypeSwitch<Operation *, Result>(op)
      .Case<GatherOp>([&](GatherOp op) { return gather(op, get, shape); })
      .Case<ScatterAddOp>(
          [&](ScatterAddOp op) { return scatterAdd(op, get, shape); })
      .Case<InsertOp>([&](InsertOp op) { return insert(op, get); })
      .Case<CumSumOp>(
          [&](CumSumOp op) { return cumsum(op, get(op.getInput())); })
      .Case<ArgSortOp>(
          [&](ArgSortOp op) { return argsort(op, get(op.getInput())); })
      .Case<SolveOp>([&](SolveOp op) {
        return solve(get(op.getMatrix()), get(op.getRhs()));
      })
      .Default([](Operation *) { return Result(); });
}
