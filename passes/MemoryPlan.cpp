//===- MemoryPlan.cpp - Packs intervals into few bytes --------------------===//
//
// Each packing takes the items in some order and puts each into the smallest
// gap that holds it among the items placed already that it meets in time. That
// is quadratic, so large instances get the orders that pack well and cheaply.
//
//===----------------------------------------------------------------------===//

#include "passes/MemoryPlan.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <map>
#include <set>

using namespace llvm;
using namespace sinter;

/// Sums of two numbers below it cannot wrap.
static constexpr uint64_t limit = uint64_t(1) << 62;

/// Above this many items only the sweep is tried: its time is n log n.
static constexpr size_t maxQuadraticItems = 6000;

using Order = std::vector<uint32_t>;

/// The items' sizes rounded up, or nothing if one alone is too large.
static std::optional<std::vector<uint64_t>> roundSizes(ArrayRef<PlanItem> items,
                                                       uint64_t alignment) {
  std::vector<uint64_t> sizes;
  sizes.reserve(items.size());
  for (const PlanItem &item : items) {
    if (item.size > limit)
      return std::nullopt;
    sizes.push_back(alignTo(item.size, alignment));
  }
  return sizes;
}

/// Sorts by `key`, ties by number, so that the order is the same everywhere.
template <typename Key>
static void sortBy(Order &order, Key key) {
  llvm::sort(order, [&](uint32_t a, uint32_t b) {
    return std::make_pair(key(a), a) < std::make_pair(key(b), b);
  });
}

/// The items that take space, by first instant.
static Order byStart(ArrayRef<PlanItem> items) {
  Order order;
  for (uint32_t i = 0; i < items.size(); ++i)
    if (items[i].size)
      order.push_back(i);
  sortBy(order, [&](uint32_t i) { return items[i].first; });
  return order;
}

/// The same items by last instant.
static Order byEnd(Order order, ArrayRef<PlanItem> items) {
  sortBy(order, [&](uint32_t i) { return items[i].last; });
  return order;
}

std::optional<uint64_t> sinter::maxLiveBytes(ArrayRef<PlanItem> items,
                                             uint64_t alignment) {
  std::optional<std::vector<uint64_t>> sizes = roundSizes(items, alignment);
  if (!sizes)
    return std::nullopt;
  Order starts = byStart(items), ends = byEnd(starts, items);
  uint64_t live = 0, most = 0;
  size_t nextEnd = 0;
  for (uint32_t i : starts) {
    while (items[ends[nextEnd]].last < items[i].first)
      live -= (*sizes)[ends[nextEnd++]];
    live += (*sizes)[i];
    if (live > limit)
      return std::nullopt;
    most = std::max(most, live);
  }
  return most;
}

//===----------------------------------------------------------------------===//
// Best fit in a given order
//===----------------------------------------------------------------------===//

namespace {
struct Span {
  uint64_t begin, end;
};
} // namespace

/// The start of the smallest gap between `taken`, sorted by begin, that holds
/// `size`; else their highest end.
static uint64_t bestGap(ArrayRef<Span> taken, uint64_t size) {
  uint64_t best = 0, bestSize = UINT64_MAX, top = 0;
  for (const Span &span : taken) {
    if (span.begin > top && span.begin - top >= size &&
        span.begin - top < bestSize) {
      best = top;
      bestSize = span.begin - top;
    }
    top = std::max(top, span.end);
  }
  return bestSize == UINT64_MAX ? top : best;
}

/// Places the items one by one; gives up when the plan passes `bound`.
static std::optional<MemoryPlan> packInOrder(ArrayRef<PlanItem> items,
                                             ArrayRef<uint64_t> sizes,
                                             ArrayRef<uint32_t> order,
                                             uint64_t bound) {
  MemoryPlan plan;
  plan.offsets.assign(items.size(), 0);
  // Placed items by offset, so that the gaps come in order.
  std::vector<uint32_t> placed;
  SmallVector<Span> taken;
  for (uint32_t i : order) {
    taken.clear();
    for (uint32_t other : placed)
      if (items[other].first <= items[i].last &&
          items[i].first <= items[other].last)
        taken.push_back(
            {plan.offsets[other], plan.offsets[other] + sizes[other]});
    uint64_t offset = bestGap(taken, sizes[i]);
    if (offset > bound || sizes[i] > bound - offset)
      return std::nullopt;
    plan.offsets[i] = offset;
    plan.bytes = std::max(plan.bytes, offset + sizes[i]);
    placed.insert(upper_bound(placed, i,
                              [&](uint32_t a, uint32_t b) {
                                return plan.offsets[a] < plan.offsets[b];
                              }),
                  i);
  }
  return plan;
}

