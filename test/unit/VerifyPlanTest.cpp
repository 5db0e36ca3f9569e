//===- VerifyPlanTest.cpp - Corrupted plans are rejected ------------------===//
//
// Corrupts a valid plan at random and compares the verifier with an oracle that
// carries the function out byte by byte.
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

/// A training step with updates in place, a guard and a kernel with scratch.
static const char *const program = R"mlir(
sinter.global param @w : tensor<4x4xf32> {label = "w", owner = "o"}
sinter.global param @b : tensor<4xf32> {label = "b", owner = "o"}
sinter.global metric @m : tensor<f32> {label = "m", owner = "o"}
sinter.kernel @rows(%x: tensor<8x4xf32>) attributes {scratch = 100 : i64} {
  %y = sinter.softmax %x : tensor<8x4xf32>
  sinter.yield %y : tensor<8x4xf32>
}
func.func @step(%x: tensor<8x4xf32>, %y: tensor<8x4xf32>) -> (tensor<f32>, tensor<8x4xf32>) {
  %c = sinter.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %w = sinter.load @w : tensor<4x4xf32>
  %b = sinter.load @b : tensor<4xf32>
  %m = sinter.load @m : tensor<f32>
  %z = sinter.contract "bi,io->bo" %x, %w : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
  %bb = sinter.broadcast %b dims [1] : tensor<4xf32> -> tensor<8x4xf32>
  %o = sinter.add %z, %bb : tensor<8x4xf32>
  %p = sinter.launch @rows(%o) : (tensor<8x4xf32>) -> tensor<8x4xf32>
  %d = sinter.sub %p, %y : tensor<8x4xf32>
  %sq = sinter.mul %d, %d : tensor<8x4xf32>
  %loss = sinter.reduce sum %sq axes [0, 1] : tensor<8x4xf32> -> tensor<f32>
  sinter.guard %loss named "loss" : tensor<f32>
  %gw = sinter.contract "bi,bo->io" %x, %d : tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4xf32>
  %gb = sinter.reduce sum %d axes [0] : tensor<8x4xf32> -> tensor<4xf32>
  %gc = sinter.mul %gb, %c : tensor<4xf32>
  %gx = sinter.contract "bo,io->bi" %d, %w : tensor<8x4xf32>, tensor<4x4xf32> -> tensor<8x4xf32>
  %nw = sinter.sub %w, %gw : tensor<4x4xf32>
  %nb = sinter.sub %b, %gc : tensor<4xf32>
  %nm = sinter.add %m, %loss : tensor<f32>
  sinter.store %nw, @w : tensor<4x4xf32>
  sinter.store %nb, @b : tensor<4xf32>
  sinter.store %nm, @m : tensor<f32>
  return %loss, %gx : tensor<f32>, tensor<8x4xf32>
}
)mlir";

namespace {
/// Every byte of store and arena on its own, with the number of its value.
class Oracle {
public:
  explicit Oracle(func::FuncOp function)
      : function(function), module(function->getParentOfType<ModuleOp>()),
        symbols(module) {
    for (StringRef name : {storeBytesAttr, arenaBytesAttr, constantBytesAttr})
      bytes.emplace_back(module->getAttrOfType<IntegerAttr>(name).getInt(), 0);
  }

  bool isSound() {
    for (GlobalOp global : module.getOps<GlobalOp>())
      if (!put(BufferAttr::get(module.getContext(), Space::Store,
                               *global.getOffset()),
               sizeOf(global.getType()), numberOf(global), /*fresh=*/true))
        return false;
    for (BlockArgument argument : function.getArguments()) {
      BufferAttr buffer = bufferOf(argument, symbols);
      if (buffer.getSpace() != Space::Arena ||
          !put(buffer, sizeOf(argument.getType()), numberOf(argument),
               /*fresh=*/true))
        return false;
    }
    for (Operation &op : function.getBody().front())
      if (!carryOut(&op))
        return false;
    return storeIsRight();
  }

private:
  static size_t sizeOf(Type type) {
    return byteSize(cast<RankedTensorType>(type));
  }
  int numberOf(Value value) {
    if (LoadOp load = value.getDefiningOp<LoadOp>())
      return numberOf(symbols.lookup(load.getSymbol()));
    return numbers.try_emplace(value.getAsOpaquePointer(), numbers.size() + 1)
        .first->second;
  }
  int numberOf(Operation *global) {
    return numbers.try_emplace(global, numbers.size() + 1).first->second;
  }

