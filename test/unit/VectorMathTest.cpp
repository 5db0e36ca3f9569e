//===- VectorMathTest.cpp - Elementary functions against libm -------------===//
//
// Every function is emitted as a kernel over a chunk of memory, compiled for
// every target that the host can run, and compared with libm in a wider format.
// f32 functions see every 997th of their 2**32 arguments, or with --exhaustive
// all of them.
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
#include <map>
#include <random>
#include <vector>

using namespace mlir;
using namespace sinter;

namespace {
bool exhaustive = false;

/// Elements that a kernel handles in one call.
constexpr int64_t chunk = 1 << 14;
using Kernel = void (*)(const void *in, void *out);

struct Function {
  const char *name;
  Value (*emit)(LaneBuilder &, Value);
  double (*reference)(double);
  long double (*wideReference)(long double);
  /// In ulp.
  double bound;
};

void PrintTo(const Function &function, std::ostream *out) {
  *out << function.name;
}

template <typename T>
T sigmoid(T x) {
  // For large |x| the sum must not swallow what is left of the result.
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

template <typename T>
T rsqrt(T x) {
  return 1 / std::sqrt(x);
}

template <typename T>
T relu(T x) {
  return x < 0 ? 0 : x;
}

const Function functions[] = {
    {"exp", emitExp, std::exp, std::exp, 2},
    {"expm1", emitExpm1, std::expm1, std::expm1, 4},
    {"log", emitLog, std::log, std::log, 2},
    {"log1p", emitLog1p, std::log1p, std::log1p, 4},
    {"tanh", emitTanh, std::tanh, std::tanh, 4},
    {"sigmoid", emitSigmoid, sigmoid, sigmoid, 4},
    {"erf", emitErf, std::erf, std::erf, 4},
    {"erfc", emitErfc, std::erfc, std::erfc, 4},
    {"sin", emitSin, std::sin, std::sin, 4},
    {"cos", emitCos, std::cos, std::cos, 4},
    {"sqrt", emitSqrt, std::sqrt, std::sqrt, 0.5},
    {"rsqrt", emitRsqrt, rsqrt, rsqrt, 1.5},
    {"floor", emitFloor, std::floor, std::floor, 0},
    {"relu", emitRelu, relu, relu, 0},
};

/// out[i] = f(in[i]) for a chunk, `lanes` elements at a time; 1 means scalars.
void emitKernel(KernelJit &jit, const std::string &name, const Target &target,
                Type element, int64_t lanes, const Function &function) {
  jit.add(name, {chunk, chunk}, element, 0,
          [&](OpBuilder &builder, Location loc, ValueRange arguments) {
            auto index = [&](int64_t value) -> Value {
              return arith::ConstantIndexOp::create(builder, loc, value);
            };
            scf::ForOp loop = scf::ForOp::create(builder, loc, index(0),
                                                 index(chunk), index(lanes));
            OpBuilder::InsertionGuard guard(builder);
            builder.setInsertionPointToStart(loop.getBody());
            LaneBuilder b(builder, loc, target);
            Value i = loop.getInductionVar();
            VectorType type = VectorType::get(lanes, element);
            Value x = vector::LoadOp::create(builder, loc, type, arguments[0],
                                             ValueRange{i});
            if (lanes == 1) {
              x = vector::ExtractOp::create(builder, loc, x, 0);
              x = vector::BroadcastOp::create(builder, loc, type,
                                              function.emit(b, x));
            } else {
              x = function.emit(b, x);
            }
            vector::StoreOp::create(builder, loc, x, arguments[1],
                                    ValueRange{i});
          });
}

/// All functions, compiled for one target.
struct Library {
  explicit Library(const Target &target) : jit(target) {
    Builder builder(&jit.context);
    for (const Function &function : functions) {
      std::string name = function.name;
      emitKernel(jit, name + "_f32", target, builder.getF32Type(), 16,
                 function);
      emitKernel(jit, name + "_f64", target, builder.getF64Type(), 8, function);
      emitKernel(jit, name + "_f32_scalar", target, builder.getF32Type(), 1,
                 function);
      emitKernel(jit, name + "_f64_scalar", target, builder.getF64Type(), 1,
                 function);
    }
    error = jit.compile();
  }

  Kernel lookup(const std::string &name) {
    return reinterpret_cast<Kernel>(jit.lookup(name));
  }

  KernelJit jit;
  std::string error;
};

/// One library per target, made when first asked for.
Library &library(const Target &target) {
  static std::map<unsigned, std::unique_ptr<Library>> cache;
  std::unique_ptr<Library> &entry = cache[target.vectorBits];
  if (!entry)
    entry = std::make_unique<Library>(target);
  return *entry;
}

/// Distance of `result` from a wider `expected` in ulp of Narrow. Infinity
/// stands for the first number that is too large.
template <typename Narrow, typename Wide>
double ulpError(Narrow result, Wide expected) {
  using Limits = std::numeric_limits<Narrow>;
  if (std::isnan(expected) || std::isnan(result))
    return std::isnan(expected) && std::isnan(result) ? 0 : INFINITY;
  if (expected == 0 || std::isinf(expected))
    return Wide(result) == expected &&
                   std::signbit(result) == std::signbit(expected)
               ? 0
               : INFINITY;
  int exponent = std::max(std::ilogb(expected), Limits::min_exponent - 1);
  exponent = std::min(exponent, Limits::max_exponent - 1);
  Wide tooLarge = std::ldexp(Wide(1), Limits::max_exponent);
  Wide value =
      std::isinf(result) ? std::copysign(tooLarge, Wide(result)) : Wide(result);
  if (std::abs(expected) > tooLarge)
    expected = std::copysign(tooLarge, expected);
  Wide ulp = std::ldexp(Wide(1), exponent - (Limits::digits - 1));
  return double(std::abs(value - expected) / ulp);
}

float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

uint64_t mixHash(uint64_t hash, uint64_t value) {
  return (hash ^ value) * 0x9E3779B97F4A7C15;
}

struct Worst {
  double error = 0;
  double argument = 0;
  double result = 0;
  uint64_t hash = 0;

  void see(double newError, double newArgument, double newResult) {
    if (newError > error)
      *this = {newError, newArgument, newResult, hash};
  }
};

uint64_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  // Which NaN comes out is nobody's business.
  return std::isnan(value) ? 0x7FC00000 : bits;
}

uint64_t bitsOf(double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof(bits));
  return std::isnan(value) ? 0x7FF8000000000000 : bits;
}

