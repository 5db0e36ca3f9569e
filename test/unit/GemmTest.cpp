//===- GemmTest.cpp - Contraction kernels against a scalar chain ----------===//
//
// Each case is compiled for every target the host can run, and its result is
// compared bit for bit with one chain of multiply-adds per element. Memory past
// the run-time extents is NaN, or traps when it is past the last row in use.
//
//===----------------------------------------------------------------------===//

#include "codegen/Gemm.h"
#include "codegen/IndexBuilder.h"
#include "test/unit/GuardedBuffer.h"
#include "test/unit/KernelJit.h"

#include "llvm/ADT/STLExtras.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

using namespace mlir;
using namespace sinter;

namespace {
/// How a matrix lies in memory.
enum class Layout { Rows, Columns, Strided };

struct GemmCase {
  int64_t m, n, k;
  Layout a = Layout::Rows, b = Layout::Rows, c = Layout::Rows;
  /// The dimensions with a run-time extent, a subset of "bmnk".
  const char *dynamic = "";
  int64_t batch = 1;
  bool sharedB = false;

  bool isDynamic(char dim) const { return std::strchr(dynamic, dim); }
};

constexpr Layout R = Layout::Rows, C = Layout::Columns, S = Layout::Strided;

const GemmCase cases[] = {
    // The contractions of a dense layer: forward, weight and input gradient.
    {250, 256, 784, R, C, R, "m"},
    {256, 250, 31, C, R, R, "k"},
    {96, 31, 10, R, R, R, "m"},
    {256, 10, 250, R, C, R, "m"},
    {10, 256, 250, C, R, R, "k"},
    // Sizes around the tiles' edges.
    {1, 1, 1},
    {1, 1, 17, R, C, R},
    {15, 15, 15},
    {16, 16, 16, R, C, R},
    {17, 17, 17, C, R, R},
    {31, 16, 1},
    {17, 64, 0},
    {0, 5, 3},
    {5, 0, 3, R, C, R},
    {12, 40, 100, R, C, R},
    {4, 250, 37, R, C, R, "k"},
    {31, 250, 15, C, C, R},
    {6, 128, 33},
    {7, 65, 34, R, C, R},
    {13, 48, 31},
    {5, 33, 16, R, C, R},
    {12, 63, 3, C, R, R},
    {250, 31, 17},
    {784, 16, 15, C, R, R},
    {64, 192, 64},
    // One row, one column.
    {1, 784, 31},
    {1, 250, 250, R, C, R},
    {1, 17, 31, C, S, R},
    {31, 1, 250},
    {250, 1, 17, C, R, R},
    {784, 1, 2, R, C, R, "m"},
    {1, 31, 784, R, R, R, "k"},
    {1, 250, 31, R, C, R, "n"},
    // C by columns, and every operand with gaps.
    {17, 31, 15, R, R, C},
    {31, 17, 16, C, C, C, "n"},
    {250, 15, 31, R, C, C, "m"},
    {17, 31, 15, S, S, R},
    {17, 31, 15, S, C, C, "k"},
    {15, 17, 31, R, C, S, "m"},
    {1, 17, 31, R, C, S},
    {16, 1, 31, R, R, S},
    // Run-time extents in every dimension.
    {256, 31, 17, R, R, R, "mnk"},
    {31, 256, 17, C, C, R, "mnk"},
    {256, 256, 16, R, C, R, "n"},
    {16, 250, 256, R, C, R, "k"},
    {31, 31, 256, S, S, S, "mnk"},
    // Several blocks of k and of columns.
    {17, 31, 2050},
    {16, 15, 2051, R, C, R, "mk"},
    {31, 784, 1030, C, C, R, "m"},
    {25, 1500, 1025},
    // Batches.
    {17, 31, 15, R, R, R, "", 3},
    {31, 17, 16, R, C, R, "bm", 3},
    {16, 33, 17, C, C, R, "n", 2},
    {7, 15, 31, R, C, R, "b", 3, true},
    {3, 5, 7, R, R, S, "b", 3},
};

/// A matrix's place in memory.
struct Shape {
  int64_t rows, cols, rowStride, colStride, batchStride;