  bool isInside(BufferAttr buffer, size_t size) {
    return buffer.getOffset() % bufferAlignment == 0 &&
           buffer.getOffset() + size <= bytes[size_t(buffer.getSpace())].size();
  }
  bool put(BufferAttr buffer, size_t size, int number, bool fresh) {
    if (!isInside(buffer, size))
      return false;
    for (size_t i = 0; i < size; ++i) {
      int &byte = bytes[size_t(buffer.getSpace())][buffer.getOffset() + i];
      if (fresh && byte)
        return false;
      byte = number;
    }
    return true;
  }
  bool has(BufferAttr buffer, size_t size, int number) {
    if (!isInside(buffer, size))
      return false;
    for (size_t i = 0; i < size; ++i)
      if (bytes[size_t(buffer.getSpace())][buffer.getOffset() + i] != number)
        return false;
    return true;
  }
  bool reads(Operation *op) {
    for (Value operand : op->getOperands()) {
      if (operand.getDefiningOp<ConstantOp>())
        continue;
      if (!has(bufferOf(operand, symbols), sizeOf(operand.getType()),
               numberOf(operand)))
        return false;
    }
    return true;
  }

  bool carryOut(Operation *op) {
    if (isa<GuardOp>(op) && storeChanged)
      return false;
    if (isa<GuardOp, func::ReturnOp>(op))
      return reads(op);
    LaunchOp launch = dyn_cast<LaunchOp>(op);
    return !launch || (reads(launch) && writes(launch));
  }

  bool writes(LaunchOp launch) {
    KernelOp kernel = symbols.lookup<KernelOp>(launch.getKernel());
    SmallVector<size_t> sizes;
    for (Value result : launch.getResults())
      sizes.push_back(sizeOf(result.getType()));
    if (kernel.getScratch())
      sizes.push_back(*kernel.getScratch());
    std::vector<std::vector<int>> touched(bytes);
    for (size_t i = 0; i < sizes.size(); ++i) {
      BufferAttr to = cast<BufferAttr>((*launch.getAt())[i]);
      bool isScratch = i == launch.getNumResults();
      if (to.getSpace() == Space::Constants ||
          (isScratch && to.getSpace() != Space::Arena) ||
          !isInside(to, sizes[i]) ||
          hitsOperand(launch, kernel, i, to, sizes[i]))
        return false;
      storeChanged |= to.getSpace() == Space::Store;
      for (size_t b = 0; b < sizes[i]; ++b) {
        int &mark = touched[size_t(to.getSpace())][to.getOffset() + b];
        if (mark == -1)
          return false;
        mark = -1;
      }
    }
    for (size_t i = 0; i < sizes.size(); ++i)
      put(cast<BufferAttr>((*launch.getAt())[i]), sizes[i],
          i < launch.getNumResults() ? numberOf(launch.getResult(i)) : -2,
          /*fresh=*/false);
    return true;
  }

  bool hitsOperand(LaunchOp launch, KernelOp kernel, size_t index,
                   BufferAttr to, size_t size) {
    for (OpOperand &operand : launch->getOpOperands()) {
      BufferAttr from = bufferOf(operand.get(), symbols);
      size_t fromSize = sizeOf(operand.get().getType());
      if (from.getSpace() != to.getSpace())
        continue;
      bool meets = false;
      for (size_t b = 0; b < size; ++b)
        meets |= to.getOffset() + b >= from.getOffset() &&
                 to.getOffset() + b < from.getOffset() + fromSize;
      bool inPlace = from == to && size == fromSize &&
                     index < launch.getNumResults() &&
                     mayWriteOver(kernel, operand.getOperandNumber(), index);
      if (meets && !inPlace)
        return true;
    }
    return false;
  }

  bool storeIsRight() {
    for (GlobalOp global : module.getOps<GlobalOp>()) {
      int wanted = numberOf(global);
      for (StoreOp store : function.getOps<StoreOp>())
        if (store.getSymbol() == global.getSymName())
          wanted = numberOf(store.getValue());
      if (!has(BufferAttr::get(module.getContext(), Space::Store,
                               *global.getOffset()),
               sizeOf(global.getType()), wanted))
        return false;
    }
    return true;
  }

  func::FuncOp function;
  ModuleOp module;
  SymbolTable symbols;
  std::vector<std::vector<int>> bytes;
  DenseMap<const void *, int> numbers;
  bool storeChanged = false;
};

/// Changes one thing in a plan.
class Corruptor {
public:
  explicit Corruptor(unsigned seed) : random(seed) {}

  void corrupt(func::FuncOp function) {
    ModuleOp module = function->getParentOfType<ModuleOp>();
    switch (below(7)) {
    case 0:
      return moveArgument(function);
    case 1:
      return moveGlobal(module);
    case 2:
      return reorder(function);
    case 3:
      return shrinkSpace(module);
    case 4:
      return changeScratch(module);
    default:
      return moveBuffer(function);
    }
  }

private:
  unsigned below(unsigned n) { return random() % n; }

