//===- MatrixChains.cpp - The cheapest order of products ------------------===//
//
// In (a * b) * c with a product that nothing else needs, another pair may be
// multiplied first. Each rewrite lowers the number of multiplications.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

#include <cmath>

namespace sinter {
#define GEN_PASS_DEF_REASSOCIATECHAINS
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

namespace {
/// A factor of a product of three: a value and a letter for each dimension.
struct ChainFactor {
  Value value;
  std::string letters;
};

/// A product of three tensors, computed as (a * b) * c.
class Chain {
public:
  /// Nothing if `outer` has no inner product of its own.
  static std::optional<Chain> match(ContractOp outer);

  /// Replaces `outer` if another order takes fewer multiplications.
  LogicalResult improve(PatternRewriter &rewriter);

private:
  std::string productLetters(unsigned left, unsigned right,
                             unsigned third) const;
  bool isContraction(StringRef left, StringRef right, StringRef result) const;
  double cost(StringRef left, StringRef right) const;
  double orderCost(unsigned left, unsigned right, unsigned third) const;
  /// Where its first letter is in the result.
  size_t placeInResult(unsigned factor) const {
    return StringRef(result).find_first_of(factors[factor].letters);
  }

  ContractOp outer;
  ChainFactor factors[3];
  std::string result;
  llvm::DenseMap<char, int64_t> sizes;
};
} // namespace

std::optional<Chain> Chain::match(ContractOp outer) {
  // A product from outside a loop is not computed again at every trip.
  auto isFree = [&](ContractOp inner) {
    return inner && inner->hasOneUse() &&
           inner->getBlock() == outer->getBlock();
  };
  ContractOp inner = outer.getLhs().getDefiningOp<ContractOp>();
  bool isLeft = isFree(inner);
  if (!isLeft)
    inner = outer.getRhs().getDefiningOp<ContractOp>();
  if (!isFree(inner))
    return std::nullopt;
  ContractSpec outerSpec = *parseContractSpec(outer.getSpec());
  ContractSpec innerSpec = *parseContractSpec(inner.getSpec());
  StringRef product = isLeft ? outerSpec.lhs : outerSpec.rhs;

  Chain chain;
  chain.outer = outer;
  chain.result = outerSpec.result.str();
  chain.factors[2] = {isLeft ? outer.getRhs() : outer.getLhs(),
                      (isLeft ? outerSpec.rhs : outerSpec.lhs).str()};
  // The inner product's letters become those of the outer one; its summed
  // letters get names of their own.
  llvm::DenseMap<char, char> renamed;
  for (auto [from, to] : llvm::zip(innerSpec.result, product))
    renamed[from] = to;
  std::string taken = (outerSpec.lhs + outerSpec.rhs).str();
  char next = 'a';
  auto rename = [&](StringRef letters) {
    std::string word;
    for (char letter : letters) {
      if (!renamed.count(letter)) {
        while (next <= 'z' && taken.find(next) != std::string::npos)
          ++next;
        taken += next;
        renamed[letter] = next;
      }
      word += renamed[letter];
    }
    return word;
  };
  chain.factors[0] = {inner.getLhs(), rename(innerSpec.lhs)};
  chain.factors[1] = {inner.getRhs(), rename(innerSpec.rhs)};
  if (next > 'z')
    return std::nullopt;
  for (const ChainFactor &factor : chain.factors)
    for (auto [letter, dim] : llvm::zip(factor.letters, dimsOf(factor.value)))
      chain.sizes[letter] = dim.size;
  return chain;
}

/// What of two factors is needed later.
std::string Chain::productLetters(unsigned left, unsigned right,
                                  unsigned third) const {
  std::string letters;
  for (char letter : factors[left].letters + factors[right].letters) {
    bool isNeeded = StringRef(result).contains(letter) ||
                    StringRef(factors[third].letters).contains(letter);
    if (isNeeded && letters.find(letter) == std::string::npos)
      letters += letter;
  }
  return letters;
}

/// What is summed is in both operands.
bool Chain::isContraction(StringRef left, StringRef right, StringRef to) const {
  return llvm::all_of(left,
                      [&](char letter) {
                        return right.contains(letter) || to.contains(letter);
                      }) &&
         llvm::all_of(right, [&](char letter) {
           return left.contains(letter) || to.contains(letter);
         });
}

double Chain::cost(StringRef left, StringRef right) const {
  double product = 1;
  for (char letter : left)
    product *= double(sizes.lookup(letter));
  for (char letter : right)
    if (!left.contains(letter))
      product *= double(sizes.lookup(letter));
  return product;
}

double Chain::orderCost(unsigned left, unsigned right, unsigned third) const {
  std::string product = productLetters(left, right, third);
  StringRef last = factors[third].letters;
  if (!isContraction(factors[left].letters, factors[right].letters, product) ||
      !isContraction(product, last, result) || product.size() > size_t(maxRank))
    return HUGE_VAL;
  return cost(factors[left].letters, factors[right].letters) +
         cost(product, last);
}

LogicalResult Chain::improve(PatternRewriter &rewriter) {
  // The product of the first and the last factor, or of the last two.
  double now = orderCost(0, 1, 2), best = now;
  unsigned other = 0;
  for (unsigned kept : {0u, 1u})
    if (double cost = orderCost(1 - kept, 2, kept); cost < best) {
      best = cost;
      other = kept;
    }
  // Rounding differs: not for a trifle, and not for an empty product either.
  if (best >= now || best * 2 > now)
    return failure();
  // Rows first, as the result has them.
  unsigned first = 1 - other, second = 2;
  if (placeInResult(second) < placeInResult(first))
    std::swap(first, second);
  const ChainFactor &left = factors[first], &right = factors[second];
  std::string product = productLetters(first, second, other);
  Dims dims;
  for (char letter : product)
    for (const ChainFactor *factor : {&left, &right})
      if (size_t at = factor->letters.find(letter); at != std::string::npos) {
        dims.push_back(dimsOf(factor->value)[at]);
        break;
      }
  RankedTensorType type = makeTensor(
      dims, cast<RankedTensorType>(outer.getType()).getElementType());
  if (failed(checkTensor(std::nullopt, type)))
    return failure();
  Value pair =
      ContractOp::create(rewriter, outer.getLoc(), type,
                         left.letters + "," + right.letters + "->" + product,
                         left.value, right.value);
  ChainFactor lhs = factors[other], rhs = {pair, product};
  if (placeInResult(first) < placeInResult(other))
    std::swap(lhs, rhs);
  rewriter.replaceOpWithNewOp<ContractOp>(
      outer, outer.getType(), lhs.letters + "," + rhs.letters + "->" + result,
      lhs.value, rhs.value);
  return success();
}

namespace {
struct ReassociateContract : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Chain> chain = Chain::match(op);
    return chain ? chain->improve(rewriter) : failure();
  }
};

struct ReassociateChainsPass
    : sinter::impl::ReassociateChainsBase<ReassociateChainsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ReassociateContract>(&getContext());
    // Gradients are not expanded yet: nothing may be folded or merged.
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns),
                                     patternsAlone())))
      signalPassFailure();
  }
};
} // namespace