  static Shape of(Layout layout, int64_t rows, int64_t cols) {
    Shape shape{rows, cols, 0, 0, 0};
    switch (layout) {
    case Layout::Rows:
      shape.rowStride = cols, shape.colStride = 1;
      break;
    case Layout::Columns:
      shape.rowStride = 1, shape.colStride = rows;
      break;
    case Layout::Strided:
      shape.rowStride = 2 * cols + 1, shape.colStride = 2;
      break;
    }
    shape.batchStride =
        rows > 0 && cols > 0 ? shape.at(0, rows - 1, cols - 1) + 1 : 0;
    return shape;
  }
  int64_t at(int64_t batch, int64_t row, int64_t col) const {
    return batch * batchStride + row * rowStride + col * colStride;
  }
  /// Elements up to the last one in use.
  int64_t span(int64_t batches, int64_t rows, int64_t cols) const {
    return batches && rows && cols ? at(batches - 1, rows - 1, cols - 1) + 1
                                   : 0;
  }
  GemmOperand operand(Value buffer) const {
    return {buffer, rowStride, colStride, batchStride};
  }
};

struct Extents {
  int64_t batch, m, n, k;
};

/// The run-time extents a case is run with.
std::vector<Extents> extentsOf(const GemmCase &c) {
  std::vector<Extents> result;
  for (int64_t wanted : {int64_t(0), int64_t(1), int64_t(7), int64_t(96),
                         std::numeric_limits<int64_t>::max()}) {
    auto pick = [&](char dim, int64_t bound) {
      return c.isDynamic(dim) ? std::min(wanted, bound) : bound;
    };
    result.push_back(
        {pick('b', c.batch), pick('m', c.m), pick('n', c.n), pick('k', c.k)});
    if (!*c.dynamic)
      break;
  }
  return result;
}

template <typename T>
T unused() {
  return std::is_floating_point_v<T> ? std::numeric_limits<T>::quiet_NaN()
                                     : T(77);
}

template <typename T>
T multiplyAdd(T x, T y, T sum, bool fuses) {
  if constexpr (std::is_integral_v<T>) {
    using Unsigned = std::make_unsigned_t<T>;
    return T(Unsigned(x) * Unsigned(y) + Unsigned(sum));
  } else {
    return fuses ? std::fma(x, y, sum) : x * y + sum;
  }
}

template <typename T>
Type elementType(MLIRContext &context) {
  if constexpr (std::is_same_v<T, float>)
    return Float32Type::get(&context);
  else if constexpr (std::is_same_v<T, double>)
    return Float64Type::get(&context);
  else
    return IntegerType::get(&context, 8 * sizeof(T));
}

using Kernel = void (*)(void *a, void *b, void *c, void *scratch, int64_t batch,
                        int64_t m, int64_t n, int64_t k, int64_t lo,
                        int64_t hi);

template <typename T>
class GemmRunner {
public:
  GemmRunner(const GemmCase &gemm, const Target &target)
      : gemm(gemm), target(target), a(Shape::of(gemm.a, gemm.m, gemm.k)),
        b(Shape::of(gemm.b, gemm.k, gemm.n)),
        c(Shape::of(gemm.c, gemm.m, gemm.n)) {
    if (gemm.sharedB)
      b.batchStride = 0;
  }

  void build(KernelJit &jit, const std::string &name) {
    Type element = elementType<T>(jit.context);
    GemmSpec sizes = spec(element, {});
    scratchSize = gemmScratchElements(sizes, target);
    packTrip = gemmPackTrip(sizes, target);
    trip = gemmTrip(sizes, target);
    int64_t buffers[] = {
        std::max<int64_t>(1, a.span(gemm.batch, gemm.m, gemm.k)),
        std::max<int64_t>(1, b.span(gemm.batch, gemm.k, gemm.n)),
        std::max<int64_t>(1, c.span(gemm.batch, gemm.m, gemm.n)),
        std::max<int64_t>(1, scratchSize)};
    jit.add(name, buffers, element, 6,
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              GemmSpec full = spec(element, args);
              Value trip = emitGemmTrip(builder, loc, full, target);
              Value hi = IndexBuilder(builder, loc).min(args[9], trip);
              emitGemm(builder, loc, full, target, args[8], hi);
            });
    jit.add(name + "_pack", buffers, element, 6,
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              GemmSpec full = spec(element, args);
              Value trip = emitGemmPackTrip(builder, loc, full, target);
              Value hi = IndexBuilder(builder, loc).min(args[9], trip);
              emitGemmPack(builder, loc, full, target, args[8], hi);
            });
  }

  void run(KernelJit &jit, const std::string &name) {
    Kernel compute = reinterpret_cast<Kernel>(jit.lookup(name));
    Kernel pack = reinterpret_cast<Kernel>(jit.lookup(name + "_pack"));
    ASSERT_TRUE(compute && pack);
    for (const Extents &extents : extentsOf(gemm))
      check(compute, pack, extents);
  }

