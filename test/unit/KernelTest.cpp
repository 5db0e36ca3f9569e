//===- KernelTest.cpp - What the difference test cannot see ---------------===//
//
// The order of additions, special values, results written over operands,
// memory past the run-time extent, and pieces of every size. That each kernel
// computes the right thing is tested by sinter-difftest.
//
//===----------------------------------------------------------------------===//

#include "test/unit/GuardedBuffer.h"
#include "test/unit/KernelJit.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

using namespace sinter;

namespace {
constexpr float infinity = std::numeric_limits<float>::infinity();
const float notANumber = std::nanf("");

/// Compiled kernels of one module.
class Kernels {
public:
  explicit Kernels(llvm::StringRef text, llvm::StringRef cpu = "native")
      : jit(*Target::byName(cpu)) {
    std::string problem = jit.addKernels(text);
    if (problem.empty())
      problem = jit.compile();
    EXPECT_EQ(problem, "");
  }

  /// Runs all of a kernel, its range cut into pieces of `step` units. Pointers
  /// and indices are passed alike on the machines there are.
  void run(const std::string &name, const std::vector<void *> &buffers,
           std::vector<int64_t> extents = {}, int64_t step = 1 << 30) {
    for (const char *suffix : {".pack", ".zero", ""}) {
      void *phase = jit.lookup(name + suffix);
      if (!phase)
        continue;
      void *tripOf = jit.lookup(name + suffix + ".trip");
      int64_t trip =
          extents.empty()
              ? reinterpret_cast<int64_t (*)()>(tripOf)()
              : reinterpret_cast<int64_t (*)(int64_t)>(tripOf)(extents[0]);
      for (int64_t lo = 0; lo < trip; lo += step) {
        std::vector<int64_t> words;
        for (void *buffer : buffers)
          words.push_back(reinterpret_cast<int64_t>(buffer));
        words.insert(words.end(), extents.begin(), extents.end());
        words.push_back(lo);
        words.push_back(std::min(trip, lo + step));
        words.resize(8);
        using Phase = void (*)(int64_t, int64_t, int64_t, int64_t, int64_t,
                               int64_t, int64_t, int64_t);
        reinterpret_cast<Phase>(phase)(words[0], words[1], words[2], words[3],
                                       words[4], words[5], words[6], words[7]);
      }
    }
  }

