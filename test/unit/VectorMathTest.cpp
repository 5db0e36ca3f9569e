//===- VectorMathTest.cpp - Elementary functions against libm -------------===//
//
// Every function is compiled for every target that the host can run, and
// compared with libm in a wider format: f32 functions of one argument at
// special values and every 997th of all 2**32, or with --exhaustive at all of
// them; the others at special values and 2**20 random ones, or 2**32.
//
//===----------------------------------------------------------------------===//

#include "codegen/VectorMath.h"
#include "test/unit/KernelJit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <thread>
#include <vector>

using namespace mlir;
using namespace sinter;

namespace {
bool exhaustive = false;

/// Elements that a kernel handles in one call.
constexpr int64_t chunk = 1 << 14;
using Kernel = void (*)(const void *x, const void *y, void *out);

//===----------------------------------------------------------------------===//
// The functions
//===----------------------------------------------------------------------===//

struct Function {
  const char *name;
  Value (*emit)(LaneBuilder &, Value x, Value y);
  double (*reference)(double x, double y);
  long double (*wideReference)(long double x, long double y);
  /// In ulp; up to 0.5 asks for correct rounding.
  double bound;
  bool isBinary = false;
};

void PrintTo(const Function &function, std::ostream *out) {
  *out << function.name;
}

template <Value (*emit)(LaneBuilder &, Value)>
Value unary(LaneBuilder &b, Value x, Value) {
  return emit(b, x);
}

/// Python's %.
template <typename T>
T modulo(T x, T y) {
  T r = std::fmod(x, y);
  if (r == 0)
    return std::copysign(r, y);
  return (r < 0) != (y < 0) ? r + y : r;
}

/// Python's //, with x / y for y = 0.
template <typename T>
T floorDivide(T x, T y) {
  if (y == 0)
    return std::isinf(x) ? std::numeric_limits<T>::quiet_NaN() : x / y;
  T r = std::fmod(x, y);
  T n = std::nearbyint((x - r) / y);
  if (r != 0 && (r < 0) != (y < 0))
    n -= 1;
  return n == 0 ? std::copysign(n, x / y) : n;
}

template <typename T>
T gelu(T x) {
  T below = std::erfc(-x / std::sqrt(T(2))) / 2;
  // 0 for minus infinity too.
  return below == 0 ? -T(0) : x * below;
}

/// A function of x, with libm's in both formats.
#define UNARY(name, emit, formula, bound)                                      \
  {name, unary<emit>, [](double x, double) -> double { return formula; },      \
   [](long double x, long double) -> long double { return formula; }, bound}

/// An operator, of LaneBuilder and of C++.
#define OPERATOR(name, symbol)                                                 \
  {#name,                                                                      \
   [](LaneBuilder &b, Value x, Value y) { return b.name(x, y); },              \
   [](double x, double y) { return x symbol y; },                              \
   [](long double x, long double y) { return x symbol y; },                    \
   0.5,                                                                        \
   /*isBinary=*/true}

const Function functions[] = {
    OPERATOR(add, +),
    OPERATOR(sub, -),
    OPERATOR(mul, *),
    OPERATOR(div, /),
    UNARY("exp", emitExp, std::exp(x), 2),
    UNARY("expm1", emitExpm1, std::expm1(x), 4),
    UNARY("log", emitLog, std::log(x), 2),
    UNARY("log1p", emitLog1p, std::log1p(x), 4),
    UNARY("tanh", emitTanh, std::tanh(x), 4),
    // For large |x|, the sum must not swallow what is left of the result.
    UNARY("sigmoid", emitSigmoid,
          x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)), 4),
    UNARY("erf", emitErf, std::erf(x), 4),
    UNARY("erfc", emitErfc, std::erfc(x), 4),
    UNARY("gelu", emitGelu, gelu(x), 4),
    UNARY("sin", emitSin, std::sin(x), 4),
    UNARY("cos", emitCos, std::cos(x), 4),
    UNARY("sqrt", emitSqrt, std::sqrt(x), 0.5),
    UNARY("rsqrt", emitRsqrt, 1 / std::sqrt(x), 1.5),
    UNARY("floor", emitFloor, std::floor(x), 0),
    UNARY("relu", emitRelu, x < 0 ? 0 : x, 0),
    {"pow", emitPow, std::pow, std::pow, 4, /*isBinary=*/true},
    {"mod", emitMod, modulo, modulo, 0.5, /*isBinary=*/true},
    {"floor_div", emitFloorDiv, floorDivide, floorDivide, 0.5,
     /*isBinary=*/true},
};

