//===- Kernels.cpp - What a kernel may hold -------------------------------===//

#include "passes/Kernels.h"
#include "ir/Shape.h"
#include "passes/Rows.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/OperationSupport.h"
#include "llvm/ADT/StringExtras.h"

#include <functional>
#include <utility>

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
  return isElementwise(op) ||
         isa<ReduceOp, ArgMaxOp, ContractOp, PickOp, SoftmaxOp, LogSoftmaxOp,
             ConcatOp, PadOp, GatherOp, ScatterAddOp, InsertOp, CumSumOp,
             ArgSortOp, SolveOp>(op);
}

bool sinter::isScalarOp(Operation *op) {
  return op->hasTrait<ElementwiseTensorOp>() &&
         cast<RankedTensorType>(op->getResult(0).getType()).getRank() == 0;
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
      : kernel(kernel), body(kernel.getBody().front()),
        yielded(body.getTerminator()->getOperands()), emitErrors(emitErrors) {}

  std::optional<KernelForm> run() {
    if (failed(collect()))
      return std::nullopt;
    if (rootOf(kernel))
      return checkRooted();
    if (repeat)
      return fail(repeat, viewOfComputed);
    if (computing.empty())
      return checkCopy();
    return checkElementwise();
  }

private:
  std::optional<KernelForm> fail(Operation *op, const Twine &why) {
    if (emitErrors)
      op->emitOpError() << why;
    return std::nullopt;
  }

  /// Of an operation that is no scalar.
  bool isComputed(Value value) const {
    Operation *op = value.getDefiningOp();
    return op && isComputing(op) && !scalars.contains(op);
  }

  bool isScalar(Operation *op) const {
    return isScalarOp(op) && llvm::none_of(op->getOperands(), [&](Value value) {
             return isComputed(value);
           });
  }

  /// Finds the computing operations, besides scalars.
  LogicalResult collect() {
    for (Operation &op : body.without_terminator()) {
      auto readsComputed = [&] {
        return llvm::any_of(op.getOperands(),
                            [&](Value value) { return isComputed(value); });
      };
      if (isScalar(&op)) {
        scalars.insert(&op);
      } else if (isComputing(&op)) {
        computing.push_back(&op);
        if (isa<RandomOp>(op) && readsComputed())
          return fail(&op, "needs a seed and step from outside the kernel"),
                 failure();
      } else if (!isLeaf(&op) && !isView(&op)) {
        return fail(&op, "cannot stand in a kernel"), failure();
      } else if (readsComputed()) {
        if (!isRepeatAlongRows(&op))
          return fail(&op, viewOfComputed), failure();
        repeat = &op;
      }
    }
    return success();
  }

  std::optional<KernelForm> checkCopy() {
    // Scalars alone are elementwise, and may be several.
    if (!scalars.empty() && llvm::all_of(yielded, [&](Value value) {
          return scalars.contains(value.getDefiningOp());
        }))
      return KernelForm::Elementwise;
    if (yielded.size() != 1)
      return fail(kernel, "copies more than one value");
    return KernelForm::Copy;
  }

  std::optional<KernelForm> checkElementwise() {
    Dims dims = dimsOf(computing.front()->getResult(0));
    if (!allHaveDims(computing, dims) || !yieldsComputed(dims))
      return std::nullopt;
    return KernelForm::Elementwise;
  }

  /// A kernel of one root has the form row only if it has no simpler one.
  std::optional<KernelForm> checkRooted() {
    bool hasOneRoot =
        llvm::count_if(computing, std::not_fn(isElementwise)) == 1;
    bool emitsErrors = std::exchange(emitErrors, false);
    std::optional<KernelForm> form;
    if (hasOneRoot && !repeat)
      form = checkOneRoot(rootOf(kernel));
    if (!form)
      form = checkRow();
    emitErrors = emitsErrors;
    if (form || !emitErrors)
      return form;
    bool isRow = llvm::any_of(computing, isRowOperation) &&
                 (repeat || computing.size() > 1);
    return isRow ? checkRow() : checkOneRoot(rootOf(kernel));
  }

  std::optional<KernelForm> checkRow() {
    std::optional<RowMisfit> misfit =
        findRowMisfit(computing, [&](Operation *op) {
          return llvm::is_contained(computing, op);
        });
    if (misfit)
      return fail(misfit->op, misfit->why);
    if (!llvm::all_of(yielded, [&](Value value) { return isComputed(value); }))
      return fail(kernel, "yields a value that it does not compute");
    return KernelForm::Row;
  }

  std::optional<KernelForm> checkOneRoot(Operation *root) {
    if (ReduceOp reduce = dyn_cast<ReduceOp>(root))
      return checkReduce(reduce);
    if (ContractOp contract = dyn_cast<ContractOp>(root))
      return checkContract(contract);
    if (computing.size() != 1)
      return fail(root, "cannot share a kernel with another operation");
    if (yielded.size() != 1 || yielded.front() != root->getResult(0))
      return fail(kernel, "must yield the result of its root alone");
    return KernelForm::Single;
  }

  std::optional<KernelForm> checkReduce(ReduceOp root) {
    SmallVector<Operation *> before, after;
    llvm::SmallPtrSet<Operation *, 8> feeds = slice(root.getInput());
    for (Operation *op : computing)
      if (op != root)
        (feeds.contains(op) ? before : after).push_back(op);
    for (Operation *op : after)
      if (llvm::any_of(op->getOperands(), [&](Value value) {
            return feeds.contains(value.getDefiningOp());
          }))
        return fail(op, "uses what a reduction in its kernel reduces");
    Dims dims = dimsOf(root.getResult());
    if (!areElementwise(before) || !areElementwise(after) ||
        !allHaveDims(before, dimsOf(root.getInput())) ||
        !allHaveDims(after, dims) || !yieldsComputed(dims))
      return std::nullopt;
    return KernelForm::Reduce;
  }

  std::optional<KernelForm> checkContract(ContractOp root) {
    SmallVector<Operation *> others;
    for (Operation *op : computing)
      if (op != root)
        others.push_back(op);
    if (!slice(root.getLhs()).empty() || !slice(root.getRhs()).empty())
      return fail(root, "has an operand that its kernel computes");
    if (!others.empty() && contractDepth(root) > maxEpilogueDepth)
      return fail(root, "sums too many products for an epilogue");
    Dims dims = dimsOf(root.getResult());
    if (!areElementwise(others) || !allHaveDims(others, dims) ||
        !yieldsComputed(dims))
      return std::nullopt;
    return KernelForm::Contract;
  }

  /// The computed operations that `value` is made of.
  llvm::SmallPtrSet<Operation *, 8> slice(Value value) const {
    llvm::SmallPtrSet<Operation *, 8> found;
    SmallVector<Value> work = {value};
    while (!work.empty()) {
      Value next = work.pop_back_val();
      if (isComputed(next) && found.insert(next.getDefiningOp()).second)
        llvm::append_range(work, next.getDefiningOp()->getOperands());
    }
    return found;
  }

  bool areElementwise(ArrayRef<Operation *> ops) {
    for (Operation *op : ops)
      if (!isElementwise(op))
        return fail(op, "cannot share a kernel with another operation"), false;
    return true;
  }

  bool allHaveDims(ArrayRef<Operation *> ops, const Dims &dims) {
    for (Operation *op : ops)
      if (dimsOf(op->getResult(0)) != dims)
        return fail(op, "has other dimensions than the rest of the kernel"),
               false;
    return true;
  }

  bool yieldsComputed(const Dims &dims) {
    for (Value result : yielded)
      if (!isComputed(result) || dimsOf(result) != dims)
        return fail(kernel, "yields a value that is not among its results"),
               false;
    return true;
  }

  static constexpr llvm::StringLiteral viewOfComputed =
      "is a view of a value the kernel computes";

  KernelOp kernel;
  Block &body;
  OperandRange yielded;
  bool emitErrors;
  SmallVector<Operation *> computing;
  /// Some broadcast of a computed value along rows.
  Operation *repeat = nullptr;
  llvm::SmallPtrSet<Operation *, 4> scalars;
};
} // namespace