Worst compareF32(const Function &function, Kernel kernel) {
  Worst worst;
  std::vector<float> in(chunk), out(chunk);
  const uint64_t stride = exhaustive ? 1 : 997;
  for (uint64_t bits = 0; bits < uint64_t(1) << 32;) {
    for (float &x : in) {
      x = floatOf(uint32_t(std::min<uint64_t>(bits, UINT32_MAX)));
      bits += stride;
    }
    kernel(in.data(), out.data());
    for (int64_t i = 0; i < chunk; ++i) {
      double expected = function.reference(in[i]);
      worst.see(ulpError<float>(out[i], expected), in[i], out[i]);
      worst.hash = mixHash(worst.hash, bitsOf(out[i]));
    }
  }
  return worst;
}

/// Special values, and random ones of every magnitude.
std::vector<double> samplesF64() {
  using Limits = std::numeric_limits<double>;
  std::vector<double> samples = {0.0,
                                 -0.0,
                                 1.0,
                                 -1.0,
                                 0.5,
                                 -0.5,
                                 Limits::infinity(),
                                 -Limits::infinity(),
                                 Limits::quiet_NaN(),
                                 Limits::max(),
                                 -Limits::max(),
                                 Limits::min(),
                                 -Limits::min(),
                                 Limits::denorm_min(),
                                 -Limits::denorm_min()};
  for (double x : {709.78, 709.79, -708.3, -708.5, -745.1, -745.2, M_LN2,
                   M_LN2 / 2, M_SQRT1_2, M_SQRT2, 0x1p52, 0x1p53, 0x1p-54})
    for (double sign : {1.0, -1.0})
      for (int step = -2; step <= 2; ++step)
        samples.push_back(sign * (x + step * x * 0x1p-52));
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-60, 11);
  while (samples.size() < size_t(1) << 20) {
    uint64_t bits = random();
    double anyBits;
    std::memcpy(&anyBits, &bits, sizeof(bits));
    samples.push_back(anyBits);
    double usual = std::exp2(exponent(random));
    samples.push_back(random() & 1 ? usual : -usual);
  }
  samples.resize(samples.size() / chunk * chunk);
  return samples;
}

