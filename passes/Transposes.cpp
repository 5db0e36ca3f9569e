//===- Transposes.cpp - Transposes become part of what they move ----------===//

#include "ir/Shape.h"
#include "passes/Kernels.h"
#include "passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace sinter {
#define GEN_PASS_DEF_FOLDTRANSPOSES
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// Whether `op` can take part in what `user`, its only reader, does. From
/// outside a loop it would come to be computed at every trip.
static bool isOnlyFor(Operation *op, Operation *user) {
  return op->hasOneUse() && op->getBlock() == user->getBlock();
}

static std::string specOf(StringRef lhs, StringRef rhs, StringRef result) {
  return (lhs + "," + rhs + "->" + result).str();
}

/// The summed letters in the order in which products are added.
static std::string summedLetters(StringRef lhs, StringRef rhs,
                                 StringRef result) {
  std::string letters;
  for (char letter : (lhs + rhs).str())
    if (!result.contains(letter) && !StringRef(letters).contains(letter))
      letters.push_back(letter);
  return letters;
}

namespace {
/// A contraction reads the operand of a transpose under permuted letters.
struct ContractOfTranspose : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op,
                                PatternRewriter &rewriter) const override {
    ContractSpec words = *parseContractSpec(op.getSpec());
    std::string letters[] = {words.lhs.str(), words.rhs.str()};
    Value operands[] = {op.getLhs(), op.getRhs()};
    std::string order = summedLetters(words.lhs, words.rhs, words.result);
    bool isChanged = false;
    for (unsigned side = 0; side < 2; ++side) {
      TransposeOp transpose = operands[side].getDefiningOp<TransposeOp>();
      if (!transpose)
        continue;
      std::string permuted = letters[side];
      for (auto [from, to] : llvm::enumerate(transpose.getPermutation()))
        permuted[to] = letters[side][from];
      std::swap(letters[side], permuted);
      // In another order the sum has other bits.
      if (summedLetters(letters[0], letters[1], words.result) != order) {
        std::swap(letters[side], permuted);
        continue;
      }
      operands[side] = transpose.getInput();
      isChanged = true;
    }
    if (!isChanged)
      return failure();
    rewriter.replaceOpWithNewOp<ContractOp>(
        op, op.getType(), specOf(letters[0], letters[1], words.result),
        operands[0], operands[1]);
    return success();
  }
};

/// A contraction writes its result as a transpose would show it.
struct TransposeOfContract : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    ContractOp contract = op.getInput().getDefiningOp<ContractOp>();
    if (!contract || !isOnlyFor(contract, op))
      return failure();
    ContractSpec words = *parseContractSpec(contract.getSpec());
    std::string result;
    for (int64_t dim : op.getPermutation())
      result += words.result[dim];
    rewriter.replaceOpWithNewOp<ContractOp>(
        op, op.getType(), specOf(words.lhs, words.rhs, result),
        contract.getLhs(), contract.getRhs());
    return success();
  }
};

/// Elementwise operations work on the transposed operands, where that saves a
/// transpose.
struct TransposeOfElementwise : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    Operation *source = op.getInput().getDefiningOp();
    if (!source || !source->hasTrait<ElementwiseTensorOp>() ||
        !isOnlyFor(source, op) || !llvm::any_of(source->getOperands(), saves))
      return failure();
    SmallVector<Value> operands;
    for (Value operand : source->getOperands())
      operands.push_back(TransposeOp::create(rewriter, operand.getLoc(),
                                             operand, op.getPermutation()));
    Operation *moved = rewriter.clone(*source);
    moved->setOperands(operands);
    moved->getResult(0).setType(op.getType());
    rewriter.replaceOp(op, moved);
    return success();
  }

  /// The transpose of this value vanishes, itself or in what the value is made
  /// of.
  static bool saves(Value value) {
    SmallVector<Value> work = {value};
    // Chains of single uses: what is visited grows no faster than the rewrite.
    constexpr unsigned maxVisited = 16;
    for (unsigned visited = 0; visited < maxVisited && !work.empty();
         ++visited) {
      Operation *op = work.pop_back_val().getDefiningOp();
      if (!op)
        continue;
      if (isa<TransposeOp>(op) || (isa<ContractOp>(op) && op->hasOneUse()))
        return true;
      if (op->hasTrait<ElementwiseTensorOp>() && op->hasOneUse())
        llvm::append_range(work, op->getOperands());
    }
    return false;
  }
};

/// A repeated vector or number is repeated along another dimension.
struct TransposeOfBroadcast : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    BroadcastOp broadcast = op.getInput().getDefiningOp<BroadcastOp>();
    if (!broadcast || broadcast.getDims().size() > 1)
      return failure();
    SmallVector<int64_t> dims;
    for (auto [to, from] : llvm::enumerate(op.getPermutation()))
      if (llvm::is_contained(broadcast.getDims(), from))
        dims.push_back(to);
    rewriter.replaceOpWithNewOp<BroadcastOp>(op, op.getType(),
                                             broadcast.getInput(), dims);
    return success();
  }
};

struct FoldTransposesPass
    : sinter::impl::FoldTransposesBase<FoldTransposesPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ContractOfTranspose, TransposeOfContract,
                 TransposeOfElementwise, TransposeOfBroadcast>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
