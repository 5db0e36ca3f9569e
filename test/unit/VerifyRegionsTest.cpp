//===- VerifyRegionsTest.cpp - Corrupted plans of branches and loops ------===//
//
// Corrupts a valid plan with branches and loops at random, and carries it out
// along random paths on bytes that know what was written there. The verifier,
// which sees all paths at once, must reject whatever goes wrong on one of them.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "passes/Plan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace sinter;

/// Values are kept, exchanged, replaced and partly written, in two loops and
/// two branches.
static const char *const program = R"mlir(
func.func @f(%x: tensor<8xf32>, %y: tensor<8xf32>, %p: tensor<i1>, %n: tensor<i32>) -> (tensor<8xf32>, tensor<8xf32>) {
  %zero = sinter.splat 0 : i32 -> tensor<i32>
  %one = sinter.splat 1 : i32 -> tensor<i32>
  %e = sinter.exp %x : tensor<8xf32>
  %k, %a, %b = sinter.while(%zero, %e, %y) limit 8 : tensor<i32>, tensor<8xf32>, tensor<8xf32> cond {
  ^bb0(%k: tensor<i32>, %a: tensor<8xf32>, %b: tensor<8xf32>):
    %go = sinter.compare lt %k, %n : tensor<i32> -> tensor<i1>
    sinter.yield %go : tensor<i1>
  } body {
  ^bb0(%k: tensor<i32>, %a: tensor<8xf32>, %b: tensor<8xf32>):
    %c = sinter.if %p -> (tensor<8xf32>) {
      %v = sinter.slice %b offsets [0] strides [1] : tensor<8xf32> -> tensor<1xf32>
      %0 = sinter.insert %v into %a offsets [0] strides [1] indices(%k) axes [0] : (tensor<1xf32>, tensor<8xf32>, tensor<i32>) -> tensor<8xf32>
      sinter.yield %0 : tensor<8xf32>
    } else {
      sinter.print %x groups [[unit]] : tensor<8xf32>
      sinter.yield %a : tensor<8xf32>
    }
    %j, %d = sinter.while(%zero, %c) limit 8 : tensor<i32>, tensor<8xf32> cond {
    ^bb0(%j: tensor<i32>, %d: tensor<8xf32>):
      %go = sinter.compare lt %j, %k : tensor<i32> -> tensor<i1>
      sinter.yield %go : tensor<i1>
    } body {
    ^bb0(%j: tensor<i32>, %d: tensor<8xf32>):
      %s = sinter.sub %d, %y : tensor<8xf32>
      %next = sinter.add %j, %one : tensor<i32>
      sinter.yield %next, %s : tensor<i32>, tensor<8xf32>
    }
    %next = sinter.add %k, %one : tensor<i32>
    sinter.yield %next, %b, %d : tensor<i32>, tensor<8xf32>, tensor<8xf32>
  }
  %r = sinter.if %p -> (tensor<8xf32>) {
    %0 = sinter.add %a, %x : tensor<8xf32>
    sinter.yield %0 : tensor<8xf32>
  } else {
    %0 = sinter.slice %b offsets [7] strides [-1] : tensor<8xf32> -> tensor<8xf32>
    sinter.yield %0 : tensor<8xf32>
  }
  return %r, %b : tensor<8xf32>, tensor<8xf32>
}
)mlir";

namespace {
/// A range of bytes of the arena.
struct Bytes {
  uint64_t begin, size;

  bool meets(const Bytes &other) const {
    return begin < other.begin + other.size && other.begin < begin + size;
  }
};

/// Carries a function out along one path. Every result of a launch is a content
/// of its own; what is yielded or carried is a content under another name.
class Walk {
public:
  Walk(func::FuncOp function, unsigned seed)
      : function(function), symbols(function->getParentOfType<ModuleOp>()),
        random(seed) {
    uint64_t size = function->getParentOfType<ModuleOp>()
                        ->getAttrOfType<IntegerAttr>(arenaBytesAttr)
                        .getInt();
    arena.assign(size, 0);
  }

  /// Whether every read finds what it wants.
  bool goesWell() {
    for (BlockArgument argument : function.getArguments())
      create(argument);
    return carryOut(function.getBody().front());
  }

private:
  Bytes bytesOf(Value value) {
    BufferAttr at = bufferOf(value, symbols);
    isInside &= at.getSpace() == Space::Arena;
    uint64_t size = byteSize(cast<RankedTensorType>(value.getType()));
    isInside &= at.getOffset() + size <= arena.size();
    return {at.getOffset(), size};
  }

  void create(Value value) {
    contents[value] = ++lastContent;
    Bytes bytes = bytesOf(value);
    for (uint64_t i = 0; isInside && i < bytes.size; ++i)
      arena[bytes.begin + i] = lastContent;
  }

  bool find(Value value) {
    Bytes bytes = bytesOf(value);
    for (uint64_t i = 0; isInside && i < bytes.size; ++i)
      if (arena[bytes.begin + i] != contents.lookup(value))
        return false;
    return isInside;
  }

  void pass(ValueRange from, ValueRange to) {
    SmallVector<unsigned> passed;
    for (Value value : from)
      passed.push_back(contents.lookup(value));
    for (auto [value, content] : llvm::zip(to, passed))
      contents[value] = content;
  }

