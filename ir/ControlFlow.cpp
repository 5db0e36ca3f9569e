//===- ControlFlow.cpp - Verifiers and rewrites of if and while -----------===//

#include "ir/SinterOps.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/BitVector.h"

using namespace mlir;
using namespace sinter;

static Operation *yieldOf(Region &region) {
  return region.front().getTerminator();
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

/// `region`, called `name`, yields values of `types` and changes no symbol.
static LogicalResult verifyRegion(Operation *op, Region &region, StringRef name,
                                  TypeRange types) {
  YieldOp yield = dyn_cast<YieldOp>(yieldOf(region));
  if (!yield)
    return op->emitOpError() << "'" << name << "' ends in sinter.yield";
  if (yield.getNumOperands() != types.size())
    return op->emitOpError()
           << "'" << name << "' yields " << yield.getNumOperands()
           << " values, not " << types.size();
  for (auto [index, yielded, wanted] :
       llvm::enumerate(yield.getOperandTypes(), types))
    if (yielded != wanted)
      return op->emitOpError() << "'" << name << "' yields " << yielded
                               << " as value " << index << ", not " << wanted;
  for (Operation &inner : region.front())
    if (isa<StoreOp, UpdateOp>(inner))
      return inner.emitOpError("stands in a region of a ")
             << op->getName() << "; symbols change at the end of a function";
  return success();
}

static LogicalResult verifyBufferCount(Operation *op,
                                       std::optional<ArrayAttr> at) {
  if (at && at->size() != op->getNumResults())
    return op->emitOpError("needs ")
           << op->getNumResults() << " buffers, has " << at->size();
  return success();
}

LogicalResult IfOp::verify() {
  if (failed(verifyBufferCount(*this, getAt())) ||
      failed(verifyRegion(*this, getThenRegion(), "then", getResultTypes())))
    return failure();
  return verifyRegion(*this, getElseRegion(), "else", getResultTypes());
}

LogicalResult WhileOp::verify() {
  if (int64_t(getLimit()) < 1)
    return emitOpError("limit ") << int64_t(getLimit()) << " is below 1";
  for (Region *region : getLoopRegions())
    if (!llvm::equal(region->getArgumentTypes(), getResultTypes()))
      return emitOpError("its regions take the carried values");
  Type condition = RankedTensorType::get({}, IntegerType::get(getContext(), 1));
  if (failed(verifyBufferCount(*this, getAt())) ||
      failed(verifyRegion(*this, getCondition(), "cond", condition)))
    return failure();
  return verifyRegion(*this, getBody(), "body", getResultTypes());
}

SmallVector<Region *> WhileOp::getLoopRegions() {
  return {&getCondition(), &getBody()};
}

Block::BlockArgListType WhileOp::getRegionIterArgs() {
  return getBody().getArguments();
}

std::optional<MutableArrayRef<OpOperand>> WhileOp::getYieldedValuesMutable() {
  return yieldOf(getBody())->getOpOperands();
}

std::optional<ResultRange> WhileOp::getLoopResults() { return getResults(); }

//===----------------------------------------------------------------------===//
// Rewrites
//===----------------------------------------------------------------------===//

/// The value of a boolean known at build time.
static std::optional<bool> constantBool(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return std::nullopt;
  if (IntegerAttr number = dyn_cast<IntegerAttr>(attribute))
    return !number.getValue().isZero();
  if (SplatElementsAttr splat = dyn_cast<SplatElementsAttr>(attribute))
    return splat.getSplatValue<bool>();
  return std::nullopt;
}

/// Keeps the operands of a terminator that `kept` says.
static void keepOperands(RewriterBase &rewriter, Operation *yield,
                         const llvm::BitVector &kept) {
  rewriter.modifyOpInPlace(yield, [&] {
    for (unsigned i = kept.size(); i-- > 0;)
      if (!kept[i])
        yield->eraseOperand(i);
  });
}

namespace {
/// A condition known at build time leaves no branch.
struct InlineChosenBranch : OpRewritePattern<IfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IfOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<bool> condition = constantBool(op.getCondition());
    if (!condition)
      return failure();
    Region &chosen = *condition ? op.getThenRegion() : op.getElseRegion();
    Operation *yield = yieldOf(chosen);
    SmallVector<Value> values(yield->getOperands());
    rewriter.eraseOp(yield);
    rewriter.inlineBlockBefore(&chosen.front(), op);
    rewriter.replaceOp(op, values);
    return success();
  }
};

