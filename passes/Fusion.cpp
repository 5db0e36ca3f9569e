//===- Fusion.cpp - Which operations share a kernel -----------------------===//
//
// Walks a block from its end. An elementwise operation whose every use is in
// one group joins that group when it runs over the same index space, so that
// its result never goes through memory. Nothing is computed twice, and the
// group stays convex: what it reads from outside cannot depend on its members,
// whose results are not used outside.
//
//===----------------------------------------------------------------------===//

#include "passes/Fusion.h"
#include "ir/Shape.h"
#include "passes/Kernels.h"

#include <optional>

using namespace mlir;
using namespace sinter;

using Groups = llvm::DenseMap<Operation *, FusionGroup>;

//===----------------------------------------------------------------------===//
// Legality
//===----------------------------------------------------------------------===//

/// The dimensions that a kernel with this root computes its operations over, or
/// nothing if it takes no other operation.
static std::optional<Dims> indexSpaceOf(Operation *root) {
  if (isElementwise(root))
    return dimsOf(root->getResult(0));
  if (ReduceOp reduce = dyn_cast<ReduceOp>(root))
    return dimsOf(reduce.getInput());
  return std::nullopt;
}

/// The root of the one group that all uses of `producer` are in, or null.
static Operation *
commonRoot(Operation *producer,
           const llvm::DenseMap<Operation *, Operation *> &rootOf) {
  Operation *root = nullptr;
  for (Operation *user : producer->getUsers()) {
    // Random wants its scalars from outside. Views are in no group.
    Operation *userRoot = isa<RandomOp>(user) ? nullptr : rootOf.lookup(user);
    if (!userRoot || (root && userRoot != root))
      return nullptr;
    root = userRoot;
  }
  return root;
}

static bool isLegal(Operation *producer, Operation *root) {
  return isElementwise(producer) &&
         indexSpaceOf(root) == dimsOf(producer->getResult(0));
}

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

/// A group this large keeps its values in registers, and saves no memory worth
/// the wait for larger code.
static constexpr size_t maxGroupSize = 24;

static bool isWorthwhile(const FusionGroup &group) {
  return group.size() < maxGroupSize;
}

//===----------------------------------------------------------------------===//
// Mechanics
//===----------------------------------------------------------------------===//

Groups sinter::groupOperations(Block &block, bool fuse) {
  Groups groups;
  llvm::DenseMap<Operation *, Operation *> rootOf;
  for (Operation &op : llvm::reverse(block)) {
    if (!isComputing(&op))
      continue;
    Operation *root = fuse ? commonRoot(&op, rootOf) : nullptr;
    if (!root || !isLegal(&op, root) || !isWorthwhile(groups[root]))
      root = &op;
    rootOf[&op] = root;
    groups[root].push_back(&op);
  }
  for (auto &[root, group] : groups)
    std::reverse(group.begin(), group.end());
  return groups;
}