//===----------------------------------------------------------------------===//
// A sweep in time over a list of free bytes
//===----------------------------------------------------------------------===//

namespace {
/// Free spans below `top`, found by begin or by size.
class FreeList {
public:
  uint64_t take(uint64_t size) {
    std::set<std::pair<uint64_t, uint64_t>>::iterator fit =
        bySize.lower_bound({size, 0});
    if (fit == bySize.end()) {
      // Grow the last span if it touches the top.
      uint64_t begin = top;
      if (!byBegin.empty() && byBegin.rbegin()->second == top) {
        begin = byBegin.rbegin()->first;
        erase(begin, top);
      }
      top = begin + size;
      return begin;
    }
    uint64_t begin = fit->second, end = begin + fit->first;
    erase(begin, end);
    if (end - begin > size)
      insert(begin + size, end);
    return begin;
  }

  void give(uint64_t begin, uint64_t end) {
    std::map<uint64_t, uint64_t>::iterator next = byBegin.lower_bound(begin);
    if (next != byBegin.end() && next->first == end) {
      end = next->second;
      erase(next->first, end);
    }
    std::map<uint64_t, uint64_t>::iterator before = byBegin.lower_bound(begin);
    if (before != byBegin.begin() && (--before)->second == begin) {
      begin = before->first;
      erase(begin, before->second);
    }
    insert(begin, end);
  }

private:
  void insert(uint64_t begin, uint64_t end) {
    byBegin[begin] = end;
    bySize.insert({end - begin, begin});
  }
  void erase(uint64_t begin, uint64_t end) {
    byBegin.erase(begin);
    bySize.erase({end - begin, begin});
  }

  std::map<uint64_t, uint64_t> byBegin;
  std::set<std::pair<uint64_t, uint64_t>> bySize;
  uint64_t top = 0;
};
} // namespace

static std::optional<MemoryPlan> packBySweep(ArrayRef<PlanItem> items,
                                             ArrayRef<uint64_t> sizes,
                                             ArrayRef<uint32_t> starts,
                                             ArrayRef<uint32_t> ends) {
  MemoryPlan plan;
  plan.offsets.assign(items.size(), 0);
  FreeList free;
  size_t nextEnd = 0;
  for (uint32_t i : starts) {
    for (; items[ends[nextEnd]].last < items[i].first; ++nextEnd) {
      uint32_t dead = ends[nextEnd];
      free.give(plan.offsets[dead], plan.offsets[dead] + sizes[dead]);
    }
    plan.offsets[i] = free.take(sizes[i]);
    plan.bytes = std::max(plan.bytes, plan.offsets[i] + sizes[i]);
    if (plan.bytes > limit)
      return std::nullopt;
  }
  return plan;
}

//===----------------------------------------------------------------------===//
// The choice
//===----------------------------------------------------------------------===//

/// Orders that each pack some kinds of instance best: large first, long-lived
/// first, and the product of both.
static std::vector<Order> packingOrders(ArrayRef<PlanItem> items,
                                        ArrayRef<uint64_t> sizes,
                                        const Order &starts) {
  // In floating point nothing overflows, whatever the times.
  auto lifetime = [&](uint32_t i) {
    return double(items[i].last - items[i].first) + 1;
  };
  auto area = [&](uint32_t i) { return lifetime(i) * double(sizes[i]); };
  std::vector<Order> orders(4, starts);
  sortBy(orders[1], [&](uint32_t i) { return -double(sizes[i]); });
  sortBy(orders[2], [&](uint32_t i) { return -area(i); });
  sortBy(orders[3], [&](uint32_t i) { return -lifetime(i); });
  return orders;
}

std::optional<MemoryPlan> sinter::planMemory(ArrayRef<PlanItem> items,
                                             uint64_t alignment) {
  std::optional<uint64_t> least = maxLiveBytes(items, alignment);
  if (!least)
    return std::nullopt;
  std::vector<uint64_t> sizes = *roundSizes(items, alignment);
  Order starts = byStart(items);
  std::optional<MemoryPlan> best =
      packBySweep(items, sizes, starts, byEnd(starts, items));
  if (starts.size() > maxQuadraticItems)
    return best;
  for (const Order &order : packingOrders(items, sizes, starts)) {
    if (best && best->bytes == *least)
      break;
    uint64_t bound = best ? best->bytes - 1 : limit;
    if (std::optional<MemoryPlan> plan =
            packInOrder(items, sizes, order, bound))
      best = std::move(plan);
  }
  return best;
}
