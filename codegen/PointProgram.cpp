//===- PointProgram.cpp - What a kernel computes at one index -------------===//

#include "codegen/PointProgram.h"
#include "passes/Kernels.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;

static RankedTensorType tensorOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isRowMajor(RankedTensorType type) {
  EncodingAttr encoding = dyn_cast_or_null<EncodingAttr>(type.getEncoding());
  return !encoding || encoding.getOrder().empty();
}

LinearIndex sinter::flatten(ArrayRef<LinearIndex> at, ArrayRef<Dim> dims) {
  LinearIndex flat;
  int64_t stride = 1;
  for (size_t i = dims.size(); i-- > 0;) {
    flat.add(at[i], stride);
    stride *= dims[i].size;
  }
  return flat;
}

LinearIndex sinter::offsetIn(RankedTensorType type, ArrayRef<LinearIndex> at) {
  LinearIndex offset;
  for (auto [index, stride] : llvm::zip(at, stridesOf(type)))
    offset.add(index, stride);
  return offset;
}

LinearIndex sinter::indexInBox(const LinearIndex &index, int64_t size,
                               int64_t offset, int64_t stride) {
  LinearIndex result;
  result.constant = offset;
  // A box of one step may have a stride so long that products overflow.
  result.add(index, size > 1 ? stride : 1);
  return result;
}

void PointProgram::build(Block &body, LoopSpace &space,
                         llvm::function_ref<SmallVector<Root, 2>()> makeRoots) {
  do {
    list.clear();
    roots.clear();
    topological.clear();
    demandsOf.clear();
    for (Root &root : makeRoots())
      roots.push_back(demand(root.value, {false, std::move(root.at)}));
    auto expandAll = [&](Value value) {
      auto found = demandsOf.find(value);
      if (found == demandsOf.end())
        return;
      // Copied: expanding adds demands for other values.
      SmallVector<unsigned, 1> numbers = found->second;
      for (unsigned number : numbers) {
        expand(number, space);
        topological.push_back(number);
      }
    };
    for (Operation &op : llvm::reverse(body.without_terminator()))
      for (Value result : op.getResults())
        expandAll(result);
    for (BlockArgument argument : body.getArguments())
      expandAll(argument);
    std::reverse(topological.begin(), topological.end());
  } while (space.takeSplit());
}

unsigned PointProgram::demand(Value value, PointIndex at) {
  SmallVector<unsigned, 1> &numbers = demandsOf[value];
  for (unsigned number : numbers)
    if (list[number].at == at)
      return number;
  numbers.push_back(list.size());
  Operation *op = value.getDefiningOp();
  bool isProvided = op && isComputing(op) && !isElementwise(op);
  list.push_back({value, std::move(at), isProvided, {}, {}});
  return list.size() - 1;
}

SmallVector<LinearIndex, 4> PointProgram::coordinates(unsigned number,
                                                      LoopSpace &space) const {
  const PointIndex &at = list[number].at;
  if (!at.isFlat)
    return at.parts;
  Dims dims = dimsOf(list[number].value);
  SmallVector<LinearIndex, 4> result(dims.size());
  LinearIndex rest = at.parts[0];
  for (size_t i = dims.size(); i-- > 1;)
    std::tie(rest, result[i]) = space.divide(rest, dims[i].size);
  if (!result.empty())
    result[0] = rest;
  return result;
}

LinearIndex PointProgram::bufferOffset(unsigned number,
                                       LoopSpace &space) const {
  const Demand &demand = list[number];
  RankedTensorType type = tensorOf(demand.value);
  if (demand.at.isFlat && isRowMajor(type))
    return demand.at.parts[0];
  return offsetIn(type, coordinates(number, space));
}

