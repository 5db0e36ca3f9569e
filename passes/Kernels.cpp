//===- Kernels.cpp - What a kernel may hold -------------------------------===//

#include "passes/Kernels.h"
#include "ir/Shape.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace sinter;

bool sinter::isLeaf(Operation *op) {
  return isa<SplatOp, IotaOp, ExtentOp>(op);
}

bool sinter::isView(Operation *op) { return op->hasTrait<ViewTensorOp>(); }

bool sinter::isElementwise(Operation *op) {
  return op->hasTrait<ElementwiseTensorOp>() || isa<RandomOp>(op);
}

bool sinter::isComputing(Operation *op) {
  return isElementwise(op) || isa<ReduceOp, ArgMaxOp, ContractOp, PickOp,
                                  SoftmaxOp, LogSoftmaxOp, ConcatOp, PadOp>(op);
}

static bool isSplatConstant(Operation *op) {
  ConstantOp constant = dyn_cast<ConstantOp>(op);
  return constant && isa<SplatElementsAttr>(constant.getValue());
}

/// What becomes part of every kernel that reads it.
static bool isInlined(Operation *op) {
  return isLeaf(op) || isView(op) || isSplatConstant(op);
}

//===----------------------------------------------------------------------===//
// Forms
//===----------------------------------------------------------------------===//

namespace {
/// Checks one kernel against the list in Kernels.h.
class Classifier {
public:
  Classifier(KernelOp kernel, bool emitErrors)
      : kernel(kernel), body(kernel.getBody().front()), emitErrors(emitErrors) {
  }

  std::optional<KernelForm> run() {
    if (failed(collect()))
      return std::nullopt;
    if (computing.empty())
      return checkCopy();
    if (llvm::all_of(computing, isElementwise))
      return checkElementwise();
    Operation *root = computing.back();
    if (isa<ReduceOp>(root))
      return checkReduce(cast<ReduceOp>(root));
    return checkSingle(root);
  }

private:
  std::optional<KernelForm> fail(Operation *op, const Twine &why) {
    if (emitErrors)
      op->emitOpError() << why;
    return std::nullopt;
  }

  static bool isComputed(Value value) {
    return value.getDefiningOp() && isComputing(value.getDefiningOp());
  }

  /// Finds the computing operations; leaves and views stand before them.
  LogicalResult collect() {
    for (Operation &op : body.without_terminator()) {
      if (isComputing(&op)) {
        computing.push_back(&op);
        if (isa<RandomOp>(op) && llvm::any_of(op.getOperands(), isComputed))
          return fail(&op, "needs a seed and step from outside the kernel"),
                 failure();
      } else if (!isLeaf(&op) && !isView(&op)) {
        return fail(&op, "cannot stand in a kernel"), failure();
      } else if (llvm::any_of(op.getOperands(), isComputed)) {
        return fail(&op, "is a view of a value the kernel computes"), failure();
      }
    }
    return success();
  }

  std::optional<KernelForm> checkCopy() {
    if (body.getTerminator()->getNumOperands() != 1)
      return fail(kernel, "copies more than one value");
    return KernelForm::Copy;
  }

  std::optional<KernelForm> checkElementwise() {
    if (!allHaveDims(computing, dimsOf(computing.front()->getResult(0))))
      return std::nullopt;
    for (Value result : body.getTerminator()->getOperands())
      if (!isComputed(result))
        return fail(kernel, "yields a value that it does not compute");
    return KernelForm::Elementwise;
  }

  std::optional<KernelForm> checkReduce(ReduceOp root) {
    ArrayRef<Operation *> others = ArrayRef(computing).drop_back();
    for (Operation *op : others)
      if (!isElementwise(op))
        return fail(op, "cannot share a kernel with a reduction");
    if (!allHaveDims(others, dimsOf(root.getInput())) || !yieldsOnly(root))
      return std::nullopt;
    return KernelForm::Reduce;
  }