Worst compareF64(const Function &function, Kernel kernel) {
  static const std::vector<double> samples = samplesF64();
  Worst worst;
  std::vector<double> out(chunk);
  for (size_t start = 0; start < samples.size(); start += chunk) {
    kernel(&samples[start], out.data());
    for (int64_t i = 0; i < chunk; ++i) {
      double x = samples[start + i];
      long double expected = function.wideReference(x);
      worst.see(ulpError<double>(out[i], expected), x, out[i]);
      worst.hash = mixHash(worst.hash, bitsOf(out[i]));
    }
  }
  return worst;
}

class VectorMath : public testing::TestWithParam<Function> {};

TEST_P(VectorMath, F32) {
  std::optional<uint64_t> fusedHash;
  for (const Target &target : runnableTargets()) {
    SCOPED_TRACE(target.features);
    Library &code = library(target);
    ASSERT_EQ(code.error, "");
    const Function &function = GetParam();
    Kernel kernel = code.lookup(std::string(function.name) + "_f32");
    ASSERT_TRUE(kernel);
    Worst worst = compareF32(function, kernel);
    EXPECT_LE(worst.error, function.bound)
        << "at " << worst.argument << ", got " << worst.result;
    RecordProperty("ulp" + std::to_string(target.vectorBits),
                   std::to_string(worst.error));
    std::printf("  %s f32, %u bits: %.3f ulp at %.9g\n", function.name,
                target.vectorBits, worst.error, worst.argument);
    if (!target.hasFMA)
      continue;
    EXPECT_EQ(fusedHash.value_or(worst.hash), worst.hash);
    fusedHash = worst.hash;
  }
}

TEST_P(VectorMath, F64) {
  std::optional<uint64_t> fusedHash;
  for (const Target &target : runnableTargets()) {
    SCOPED_TRACE(target.features);
    Library &code = library(target);
    ASSERT_EQ(code.error, "");
    const Function &function = GetParam();
    Kernel kernel = code.lookup(std::string(function.name) + "_f64");
    ASSERT_TRUE(kernel);
    Worst worst = compareF64(function, kernel);
    EXPECT_LE(worst.error, function.bound)
        << "at " << worst.argument << ", got " << worst.result;
    std::printf("  %s f64, %u bits: %.3f ulp at %.17g\n", function.name,
                target.vectorBits, worst.error, worst.argument);
    if (!target.hasFMA)
      continue;
    EXPECT_EQ(fusedHash.value_or(worst.hash), worst.hash);
    fusedHash = worst.hash;
  }
}

INSTANTIATE_TEST_SUITE_P(, VectorMath, testing::ValuesIn(functions),
                         [](const testing::TestParamInfo<Function> &info) {
                           return std::string(info.param.name);
                         });
} // namespace

int main(int argc, char **argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i)
    exhaustive |= !std::strcmp(argv[i], "--exhaustive");
  return RUN_ALL_TESTS();
}
