//===- LowerKernels.cpp - Kernels as functions of loops and vectors -------===//

#include "codegen/KernelEmitter.h"
#include "codegen/KernelInterface.h"
#include "codegen/Passes.h"
#include "passes/Kernels.h"
#include "passes/Remarks.h"

#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/StringExtras.h"

#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"

namespace sinter {
#define GEN_PASS_DEF_LOWERKERNELS
#define GEN_PASS_DEF_SELECTKERNELS
#include "codegen/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

std::unique_ptr<KernelEmitter>
sinter::createKernelEmitter(KernelOp kernel, const Target &target) {
  if (classifyKernel(kernel) == KernelForm::Row)
    return createRowKernelEmitter(kernel);
  Operation *root = rootOf(kernel);
  if (ReduceOp reduce = dyn_cast_or_null<ReduceOp>(root))
    return createReduceEmitter(kernel, reduce);
  if (ContractOp contract = dyn_cast_or_null<ContractOp>(root))
    return createContractEmitter(kernel, contract, target);
  if (isa_and_nonnull<SoftmaxOp, LogSoftmaxOp>(root))
    return createSoftmaxEmitter(kernel, root);
  if (ArgMaxOp argMax = dyn_cast_or_null<ArgMaxOp>(root))
    return createArgMaxEmitter(kernel, argMax);
  if (PickOp pick = dyn_cast_or_null<PickOp>(root))
    return createPickEmitter(kernel, pick);
  if (GatherOp gather = dyn_cast_or_null<GatherOp>(root))
    return createGatherEmitter(kernel, gather);
  if (ScatterAddOp scatter = dyn_cast_or_null<ScatterAddOp>(root))
    return createScatterAddEmitter(kernel, scatter);
  if (InsertOp insert = dyn_cast_or_null<InsertOp>(root))
    return createInsertEmitter(kernel, insert);
  if (CumSumOp cumsum = dyn_cast_or_null<CumSumOp>(root))
    return createCumSumEmitter(kernel, cumsum);
  if (ArgSortOp argsort = dyn_cast_or_null<ArgSortOp>(root))
    return createArgSortEmitter(kernel, argsort);
  if (SolveOp solve = dyn_cast_or_null<SolveOp>(root))
    return createSolveEmitter(kernel, solve);
  if (ConcatOp concat = dyn_cast_or_null<ConcatOp>(root))
    return createConcatEmitter(kernel, concat);
  if (PadOp pad = dyn_cast_or_null<PadOp>(root))
    return createPadEmitter(kernel, pad);
  return createElementwiseEmitter(kernel);
}

/// Names of the run-time dimensions that a kernel's types and extents have, in
/// order of appearance.
static SmallVector<StringAttr, 1> runTimeDims(KernelOp kernel) {
  SmallVector<StringAttr, 1> names;
  auto add = [&](StringAttr name) {
    if (name && !llvm::is_contained(names, name))
      names.push_back(name);
  };
  auto addTypes = [&](auto values) {
    for (Value value : values)
      for (const Dim &dim : dimsOf(value))
        add(dim.name);
  };
  Block &body = kernel.getBody().front();
  addTypes(body.getArguments());
  for (Operation &op : body) {
    addTypes(op.getResults());
    if (ExtentOp extent = dyn_cast<ExtentOp>(op))
      add(extent.getNameAttr());
  }
  return names;
}

namespace {
/// Makes the functions of one kernel.
class KernelLowering {
public:
  KernelLowering(KernelOp kernel, const Target &target)
      : kernel(kernel), body(kernel.getBody().front()), target(target),
        builder(kernel), emitter(createKernelEmitter(kernel, target)),
        dims(runTimeDims(kernel)) {}

  LogicalResult run();

private:
  std::string nameOf(const KernelEmitter::Phase &phase);
  func::FuncOp makeFunction(const Twine &name, TypeRange arguments,
                            TypeRange results);
  SmallVector<Type> argumentTypes();
  void bindExtents(KernelFrame &frame, ValueRange arguments);
  void markDistinct(func::FuncOp function);
  void remarkOn(func::FuncOp function);
  func::FuncOp emitBody(const KernelEmitter::Phase &phase, unsigned number);
  func::FuncOp emitTrip(const KernelEmitter::Phase &phase, unsigned number);