  /// Mostly aligned, sometimes outside.
  BufferAttr anyBuffer(MLIRContext *context) {
    uint64_t offset = 64 * below(12) + (below(8) ? 0 : below(64));
    unsigned pick = below(8);
    Space space = pick == 0   ? Space::Constants
                  : pick <= 2 ? Space::Store
                              : Space::Arena;
    return BufferAttr::get(context, space, offset);
  }

  template <typename OpTy>
  OpTy anyOf(Block &block) {
    SmallVector<OpTy> all = llvm::to_vector(block.getOps<OpTy>());
    return all[below(all.size())];
  }

  void moveArgument(func::FuncOp function) {
    function.setArgAttr(below(function.getNumArguments()), bufferAttr,
                        anyBuffer(function.getContext()));
  }
  void moveGlobal(ModuleOp module) {
    anyOf<GlobalOp>(*module.getBody()).setOffset(64 * below(4));
  }
  void shrinkSpace(ModuleOp module) {
    StringRef name = below(2) ? storeBytesAttr : arenaBytesAttr;
    int64_t bytes = module->getAttrOfType<IntegerAttr>(name).getInt();
    Builder builder(module.getContext());
    module->setAttr(name, builder.getI64IntegerAttr(bytes - below(bytes + 1)));
  }
  void changeScratch(ModuleOp module) {
    module.lookupSymbol<KernelOp>("rows").setScratch(1 + below(1000));
  }
  void moveBuffer(func::FuncOp function) {
    LaunchOp launch = anyOf<LaunchOp>(function.getBody().front());
    SmallVector<Attribute> at = llvm::to_vector(*launch.getAt());
    at[below(at.size())] = anyBuffer(function.getContext());
    launch.setAtAttr(ArrayAttr::get(function.getContext(), at));
  }
  /// Moves a launch up as far as the values it reads allow, or part of the way.
  void reorder(func::FuncOp function) {
    LaunchOp launch = anyOf<LaunchOp>(function.getBody().front());
    for (unsigned steps = 1 + below(8); steps; --steps) {
      Operation *before = launch->getPrevNode();
      if (!before || llvm::is_contained(before->getUsers(), launch))
        return;
      launch->moveBefore(before);
    }
  }

  std::mt19937 random;
};
} // namespace

/// The returned buffers follow the values, so that only bytes are wrong.
static void declareResults(func::FuncOp function) {
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  Operation *end = function.getBody().front().getTerminator();
  for (OpOperand &operand : end->getOpOperands())
    function.setResultAttr(operand.getOperandNumber(), bufferAttr,
                           bufferOf(operand.get(), symbols));
}

static bool passesVerifier(ModuleOp module) {
  PassManager manager(module.getContext());
  manager.addPass(createVerifyPlan());
  return succeeded(manager.run(module));
}

static void expectAgreementOnCorruptedPlans(bool fuse) {
  MLIRContext context;
  context.loadDialect<SinterDialect, func::FuncDialect>();
  ScopedDiagnosticHandler quiet(&context,
                                [](Diagnostic &) { return success(); });
  OwningOpRef<ModuleOp> valid = parseSourceString<ModuleOp>(program, &context);
  ASSERT_TRUE(valid);
  PassManager manager(&context);
  buildKernelPipeline(manager, fuse);
  buildPlanPipeline(manager);
  ASSERT_TRUE(succeeded(manager.run(*valid)));
  ASSERT_TRUE(Oracle(valid->lookupSymbol<func::FuncOp>("step")).isSound());

  unsigned rejected = 0, harmless = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    OwningOpRef<ModuleOp> module = valid->clone();
    func::FuncOp function = module->lookupSymbol<func::FuncOp>("step");
    Corruptor(seed).corrupt(function);
    declareResults(function);
    bool sound = Oracle(function).isSound();
    ASSERT_EQ(passesVerifier(*module), sound) << "seed " << seed;
    ++(sound ? harmless : rejected);
  }
  EXPECT_GE(rejected, 2000u);
  EXPECT_GE(harmless, 50u);
}

TEST(VerifyPlan, AgreesWithTheOracleOnCorruptedPlans) {
  expectAgreementOnCorruptedPlans(/*fuse=*/false);
}

TEST(VerifyPlan, AgreesWithTheOracleOnCorruptedFusedPlans) {
  expectAgreementOnCorruptedPlans(/*fuse=*/true);
}