std::optional<KernelForm> sinter::classifyKernel(KernelOp kernel,
                                                 bool emitErrors) {
  return Classifier(kernel, emitErrors).run();
}

Operation *sinter::rootOf(KernelOp kernel) {
  Operation *root = nullptr;
  for (Operation &op : kernel.getBody().front())
    if (isComputing(&op) && !isElementwise(&op))
      root = &op;
  return root;
}

int64_t sinter::contractDepth(ContractOp contract) {
  ContractSpec spec = *parseContractSpec(contract.getSpec());
  Dims dims = dimsOf(contract.getLhs());
  int64_t depth = 1;
  for (auto [letter, dim] : llvm::zip(spec.lhs, dims))
    if (!spec.result.contains(letter))
      depth = std::min(depth * dim.size, maxBytes);
  // A letter of one operand alone is summed as well.
  for (auto [letter, dim] : llvm::zip(spec.rhs, dimsOf(contract.getRhs())))
    if (!spec.result.contains(letter) && !spec.lhs.contains(letter))
      depth = std::min(depth * dim.size, maxBytes);
  return depth;
}

/// Whether `op` reads the root's result or what is made of it.
static bool dependsOnRoot(Operation *op) {
  llvm::SmallPtrSet<Operation *, 8> seen;
  SmallVector<Operation *> work = {op};
  while (!work.empty())
    for (Value value : work.pop_back_val()->getOperands()) {
      Operation *from = value.getDefiningOp();
      if (!from || !isComputing(from) || !seen.insert(from).second)
        continue;
      if (!isElementwise(from))
        return true;
      work.push_back(from);
    }
  return false;
}

