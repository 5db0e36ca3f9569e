//===- RandomTest.cpp - Random numbers against their definition -----------===//
//
// The words are compared bit for bit with a plain implementation of the
// definition in codegen/Random.h, which is itself checked against Random123's
// published vectors. The draws are compared with exact formulas, the normal
// ones with the exact quantile, and their distribution is tested.
//
//===----------------------------------------------------------------------===//

#include "codegen/Random.h"
#include "test/unit/KernelJit.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include "gtest/gtest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <vector>

using namespace mlir;
using namespace sinter;

namespace {
//===----------------------------------------------------------------------===//
// The definition, spelt out
//===----------------------------------------------------------------------===//

using Block = std::array<uint32_t, 4>;

Block philox(Block c, uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; ++round) {
    uint64_t p = uint64_t(0xD2511F53) * c[0];
    uint64_t q = uint64_t(0xCD9E8D57) * c[2];
    c = {uint32_t(q >> 32) ^ c[1] ^ k0, uint32_t(q),
         uint32_t(p >> 32) ^ c[3] ^ k1, uint32_t(p)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return c;
}

uint64_t mix(uint64_t z) {
  z += 0x9E3779B97F4A7C15;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

struct Stream {
  uint64_t seed, stream, step;

  uint32_t word(uint64_t element, RandomWord which) const {
    uint64_t key = mix(mix(seed) + stream);
    uint64_t block = element / 64 * 16 + element % 16;
    uint32_t mark = which == RandomWord::Second ? 0x80000000 : 0;
    return philox({uint32_t(block), uint32_t(block >> 32) | mark,
                   uint32_t(step), uint32_t(step >> 32)},
                  uint32_t(key), uint32_t(key >> 32))[element % 64 / 16];
  }
};

/// The normal distribution's quantile at `lower`, for lower <= 1/2.
long double lowerQuantile(long double lower) {
  // A rough start, then Newton's method on the logarithm of the distribution,
  // which is concave: it converges from anywhere.
  long double z = -std::sqrt(-2 * std::log(lower));
  for (int i = 0; i < 12; ++i) {
    long double below = std::erfc(-z / std::sqrt(2.0L)) / 2;
    long double density =
        std::exp(-z * z / 2) / std::sqrt(2 * 3.14159265358979323846L);
    z -= std::log(below / lower) * below / density;
  }
  return z;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

constexpr int64_t count = 64;

struct RandomCode {
  explicit RandomCode(const Target &target) : jit(target), target(target) {
    addWords("group", RandomWord::First, true);
    addWords("group_second", RandomWord::Second, true);
    addWords("words", RandomWord::First, false);
    addWords("words_second", RandomWord::Second, false);
    addDraw("uniform_f32", [](LaneBuilder &b, Value first, Value) {
      return emitUniformF32(b, first);
    });
    addDraw("uniform_f64", emitUniformF64);
    addDraw("normal_f32", [](LaneBuilder &b, Value first, Value) {
      return emitNormalF32(b, first);
    });
    addDraw("normal_f64", emitNormalF64);
    addDraw("below", drawBelow);
    addDraw("bernoulli", drawBernoulli);
    error = jit.compile();
  }

  /// The bounds are all the same.
  static Value drawBelow(LaneBuilder &b, Value first, Value bounds) {
    Value bound =
        vector::ExtractOp::create(b.getBuilder(), b.getLoc(), bounds, 0);
    return emitRandomBelow(b, first, bound);
  }

  /// The probabilities are all the same, as bits of f32.
  static Value drawBernoulli(LaneBuilder &b, Value first, Value bits) {
    OpBuilder &builder = b.getBuilder();
    Value p = vector::ExtractOp::create(builder, b.getLoc(), bits, 0);
    p = arith::BitcastOp::create(builder, b.getLoc(), builder.getF32Type(), p);
    Value drawn = emitBernoulli(b, first, emitBernoulliThreshold(b, p));
    return arith::ExtUIOp::create(builder, b.getLoc(), first.getType(), drawn);
  }

  /// void name(u32 out[64], element, seed, stream, step)
  void addWords(StringRef name, RandomWord which, bool asGroup) {
    Type i32 = IntegerType::get(&jit.context, 32);
    jit.add(name, {count}, i32, 4,
            [&](OpBuilder &builder, Location loc, ValueRange arguments) {
              LaneBuilder b(builder, loc, target);
              SmallVector<Value> scalars;
              for (Value argument : arguments.drop_front())
                scalars.push_back(arith::IndexCastOp::create(
                    builder, loc, builder.getI64Type(), argument));
              RandomStream stream =
                  emitRandomStream(b, scalars[1], scalars[2], scalars[3]);
              if (asGroup)
                storeGroup(b, stream, scalars[0], which, arguments[0]);
              else
                storeWords(b, stream, scalars[0], which, arguments[0]);
            });
  }

  static void store(LaneBuilder &b, Value x, Value memory, int64_t offset) {
    Value index =
        arith::ConstantIndexOp::create(b.getBuilder(), b.getLoc(), offset);
    vector::StoreOp::create(b.getBuilder(), b.getLoc(), x, memory,
                            ValueRange{index});
  }

  static void storeGroup(LaneBuilder &b, const RandomStream &stream,
                         Value first, RandomWord which, Value memory) {
    std::array<Value, 4> words = emitRandomGroup(b, stream, first, which);
    for (auto [i, word] : llvm::enumerate(words))
      store(b, word, memory, 16 * i);
  }

  /// Elements first .. first+15 by lanes, then first+16 as a scalar.
  static void storeWords(LaneBuilder &b, const RandomStream &stream,
                         Value first, RandomWord which, Value memory) {
    OpBuilder &builder = b.getBuilder();
    SmallVector<int64_t> numbers(16);
    for (int64_t i = 0; i < 16; ++i)
      numbers[i] = i;
    VectorType type = VectorType::get(16, builder.getI64Type());
    Value lane = arith::ConstantOp::create(
        builder, b.getLoc(),
        DenseElementsAttr::get(type, llvm::ArrayRef<int64_t>(numbers)));
    Value base = vector::BroadcastOp::create(builder, b.getLoc(), type, first);
    store(b, emitRandomWords(b, stream, b.addBits(base, lane), which), memory,
          0);
    Value next = b.addBits(first, b.bits(first, 16));
    Value word = emitRandomWords(b, stream, next, which);
    VectorType one = VectorType::get(1, word.getType());
    store(b, vector::BroadcastOp::create(builder, b.getLoc(), one, word),
          memory, 16);
  }

  /// void name(const u32 first[64], const u32 second[64], out[]), 16 or 8
  /// lanes at a time; `out` holds 64 of whatever is drawn.
  void addDraw(StringRef name,
               llvm::function_ref<Value(LaneBuilder &, Value, Value)> draw) {
    Type i32 = IntegerType::get(&jit.context, 32);
    int64_t lanes = name.ends_with("f64") ? 8 : 16;
    jit.add(name, {count, count, 2 * count}, i32, 0,
            [&](OpBuilder &builder, Location loc, ValueRange arguments) {
              LaneBuilder b(builder, loc, target);
              VectorType type = VectorType::get(lanes, i32);
              VectorType words = VectorType::get(16, i32);
              for (int64_t i = 0; i < count / lanes; ++i) {
                Value index =
                    arith::ConstantIndexOp::create(builder, loc, i * lanes);
                Value in[2];
                for (int k = 0; k < 2; ++k)
                  in[k] = vector::LoadOp::create(
                      builder, loc, type, arguments[k], ValueRange{index});
                Value out = draw(b, in[0], in[1]);
                out = vector::BitCastOp::create(builder, loc, words, out);
                store(b, out, arguments[2], i * 16);
              }
            });
  }

  template <typename T>
  std::vector<T> draw(StringRef name, const std::vector<uint32_t> &first,
                      const std::vector<uint32_t> &second) {
    using Kernel = void (*)(const uint32_t *, const uint32_t *, void *);
    Kernel kernel = reinterpret_cast<Kernel>(jit.lookup(name));
    std::vector<T> out(first.size() + count);
    for (size_t i = 0; i < first.size(); i += count)
      kernel(&first[i], &second[i], &out[i]);
    out.resize(first.size());
    return out;
  }

  KernelJit jit;
  Target target;
  std::string error;
};

class RandomTest : public testing::TestWithParam<Target> {
protected:
  void SetUp() override {
    static std::map<unsigned, std::unique_ptr<RandomCode>> cache;
    std::unique_ptr<RandomCode> &entry = cache[GetParam().vectorBits];
    if (!entry)
      entry = std::make_unique<RandomCode>(GetParam());
    code = entry.get();
    ASSERT_EQ(code->error, "");
  }

  RandomCode *code = nullptr;
};

std::vector<uint32_t> anyWords(size_t size, uint64_t stream) {
  std::vector<uint32_t> words(size);
  for (size_t e = 0; e < size; ++e)
    words[e] = Stream{7, stream, 1}.word(e, RandomWord::First);
  return words;
}

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

TEST(Random, PhiloxGivesThePublishedVectors) {
  EXPECT_EQ(philox({0, 0, 0, 0}, 0, 0),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  uint32_t ones = UINT32_MAX;
  EXPECT_EQ(philox({ones, ones, ones, ones}, ones, ones),
            (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822,
                   0x299f31d0),
            (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST_P(RandomTest, WordsFollowTheDefinition) {
  using Kernel = void (*)(uint32_t *, uint64_t, uint64_t, uint64_t, uint64_t);
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 300; ++trial) {
    uint64_t element = random() >> random() % 64;
    Stream stream = {random() >> random() % 64, random(),
                     random() >> random() % 64};
    bool isGroup = trial % 2;
    bool isSecond = trial / 2 % 2;
    if (isGroup)
      element -= element % 64;
    std::string name = isGroup ? "group" : "words";
    Kernel kernel = reinterpret_cast<Kernel>(
        code->jit.lookup(isSecond ? name + "_second" : name));
    ASSERT_TRUE(kernel);
    uint32_t out[count] = {};
    kernel(out, element, stream.seed, stream.stream, stream.step);
    for (int64_t i = 0; i < (isGroup ? count : 17); ++i)
      ASSERT_EQ(out[i], stream.word(element + i, isSecond ? RandomWord::Second
                                                          : RandomWord::First))
          << name << " " << element << " + " << i;
  }
}

TEST_P(RandomTest, UniformIsExact) {
  std::vector<uint32_t> first = anyWords(1 << 12, 1);
  std::vector<uint32_t> second = anyWords(1 << 12, 2);
  first[0] = second[0] = 0;
  first[1] = second[1] = UINT32_MAX;
  std::vector<float> f32 = code->draw<float>("uniform_f32", first, second);
  std::vector<double> f64 = code->draw<double>("uniform_f64", first, second);
  for (size_t i = 0; i < first.size(); ++i) {
    uint64_t u53 = (uint64_t(first[i]) << 32 | second[i]) >> 11;
    ASSERT_EQ(f32[i], std::ldexp(float(first[i] >> 8), -24));
    ASSERT_EQ(f64[i], std::ldexp(double(u53), -53));
  }
}

TEST_P(RandomTest, IntegersAreBelowTheirBound) {
  std::vector<uint32_t> first = anyWords(1 << 10, 1);
  for (uint32_t bound : {1u, 2u, 10u, 60000u, 0x80000001u, UINT32_MAX}) {
    std::vector<uint32_t> bounds(first.size(), bound);
    std::vector<uint32_t> drawn = code->draw<uint32_t>("below", first, bounds);
    for (size_t i = 0; i < first.size(); ++i)
      ASSERT_EQ(drawn[i], uint64_t(first[i]) * bound >> 32);
  }
}

TEST_P(RandomTest, BernoulliIsUniformBelowP) {
  std::vector<uint32_t> first = anyWords(1 << 10, 1);
  first[0] = 0;
  first[1] = 0xFF;
  first[2] = 0x100;
  first[3] = UINT32_MAX;
  for (float p : {0.0f, -0.0f, 0x1p-60f, 0x1p-24f, 0x1.8p-24f, 0.3f, 0.5f,
                  1 - 0x1p-24f, 1.0f, 2.0f, -1.0f, INFINITY, NAN}) {
    uint32_t bits;
    std::memcpy(&bits, &p, sizeof(bits));
    std::vector<uint32_t> same(first.size(), bits);
    std::vector<uint32_t> drawn =
        code->draw<uint32_t>("bernoulli", first, same);
    for (size_t i = 0; i < first.size(); ++i)
      ASSERT_EQ(drawn[i], std::ldexp(double(first[i] >> 8), -24) < p)
          << p << " " << first[i];
  }
}

TEST_P(RandomTest, NormalIsTheQuantile) {
  std::vector<uint32_t> first, second;
  for (uint32_t i = 0; i < 4096; ++i)
    for (uint32_t word : {i, ~i, 0x7FFFFFFF - i, 0x80000000 + i, i << 12,
                          uint32_t(i * 0x9E3779B9)}) {
      first.push_back(word);
      second.push_back(i % 3 ? word * 5 : i << 30);
    }
  std::vector<float> f32 = code->draw<float>("normal_f32", first, second);
  std::vector<double> f64 = code->draw<double>("normal_f64", first, second);
  long double worst32 = 0, worst64 = 0;
  for (size_t i = 0; i < first.size(); ++i) {
    uint64_t u53 = (uint64_t(first[i]) << 32 | second[i]) >> 11;
    bool isUpper = first[i] >> 31;
    uint32_t cell32 = isUpper ? ~first[i] : first[i];
    uint64_t cell64 = isUpper ? ((uint64_t(1) << 53) - 1) - u53 : u53;
    long double z32 = lowerQuantile((cell32 + 0.5L) * 0x1p-32L);
    long double z64 = lowerQuantile((cell64 + 0.5L) * 0x1p-53L);
    ASSERT_EQ(std::signbit(f32[i]), !isUpper);
    ASSERT_EQ(std::signbit(f64[i]), !isUpper);
    // Next to the median, the reference itself has no digits left.
    worst32 =
        std::max(worst32, (std::abs(std::abs(f32[i]) + z32) - 1e-18L) / -z32);
    worst64 =
        std::max(worst64, (std::abs(std::abs(f64[i]) + z64) - 1e-18L) / -z64);
  }
  std::printf("  normal: f32 %.2Lf f64 %.2Lf log2 of relative error\n",
              std::log2(worst32), std::log2(worst64));
  EXPECT_LE(worst32, 0x1p-21L);
  EXPECT_LE(worst64, 0x1p-48L);
}

/// Largest distance between the sample's distribution and the expected one,
/// times the root of the sample's size: above 1.95 once in a thousand.
double kolmogorov(std::vector<float> sample, double (*distribution)(double)) {
  std::sort(sample.begin(), sample.end());
  double distance = 0;
  for (size_t i = 0; i < sample.size(); ++i) {
    double expected = distribution(sample[i]);
    distance =
        std::max({distance, std::abs(expected - double(i) / sample.size()),
                  std::abs(expected - double(i + 1) / sample.size())});
  }
  return distance * std::sqrt(double(sample.size()));
}

TEST_P(RandomTest, DrawsHaveTheirDistribution) {
  std::vector<uint32_t> words = anyWords(1 << 18, 5);
  std::vector<float> uniform = code->draw<float>("uniform_f32", words, words);
  std::vector<float> normal = code->draw<float>("normal_f32", words, words);
  EXPECT_LT(kolmogorov(uniform, [](double x) { return x; }), 1.95);
  EXPECT_LT(
      kolmogorov(normal, [](double x) { return std::erfc(-x / M_SQRT2) / 2; }),
      1.95);
  double mean = 0, square = 0, neighbours = 0;
  for (size_t i = 0; i < normal.size(); ++i) {
    mean += normal[i] / normal.size();
    square += normal[i] * normal[i] / normal.size();
    neighbours += normal[i] * normal[(i + 1) % normal.size()] / normal.size();
  }
  double deviation = 1 / std::sqrt(double(normal.size()));
  EXPECT_LT(std::abs(mean), 4 * deviation);
  EXPECT_LT(std::abs(square - 1), 4 * M_SQRT2 * deviation);
  EXPECT_LT(std::abs(neighbours), 4 * deviation);
}

INSTANTIATE_TEST_SUITE_P(, RandomTest, testing::ValuesIn(runnableTargets()),
                         [](const testing::TestParamInfo<Target> &info) {
                           return std::to_string(info.param.vectorBits);
                         });
} // namespace