/// out[i] = f(x[i], y[i]) for a chunk, `lanes` at a time; 1 means scalars.
void emitLoop(OpBuilder &builder, Location loc, const Target &target,
              ValueRange buffers, int64_t lanes, const Function &function) {
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  scf::ForOp loop =
      scf::ForOp::create(builder, loc, index(0), index(chunk), index(lanes));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  LaneBuilder b(builder, loc, target);
  Value at = loop.getInductionVar();
  VectorType type = VectorType::get(
      lanes, cast<MemRefType>(buffers[0].getType()).getElementType());
  Value x = vector::LoadOp::create(builder, loc, type, buffers[0], at);
  Value y = vector::LoadOp::create(builder, loc, type, buffers[1], at);
  Value out;
  if (lanes == 1) {
    x = vector::ExtractOp::create(builder, loc, x, 0);
    y = vector::ExtractOp::create(builder, loc, y, 0);
    out =
        vector::BroadcastOp::create(builder, loc, type, function.emit(b, x, y));
  } else {
    out = function.emit(b, x, y);
  }
  vector::StoreOp::create(builder, loc, out, buffers[2], at);
}

/// All functions, compiled for one target.
struct Library {
  explicit Library(const Target &target) : target(target), jit(target) {
    Builder builder(&jit.context);
    for (const Function &function : functions) {
      add(function, "_float", builder.getF32Type(), 16);
      add(function, "_double", builder.getF64Type(), 8);
      add(function, "_float_scalar", builder.getF32Type(), 1);
      add(function, "_double_scalar", builder.getF64Type(), 1);
    }
    error = jit.compile();
  }

  void add(const Function &function, const char *suffix, Type element,
           int64_t lanes) {
    jit.add(std::string(function.name) + suffix, {chunk, chunk, chunk}, element,
            0, [&](OpBuilder &builder, Location loc, ValueRange arguments) {
              emitLoop(builder, loc, target, arguments, lanes, function);
            });
  }

  Kernel lookup(const std::string &name) {
    return reinterpret_cast<Kernel>(jit.lookup(name));
  }

  Target target;
  KernelJit jit;
  std::string error;
};

