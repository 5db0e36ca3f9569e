//===- RunTimeIndices.cpp - Places known at run time ----------------------===//

#include "codegen/RunTimeIndices.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace sinter;

void RunTimeIndices::addTo(SmallVectorImpl<PointProgram::Root> &roots,
                           ArrayRef<LinearIndex> at) {
  firstRoot = roots.size();
  for (Value index : indices)
    roots.push_back({index, SmallVector<LinearIndex, 4>(at)});
}

SmallVector<unsigned, 4>
RunTimeIndices::otherLoops(const LoopSpace &space) const {
  SmallVector<unsigned, 4> loops;
  for (size_t dim = 0; dim < dims.size(); ++dim)
    if (!llvm::is_contained(axes, int64_t(dim)))
      llvm::append_range(loops, space.loopsOf(firstDim + dim));
  return loops;
}

bool RunTimeIndices::mayBeInRange() const {
  return llvm::all_of(axes, [&](int64_t axis) { return dims[axis].size > 0; });
}

Value RunTimeIndices::bind(PointScope &scope, const LoopSpace &space) const {
  KernelFrame &frame = scope.getFrame();
  OpBuilder &builder = frame.builder;
  Location loc = frame.loc;
  scope.emit();
  Value areInside = frame.integer(builder.getI1Type(), 1);
  for (auto [number, axis] : llvm::enumerate(axes)) {
    Value index =
        arith::IndexCastOp::create(builder, loc, builder.getIndexType(),
                                   scope.rootValue(firstRoot + number));
    Value size = frame.emitSize(dims[axis]);
    Value isNegative = frame.index.less(index, frame.zero());
    Value fromEnd = frame.index.add(index, size);
    Value place =
        arith::SelectOp::create(builder, loc, isNegative, fromEnd, index);
    // Unsigned, so that what is still negative is out of range too.
    Value isInside = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::ult, place, size);
    areInside = arith::AndIOp::create(builder, loc, areInside, isInside);
    ArrayRef<unsigned> loops = space.loopsOf(firstDim + axis);
    if (!loops.empty())
      scope.bind(loops.front(), arith::SelectOp::create(builder, loc, isInside,
                                                        place, frame.zero()));
  }
  return areInside;
}
