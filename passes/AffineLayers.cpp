//===- AffineLayers.cpp - Affine layers in a row become one ---------------===//
//
// (x * u + b) * v is x * (u * v) + b * v. Training needs u and v apart; a
// prediction may multiply them, at every call, where that takes less work.
//
//===----------------------------------------------------------------------===//

#include "ir/Shape.h"
#include "passes/Passes.h"
#include "passes/Rewrites.h"

namespace sinter {
#define GEN_PASS_DEF_COLLAPSEAFFINE
#include "passes/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

static bool isMatrix(Value value) { return dimsOf(value).size() == 2; }

/// The vector that is added to each row, or null.
static Value vectorOfRows(Value value) {
  BroadcastOp broadcast = value.getDefiningOp<BroadcastOp>();
  if (!broadcast || broadcast.getDims() != ArrayRef<int64_t>(1) ||
      dimsOf(broadcast.getInput())[0] != dimsOf(broadcast.getResult())[1])
    return {};
  return broadcast.getInput();
}

/// Rows times a matrix, whichever way its letters stand.
static bool isLayer(ContractOp op) {
  if (!op || !isMatrix(op.getLhs()) || !isMatrix(op.getRhs()) ||
      !isMatrix(op.getResult()) ||
      !cast<RankedTensorType>(op.getRhs().getType()).hasStaticShape())
    return false;
  ContractSpec spec = *parseContractSpec(op.getSpec());
  char row = spec.result[0], column = spec.result[1], summed = spec.lhs[1];
  return spec.lhs[0] == row && summed != column && summed != row &&
         column != row && spec.rhs.contains(summed) &&
         spec.rhs.contains(column);
}

/// Whether the matrix is stored with what it sums first.
static bool sumsRows(ContractOp layer) {
  ContractSpec spec = *parseContractSpec(layer.getSpec());
  return spec.rhs[0] == spec.lhs[1];
}

namespace {
/// Two layers, the first with an optional bias.
struct Layers {
  ContractOp first, second;
  Value bias;

  static std::optional<Layers> match(ContractOp second) {
    if (!isLayer(second))
      return std::nullopt;
    Layers layers = {second.getLhs().getDefiningOp<ContractOp>(), second, {}};
    AddOp add = second.getLhs().getDefiningOp<AddOp>();
    if (add && add->hasOneUse()) {
      layers.first = add.getLhs().getDefiningOp<ContractOp>();
      layers.bias = vectorOfRows(add.getRhs());
    }
    if (!isLayer(layers.first) || !layers.first->hasOneUse() ||
        (add && !layers.bias))
      return std::nullopt;
    return layers;
  }

  /// Whether one layer takes at most half the work on the most rows there can
  /// be, and hardly more on a single one.
  bool areDearerThanOne() {
    Dims dims = dimsOf(first.getLhs());
    double rows = double(dims[0].size), in = double(dims[1].size);
    double between = double(dimsOf(second.getLhs())[1].size);
    double out = double(dimsOf(second.getResult())[1].size);
    auto workOfTwo = [&](double rows) { return rows * between * (in + out); };
    auto workOfOne = [&](double rows) {
      return in * between * out + between * out + rows * in * out;
    };
    return 2 * workOfOne(rows) <= workOfTwo(rows) &&
           workOfOne(1) <= 1.25 * workOfTwo(1);
  }
};

struct CollapseLayers : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ContractOp op,
                                PatternRewriter &rewriter) const override {
    std::optional<Layers> layers = Layers::match(op);
    if (!layers || !layers->areDearerThanOne())
      return failure();
    Location loc = op.getLoc();
    ContractOp first = layers->first;
    Type element = cast<RankedTensorType>(op.getType()).getElementType();
    Dim in = dimsOf(first.getLhs())[1], out = dimsOf(op.getResult())[1];
    std::string spec = std::string(sumsRows(first) ? "xy" : "yx") + "," +
                       (sumsRows(op) ? "yz" : "zy") + "->xz";
    Value matrix =
        ContractOp::create(rewriter, loc, makeTensor({in, out}, element), spec,
                           first.getRhs(), op.getRhs());
    Value product = ContractOp::create(rewriter, loc, op.getType(), "ax,xz->az",
                                       first.getLhs(), matrix);
    if (!layers->bias) {
      rewriter.replaceOp(op, product);
      return success();
    }
    Value bias = ContractOp::create(rewriter, loc, makeTensor({out}, element),
                                    sumsRows(op) ? "y,yz->z" : "y,zy->z",
                                    layers->bias, op.getRhs());
    addBias(op, product, bias, rewriter);
    return success();
  }

private:
  /// Adds the bias to the product, together with the one that the second layer
  /// has, so that a third may follow.
  static void addBias(ContractOp op, Value product, Value bias,
                      PatternRewriter &rewriter) {
    Operation *last = op;
    AddOp add = op->hasOneUse() ? dyn_cast<AddOp>(*op->user_begin()) : AddOp();
    if (Value second = add && add.getLhs() == op.getResult()
                           ? vectorOfRows(add.getRhs())
                           : Value()) {
      rewriter.setInsertionPoint(add);
      bias = AddOp::create(rewriter, add.getLoc(), bias, second);
      last = add;
    }
    Location loc = last->getLoc();
    Value rows = BroadcastOp::create(rewriter, loc, op.getType(), bias,
                                     ArrayRef<int64_t>(1));
    rewriter.replaceOpWithNewOp<AddOp>(last, product, rows);
  }
};

struct CollapseAffinePass
    : sinter::impl::CollapseAffineBase<CollapseAffinePass> {
  void runOnOperation() override {
    StringAttr role = getOperation()->getAttrOfType<StringAttr>(roleAttr);
    if (!role || !role.getValue().starts_with("predict"))
      return;
    RewritePatternSet patterns(&getContext());
    patterns.add<CollapseLayers>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns),
                                     patternsAlone())))
      signalPassFailure();
  }
};
} // namespace
