//===- MemoryPlanTest.cpp - Packings never overlap ------------------------===//

#include "passes/MemoryPlan.h"

#include "llvm/Support/MathExtras.h"
#include "gtest/gtest.h"

#include <random>

using namespace sinter;

static constexpr uint64_t alignment = 64;

/// Compares every pair of items: the definition of a sound plan.
static void expectSound(llvm::ArrayRef<PlanItem> items,
                        const MemoryPlan &plan) {
  ASSERT_EQ(plan.offsets.size(), items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    ASSERT_EQ(plan.offsets[i] % alignment, 0u);
    ASSERT_LE(plan.offsets[i] + items[i].size, plan.bytes);
    for (size_t j = 0; j < i; ++j) {
      bool meetInTime =
          items[i].first <= items[j].last && items[j].first <= items[i].last;
      bool meetInSpace = items[i].size && items[j].size &&
                         plan.offsets[i] < plan.offsets[j] + items[j].size &&
                         plan.offsets[j] < plan.offsets[i] + items[i].size;
      ASSERT_FALSE(meetInTime && meetInSpace) << "items " << i << " and " << j;
    }
  }
}

/// The lower bound by its definition, instant by instant.
static uint64_t slowMaxLive(llvm::ArrayRef<PlanItem> items) {
  uint64_t most = 0;
  for (const PlanItem &at : items) {
    uint64_t live = 0;
    for (const PlanItem &item : items)
      if (item.first <= at.first && at.first <= item.last)
        live += llvm::alignTo(item.size, alignment);
    most = std::max(most, live);
  }
  return most;
}

TEST(MemoryPlan, Nothing) {
  std::optional<MemoryPlan> plan = planMemory({}, alignment);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->bytes, 0u);
}

TEST(MemoryPlan, EqualIntervalsAreDisjoint) {
  PlanItem items[] = {{100, 3, 3}, {100, 3, 3}, {100, 3, 3}};
  std::optional<MemoryPlan> plan = planMemory(items, alignment);
  ASSERT_TRUE(plan);
  expectSound(items, *plan);
  EXPECT_EQ(plan->bytes, 384u);
}

TEST(MemoryPlan, IntervalsAreClosed) {
  PlanItem touching[] = {{64, 0, 1}, {64, 1, 2}};
  EXPECT_EQ(planMemory(touching, alignment)->bytes, 128u);
  PlanItem apart[] = {{64, 0, 1}, {64, 2, 3}};
  EXPECT_EQ(planMemory(apart, alignment)->bytes, 64u);
}

TEST(MemoryPlan, EmptyItemsTakeNoSpace) {
  PlanItem items[] = {{0, 0, 9}, {64, 0, 9}, {0, 0, 9}};
  EXPECT_EQ(planMemory(items, alignment)->bytes, 64u);
}

TEST(MemoryPlan, HugeSizesAreRefused) {
  uint64_t half = uint64_t(1) << 61;
  PlanItem two[] = {{half, 0, 1}, {half, 1, 2}};
  EXPECT_TRUE(planMemory(two, alignment));
  PlanItem three[] = {{half, 0, 1}, {half, 1, 2}, {64, 1, 1}};
  EXPECT_FALSE(planMemory(three, alignment));
  PlanItem wraps[] = {{UINT64_MAX, 0, UINT64_MAX}};
  EXPECT_FALSE(planMemory(wraps, alignment));
  EXPECT_FALSE(maxLiveBytes(wraps, alignment));
  PlanItem many[] = {{half, 0, 0}, {half, 0, 0}, {half, 0, 0}, {half, 0, 0},
                     {half, 0, 0}, {half, 0, 0}, {half, 0, 0}, {half, 0, 0}};
  EXPECT_FALSE(planMemory(many, alignment));
}

TEST(MemoryPlan, RandomInstances) {
  std::mt19937 random(1);
  auto below = [&](uint64_t n) { return random() % n; };
  double worst = 0, sum = 0;
  const int instances = 100000;
  for (int instance = 0; instance < instances; ++instance) {
    // Few instants make equal and touching intervals common.
    uint64_t instants = 1 + below(12);
    std::vector<PlanItem> items(1 + below(14));
    for (PlanItem &item : items) {
      uint64_t a = below(instants), b = below(instants);
      item = {below(4) ? below(1000) : 64 * below(4), std::min(a, b),
              std::max(a, b)};
    }
    std::optional<MemoryPlan> plan = planMemory(items, alignment);
    ASSERT_TRUE(plan);
    expectSound(items, *plan);
    uint64_t least = *maxLiveBytes(items, alignment);
    ASSERT_EQ(least, slowMaxLive(items));
    ASSERT_LE(least, plan->bytes);
    if (HasFatalFailure())
      FAIL() << "in instance " << instance;
    double ratio = least ? double(plan->bytes) / double(least) : 1;
    worst = std::max(worst, ratio);
    sum += ratio;
  }
  // What the packings reach on instances far less regular than a program's.
  EXPECT_LT(sum / instances, 1.05);
  EXPECT_LT(worst, 2.0);
}

TEST(MemoryPlan, LargeInstancesArePackedInGoodTime) {
  std::mt19937 random(2);
  std::vector<PlanItem> items(200000);
  for (PlanItem &item : items) {
    uint64_t first = random() % 200000;
    item = {random() % 5000, first, first + random() % 50};
  }
  std::optional<MemoryPlan> plan = planMemory(items, alignment);
  ASSERT_TRUE(plan);
  EXPECT_LT(double(plan->bytes), 2 * double(*maxLiveBytes(items, alignment)));
}