/// One library per target, compiled when first asked for.
std::vector<std::unique_ptr<Library>> &libraries() {
  static std::vector<std::unique_ptr<Library>> all;
  if (all.empty())
    for (const Target &target : runnableTargets())
      all.push_back(std::make_unique<Library>(target));
  return all;
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

/// Same bits, except that all NaNs are the same.
template <typename T>
bool isSame(T a, T b) {
  return !std::memcmp(&a, &b, sizeof(T)) || (std::isnan(a) && std::isnan(b));
}

/// Distance of `result` from a wider `expected` in ulp of Narrow, 0 if it is
/// correctly rounded. Infinity stands for the first number that is too large.
template <typename Narrow, typename Wide>
double ulpError(Narrow result, Wide expected) {
  using Limits = std::numeric_limits<Narrow>;
  if (isSame(result, Narrow(expected)))
    return 0;
  if (std::isnan(expected) || std::isnan(result) || expected == 0 ||
      std::isinf(expected))
    return INFINITY;
  if (std::signbit(result) != std::signbit(expected))
    return INFINITY;
  int exponent = std::max(std::ilogb(expected), Limits::min_exponent - 1);
  exponent = std::min(exponent, Limits::max_exponent - 1);
  Wide tooLarge = std::ldexp(Wide(1), Limits::max_exponent);
  Wide value = std::isinf(result) ? tooLarge : Wide(std::abs(result));
  Wide distance = value - std::min(std::abs(expected), tooLarge);
  return double(std::abs(distance) /
                std::ldexp(Wide(1), exponent - (Limits::digits - 1)));
}

struct Worst {
  double error = 0, x = 0, y = 0, result = 0;

  void see(const Worst &other) {
    if (other.error > error)
      *this = other;
  }
};

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

template <typename T>
struct Arguments {
  std::vector<T> x = std::vector<T>(chunk), y = std::vector<T>(chunk);
};

template <typename T>
T anyBits(std::mt19937_64 &random) {
  uint64_t bits = random();
  T value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

template <typename T>
std::vector<T> specialValues() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values = {0,
                           Limits::infinity(),
                           Limits::quiet_NaN(),
                           Limits::max(),
                           Limits::min(),
                           Limits::denorm_min()};
  for (double x : {1.0,       2.0,       3.0,        0.5,        1.5,    709.78,
                   708.4,     744.45,    745.14,     88.73,      87.34,  103.98,
                   0.3465736, 0.6931472, 0.70710678, 1.41421356, 0x1p17, 0x1p23,
                   0x1p24,    0x1p30,    0x1p52,     0x1p53,     0x1p-54})
    for (int step = -2; step <= 2; ++step)
      values.push_back(T(x) + step * T(x) * Limits::epsilon());
  for (size_t i = 0, size = values.size(); i < size; ++i)
    values.push_back(-values[i]);
  return values;
}

/// Two numbers whose power is likely neither zero nor infinite.
template <typename T>
std::pair<T, T> anyPower(std::mt19937_64 &random) {
  using Limits = std::numeric_limits<T>;
  std::uniform_real_distribution<double> unit(-1, 1);
  double range = Limits::max_exponent + Limits::digits;
  double magnitude = std::exp2(unit(random) * 4);
  // Powers of numbers near one, and of all magnitudes.
  T x = random() & 1 ? T(std::exp2(unit(random) / magnitude))
                     : T(std::exp2(unit(random) * Limits::max_exponent));
  T y = T(unit(random) * range / std::log2(double(x)));
  switch (random() % 8) {
  case 0:
    return {-x, std::round(y)};
  case 1:
    return {anyBits<T>(random), anyBits<T>(random)};
  default:
    return {x, y};
  }
}

/// Two numbers whose quotient is near an integer, of any magnitude.
template <typename T>
std::pair<T, T> anyQuotient(std::mt19937_64 &random) {
  using Limits = std::numeric_limits<T>;
  std::uniform_real_distribution<double> unit(-1, 1);
  double range = Limits::max_exponent + Limits::digits;
  T y = T(std::ldexp(unit(random), int(unit(random) * range)));
  double digits = random() % 4 ? Limits::digits + 2 : 2 * range;
  double n = std::round(std::exp2(unit(random) * digits));
  T x = T(T(random() % 2 ? n : -n) * y);
  for (uint64_t step = random() % 4; step > 0; --step)
    x = std::nextafter(x, T(unit(random)));
  return {x, y};
}

/// Puts special values, or all pairs of them, at the beginning.
template <typename T>
void placeSpecialValues(Arguments<T> &arguments, bool isBinary) {
  int64_t i = 0;
  for (T x : specialValues<T>())
    for (T y : specialValues<T>()) {
      if (i == chunk)
        return;
      arguments.x[i] = x;
      arguments.y[i++] = y;
      if (!isBinary)
        break;
    }
}

template <typename T>
void fillRandom(Arguments<T> &arguments, uint64_t number, bool isBinary) {
  std::mt19937_64 random(number);
  std::uniform_real_distribution<double> exponent(-60, 11);
  for (int64_t i = 0; i < chunk; ++i) {
    if (isBinary) {
      std::tie(arguments.x[i], arguments.y[i]) =
          number % 2 ? anyQuotient<T>(random) : anyPower<T>(random);
      continue;
    }
    switch (i % 4) {
    case 0:
      arguments.x[i] = anyBits<T>(random);
      break;
    case 1:
      // As near as can be to a zero of sin or cos.
      arguments.x[i] = T(std::round(std::exp2(exponent(random) + 60)) *
                         1.57079632679489661923L);
      break;
    default:
      arguments.x[i] = T(std::exp2(exponent(random)) * (i % 4 == 2 ? 1 : -1));
    }
  }
  if (number == 0)
    placeSpecialValues(arguments, isBinary);
}

/// Arguments of one chunk; false past the last.
template <typename T>
bool fill(Arguments<T> &arguments, uint64_t number, bool isBinary) {
  if (isBinary || sizeof(T) == 8) {
    fillRandom(arguments, number, isBinary);
    return number * chunk < uint64_t(1) << (exhaustive ? 32 : 20);
  }
  uint64_t stride = exhaustive ? 1 : 997;
  uint64_t bits = number * chunk * stride;
  if (bits > UINT32_MAX)
    return false;
  for (T &x : arguments.x) {
    uint32_t narrow = uint32_t(std::min<uint64_t>(bits, UINT32_MAX));
    std::memcpy(&x, &narrow, sizeof(narrow));
    bits += stride;
  }
  if (number == 0 && !exhaustive)
    placeSpecialValues(arguments, isBinary);
  return true;
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

/// A function's kernels in one library, and the worst they did.
struct Candidate {
  Kernel kernel, scalarKernel;
  bool isFused;
  Worst worst;
  /// Lanes that differ between vector and scalar code, and, with fused
  /// multiply-add, between targets.
  uint64_t scalarDifferences = 0, targetDifferences = 0;
};

template <typename T>
uint64_t countDifferences(const std::vector<T> &a, const std::vector<T> &b) {
  uint64_t count = 0;
  for (int64_t i = 0; i < chunk; ++i)
    count += !isSame(a[i], b[i]);
  return count;
}

template <typename T, typename Wide>
Worst worstOf(const Arguments<T> &arguments, const std::vector<T> &out,
              const std::vector<Wide> &expected) {
  Worst worst;
  for (int64_t i = 0; i < chunk; ++i)
    worst.see({ulpError(out[i], expected[i]), double(arguments.x[i]),
               double(arguments.y[i]), double(out[i])});
  return worst;
}

/// Compares every `step`th chunk from the first on.
template <typename T>
void compareChunks(const Function &function, std::vector<Candidate> &candidates,
                   uint64_t first, uint64_t step) {
  using Wide = std::conditional_t<sizeof(T) == 4, double, long double>;
  Arguments<T> arguments;
  std::vector<Wide> expected(chunk);
  std::vector<T> out(chunk), scalarOut(chunk), fusedOut;
  for (uint64_t number = first; fill(arguments, number, function.isBinary);
       number += step) {
    const std::vector<T> &x = arguments.x, &y = arguments.y;
    for (int64_t i = 0; i < chunk; ++i) {
      if constexpr (sizeof(T) == 4)
        expected[i] = function.reference(x[i], y[i]);
      else
        expected[i] = function.wideReference(x[i], y[i]);
    }
    fusedOut.clear();
    for (Candidate &candidate : candidates) {
      candidate.kernel(x.data(), y.data(), out.data());
      // Targets with fused multiply-add give the same bits, so that one of them
      // shows the errors of all.
      if (candidate.isFused && !fusedOut.empty())
        candidate.targetDifferences += countDifferences(out, fusedOut);
      else
        candidate.worst.see(worstOf(arguments, out, expected));
      if (candidate.isFused)
        fusedOut = out;
      // Scalar code is slow.
      if (exhaustive && number % 64)
        continue;
      candidate.scalarKernel(x.data(), y.data(), scalarOut.data());
      candidate.scalarDifferences += countDifferences(out, scalarOut);
    }
  }
}

template <typename T>
void compare(const Function &function, const std::string &suffix) {
  std::vector<Candidate> fresh;
  for (std::unique_ptr<Library> &library : libraries()) {
    ASSERT_EQ(library->error, "");
    std::string name = function.name + suffix;
    fresh.push_back({library->lookup(name),
                     library->lookup(name + "_scalar"),
                     library->target.hasFMA,
                     {}});
    ASSERT_TRUE(fresh.back().kernel && fresh.back().scalarKernel);
  }
  uint64_t workers = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::vector<Candidate>> results(workers, fresh);
  std::vector<std::thread> threads;
  for (uint64_t i = 0; i < workers; ++i)
    threads.emplace_back(
        [&, i] { compareChunks<T>(function, results[i], i, workers); });
  for (std::thread &thread : threads)
    thread.join();

  for (size_t i = 0; i < fresh.size(); ++i) {
    Candidate total = fresh[i];
    for (std::vector<Candidate> &result : results) {
      total.worst.see(result[i].worst);
      total.scalarDifferences += result[i].scalarDifferences;
      total.targetDifferences += result[i].targetDifferences;
    }
    const Worst &worst = total.worst;
    const std::string &cpu = libraries()[i]->target.cpu;
    if (worst.error > 0)
      std::printf("  %-9s %.3f ulp at %.17g, %.17g\n", cpu.c_str(), worst.error,
                  worst.x, worst.y);
    std::fflush(stdout);
    EXPECT_LE(worst.error, function.bound)
        << cpu << " at " << worst.x << ", " << worst.y << ": " << worst.result;
    EXPECT_EQ(total.scalarDifferences, 0u) << cpu;
    EXPECT_EQ(total.targetDifferences, 0u) << cpu;
  }
}

class VectorMath : public testing::TestWithParam<Function> {};

TEST_P(VectorMath, F32) { compare<float>(GetParam(), "_float"); }

TEST_P(VectorMath, F64) { compare<double>(GetParam(), "_double"); }

INSTANTIATE_TEST_SUITE_P(, VectorMath, testing::ValuesIn(functions),
                         [](const testing::TestParamInfo<Function> &info) {
                           return std::string(info.param.name);
                         });

TEST(VectorMathCode, CallsNothing) {
  for (std::unique_ptr<Library> &library : libraries()) {
    ASSERT_EQ(library->error, "");
    EXPECT_EQ(library->jit.externalSymbols(), std::vector<std::string>());
  }
}
} // namespace

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i)
    exhaustive |= !std::strcmp(argv[i], "--exhaustive");
  return RUN_ALL_TESTS();
}