  bool carryOut(Block &block) {
    return llvm::all_of(block, [&](Operation &op) { return carryOut(&op); });
  }

  bool carryOut(Operation *op) {
    if (isa<YieldOp>(op))
      return true;
    if (WhileOp loop = dyn_cast<WhileOp>(op))
      return carryOut(loop);
    if (!llvm::all_of(op->getOperands(),
                      [&](Value operand) { return find(operand); }))
      return false;
    if (LaunchOp launch = dyn_cast<LaunchOp>(op))
      return carryOut(launch);
    if (IfOp branch = dyn_cast<IfOp>(op)) {
      Block &chosen = branch->getRegion(random() % 2).front();
      if (!carryOut(chosen))
        return false;
      pass(chosen.getTerminator()->getOperands(), branch.getResults());
    }
    return true;
  }

  bool carryOut(LaunchOp launch) {
    KernelOp kernel = symbols.lookup<KernelOp>(launch.getKernel());
    for (OpResult result : launch->getResults())
      for (OpOperand &operand : launch->getOpOperands()) {
        Bytes to = bytesOf(result), from = bytesOf(operand.get());
        bool isOver = to.begin == from.begin &&
                      mayWriteOver(kernel, operand.getOperandNumber(),
                                   result.getResultNumber());
        if (to.meets(from) && !isOver)
          return false;
      }
    for (Value result : launch.getResults())
      create(result);
    return isInside;
  }

  bool carryOut(WhileOp loop) {
    Block &condition = loop.getCondition().front();
    Block &body = loop.getBody().front();
    pass(loop.getInits(), condition.getArguments());
    for (unsigned trips = random() % 4;; --trips) {
      if (!carryOut(condition) ||
          !find(condition.getTerminator()->getOperand(0)))
        return false;
      if (trips == 0)
        break;
      pass(condition.getArguments(), body.getArguments());
      if (!carryOut(body))
        return false;
      pass(body.getTerminator()->getOperands(), condition.getArguments());
    }
    pass(condition.getArguments(), loop.getResults());
    return true;
  }

  func::FuncOp function;
  SymbolTable symbols;
  std::mt19937 random;
  std::vector<unsigned> arena;
  DenseMap<Value, unsigned> contents;
  unsigned lastContent = 0;
  bool isInside = true;
};
} // namespace

static bool everyWalkGoesWell(func::FuncOp function) {
  constexpr unsigned numWalks = 16;
  for (unsigned seed = 0; seed < numWalks; ++seed)
    if (!Walk(function, seed).goesWell())
      return false;
  return true;
}

/// Moves one buffer, or one launch a little up.
static void corrupt(func::FuncOp function, unsigned seed) {
  std::mt19937 random(seed);
  SmallVector<Operation *> planned;
  function.walk([&](Operation *op) {
    ArrayAttr at = op->getAttrOfType<ArrayAttr>("at");
    if (at && !at.empty())
      planned.push_back(op);
  });
  Operation *op = planned[random() % planned.size()];
  Operation *before = op->getPrevNode();
  if (random() % 3 == 0 && before && isa<LaunchOp>(op) &&
      !llvm::is_contained(before->getUsers(), op))
    return op->moveBefore(before);
  SmallVector<Attribute> at =
      llvm::to_vector(op->getAttrOfType<ArrayAttr>("at").getValue());
  at[random() % at.size()] = BufferAttr::get(
      function.getContext(), Space::Arena, bufferAlignment * (random() % 8));
  op->setAttr("at", ArrayAttr::get(function.getContext(), at));
}

static void declareResults(func::FuncOp function) {
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  for (OpOperand &operand :
       function.getBody().front().getTerminator()->getOpOperands())
    function.setResultAttr(operand.getOperandNumber(), bufferAttr,
                           bufferOf(operand.get(), symbols));
}

TEST(VerifyPlan, RejectsEveryPathThatGoesWrong) {
  MLIRContext context;
  context.loadDialect<SinterDialect, func::FuncDialect>();
  ScopedDiagnosticHandler quiet(&context,
                                [](Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> valid = parseSourceString<ModuleOp>(program, &context);
  ASSERT_TRUE(valid);
  PassManager manager(&context);
  buildKernelPipeline(manager, /*fuse=*/true);
  buildPlanPipeline(manager);
  ASSERT_TRUE(succeeded(manager.run(*valid)));
  ASSERT_TRUE(everyWalkGoesWell(valid->lookupSymbol<func::FuncOp>("f")));

  unsigned wrong = 0, accepted = 0;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    OwningOpRef<ModuleOp> module = valid->clone();
    func::FuncOp function = module->lookupSymbol<func::FuncOp>("f");
    corrupt(function, seed);
    declareResults(function);
    bool goesWell = everyWalkGoesWell(function);
    PassManager verifier(&context);
    verifier.addPass(createVerifyPlan());
    bool isAccepted = succeeded(verifier.run(*module));
    ASSERT_TRUE(goesWell || !isAccepted) << "seed " << seed;
    wrong += !goesWell;
    accepted += isAccepted;
  }
  EXPECT_GE(wrong, 1000u);
  EXPECT_GE(accepted, 50u);
}