  /// The kernel wants scratch.
  bool packs(const std::string &name) { return jit.lookup(name + ".pack"); }

private:
  KernelJit jit;
};

/// Numbers of many sizes, so that every order of addition gives other bits.
float sample(size_t i) {
  uint32_t mixed = uint32_t(i) * 2654435761u;
  mixed ^= mixed >> 15;
  return std::ldexp(float(int32_t(mixed)) * 0x1p-31f, int(mixed % 11) - 5);
}

template <typename Container>
void fill(Container &numbers) {
  for (size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = sample(i);
}

void expectSameBits(const float *actual, const std::vector<float> &expected) {
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(std::memcmp(&actual[i], &expected[i], sizeof(float)), 0)
        << "element " << i << ": " << actual[i] << " and " << expected[i];
}

const int64_t extents[] = {1, 2, 15, 16, 17, 31, 33};

//===----------------------------------------------------------------------===//
// Order
//===----------------------------------------------------------------------===//

/// Sixteen sums side by side, then halves upon halves.
float sumOfRow(const float *row, size_t size) {
  float lanes[16] = {};
  for (size_t i = 0; i < size; ++i)
    lanes[i % 16] += row[i];
  for (size_t half = 8; half; half /= 2)
    for (size_t i = 0; i < half; ++i)
      lanes[i] += lanes[i + half];
  return lanes[0];
}

TEST(Kernels, RowsAreSummedInSixteenLanes) {
  for (const char *cpu : {"native", "x86-64"}) {
    Kernels kernels(R"(
sinter.kernel @k (%x: tensor<3x77xf32>) {
  %0 = sinter.reduce sum %x axes [1] : tensor<3x77xf32> -> tensor<3xf32>
  sinter.yield %0 : tensor<3xf32>
}
sinter.kernel @short (%x: tensor<3x5xf32>) {
  %0 = sinter.reduce sum %x axes [1] : tensor<3x5xf32> -> tensor<3xf32>
  sinter.yield %0 : tensor<3xf32>
}
sinter.kernel @viewed (%x: tensor<77x3xf32>) {
  %t = sinter.transpose %x [1, 0] : tensor<77x3xf32> -> tensor<3x77xf32>
  %0 = sinter.reduce sum %t axes [1] : tensor<3x77xf32> -> tensor<3xf32>
  sinter.yield %0 : tensor<3xf32>
})",
                    cpu);
    std::vector<float> x(3 * 77), turned(3 * 77), sums(3);
    fill(x);
    kernels.run("k", {x.data(), sums.data()});
    std::vector<float> expected;
    for (size_t row = 0; row < 3; ++row)
      expected.push_back(sumOfRow(&x[row * 77], 77));
    expectSameBits(sums.data(), expected);

    for (size_t i = 0; i < x.size(); ++i)
      turned[i % 77 * 3 + i / 77] = x[i];
    kernels.run("viewed", {turned.data(), sums.data()});
    expectSameBits(sums.data(), expected);

    kernels.run("short", {x.data(), sums.data()});
    expectSameBits(sums.data(), {sumOfRow(&x[0], 5), sumOfRow(&x[5], 5),
                                 sumOfRow(&x[10], 5)});
  }
}

TEST(Kernels, ColumnsAreSummedInAscendingOrder) {
  Kernels kernels(R"(
sinter.kernel @k (%x: tensor<?x150xf32, #sinter.enc<batch max 40>>) {
  %0 = sinter.reduce sum %x axes [0] : tensor<?x150xf32, #sinter.enc<batch max 40>> -> tensor<150xf32>
  sinter.yield %0 : tensor<150xf32>
})");
  std::vector<float> x(40 * 150), sums(150);
  fill(x);
  for (int64_t n : extents)
    for (int64_t step : {1, 1000}) {
      kernels.run("k", {x.data(), sums.data()}, {n}, step);
      std::vector<float> expected(150);
      for (int64_t row = 0; row < n; ++row)
        for (size_t col = 0; col < 150; ++col)
          expected[col] += x[row * 150 + col];
      expectSameBits(sums.data(), expected);
    }
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

const char *const rowKernels = R"(
!rows = tensor<?x19xf32, #sinter.enc<batch max 40>>
!col = tensor<?xf32, #sinter.enc<batch max 40>>
sinter.kernel @elementwise (%x: !rows, %b: tensor<19xf32>) {
  %0 = sinter.broadcast %b dims [1] : tensor<19xf32> -> !rows
  %1 = sinter.add %x, %0 : !rows
  %2 = sinter.exp %1 : !rows
  sinter.yield %2 : !rows
}
sinter.kernel @flat (%x: !rows) {
  %1 = sinter.mul %x, %x : !rows
  sinter.yield %1 : !rows
}
sinter.kernel @turned (%x: !rows) {
  %0 = sinter.transpose %x [1, 0] : !rows -> tensor<19x?xf32, #sinter.enc<batch max 40>>
  %1 = sinter.reduce sum %0 axes [1] : tensor<19x?xf32, #sinter.enc<batch max 40>> -> tensor<19xf32>
  sinter.yield %1 : tensor<19xf32>
}
sinter.kernel @all (%x: !rows) {
  %1 = sinter.reduce max %x axes [0, 1] : !rows -> tensor<f32>
  sinter.yield %1 : tensor<f32>
}
sinter.kernel @softmax (%x: !rows) {
  %1 = sinter.softmax %x : !rows
  sinter.yield %1 : !rows
}
sinter.kernel @slice (%x: !rows) {
  %0 = sinter.slice %x offsets [0, 18] strides [1, -3] : !rows -> tensor<?x7xf32, #sinter.enc<batch max 40>>
  sinter.yield %0 : tensor<?x7xf32, #sinter.enc<batch max 40>>
}
sinter.kernel @contract (%x: !rows, %w: tensor<5x19xf32>) {
  %0 = sinter.contract "bi,oi->bo" %x, %w : !rows, tensor<5x19xf32> -> tensor<?x5xf32, #sinter.enc<batch max 40>>
  sinter.yield %0 : tensor<?x5xf32, #sinter.enc<batch max 40>>
}
sinter.kernel @weights (%x: !rows, %g: !col) {
  %0 = sinter.contract "bi,b->i" %x, %g : !rows, !col -> tensor<19xf32>
  sinter.yield %0 : tensor<19xf32>
}
)";

struct RowKernel {
  const char *name;
  /// Elements of the second operand, for each row or in all, and of the result.
  size_t otherPerRow, other, resultPerRow, result;
};

/// Operands and result end with the last row there is, before a page that
/// traps; pieces of any size write the same bits.
TEST(Kernels, TouchNothingPastTheExtent) {
  Kernels kernels(rowKernels);
  const RowKernel list[] = {
      {"elementwise", 0, 19, 19, 0}, {"flat", 0, 0, 19, 0},
      {"turned", 0, 0, 0, 19},       {"all", 0, 0, 0, 1},
      {"softmax", 0, 0, 19, 0},      {"slice", 0, 0, 7, 0},
      {"contract", 0, 95, 5, 0},     {"weights", 1, 0, 0, 19},
  };
  for (const RowKernel &kernel : list)
    for (int64_t n : extents) {
      GuardedBuffer<float> x(n * 19),
          other(n * kernel.otherPerRow + kernel.other);
      GuardedBuffer<float> result(n * kernel.resultPerRow + kernel.result);
      std::vector<float> scratch(4096);
      fill(x);
      fill(other);
      std::vector<void *> buffers = {x.data()};
      if (other.size())
        buffers.push_back(other.data());
      buffers.push_back(result.data());
      if (kernels.packs(kernel.name))
        buffers.push_back(scratch.data());
      kernels.run(kernel.name, buffers, {n});
      std::vector<float> whole(result.data(), result.data() + result.size());
      std::fill_n(result.data(), result.size(), notANumber);
      kernels.run(kernel.name, buffers, {n}, 1);
      SCOPED_TRACE(std::string(kernel.name) + ", " + std::to_string(n));
      expectSameBits(result.data(), whole);
    }
}

TEST(Kernels, MayWriteOverAnOperand) {
  Kernels kernels(R"(
sinter.kernel @update (%p: tensor<101xf32>, %g: tensor<101xf32>, %v: tensor<101xf32>, %lr: tensor<f32>) {
  %r = sinter.broadcast %lr dims [] : tensor<f32> -> tensor<101xf32>
  %d = sinter.mul %r, %g : tensor<101xf32>
  %m = sinter.add %v, %d : tensor<101xf32>
  %q = sinter.sub %p, %m : tensor<101xf32>
  sinter.yield %q, %m : tensor<101xf32>, tensor<101xf32>
})");
  std::vector<float> p(101), g(101), v(101), q(101), m(101);
  fill(p);
  for (size_t i = 0; i < 101; ++i) {
    g[i] = sample(i + 500);
    v[i] = sample(i + 900);
  }
  float rate = 0.1f;
  kernels.run("update",
              {p.data(), g.data(), v.data(), &rate, q.data(), m.data()});
  kernels.run("update",
              {p.data(), g.data(), v.data(), &rate, p.data(), v.data()});
  expectSameBits(p.data(), q);
  expectSameBits(v.data(), m);
}

//===----------------------------------------------------------------------===//
// Special values
//===----------------------------------------------------------------------===//

TEST(Kernels, CastsSaturate) {
  Kernels kernels(R"(
sinter.kernel @to_i32 (%x: tensor<20xf32>) {
  %0 = sinter.cast %x : tensor<20xf32> -> tensor<20xi32>
  sinter.yield %0 : tensor<20xi32>
}
sinter.kernel @to_i64 (%x: tensor<20xf32>) {
  %0 = sinter.cast %x : tensor<20xf32> -> tensor<20xi64>
  sinter.yield %0 : tensor<20xi64>
}
sinter.kernel @to_i8 (%x: tensor<20xf32>) {
  %0 = sinter.cast %x : tensor<20xf32> -> tensor<20xi8>
  sinter.yield %0 : tensor<20xi8>
}
sinter.kernel @to_u8 (%x: tensor<20xf32>) {
  %0 = sinter.cast %x : tensor<20xf32> -> tensor<20xui8>
  sinter.yield %0 : tensor<20xui8>
}
sinter.kernel @to_i1 (%x: tensor<20xf32>) {
  %0 = sinter.cast %x : tensor<20xf32> -> tensor<20xi1>
  sinter.yield %0 : tensor<20xi1>
})");
  std::vector<float> x = {
      0.0f,          -0.0f,  0.9f,         -0.9f,        1.5f,
      -1.5f,         127.9f, 128.0f,       -128.9f,      -129.0f,
      255.9f,        256.0f, 2147483520.f, 2147483648.f, -2147483648.f,
      -2147483904.f, 1e30f,  infinity,     -infinity,    notANumber};
  std::vector<int32_t> i32(20);
  std::vector<int64_t> i64(20);
  std::vector<int8_t> i8(20);
  std::vector<uint8_t> u8(20), i1(20);
  kernels.run("to_i32", {x.data(), i32.data()});
  kernels.run("to_i64", {x.data(), i64.data()});
  kernels.run("to_i8", {x.data(), i8.data()});
  kernels.run("to_u8", {x.data(), u8.data()});
  kernels.run("to_i1", {x.data(), i1.data()});
  auto saturate = [](float value, double low, double high) {
    if (std::isnan(value))
      return 0.0;
    return std::min(std::max(std::trunc(double(value)), low), high);
  };
  for (size_t i = 0; i < x.size(); ++i) {
    SCOPED_TRACE(x[i]);
    EXPECT_EQ(i32[i], saturate(x[i], -2147483648.0, 2147483647.0));
    EXPECT_EQ(i8[i], saturate(x[i], -128, 127));
    EXPECT_EQ(u8[i], saturate(x[i], 0, 255));
    EXPECT_EQ(i1[i], x[i] != 0);
    if (std::fabs(x[i]) < 1e10f) {
      EXPECT_EQ(i64[i], int64_t(x[i]));
    }
  }
  EXPECT_EQ(i64[16], std::numeric_limits<int64_t>::max());
  EXPECT_EQ(i64[18], std::numeric_limits<int64_t>::min());
  EXPECT_EQ(i64[19], 0);
}

TEST(Kernels, IntegerDivisionNeverTraps) {
  Kernels kernels(R"(
sinter.kernel @div (%x: tensor<9xi32>, %y: tensor<9xi32>) {
  %0 = sinter.floor_div %x, %y : tensor<9xi32>
  sinter.yield %0 : tensor<9xi32>
}
sinter.kernel @mod (%x: tensor<9xi32>, %y: tensor<9xi32>) {
  %0 = sinter.mod %x, %y : tensor<9xi32>
  sinter.yield %0 : tensor<9xi32>
}
sinter.kernel @unsigned (%x: tensor<9xui8>, %y: tensor<9xui8>) {
  %0 = sinter.floor_div %x, %y : tensor<9xui8>
  sinter.yield %0 : tensor<9xui8>
})");
  constexpr int32_t lowest = std::numeric_limits<int32_t>::min();
  std::vector<int32_t> x = {7, -7, 7, -7, 5, lowest, lowest, 6, 0};
  std::vector<int32_t> y = {2, 2, -2, -2, 0, -1, 0, 3, -3};
  std::vector<int32_t> quotient(9), rest(9);
  kernels.run("div", {x.data(), y.data(), quotient.data()});
  kernels.run("mod", {x.data(), y.data(), rest.data()});
  EXPECT_EQ(quotient, (std::vector<int32_t>{3, -4, -4, 3, 0, lowest, 0, 2, 0}));
  EXPECT_EQ(rest, (std::vector<int32_t>{1, 1, -1, -1, 0, 0, 0, 0, 0}));
  std::vector<uint8_t> a = {200, 255, 7, 0, 9, 255, 128, 1, 2}, c(9);
  std::vector<uint8_t> b = {3, 255, 0, 5, 1, 2, 128, 200, 2};
  kernels.run("unsigned", {a.data(), b.data(), c.data()});
  EXPECT_EQ(c, (std::vector<uint8_t>{66, 1, 0, 0, 9, 127, 1, 0, 1}));
}

TEST(Kernels, NaNsAreNotLost) {
  Kernels kernels(R"(
sinter.kernel @maximum (%x: tensor<4xf32>, %y: tensor<4xf32>) {
  %0 = sinter.maximum %x, %y : tensor<4xf32>
  sinter.yield %0 : tensor<4xf32>
}
sinter.kernel @relu (%x: tensor<4xf32>) {
  %0 = sinter.relu %x : tensor<4xf32>
  sinter.yield %0 : tensor<4xf32>
}
sinter.kernel @max (%x: tensor<40xf32>) {
  %0 = sinter.reduce max %x axes [0] : tensor<40xf32> -> tensor<f32>
  sinter.yield %0 : tensor<f32>
}
sinter.kernel @argmax (%x: tensor<40xf32>) {
  %0 = sinter.argmax %x axis 0 : tensor<40xf32> -> tensor<i32>
  sinter.yield %0 : tensor<i32>
}
sinter.kernel @columns (%x: tensor<8x5xf32>) {
  %0 = sinter.argmax %x axis 0 : tensor<8x5xf32> -> tensor<5xi32>
  sinter.yield %0 : tensor<5xi32>
})");
  std::vector<float> x = {notANumber, 1, -1, notANumber};
  std::vector<float> y = {2, notANumber, -2, notANumber}, r(4);
  kernels.run("maximum", {x.data(), y.data(), r.data()});
  EXPECT_TRUE(std::isnan(r[0]) && std::isnan(r[1]) && std::isnan(r[3]));
  EXPECT_EQ(r[2], -1);
  kernels.run("relu", {x.data(), r.data()});
  EXPECT_TRUE(std::isnan(r[0]));
  EXPECT_EQ(r[2], 0);

  float most;
  int32_t where;
  std::vector<float> row(40, -infinity);
  kernels.run("argmax", {row.data(), &where});
  EXPECT_EQ(where, 0);
  row[7] = row[23] = row[39] = 5;
  kernels.run("argmax", {row.data(), &where});
  EXPECT_EQ(where, 7);
  row[38] = row[12] = notANumber;
  kernels.run("argmax", {row.data(), &where});
  EXPECT_EQ(where, 12);
  kernels.run("max", {row.data(), &most});
  EXPECT_TRUE(std::isnan(most));
  std::vector<int32_t> places(5);
  // 7, 12 (the NaN) are in column 2, in rows 1 and 2; 23 and 38 (the NaN) in
  // column 3, rows 4 and 7; 39 in column 4, row 7.
  kernels.run("columns", {row.data(), places.data()});
  EXPECT_EQ(places, (std::vector<int32_t>{0, 0, 2, 7, 7}));
}

TEST(Kernels, PickStaysInItsRow) {
  Kernels kernels(R"(
sinter.kernel @float (%x: tensor<6x3xf32>, %i: tensor<6xi32>) {
  %0 = sinter.pick %x, %i : tensor<6x3xf32>, tensor<6xi32> -> tensor<6xf32>
  sinter.yield %0 : tensor<6xf32>
}
sinter.kernel @int (%x: tensor<6x3xi64>, %i: tensor<6xi64>) {
  %0 = sinter.pick %x, %i : tensor<6x3xi64>, tensor<6xi64> -> tensor<6xi64>
  sinter.yield %0 : tensor<6xi64>
})");
  std::vector<float> x(18), r(6);
  std::vector<int64_t> wide(18), picked(6),
      at = {0, 2, 1, -1, 3, int64_t(1) << 32};
  std::vector<int32_t> narrow = {0,  2, 1,
                                 -1, 3, std::numeric_limits<int>::min()};
  for (size_t i = 0; i < 18; ++i)
    x[i] = wide[i] = i + 1;
  kernels.run("float", {x.data(), narrow.data(), r.data()});
  kernels.run("int", {wide.data(), at.data(), picked.data()});
  for (size_t i = 3; i < 6; ++i)
    EXPECT_TRUE(std::isnan(r[i]));
  r.resize(3);
  EXPECT_EQ(r, (std::vector<float>{1, 6, 8}));
  EXPECT_EQ(picked, (std::vector<int64_t>{1, 6, 8, 0, 0, 0}));
}
} // namespace