  KernelOp kernel;
  Block &body;
  const Target &target;
  OpBuilder builder;
  std::unique_ptr<KernelEmitter> emitter;
  SmallVector<StringAttr, 1> dims;
};
} // namespace

/// The type of elements of scratch.
static Type scratchElement(KernelOp kernel) {
  return cast<RankedTensorType>(rootOf(kernel)->getResult(0).getType())
      .getElementType();
}

static int64_t scratchBytes(KernelOp kernel, const KernelEmitter &emitter) {
  int64_t elements = emitter.scratchElements();
  return elements ? elements * elementBytes(scratchElement(kernel)) : 0;
}

static MemRefType bufferType(Type type) {
  RankedTensorType tensor = cast<RankedTensorType>(type);
  return MemRefType::get({*elementCount(dimsOf(tensor))},
                         storageType(tensor.getElementType()));
}

std::string KernelLowering::nameOf(const KernelEmitter::Phase &phase) {
  std::string name = kernel.getSymName().str();
  return phase.suffix.empty() ? name : name + "." + phase.suffix.str();
}

func::FuncOp KernelLowering::makeFunction(const Twine &name,
                                          TypeRange arguments,
                                          TypeRange results) {
  OpBuilder::InsertionGuard guard(builder);
  func::FuncOp function =
      func::FuncOp::create(builder, kernel.getLoc(), name.str(),
                           builder.getFunctionType(arguments, results));
  function.setPrivate();
  function.addEntryBlock();
  return function;
}

/// Operands, results, scratch, extents, lo, hi.
SmallVector<Type> KernelLowering::argumentTypes() {
  SmallVector<Type> types;
  for (Type type : body.getArgumentTypes())
    types.push_back(bufferType(type));
  Operation *yield = body.getTerminator();
  for (Type type : yield->getOperandTypes())
    types.push_back(bufferType(type));
  if (int64_t elements = emitter->scratchElements())
    types.push_back(
        MemRefType::get({elements}, storageType(scratchElement(kernel))));
  types.append(dims.size() + 2, IndexType::get(kernel.getContext()));
  return types;
}

void KernelLowering::bindExtents(KernelFrame &frame, ValueRange arguments) {
  for (auto [name, extent] : llvm::zip(dims, arguments))
    frame.extents[name] = extent;
}

/// A buffer is on its own unless a result may be written over an operand.
void KernelLowering::markDistinct(func::FuncOp function) {
  unsigned numOperands = body.getNumArguments();
  unsigned numResults = body.getTerminator()->getNumOperands();
  llvm::BitVector isShared(function.getNumArguments());
  for (unsigned operand = 0; operand < numOperands; ++operand)
    for (unsigned result = 0; result < numResults; ++result)
      if (mayWriteOver(kernel, operand, result))
        isShared.set(operand).set(numOperands + result);
  for (BlockArgument argument : function.getArguments())
    if (isa<MemRefType>(argument.getType()) &&
        !isShared[argument.getArgNumber()])
      function.setArgAttr(argument.getArgNumber(),
                          LLVM::LLVMDialect::getNoAliasAttrName(),
                          builder.getUnitAttr());
}

func::FuncOp KernelLowering::emitBody(const KernelEmitter::Phase &phase,
                                      unsigned number) {
  func::FuncOp function = makeFunction(nameOf(phase), argumentTypes(), {});
  markDistinct(function);
  OpBuilder at = OpBuilder::atBlockBegin(&function.getBody().front());
  KernelFrame frame(at, kernel.getLoc(), target);
  ValueRange arguments = function.getArguments();
  for (Value argument : body.getArguments()) {
    frame.buffers[argument] = arguments.front();
    arguments = arguments.drop_front();
  }
  unsigned numResults = body.getTerminator()->getNumOperands();
  llvm::append_range(frame.results, arguments.take_front(numResults));
  arguments = arguments.drop_front(numResults);
  if (emitter->scratchElements()) {
    frame.scratch = arguments.front();
    arguments = arguments.drop_front();
  }
  bindExtents(frame, arguments);
  frame.lo = arguments[dims.size()];
  frame.hi = arguments[dims.size() + 1];
  emitter->emitBody(frame, number);
  func::ReturnOp::create(at, kernel.getLoc());
  return function;
}

func::FuncOp KernelLowering::emitTrip(const KernelEmitter::Phase &phase,
                                      unsigned number) {
  SmallVector<Type> types(dims.size(), builder.getIndexType());
  func::FuncOp function =
      makeFunction(nameOf(phase) + ".trip", types, builder.getIndexType());
  OpBuilder at = OpBuilder::atBlockBegin(&function.getBody().front());
  KernelFrame frame(at, kernel.getLoc(), target);
  bindExtents(frame, function.getArguments());
  Value trip = emitter->emitTrip(frame, number);
  func::ReturnOp::create(at, kernel.getLoc(), trip);
  return function;
}

/// Units that are worth a thread: some ten microseconds.
static int64_t grainOf(const KernelEmitter::Phase &phase) {
  constexpr int64_t costWorthAThread = 16384;
  return std::max<int64_t>(1, costWorthAThread / phase.unitCost);
}

/// Emitters write addresses and constants where they are used; most are equal.
static void simplify(func::FuncOp function) {
  IRRewriter rewriter(function.getContext());
  DominanceInfo dominance(function);
  eliminateCommonSubExpressions(rewriter, dominance, function);
}

/// What the kernel's loops became.
void KernelLowering::remarkOn(func::FuncOp function) {
  if (!function.getContext()->getRemarkEngine())
    return;
  VectorType widest;
  function.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (VectorType vector = dyn_cast<VectorType>(type))
        if (!widest || vector.getNumElements() > widest.getNumElements())
          widest = vector;
  });
  std::string name = kernel.getSymName().str();
  if (widest) {
    std::string element;
    llvm::raw_string_ostream(element) << widest.getElementType();
    remark::passed(kernel.getLoc(), vectorRemark())
        << name + ": vectors of " + llvm::itostr(widest.getNumElements()) +
               " x " + element;
  } else {
    remark::missed(kernel.getLoc(), vectorRemark())
        << name + ": one element at a time";
  }
  for (const KernelPhase &phase : phasesOf(function))
    remark::analysis(kernel.getLoc(), parallelRemark())
        << phase.kernel.str() + ": cut into pieces of at least " +
               llvm::itostr(phase.grain) + " units";
}