/// An element's number depends on the run-time extents of all dimensions but
/// the slowest.
SmallVector<LinearIndex, 1>
PointProgram::elementNumber(unsigned number, LoopSpace &space) const {
  SmallVector<LinearIndex, 4> at = coordinates(number, space);
  Dims dims = dimsOf(list[number].value);
  const Dim *slowest = llvm::find_if(
      dims, [](const Dim &dim) { return dim.isDynamic() || dim.size != 1; });
  bool isFixed = llvm::none_of(
      dims, [&](const Dim &dim) { return dim.isDynamic() && &dim != slowest; });
  if (isFixed)
    return {flatten(at, dims)};
  return SmallVector<LinearIndex, 1>(at.begin(), at.end());
}

void PointProgram::expand(unsigned number, LoopSpace &space) {
  Operation *op = list[number].value.getDefiningOp();
  if (list[number].isProvided)
    return;
  if (!op) {
    list[number].forms.push_back(bufferOffset(number, space));
  } else if (op->hasTrait<ViewTensorOp>()) {
    expandView(op, number, space);
  } else if (IotaOp iota = dyn_cast<IotaOp>(op)) {
    list[number].forms.push_back(coordinates(number, space)[iota.getAxis()]);
  } else if (isa<RandomOp>(op)) {
    list[number].forms = elementNumber(number, space);
    for (Value scalar : op->getOperands()) {
      unsigned operand = demand(scalar, {});
      list[number].operands.push_back(operand);
    }
  } else {
    for (Value value : op->getOperands()) {
      unsigned operand = demand(value, list[number].at);
      list[number].operands.push_back(operand);
    }
  }
}

void PointProgram::expandView(Operation *op, unsigned number,
                              LoopSpace &space) {
  Value input = op->getOperand(0);
  Dims from = dimsOf(input), to = dimsOf(op->getResult(0));
  PointIndex at;
  if (isa<ReshapeOp>(op)) {
    at = list[number].at;
    if (!at.isFlat)
      at = {true, {flatten(at.parts, to)}};
  } else {
    SmallVector<LinearIndex, 4> result = coordinates(number, space);
    at.parts.resize(from.size());
    TypeSwitch<Operation *>(op)
        .Case<BroadcastOp>([&](BroadcastOp broadcast) {
          for (auto [i, dim] : llvm::enumerate(broadcast.getDims()))
            if (from[i] == to[dim])
              at.parts[i] = result[dim];
        })
        .Case<TransposeOp>([&](TransposeOp transpose) {
          for (auto [i, dim] : llvm::enumerate(transpose.getPermutation()))
            at.parts[dim] = result[i];
        })
        .Case<SliceOp>([&](SliceOp slice) {
          for (size_t i = 0; i < from.size(); ++i) {
            at.parts[i] =
                indexInBox(result[i], to[i].size, slice.getOffsets()[i],
                           slice.getStrides()[i]);
          }
        });
  }
  unsigned operand = demand(input, std::move(at));
  list[number].operands.push_back(operand);
}

void PointProgram::collectForms(SmallVectorImpl<LinearIndex *> &forms) {
  for (Demand &demand : list)
    for (LinearIndex &form : demand.forms)
      forms.push_back(&form);
}

unsigned PointProgram::widestBits() const {
  unsigned bits = 8;
  for (const Demand &demand : list)
    bits = std::max(bits, tensorOf(demand.value).getElementTypeBitWidth());
  return bits;
}

static int64_t costOf(Operation *op) {
  if (!op)
    return 1;
  if (isa<RandomOp>(op))
    return 32;
  if (isa<ExpOp, LogOp, SinOp, CosOp, TanhOp, ErfOp, GeluOp, SigmoidOp, PowOp,
          FloorDivOp, ModOp>(op))
    return 16;
  if (isa<DivOp, SqrtOp>(op))
    return 4;
  return op->hasTrait<ElementwiseTensorOp>() ? 1 : 0;
}

int64_t PointProgram::cost() const {
  int64_t sum = 1;
  for (const Demand &demand : list)
    sum += costOf(demand.value.getDefiningOp());
  return sum;
}
