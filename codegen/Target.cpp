//===- Target.cpp - What is known of the machine compiled for -------------===//

#include "codegen/Target.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace sinter;

namespace {
/// The psABI's levels. A program is compiled for a level and not for one model,
/// so that it runs, with the same bits, wherever the start-up check passes.
struct Level {
  const char *name;
  unsigned vectorBits, vectorRegisters;
  bool hasFMA;
  /// Host features that select the level.
  std::initializer_list<const char *> features;
};
} // namespace

static const Level levels[] = {
    {"x86-64-v4",
     512,
     32,
     true,
     {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx2", "fma",
      "bmi", "bmi2", "lzcnt", "movbe", "f16c"}},
    {"x86-64-v3",
     256,
     16,
     true,
     {"avx2", "fma", "bmi", "bmi2", "lzcnt", "movbe", "f16c"}},
    {"x86-64-v2", 128, 16, false, {"sse4.2", "popcnt", "ssse3"}},
    {"x86-64", 128, 16, false, {}},
};

static Target targetOf(const Level &level) {
  Target target;
  target.triple = "x86_64-unknown-linux-musl";
  target.cpu = level.name;
  target.vectorBits = level.vectorBits;
  target.vectorRegisters = level.vectorRegisters;
  target.hasFMA = level.hasFMA;
  return target;
}

Target Target::host() {
  StringMap<bool> features = sys::getHostCPUFeatures();
  const Level *level = find_if(levels, [&](const Level &candidate) {
    return all_of(candidate.features,
                  [&](const char *name) { return features.lookup(name); });
  });
  return targetOf(*level); // The last level asks for nothing.
}

std::optional<Target> Target::byName(StringRef name) {
  if (name == "native")
    return host();
  const Level *level =
      find_if(levels, [&](const Level &known) { return name == known.name; });
  if (level == std::end(levels))
    return std::nullopt;
  return targetOf(*level);
}