/// Results that nothing needs, or that are one outer value either way, go.
struct DropIfResults : OpRewritePattern<IfOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(IfOp op,
                                PatternRewriter &rewriter) const override {
    Operation *yields[] = {yieldOf(op.getThenRegion()),
                           yieldOf(op.getElseRegion())};
    llvm::BitVector kept(op.getNumResults());
    SmallVector<Type> types;
    for (OpResult result : op->getResults()) {
      unsigned i = result.getResultNumber();
      if (yields[0]->getOperand(i) == yields[1]->getOperand(i))
        rewriter.replaceAllUsesWith(result, yields[0]->getOperand(i));
      if (result.use_empty())
        continue;
      kept.set(i);
      types.push_back(result.getType());
    }
    if (kept.all())
      return failure();
    for (Operation *yield : yields)
      keepOperands(rewriter, yield, kept);
    IfOp smaller = IfOp::create(rewriter, op.getLoc(), types, op.getCondition(),
                                /*at=*/ArrayAttr());
    smaller.getThenRegion().takeBody(op.getThenRegion());
    smaller.getElseRegion().takeBody(op.getElseRegion());
    for (auto [next, i] : llvm::enumerate(kept.set_bits()))
      rewriter.replaceAllUsesWith(op.getResult(i), smaller.getResult(next));
    rewriter.eraseOp(op);
    return success();
  }
};

/// A loop whose condition is never true is its inits.
struct RemoveIdleLoop : OpRewritePattern<WhileOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WhileOp op,
                                PatternRewriter &rewriter) const override {
    Block &condition = op.getCondition().front();
    std::optional<bool> goesOn =
        constantBool(condition.getTerminator()->getOperand(0));
    if (goesOn.value_or(true) || !llvm::all_of(condition, [](Operation &inner) {
          return isMemoryEffectFree(&inner);
        }))
      return failure();
    rewriter.replaceOp(op, op.getInits());
    return success();
  }
};

/// Which carried values something needs: the results, the condition, effects,
/// or the next value of a needed one.
class NeededValues {
public:
  explicit NeededValues(WhileOp op) : op(op), needed(op.getNumResults()) {
    for (auto [i, argument] : llvm::enumerate(op.getCondition().getArguments()))
      if (!argument.use_empty() || !op.getResult(i).use_empty())
        mark(i);
    for (Operation &inner : op.getBody().front().without_terminator())
      if (!isMemoryEffectFree(&inner))
        need(&inner);
    while (!work.empty())
      need(work.pop_back_val());
  }

  const llvm::BitVector &get() const { return needed; }

private:
  void mark(unsigned i) {
    if (needed[i])
      return;
    needed.set(i);
    need(yieldOf(op.getBody())->getOperand(i));
  }

  /// Everything that `inner`, its regions included, reads.
  void need(Operation *inner) {
    inner->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands())
        need(operand);
    });
  }

  void need(Value value) {
    BlockArgument argument = dyn_cast<BlockArgument>(value);
    if (argument && argument.getOwner() == &op.getBody().front())
      mark(argument.getArgNumber());
    Operation *definition = value.getDefiningOp();
    if (definition && definition->getBlock() == &op.getBody().front() &&
        seen.insert(definition).second)
      work.push_back(definition);
  }

  WhileOp op;
  llvm::BitVector needed;
  llvm::SmallPtrSet<Operation *, 16> seen;
  SmallVector<Operation *> work;
};

/// Carried values that nothing needs, or that never change, go.
struct DropCarriedValues : OpRewritePattern<WhileOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(WhileOp op,
                                PatternRewriter &rewriter) const override {
    Operation *yield = yieldOf(op.getBody());
    llvm::BitVector kept = NeededValues(op).get();
    for (unsigned i = 0; i < kept.size(); ++i) {
      if (yield->getOperand(i) != op.getBody().getArgument(i))
        continue;
      kept.reset(i);
      rewriter.replaceAllUsesWith(op.getResult(i), op.getInits()[i]);
    }
    if (kept.all())
      return failure();
    SmallVector<Value> inits;
    for (unsigned i : kept.set_bits())
      inits.push_back(op.getInits()[i]);
    // What is left of an argument's uses computes a value that goes with it.
    for (Region *region : op.getLoopRegions())
      for (unsigned i = kept.size(); i-- > 0;)
        if (!kept[i]) {
          rewriter.replaceAllUsesWith(region->getArgument(i), op.getInits()[i]);
          region->eraseArgument(i);
        }
    keepOperands(rewriter, yield, kept);
    WhileOp smaller =
        WhileOp::create(rewriter, op.getLoc(), TypeRange(ValueRange(inits)),
                        inits, op.getLimit(), /*at=*/ArrayAttr());
    smaller.getCondition().takeBody(op.getCondition());
    smaller.getBody().takeBody(op.getBody());
    for (auto [next, i] : llvm::enumerate(kept.set_bits()))
      rewriter.replaceAllUsesWith(op.getResult(i), smaller.getResult(next));
    rewriter.eraseOp(op);
    return success();
  }
};
} // namespace

void IfOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                       MLIRContext *context) {
  patterns.add<InlineChosenBranch, DropIfResults>(context);
}

void WhileOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                          MLIRContext *context) {
  patterns.add<RemoveIdleLoop, DropCarriedValues>(context);
}