/// Whether `user` reads an argument of these dimensions at the index that is
/// computed, or in its row.
static bool readsInPlace(Operation *user, const Dims &dims, KernelForm form) {
  if (form == KernelForm::Row &&
      (isRowOperation(user) || isRepeatAlongRows(user)))
    return true;
  // Views read at another index; so, in effect, does random its scalars, and
  // scalars that stand before a root.
  return user->hasTrait<ElementwiseTensorOp>() &&
         dimsOf(user->getResult(0)) == dims &&
         (form == KernelForm::Elementwise || !dims.empty() ||
          dependsOnRoot(user));
}

bool sinter::mayWriteOver(KernelOp kernel, unsigned argument, unsigned result) {
  Block &body = kernel.getBody().front();
  BlockArgument from = body.getArgument(argument);
  if (InsertOp insert = dyn_cast_or_null<InsertOp>(rootOf(kernel)))
    return insert.getInput() == from && from.hasOneUse();
  std::optional<KernelForm> form = classifyKernel(kernel);
  if (!form || form == KernelForm::Copy || form == KernelForm::Single)
    return false;
  RankedTensorType fromType = cast<RankedTensorType>(from.getType());
  RankedTensorType toType = cast<RankedTensorType>(
      body.getTerminator()->getOperand(result).getType());
  Dims dims = dimsOf(toType);
  if (dimsOf(fromType) != dims || stridesOf(fromType) != stridesOf(toType) ||
      elementBytes(fromType.getElementType()) !=
          elementBytes(toType.getElementType()))
    return false;
  return llvm::all_of(from.getUsers(), [&](Operation *user) {
    return readsInPlace(user, dims, *form);
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
static std::string nameFor(ArrayRef<Operation *> members) {
  constexpr size_t maxWords = 4;
  SmallVector<Operation *> ops =
      llvm::to_vector(llvm::make_filter_range(members, isComputing));
  if (ops.empty())
    return "copy";
  SmallVector<std::string> words;
  for (Operation *op : ArrayRef(ops).take_front(maxWords))
    words.push_back(wordFor(op));
  if (ops.size() > maxWords)
    words.back() = "etc_" + wordFor(ops.back());
  return llvm::join(words, "_");
}

/// What `results` are made of in a kernel of `ops`, operands before users. The
/// order follows from the operands alone, so that kernels that compute the same
/// come out equal wherever their operations stood.
static SmallVector<Operation *>
sliceFor(ArrayRef<Operation *> ops, ValueRange results,
         const llvm::DenseSet<Operation *> &repeated) {
  llvm::SmallPtrSet<Operation *, 8> members(ops.begin(), ops.end());
  auto memberFor = [&](Value value) -> Operation * {
    Operation *op = value.getDefiningOp();
    bool isMember =
        op && (isInlined(op) || members.contains(op) || repeated.contains(op));
    return isMember ? op : nullptr;
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

/// The number of a stream as a tensor, which as a name of bytes stands outside
/// regions.
static Value streamOf(RandomOp random) {
  Block &body = random->getParentOfType<func::FuncOp>().getBody().front();
  OpBuilder builder(body.findAncestorOpInBlock(*random));
  return ConstantOp::create(
      builder, random.getLoc(),
      DenseElementsAttr::get(cast<ShapedType>(random.getSeed().getType()),
                             int64_t(random.getStream())));
}

/// Kernels that differ only in the streams they draw from shall be one.
static void takeStreamFrom(Value key, Operation *op) {
  RandomOp random = cast<RandomOp>(op);
  random.setStream(0);
  random.getKeyMutable().assign(key);
}

KernelTable::KernelTable(ModuleOp module) : symbols(module) {
  for (KernelOp kernel : module.getOps<KernelOp>()) {
    kernelsByHash[hashKernel(kernel)].push_back(kernel);
    ++nextNumber;
  }
}

LaunchOp
KernelTable::createLaunch(OpBuilder &builder, ArrayRef<Operation *> ops,
                          ValueRange results,
                          const llvm::DenseSet<Operation *> &repeated) {
  // The kernel stands before the first function that needs it.
  Location loc = ops.empty() ? results.front().getLoc() : ops.back()->getLoc();
  Operation *user = builder.getInsertionBlock()->getParentOp();
  OpBuilder kernelBuilder(
      isa<func::FuncOp>(user) ? user : user->getParentOfType<func::FuncOp>());
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
  for (Operation *op : sliceFor(ops, results, repeated)) {
    addOperands(op->getOperands());
    cloneInto(kernelBuilder, op, mapping);
    RandomOp random = dyn_cast<RandomOp>(op);
    if (random && !random.getKey()) {
      Value key = streamOf(random);
      addOperands(key);
      takeStreamFrom(mapping.lookup(key),
                     mapping.lookup(random.getResult()).getDefiningOp());
    }
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