  std::optional<KernelForm> checkSingle(Operation *root) {
    if (computing.size() != 1)
      return fail(root, "cannot share a kernel with another operation");
    if (!yieldsOnly(root))
      return std::nullopt;
    return KernelForm::Single;
  }

  bool allHaveDims(ArrayRef<Operation *> ops, const Dims &dims) {
    for (Operation *op : ops)
      if (dimsOf(op->getResult(0)) != dims)
        return fail(op, "has other dimensions than the rest of the kernel"),
               false;
    return true;
  }

  bool yieldsOnly(Operation *root) {
    Operation *yield = body.getTerminator();
    if (yield->getNumOperands() == 1 &&
        yield->getOperand(0) == root->getResult(0))
      return true;
    return fail(kernel, "must yield the result of its root alone"), false;
  }

  KernelOp kernel;
  Block &body;
  bool emitErrors;
  SmallVector<Operation *> computing;
};
} // namespace

std::optional<KernelForm> sinter::classifyKernel(KernelOp kernel,
                                                 bool emitErrors) {
  return Classifier(kernel, emitErrors).run();
}

bool sinter::mayWriteOver(KernelOp kernel, unsigned argument, unsigned result) {
  if (classifyKernel(kernel) != KernelForm::Elementwise)
    return false;
  Block &body = kernel.getBody().front();
  BlockArgument from = body.getArgument(argument);
  RankedTensorType fromType = cast<RankedTensorType>(from.getType());
  RankedTensorType toType = cast<RankedTensorType>(
      body.getTerminator()->getOperand(result).getType());
  if (dimsOf(fromType) != dimsOf(toType) ||
      stridesOf(fromType) != stridesOf(toType) ||
      elementBytes(fromType.getElementType()) !=
          elementBytes(toType.getElementType()))
    return false;
  // Views read at another index; so, in effect, does random its scalars.
  return llvm::all_of(from.getUsers(), [](Operation *user) {
    return user->hasTrait<ElementwiseTensorOp>();
  });
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

/// Of everything but locations and names.
static size_t hashKernel(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  llvm::hash_code hash = llvm::hash_combine_range(
      body.getArgumentTypes().begin(), body.getArgumentTypes().end());
  for (Operation &op : body)
    hash =
        llvm::hash_combine(hash, OperationEquivalence::computeHash(
                                     &op, OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::IgnoreLocations));
  return hash;
}

static bool areEqualKernels(KernelOp a, KernelOp b) {
  return a.getScratch() == b.getScratch() &&
         OperationEquivalence::isRegionEquivalentTo(
             &a.getBody(), &b.getBody(), OperationEquivalence::IgnoreLocations);
}

/// "add", "reduce_sum", "random_normal".
static std::string wordFor(Operation *op) {
  std::string word = op->getName().stripDialect().str();
  if (ReduceOp reduce = dyn_cast<ReduceOp>(op))
    word += "_" + stringifyReduceKind(reduce.getKind()).str();
  if (RandomOp random = dyn_cast<RandomOp>(op))
    word += "_" + stringifyDistribution(random.getDistribution()).str();
  return word;
}

/// What a kernel of these operations computes, in a few words.
static std::string nameFor(ArrayRef<Operation *> ops) {
  constexpr size_t maxWords = 4;
  if (ops.empty())
    return "copy";
  SmallVector<std::string> words;
  for (Operation *op : ops.take_front(maxWords))
    words.push_back(wordFor(op));
  if (ops.size() > maxWords)
    words.back() = "etc_" + wordFor(ops.back());
  return llvm::join(words, "_");
}

/// What `results` are made of in a kernel of `ops`, operands before users. The
/// order follows from the operands alone, so that kernels that compute the same
/// come out equal wherever their operations stood.
static SmallVector<Operation *> sliceFor(ArrayRef<Operation *> ops,
                                         ValueRange results) {
  llvm::SmallPtrSet<Operation *, 8> members(ops.begin(), ops.end());
  auto memberFor = [&](Value value) -> Operation * {
    Operation *op = value.getDefiningOp();
    return op && (isInlined(op) || members.contains(op)) ? op : nullptr;
  };
  SmallVector<Operation *> slice;
  llvm::SmallPtrSet<Operation *, 16> seen;
  // An operation and the number of its operands visited so far.
  SmallVector<std::pair<Operation *, unsigned>> path;
  auto enter = [&](Value value) {
    if (Operation *op = memberFor(value))
      if (seen.insert(op).second)
        path.push_back({op, 0});
  };
  for (Value result : results) {
    enter(result);
    while (!path.empty()) {
      auto &[op, visited] = path.back();
      if (visited < op->getNumOperands()) {
        enter(op->getOperand(visited++));
        continue;
      }
      slice.push_back(op);
      path.pop_back();
    }
  }
  return slice;
}

/// Clones `op` without its notes to passes that ran before. A splat constant
/// becomes a splat.
static void cloneInto(OpBuilder &builder, Operation *op, IRMapping &mapping) {
  if (ConstantOp constant = dyn_cast<ConstantOp>(op)) {
    TypedAttr number =
        cast<SplatElementsAttr>(constant.getValue()).getSplatValue<TypedAttr>();
    mapping.map(
        constant.getResult(),
        SplatOp::create(builder, op->getLoc(), constant.getType(), number));
    return;
  }
  builder.clone(*op, mapping)->setDiscardableAttrs(ArrayRef<NamedAttribute>());
}

KernelTable::KernelTable(ModuleOp module) : symbols(module) {
  for (KernelOp kernel : module.getOps<KernelOp>()) {
    kernelsByHash[hashKernel(kernel)].push_back(kernel);
    ++nextNumber;
  }
}

LaunchOp KernelTable::createLaunch(OpBuilder &builder,
                                   ArrayRef<Operation *> ops,
                                   ValueRange results) {
  // The kernel stands before the first function that needs it.
  Location loc = ops.empty() ? results.front().getLoc() : ops.back()->getLoc();
  Operation *function = builder.getInsertionBlock()->getParentOp();
  OpBuilder kernelBuilder(function);
  KernelOp kernel =
      KernelOp::create(kernelBuilder, loc, StringRef("unnamed"), nullptr);
  Block &body = kernel.getBody().emplaceBlock();
  kernelBuilder.setInsertionPointToStart(&body);

  IRMapping mapping;
  SmallVector<Value> operands;
  auto addOperands = [&](ValueRange values) {
    for (Value value : values) {
      if (mapping.contains(value))
        continue;
      mapping.map(value, body.addArgument(value.getType(), value.getLoc()));
      operands.push_back(value);
    }
  };
  for (Operation *op : sliceFor(ops, results)) {
    addOperands(op->getOperands());
    cloneInto(kernelBuilder, op, mapping);
  }
  addOperands(results);
  SmallVector<Value> yielded;
  for (Value result : results)
    yielded.push_back(mapping.lookup(result));
  YieldOp::create(kernelBuilder, loc, yielded);

  kernel = intern(kernel, nameFor(ops));
  return LaunchOp::create(builder, loc, results.getTypes(),
                          kernel.getSymNameAttr(), operands, nullptr);
}

KernelOp KernelTable::intern(KernelOp kernel, StringRef name) {
  SmallVector<KernelOp, 1> &bucket = kernelsByHash[hashKernel(kernel)];
  for (KernelOp other : bucket)
    if (areEqualKernels(kernel, other)) {
      kernel.erase();
      return other;
    }
  std::string unique;
  do
    unique = (name + "_" + Twine(nextNumber++)).str();
  while (symbols.lookup(unique));
  kernel.setSymName(unique);
  symbols.insert(kernel);
  bucket.push_back(kernel);
  return kernel;
}