LogicalResult KernelLowering::run() {
  if (dims.size() > 1)
    return kernel.emitOpError("has more than one run-time dimension");
  if (int64_t(kernel.getScratch().value_or(0)) !=
      scratchBytes(kernel, *emitter))
    return kernel.emitOpError("was planned with another amount of scratch "
                              "than it needs for this target");
  SmallVector<Attribute> phases;
  func::FuncOp last;
  for (auto [number, phase] : llvm::enumerate(emitter->phases())) {
    last = emitBody(phase, number);
    func::FuncOp trip = emitTrip(phase, number);
    simplify(last);
    simplify(trip);
    phases.push_back(builder.getDictionaryAttr({
        builder.getNamedAttr("kernel", FlatSymbolRefAttr::get(last)),
        builder.getNamedAttr("trip", FlatSymbolRefAttr::get(trip)),
        builder.getNamedAttr("grain",
                             builder.getI64IntegerAttr(grainOf(phase))),
    }));
  }
  last->setAttr(phasesAttr, builder.getArrayAttr(phases));
  remarkOn(last);
  kernel.erase();
  return success();
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

static std::optional<Target> findTarget(ModuleOp module, StringRef cpu) {
  std::optional<Target> target = Target::byName(cpu);
  if (!target)
    module.emitError("no such cpu: ") << cpu;
  return target;
}

namespace {
struct SelectKernelsPass : sinter::impl::SelectKernelsBase<SelectKernelsPass> {
  using SelectKernelsBase::SelectKernelsBase;

  void runOnOperation() override {
    std::optional<Target> target = findTarget(getOperation(), cpu);
    if (!target)
      return signalPassFailure();
    for (KernelOp kernel : getOperation().getOps<KernelOp>()) {
      if (!classifyKernel(kernel, /*emitErrors=*/true))
        return signalPassFailure();
      std::unique_ptr<KernelEmitter> emitter =
          createKernelEmitter(kernel, *target);
      if (int64_t bytes = scratchBytes(kernel, *emitter))
        kernel.setScratch(bytes);
    }
  }
};

struct LowerKernelsPass : sinter::impl::LowerKernelsBase<LowerKernelsPass> {
  using LowerKernelsBase::LowerKernelsBase;

  void runOnOperation() override {
    std::optional<Target> target = findTarget(getOperation(), cpu);
    if (!target)
      return signalPassFailure();
    for (KernelOp kernel :
         llvm::make_early_inc_range(getOperation().getOps<KernelOp>()))
      if (!classifyKernel(kernel, /*emitErrors=*/true) ||
          failed(KernelLowering(kernel, *target).run()))
        return signalPassFailure();
  }
};
} // namespace
