//===- GraphKinds.cpp - The operations that random graphs are made of -----===//

#include "test/reference/GraphGenerator.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

#include <numeric>

using namespace mlir;
using namespace sinter;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

ElementClass sinter::classOf(Type type) {
  Type element = elementOf(type);
  return isa<FloatType>(element) ? Floats
         : element.isInteger(1)  ? Bools
                                 : Integers;
}

/// The axes of a value, in random order.
static SmallVector<int64_t> shuffledAxes(GraphBuilder &graph, size_t rank) {
  SmallVector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  for (size_t i = rank; i > 1; --i)
    std::swap(axes[i - 1], axes[graph.draw.below(i)]);
  return axes;
}

/// A random axis of static size, or -1.
static int64_t staticAxis(GraphBuilder &graph, Value x) {
  for (int64_t axis : shuffledAxes(graph, typeOf(x).getRank()))
    if (!typeOf(x).isDynamicDim(axis))
      return axis;
  return -1;
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

static Value buildSplat(GraphBuilder &graph, Value) {
  RankedTensorType type = graph.randomType(Numbers);
  double number = double(graph.draw.below(7)) - 3;
  if (holdsFloats(type))
    number += 0.375;
  if (elementOf(type).isUnsignedInteger())
    number = std::abs(number);
  return makeSplat(graph.builder, graph.builder.getUnknownLoc(), type, number);
}

static Value buildIota(GraphBuilder &graph, Value) {
  RankedTensorType type = graph.randomType(Numbers);
  if (type.getRank() == 0 || elementBytes(type.getElementType()) == 1)
    return {};
  int64_t axis = graph.draw.below(type.getRank());
  double step = holdsFloats(type) ? 0.125 : 1;
  return graph.make<IotaOp>(type, axis, APFloat(1.0), APFloat(step));
}

static Value buildConstant(GraphBuilder &graph, Value) {
  Type element = graph.randomElement(Floats);
  int64_t columns = graph.draw.pick(graph.sizes);
  RankedTensorType type = RankedTensorType::get({2, columns}, element);
  if (type.getNumElements() > 256)
    return {};
  SmallVector<Attribute> numbers;
  for (int64_t i = 0; i < type.getNumElements(); ++i)
    numbers.push_back(FloatAttr::get(element, 3 * graph.draw.uniform() - 1.5));
  return graph.make<ConstantOp>(type, DenseElementsAttr::get(type, numbers));
}

static Value buildExtent(GraphBuilder &graph, Value) {
  return graph.make<ExtentOp>(
      graph.builder.getStringAttr("batch"),
      graph.builder.getI64IntegerAttr(graph.batchBound));
}

static Value buildRandom(GraphBuilder &graph, Value) {
  RankedTensorType scalar =
      RankedTensorType::get({}, graph.builder.getI64Type());
  Value seed = graph.make<SplatOp>(scalar, graph.builder.getI64IntegerAttr(7));
  Value step = graph.make<SplatOp>(scalar, graph.builder.getI64IntegerAttr(3));
  Distribution distribution =
      graph.draw.flip(0.5) ? Distribution::Uniform : Distribution::Normal;
  RankedTensorType type = graph.randomType(Floats);
  int64_t stream = int64_t(graph.draw.bits() >> 2);
  Value key;
  if (graph.draw.flip(0.3))
    key = graph.other(scalar);
  return graph.make<RandomOp>(type, distribution, seed, step, stream, key);
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

template <typename OpTy>
static Value buildUnary(GraphBuilder &graph, Value x) {
  return graph.make<OpTy>(x.getType(), x);
}

template <typename OpTy>
static Value buildBinary(GraphBuilder &graph, Value x) {
  Value y = graph.other(typeOf(x));
  if (graph.draw.flip(0.3))
    std::swap(x, y);
  return graph.make<OpTy>(x.getType(), x, y);
}

static Value buildPow(GraphBuilder &graph, Value x) {
  double exponents[] = {-1, 0, 0.5, 1, 1.5, 2, 3};
  Value exponent = graph.draw.flip(0.3)
                       ? graph.other(typeOf(x))
                       : makeSplat(graph.builder, x.getLoc(), typeOf(x),
                                   graph.draw.pick(exponents));
  return graph.make<PowOp>(x.getType(), x, exponent);
}

static Value buildCompare(GraphBuilder &graph, Value x) {
  Value y = graph.other(typeOf(x));
  return graph.make<CompareOp>(Predicate(graph.draw.below(6)), x, y);
}

static Value buildSelectCondition(GraphBuilder &graph, Value condition) {
  RankedTensorType type =
      withElement(typeOf(condition), graph.randomElement(Anything));
  Value onTrue = graph.other(type);
  Value onFalse = graph.other(type);
  return graph.make<SelectOp>(type, condition, onTrue, onFalse);
}

static Value buildSelect(GraphBuilder &graph, Value x) {
  Value condition =
      graph.other(withElement(typeOf(x), graph.builder.getI1Type()));
  Value y = graph.other(typeOf(x));
  if (graph.draw.flip(0.5))
    std::swap(x, y);
  return graph.make<SelectOp>(x.getType(), condition, x, y);
}

static Value buildCast(GraphBuilder &graph, Value x, unsigned to) {
  RankedTensorType type = withElement(typeOf(x), graph.randomElement(to));
  return type == x.getType() ? Value() : graph.make<CastOp>(type, x);
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

static Value buildBroadcast(GraphBuilder &graph, Value x) {
  Dims dims;
  SmallVector<int64_t> places;
  bool hasBatch =
      llvm::any_of(dimsOf(x), [](Dim dim) { return dim.isDynamic(); });
  for (Dim dim : dimsOf(x)) {
    if (graph.draw.flip(0.3))
      dims.push_back(graph.randomDim(!hasBatch));
    hasBatch |= !dims.empty() && dims.back().isDynamic();
    places.push_back(dims.size());
    dims.push_back(dim.size == 1 && !dim.isDynamic() ? graph.randomDim(false)
                                                     : dim);
  }
  if (places.empty() || dims.size() == places.size())
    dims.push_back(graph.randomDim(!hasBatch));
  return graph.make<BroadcastOp>(makeTensor(dims, elementOf(x.getType())), x,
                                 places);
}

static Value buildReshape(GraphBuilder &graph, Value x) {
  Dims dims = dimsOf(x);
  for (int attempt = 0; attempt < 3; ++attempt) {
    size_t at = graph.draw.below(dims.size() + 1);
    bool canMerge = at + 1 < dims.size() && !dims[at].isDynamic() &&
                    !dims[at + 1].isDynamic();
    if (canMerge && graph.draw.flip(0.6)) {
      dims[at].size *= dims[at + 1].size;
      dims.erase(dims.begin() + at + 1);
    } else if (at < dims.size() && !dims[at].isDynamic() && dims[at].size > 1 &&
               dims[at].size % 2 == 0) {
      dims[at].size /= 2;
      dims.insert(dims.begin() + at, Dim{2, {}});
    } else {
      dims.insert(dims.begin() + at, Dim{1, {}});
    }
  }
  return graph.make<ReshapeOp>(makeTensor(dims, elementOf(x.getType())), x);
}

static Value buildTranspose(GraphBuilder &graph, Value x) {
  return graph.make<TransposeOp>(x, shuffledAxes(graph, typeOf(x).getRank()));
}

/// A random box of `whole`: sizes, offsets, strides.
static Dims drawBox(GraphBuilder &graph, const Dims &whole,
                    SmallVector<int64_t> &offsets,
                    SmallVector<int64_t> &strides) {
  Dims box = whole;
  for (Dim &dim : box) {
    offsets.push_back(0);
    strides.push_back(1);
    if (dim.isDynamic() || dim.size == 0 || graph.draw.flip(0.4))
      continue;
    int64_t stride = 1 + graph.draw.below(3);
    int64_t offset = graph.draw.below(dim.size);
    int64_t room = (dim.size - 1 - offset) / stride + 1;
    dim.size = 1 + graph.draw.below(room);
    bool isBackward = graph.draw.flip(0.25);
    offsets.back() = isBackward ? offset + (dim.size - 1) * stride : offset;
    strides.back() = isBackward ? -stride : stride;
  }
  return box;
}

static Value buildSlice(GraphBuilder &graph, Value x) {
  SmallVector<int64_t> offsets, strides;
  Dims box = drawBox(graph, dimsOf(x), offsets, strides);
  return graph.make<SliceOp>(makeTensor(box, elementOf(x.getType())), x,
                             offsets, strides);
}

static Value buildPad(GraphBuilder &graph, Value x) {
  Dims dims = dimsOf(x);
  SmallVector<int64_t> offsets, strides;
  for (Dim &dim : dims) {
    bool isWhole = dim.isDynamic() || dim.size == 0 || graph.draw.flip(0.4);
    offsets.push_back(isWhole ? 0 : graph.draw.below(3));
    strides.push_back(isWhole ? 1 : 1 + graph.draw.below(2));
    if (!isWhole)
      dim.size = offsets.back() + (dim.size - 1) * strides.back() + 1 +
                 graph.draw.below(3);
  }
  return graph.make<PadOp>(makeTensor(dims, elementOf(x.getType())), x, offsets,
                           strides);
}

static Value buildConcat(GraphBuilder &graph, Value x) {
  int64_t axis = staticAxis(graph, x);
  if (axis < 0)
    return {};
  Dims dims = dimsOf(x);
  dims[axis] = graph.randomDim(false);
  SmallVector<Value> inputs = {
      x, graph.other(makeTensor(dims, elementOf(x.getType())))};
  if (graph.draw.flip(0.3))
    inputs.push_back(x);
  if (graph.draw.flip(0.5))
    std::swap(inputs[0], inputs[1]);
  return graph.make<ConcatOp>(inputs, axis);
}

//===----------------------------------------------------------------------===//
// Reductions, contraction, rows
//===----------------------------------------------------------------------===//

template <ReduceKind kind>
static Value buildReduce(GraphBuilder &graph, Value x) {
  if (typeOf(x).getRank() == 0)
    return {};
  SmallVector<int64_t> axes = shuffledAxes(graph, typeOf(x).getRank());
  axes.resize(1 + graph.draw.below(axes.size()));
  llvm::sort(axes);
  // A product over rows has no gradient.
  for (int64_t axis : axes)
    if (kind == ReduceKind::Prod && typeOf(x).isDynamicDim(axis) &&
        holdsFloats(x.getType()))
      return {};
  return graph.make<ReduceOp>(kind, x, axes);
}

static Value buildArgmax(GraphBuilder &graph, Value x) {
  int64_t axis = staticAxis(graph, x);
  if (axis < 0 || typeOf(x).getDimSize(axis) == 0)
    return {};
  return graph.make<ArgMaxOp>(x, axis);
}

/// A value of these dimensions, which may be the transpose of another.
static Value otherOrTransposed(GraphBuilder &graph, const Dims &dims,
                               Type element) {
  if (graph.draw.flip(0.6))
    return graph.other(makeTensor(dims, element));
  SmallVector<int64_t> axes = shuffledAxes(graph, dims.size());
  Dims original = dims;
  for (auto [to, from] : llvm::enumerate(axes))
    original[from] = dims[to];
  return graph.make<TransposeOp>(graph.other(makeTensor(original, element)),
                                 axes);
}

static Value buildContract(GraphBuilder &graph, Value x) {
  Dims dims = dimsOf(x);
  if (dims.size() > 4)
    return {};
  std::string left, right, result;
  std::string letters = "abcdefgh";
  SmallVector<std::pair<char, Dim>> rightDims;
  Dims resultDims;
  int64_t products = 1;
  // The order of a sum over several letters is easily changed.
  bool sumsAll = graph.draw.flip(0.2);
  for (size_t i = 0; i < dims.size(); ++i) {
    products *= dims[i].size;
    left += letters[i];
    int role = sumsAll ? 1 : graph.draw.below(3);
    if (role != 0)
      rightDims.push_back({letters[i], dims[i]});
    if (role != 1)
      result += letters[i];
  }
  bool hasBatch = llvm::any_of(dims, [](Dim dim) { return dim.isDynamic(); });
  if (graph.draw.flip(0.7)) {
    rightDims.push_back({letters[dims.size()], graph.randomDim(!hasBatch)});
    result += letters[dims.size()];
    products *= rightDims.back().second.size;
  }
  if (products > graph.maxProducts)
    return {};
  if (graph.draw.flip(0.5))
    std::reverse(rightDims.begin(), rightDims.end());
  if (graph.draw.flip(0.3))
    std::reverse(result.begin(), result.end());
  Dims otherDims;
  for (auto &[letter, dim] : rightDims) {
    right += letter;
    otherDims.push_back(dim);
  }
  for (char letter : result)
    resultDims.push_back(right.find(letter) != std::string::npos
                             ? otherDims[right.find(letter)]
                             : dims[left.find(letter)]);
  Type element = elementOf(x.getType());
  Value y = otherOrTransposed(graph, otherDims, element);
  if (graph.draw.flip(0.4)) {
    std::swap(x, y);
    std::swap(left, right);
  }
  return graph.make<ContractOp>(makeTensor(resultDims, element),
                                left + "," + right + "->" + result, x, y);
}

template <typename OpTy>
static Value buildRows(GraphBuilder &graph, Value x) {
  if (typeOf(x).getRank() == 0)
    return {};
  return graph.make<OpTy>(x.getType(), x);
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

/// Indices into `size` elements, in a tensor of `dims`.
static Value freshIndices(GraphBuilder &graph, ArrayRef<Dim> dims, int64_t size,
                          bool mayBeNegative) {
  Type element = graph.draw.flip(0.5) ? graph.builder.getI32Type()
                                      : graph.builder.getI64Type();
  return graph.fresh(makeTensor(dims, element),
                     mayBeNegative ? -double(size) : 0, double(size));
}

/// A scalar index into `size` elements: the number of a trip now and then.
static Value scalarIndex(GraphBuilder &graph, int64_t size) {
  if (graph.counters.empty() || graph.draw.flip(0.3))
    return freshIndices(graph, {}, size, /*mayBeNegative=*/true);
  const TripCounter &counter = graph.draw.pick(graph.counters);
  if (counter.trips <= size)
    return counter.value;
  RankedTensorType type = typeOf(counter.value);
  Value divisor =
      makeSplat(graph.builder, counter.value.getLoc(), type, double(size));
  return graph.make<ModOp>(type, counter.value, divisor);
}

static Value buildPick(GraphBuilder &graph, Value x) {
  Dims dims = dimsOf(x);
  if (dims.empty() || dims.back().isDynamic() || dims.back().size == 0)
    return {};
  int64_t columns = dims.pop_back_val().size;
  Value index = freshIndices(graph, dims, columns, /*mayBeNegative=*/false);
  return graph.make<PickOp>(x, index);
}

static Value buildGather(GraphBuilder &graph, Value x) {
  Dims dims = dimsOf(x);
  SmallVector<int64_t> axes;
  for (int64_t axis : shuffledAxes(graph, dims.size()))
    if (!dims[axis].isDynamic() && dims[axis].size > 0 && axes.size() < 2 &&
        (axes.empty() || graph.draw.flip(0.3)))
      axes.push_back(axis);
  if (axes.empty())
    return {};
  llvm::sort(axes);
  bool hasBatch = llvm::any_of(dims, [](Dim dim) { return dim.isDynamic(); });
  Dims shape;
  if (graph.draw.flip(0.8))
    shape.push_back(graph.randomDim(!hasBatch));
  SmallVector<Value> indices;
  Type element = graph.builder.getI32Type();
  for (int64_t axis : axes) {
    double size = double(dims[axis].size);
    indices.push_back(
        shape.empty() ? scalarIndex(graph, dims[axis].size)
                      : graph.fresh(makeTensor(shape, element), -size, size));
  }
  return graph.make<GatherOp>(x, indices, axes);
}

static Value buildScatterAdd(GraphBuilder &graph, Value x) {
  Dims dims = dimsOf(x);
  if (dims.empty())
    return {};
  Dim places = graph.randomDim(false);
  if (places.size == 0)
    return {};
  Value index = freshIndices(graph, dims.front(), places.size, true);
  dims.erase(dims.begin());
  int64_t axis = graph.draw.below(dims.size() + 1);
  dims.insert(dims.begin() + axis, places);
  return graph.make<ScatterAddOp>(makeTensor(dims, elementOf(x.getType())), x,
                                  index, axis);
}

static Value buildInsert(GraphBuilder &graph, Value x) {
  SmallVector<int64_t> offsets, strides, axes;
  Dims box = drawBox(graph, dimsOf(x), offsets, strides);
  SmallVector<Value> indices;
  int64_t axis = staticAxis(graph, x);
  if (axis >= 0 && dimsOf(x)[axis].size > 0 && graph.draw.flip(0.5)) {
    box[axis].size = 1;
    offsets[axis] = 0;
    strides[axis] = 1;
    axes.push_back(axis);
    indices.push_back(scalarIndex(graph, dimsOf(x)[axis].size));
  }
  Value value = graph.other(makeTensor(box, elementOf(x.getType())));
  return graph.make<InsertOp>(x.getType(), value, x, indices, offsets, strides,
                              axes);
}

static Value buildCumSum(GraphBuilder &graph, Value x) {
  int64_t axis = staticAxis(graph, x);
  if (axis < 0)
    return {};
  return graph.make<CumSumOp>(x.getType(), x, axis, graph.draw.flip(0.5));
}

static Value buildArgSort(GraphBuilder &graph, Value x) {
  int64_t axis = staticAxis(graph, x);
  if (axis < 0)
    return {};
  return graph.make<ArgSortOp>(x, axis, graph.draw.flip(0.5));
}

static Value buildSolve(GraphBuilder &graph, Value x) {
  Dims dims = dimsOf(x);
  if (dims.size() < 2 || dims[dims.size() - 2].isDynamic() ||
      dims[dims.size() - 2].size > 12)
    return {};
  dims.back() = dims[dims.size() - 2];
  RankedTensorType type = makeTensor(dims, elementOf(x.getType()));
  Value matrix = graph.fresh(type, -1, 1, 2.0 + double(dims.back().size) / 2);
  return graph.make<SolveOp>(x.getType(), matrix, x);
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

template <unsigned to>
static Value buildCastTo(GraphBuilder &graph, Value x) {
  return buildCast(graph, x, to);
}

static const GraphKind kinds[] = {
    {"splat", 0, Numbers, buildSplat},
    {"iota", 0, Numbers, buildIota},
    {"constant", 0, Floats, buildConstant},
    {"extent", 0, Integers, buildExtent},
    {"random", 0, Floats, buildRandom},
    {"neg", Numbers, 0, buildUnary<NegOp>},
    {"abs", Numbers, 0, buildUnary<AbsOp>},
    {"sign", Numbers, 0, buildUnary<SignOp>},
    {"exp", Floats, 0, buildUnary<ExpOp>},
    {"log", Floats, 0, buildUnary<LogOp>},
    {"sqrt", Floats, 0, buildUnary<SqrtOp>},
    {"sin", Floats, 0, buildUnary<SinOp>},
    {"cos", Floats, 0, buildUnary<CosOp>},
    {"tanh", Floats, 0, buildUnary<TanhOp>},
    {"erf", Floats, 0, buildUnary<ErfOp>},
    {"gelu", Floats, 0, buildUnary<GeluOp>},
    {"sigmoid", Floats, 0, buildUnary<SigmoidOp>},
    {"relu", Floats, 0, buildUnary<ReluOp>},
    {"floor", Floats, 0, buildUnary<FloorOp>},
    {"stop_gradient", Floats, 0, buildUnary<StopGradientOp>},
    {"not", Bools, 0, buildUnary<NotOp>},
    {"add", Numbers, 0, buildBinary<AddOp>},
    {"sub", Numbers, 0, buildBinary<SubOp>},
    {"mul", Numbers, 0, buildBinary<MulOp>},
    {"div", Floats, 0, buildBinary<DivOp>},
    {"floor_div", Numbers, 0, buildBinary<FloorDivOp>},
    {"mod", Numbers, 0, buildBinary<ModOp>},
    {"pow", Floats, 0, buildPow},
    {"maximum", Numbers, 0, buildBinary<MaximumOp>},
    {"minimum", Numbers, 0, buildBinary<MinimumOp>},
    {"and", Bools, 0, buildBinary<AndOp>},
    {"or", Bools, 0, buildBinary<OrOp>},
    {"compare", Numbers, Bools, buildCompare},
    {"select", Bools, Anything, buildSelectCondition},
    {"select", Anything, 0, buildSelect},
    {"cast.float", Anything, Floats, buildCastTo<Floats>},
    {"cast.integer", Anything, Integers, buildCastTo<Integers>},
    {"cast.bool", Numbers, Bools, buildCastTo<Bools>},
    {"broadcast", Anything, 0, buildBroadcast},
    {"reshape", Anything, 0, buildReshape},
    {"transpose", Anything, 0, buildTranspose},
    {"slice", Anything, 0, buildSlice},
    {"pad", Anything, 0, buildPad},
    {"concat", Anything, 0, buildConcat},
    {"reduce.sum", Numbers, 0, buildReduce<ReduceKind::Sum>},
    {"reduce.prod", Numbers, 0, buildReduce<ReduceKind::Prod>},
    {"reduce.max", Numbers, 0, buildReduce<ReduceKind::Max>},
    {"reduce.min", Numbers, 0, buildReduce<ReduceKind::Min>},
    {"reduce.and", Bools, 0, buildReduce<ReduceKind::And>},
    {"reduce.or", Bools, 0, buildReduce<ReduceKind::Or>},
    {"argmax", Numbers, Integers, buildArgmax},
    {"contract", Numbers, 0, buildContract},
    {"softmax", Floats, 0, buildRows<SoftmaxOp>},
    {"log_softmax", Floats, 0, buildRows<LogSoftmaxOp>},
    {"pick", Numbers, 0, buildPick},
    {"gather", Anything, 0, buildGather},
    {"scatter_add", Numbers, 0, buildScatterAdd},
    {"insert", Anything, 0, buildInsert},
    {"cumsum", Numbers, 0, buildCumSum},
    {"argsort", Numbers, Integers, buildArgSort},
    {"solve", Floats, 0, buildSolve},
    {"if", Anything, 0, buildBranches},
    {"while", Anything, 0, buildLoop},
};

ArrayRef<GraphKind> sinter::graphKinds() { return kinds; }

std::string sinter::kindOf(Operation *op) {
  std::string name = op->getName().stripDialect().str();
  if (ReduceOp reduce = dyn_cast<ReduceOp>(op))
    return name + "." + stringifyReduceKind(reduce.getKind()).str();
  if (!isa<CastOp>(op))
    return name;
  unsigned to = classOf(op->getResult(0).getType());
  return name + (to == Floats ? ".float" : to == Bools ? ".bool" : ".integer");
}

static std::vector<std::pair<const GraphKind *, const GraphKind *>>
listPairs() {
  std::vector<std::pair<const GraphKind *, const GraphKind *>> pairs;
  for (const GraphKind &first : kinds)
    for (const GraphKind &second : kinds)
      if ((first.makes ? first.makes : first.accepts) & second.accepts)
        pairs.push_back({&first, &second});
  return pairs;
}

const std::vector<std::pair<const GraphKind *, const GraphKind *>> &
sinter::graphPairs() {
  static const std::vector<std::pair<const GraphKind *, const GraphKind *>>
      pairs = listPairs();
  return pairs;
}