private:
  GemmSpec spec(Type element, ValueRange args) const {
    auto value = [&](unsigned i) { return args.empty() ? Value() : args[i]; };
    auto extent = [&](char dim, unsigned i) {
      return gemm.isDynamic(dim) ? value(i) : Value();
    };
    GemmSpec spec;
    spec.batch = {gemm.batch, extent('b', 4)};
    spec.m = {gemm.m, extent('m', 5)};
    spec.n = {gemm.n, extent('n', 6)};
    spec.k = {gemm.k, extent('k', 7)};
    spec.a = a.operand(value(0));
    spec.b = b.operand(value(1));
    spec.c = c.operand(value(2));
    spec.scratch = value(3);
    spec.element = element;
    return spec;
  }

  void fill(GuardedBuffer<T> &buffer, const Shape &shape, int64_t batches,
            int64_t rows, int64_t cols) {
    std::fill_n(buffer.data(), buffer.size(), unused<T>());
    std::uniform_int_distribution<int> numbers(-999, 999);
    for (int64_t batch = 0; batch < batches; ++batch)
      for (int64_t row = 0; row < rows; ++row)
        for (int64_t col = 0; col < cols; ++col)
          buffer[shape.at(batch, row, col)] = std::is_integral_v<T>
                                                  ? T(numbers(random))
                                                  : T(numbers(random)) / T(998);
  }

  T expected(GuardedBuffer<T> &aData, GuardedBuffer<T> &bData, int64_t batch,
             int64_t row, int64_t col, int64_t depth) {
    T sum = 0;
    for (int64_t k = 0; k < depth; ++k)
      sum = multiplyAdd(aData[a.at(batch, row, k)], bData[b.at(batch, k, col)],
                        sum, target.hasFMA);
    return sum;
  }

  void check(Kernel compute, Kernel pack, const Extents &e) {
    GuardedBuffer<T> aData(a.span(e.batch, e.m, e.k));
    GuardedBuffer<T> bData(b.span(gemm.sharedB ? 1 : e.batch, e.k, e.n));
    GuardedBuffer<T> cData(c.span(e.batch, e.m, e.n));
    GuardedBuffer<T> scratch(scratchSize);
    fill(aData, a, e.batch, e.m, e.k);
    fill(bData, b, gemm.sharedB ? 1 : e.batch, e.k, e.n);
    std::vector<T> wanted(cData.size(), T(-5));
    for (int64_t batch = 0; batch < e.batch; ++batch)
      for (int64_t row = 0; row < e.m; ++row)
        for (int64_t col = 0; col < e.n; ++col)
          wanted[c.at(batch, row, col)] =
              expected(aData, bData, batch, row, col, e.k);

    for (int64_t pieces : {1, 2, 3}) {
      std::fill_n(cData.data(), cData.size(), T(-5));
      std::fill_n(scratch.data(), scratch.size(), unused<T>());
      auto runPieces = [&](Kernel kernel, int64_t trip) {
        // Backwards: no piece may rely on an earlier one.
        for (int64_t piece = pieces; piece-- > 0;)
          kernel(aData.data(), bData.data(), cData.data(), scratch.data(),
                 e.batch, e.m, e.n, e.k, trip * piece / pieces,
                 trip * (piece + 1) / pieces);
      };
      if (packTrip > 0)
        runPieces(pack, packTrip);
      runPieces(compute, trip);
      for (size_t i = 0; i < cData.size(); ++i)
        ASSERT_EQ(std::memcmp(&cData[i], &wanted[i], sizeof(T)), 0)
            << "element " << i << " is " << cData[i] << ", not " << wanted[i]
            << "; batch, m, n, k = " << e.batch << ", " << e.m << ", " << e.n
            << ", " << e.k << " in " << pieces << " pieces";
    }
  }

  const GemmCase &gemm;
  const Target &target;
  Shape a, b, c;
  int64_t scratchSize = 0, packTrip = 0, trip = 0;
  std::mt19937 random{42};
};

/// Runs every `step`-th case on every target.
template <typename T>
void runCases(size_t step) {
  for (const Target &target : runnableTargets()) {
    KernelJit jit(target);
    std::vector<GemmRunner<T>> runners;
    for (const GemmCase &gemm : cases)
      runners.emplace_back(gemm, target);
    auto name = [](size_t i) { return "gemm" + std::to_string(i); };
    for (size_t i = 0; i < runners.size(); i += step)
      runners[i].build(jit, name(i));
    ASSERT_EQ(jit.compile(), "");
    for (size_t i = 0; i < runners.size(); i += step) {
      SCOPED_TRACE("case " + std::to_string(i) + ", " +
                   std::to_string(target.vectorBits) + " bits");
      runners[i].run(jit, name(i));
    }
  }
}

TEST(Gemm, F32) { runCases<float>(1); }
TEST(Gemm, F64) { runCases<double>(2); }
TEST(Gemm, I32) { runCases<int32_t>(5); }
TEST(Gemm, I64) { runCases<int64_t>(6); }
TEST(Gemm, I8) { runCases<int8_t>(7); }
} // namespace
