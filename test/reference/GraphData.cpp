//===- GraphData.cpp - Numbers for random graphs --------------------------===//

#include "test/reference/GraphData.h"
#include "ir/Shape.h"
#include "ir/SinterOps.h"
#include "test/reference/Arrays.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Inputs and parameters
//===----------------------------------------------------------------------===//

/// FNV-1a, to be the same everywhere and for ever.
static uint64_t hashOf(StringRef text) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (unsigned char letter : text)
    hash = (hash ^ letter) * 0x100000001B3u;
  return hash;
}

/// The shape at the bounds of run-time dimensions.
static std::vector<int64_t> boundsOf(Type type) {
  std::vector<int64_t> shape;
  for (const Dim &dim : dimsOf(cast<RankedTensorType>(type)))
    shape.push_back(dim.size);
  return shape;
}

Array sinter::drawData(uint64_t seed, StringRef name, Type type,
                       ArrayAttr range, const Interpreter &interpreter) {
  Type element = elementOf(type);
  bool isFloat = isa<FloatType>(element);
  double low = isFloat ? -2 : 0;
  double high = isFloat ? 2 : element.isInteger(1) ? 2 : 4;
  double diagonal = 0;
  auto number = [&](size_t i) {
    return cast<FloatAttr>(range[i]).getValueAsDouble();
  };
  if (range) {
    low = number(0);
    high = number(1);
    diagonal = range.size() > 2 ? number(2) : 0;
  }
  Draw draw(seed ^ hashOf(name));
  Array whole = generate(boundsOf(type), [&](const Index &index) {
    double value = low + (high - low) * draw.uniform();
    size_t rank = index.size();
    if (rank > 1 && index[rank - 1] == index[rank - 2])
      value += diagonal;
    return !isFloat          ? std::floor(value)
           : element.isF32() ? float(value)
                             : value;
  });
  return generate(interpreter.shapeOf(type),
                  [&](const Index &index) { return elementAt(whole, index); });
}

uint64_t sinter::seedOf(ModuleOp module) {
  IntegerAttr seed = module->getAttrOfType<IntegerAttr>(seedAttr);
  return seed ? uint64_t(seed.getInt()) : 0;
}

std::vector<Array> sinter::drawArguments(func::FuncOp function, size_t number,
                                         const Interpreter &interpreter) {
  std::vector<Array> arguments;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    StringAttr kind = function.getArgAttrOfType<StringAttr>(i, kindAttr);
    StringAttr name = function.getArgAttrOfType<StringAttr>(i, nameAttr);
    if (kind.getValue() == "step")
      arguments.push_back({{}, {double(number + 1)}});
    else
      arguments.push_back(drawData(
          seedOf(function->getParentOfType<ModuleOp>()), name.getValue(),
          function.getArgument(i).getType(),
          function.getArgAttrOfType<ArrayAttr>(i, rangeAttr), interpreter));
  }
  return arguments;
}

Array sinter::initialValue(Operation *op, const Interpreter &interpreter) {
  GlobalOp global = cast<GlobalOp>(op);
  if (ArrayAttr range = global->getAttrOfType<ArrayAttr>(rangeAttr))
    return drawData(seedOf(global->getParentOfType<ModuleOp>()),
                    global.getLabel(), global.getType(), range, interpreter);
  Array zeros{interpreter.shapeOf(global.getType()), {}};
  zeros.data.assign(sizeOf(zeros.shape), 0);
  return zeros;
}

//===----------------------------------------------------------------------===//
// Kinks
//===----------------------------------------------------------------------===//

/// Distances to the nearest point where a function is not smooth; lying exactly
/// on it does not count, because rules say what happens there.
namespace {
class Distance {
public:
  void to(double kink, double value) {
    if (value != kink)
      least = std::min(least, std::fabs(value - kink));
  }
  void toInteger(double value) { to(std::nearbyint(value), value); }
  /// The operation makes no sense below.
  void over(double limit, double value) {
    if (!(value >= limit))
      least = 0;
  }
  bool isFar() const { return least >= 1e-3; }

private:
  double least = std::numeric_limits<double>::infinity();
};
} // namespace

/// Along `axes`, how far the best element is from the second best.
static void measureExtremes(const Array &input, ArrayRef<int64_t> axes,
                            double sign, Distance &distance) {
  std::map<Index, std::pair<double, double>> best;
  const double none = -std::numeric_limits<double>::infinity();
  forEachIndex(input.shape, [&](const Index &index) {
    Index kept;
    for (size_t d = 0; d < index.size(); ++d)
      if (!llvm::is_contained(axes, int64_t(d)))
        kept.push_back(index[d]);
    auto &[first, second] = best.try_emplace(kept, none, none).first->second;
    double value = sign * elementAt(input, index);
    if (value > first)
      std::swap(first, value);
    second = std::max(second, value);
  });
  for (auto &[index, pair] : best)
    distance.to(pair.first, pair.second);
}

/// Between any two elements along `axis`.
static void measureOrder(const Array &input, int64_t axis, Distance &distance) {
  std::map<Index, std::vector<double>> lines;
  forEachIndex(input.shape, [&](const Index &index) {
    Index rest = index;
    rest.erase(rest.begin() + axis);
    lines[rest].push_back(elementAt(input, index));
  });
  for (auto &[rest, line] : lines) {
    llvm::sort(line);
    for (size_t i = 1; i < line.size(); ++i)
      distance.to(line[i - 1], line[i]);
  }
}

static void measurePairs(Operation *op, const Array &a, const Array &b,
                         Distance &distance) {
  for (size_t i = 0; i < a.data.size(); ++i) {
    if (isa<CompareOp, MaximumOp, MinimumOp>(op))
      distance.to(a.data[i], b.data[i]);
    if (isa<DivOp, FloorDivOp, ModOp>(op))
      distance.over(0.05, std::fabs(b.data[i]));
    if (isa<FloorDivOp, ModOp>(op))
      distance.toInteger(a.data[i] / b.data[i]);
    // A negative base has a real power for whole exponents alone, and where
    // these are computed no derivative with respect to them.
    if (isa<PowOp>(op) && (!op->getOperand(1).getDefiningOp<SplatOp>() ||
                           std::floor(b.data[i]) != b.data[i]))
      distance.over(0.05, a.data[i]);
    if (isa<PowOp>(op) && b.data[i] < 1)
      distance.over(0.05, std::fabs(a.data[i]));
  }
}

static void measure(Operation *op, const Array &x, Distance &distance) {
  Type to = elementOf(op->getResult(0).getType());
  for (double value : x.data) {
    if (isa<ReluOp, AbsOp, SignOp>(op) || (isa<CastOp>(op) && to.isInteger(1)))
      distance.to(0, value);
    else if (isa<FloorOp>(op) || (isa<CastOp>(op) && isa<IntegerType>(to)))
      distance.toInteger(value);
    else if (isa<LogOp, SqrtOp>(op))
      distance.over(0.05, value);
  }
}

static bool isFarFromKinks(Operation *op, const Operands &get) {
  if (op->getNumOperands() == 0 || !holdsFloats(op->getOperand(0).getType()))
    return true;
  Distance distance;
  const Array &x = get(op->getOperand(0));
  if (isa<CompareOp, MaximumOp, MinimumOp, DivOp, FloorDivOp, ModOp, PowOp>(op))
    measurePairs(op, x, get(op->getOperand(1)), distance);
  else if (ReduceOp reduce = dyn_cast<ReduceOp>(op)) {
    if (reduce.getKind() == ReduceKind::Max)
      measureExtremes(x, reduce.getAxes(), 1, distance);
    if (reduce.getKind() == ReduceKind::Min)
      measureExtremes(x, reduce.getAxes(), -1, distance);
  } else if (ArgMaxOp argmax = dyn_cast<ArgMaxOp>(op))
    measureExtremes(x, int64_t(argmax.getAxis()), 1, distance);
  else if (ArgSortOp sort = dyn_cast<ArgSortOp>(op))
    measureOrder(x, sort.getAxis(), distance);
  else
    measure(op, x, distance);
  return distance.isFar();
}

//===----------------------------------------------------------------------===//
// NumberWatch
//===----------------------------------------------------------------------===//

NumberWatch::NumberWatch(Interpreter &interpreter, uint64_t perturbation)
    : interpreter(interpreter), isPerturbing(perturbation != 0),
      draw(perturbation) {
  interpreter.observe = [this](Operation *op, const Operands &get,
                               Array &result) { see(op, get, result); };
}

/// What the element type can hold. The interpreter's integers are doubles,
/// which do not wrap.
static double largest(Type element) {
  if (isa<FloatType>(element))
    return 1e6;
  return element.isInteger(1)                   ? 1
         : element.getIntOrFloatBitWidth() == 8 ? 100
                                                : 1e6;
}

void NumberWatch::see(Operation *op, const Operands &get, Array &result) {
  if (isPerturbing)
    perturb(op, get, result);
  Type element = elementOf(op->getResult(0).getType());
  double most = largest(element);
  double least = element.isUnsignedInteger() ? 0 : -most;
  for (double value : result.data) {
    finite &= std::isfinite(value);
    smooth &= value >= least && value <= most;
  }
  // Operations of gradients are named after what they differentiate: their
  // kinks are the forward graph's.
  if (!isa<NameLoc>(op->getLoc()))
    smooth &= isFarFromKinks(op, get);
}

Array NumberWatch::magnitudes(Operation *op, const Operands &get) {
  llvm::DenseMap<Value, Array> known;
  for (Value operand : op->getOperands()) {
    Array array = get(operand);
    if (holdsFloats(operand.getType()))
      for (double &value : array.data)
        value = std::fabs(value);
    known[operand] = std::move(array);
  }
  std::function<void(Operation *, const Operands &, Array &)> watch;
  std::swap(watch, interpreter.observe);
  interpreter.evaluate(op, known);
  std::swap(watch, interpreter.observe);
  return known[op->getResult(0)];
}

/// Rounding errors of one element, in units of half the last place.
static double unitsOf(Operation *op) {
  return TypeSwitch<Operation *, double>(op)
      .Case<ExpOp, LogOp>([](Operation *) { return 4; })
      .Case<TanhOp, SigmoidOp, ErfOp, GeluOp, PowOp, SinOp, CosOp>(
          [](Operation *) { return 8; })
      .Case<SoftmaxOp, LogSoftmaxOp, SolveOp>([](Operation *) { return 16; })
      .Case<ReduceOp>([](ReduceOp reduce) {
        return reduce.getKind() == ReduceKind::Prod ? 8 : 1;
      })
      .Default([](Operation *) { return 1; });
}

void NumberWatch::perturb(Operation *op, const Operands &get, Array &result) {
  Type element = elementOf(op->getResult(0).getType());
  ReduceOp reduce = dyn_cast<ReduceOp>(op);
  bool isExact =
      op->getNumOperands() == 0 || op->hasTrait<ViewTensorOp>() ||
      (reduce && reduce.getKind() != ReduceKind::Sum &&
       reduce.getKind() != ReduceKind::Prod) ||
      isa<NegOp, AbsOp, SignOp, ReluOp, FloorOp, SelectOp, MaximumOp, MinimumOp,
          PadOp, ConcatOp, PickOp, GatherOp, InsertOp>(op);
  if (!isa<FloatType>(element) || isExact)
    return;
  double unit = element.isF32() ? 0x1p-24 : 0x1p-53;
  // Numbers this small have fewer digits, or none; zero is exact.
  double smallest = element.isF32() ? 0x1p-149 : 0x1p-1074;
  for (double &value : result.data) {
    double error = 2 * draw.uniform() - 1;
    double absolute = value != 0 ? smallest * error : 0;
    value = value * (1 + unit * unitsOf(op) * error) + absolute;
  }
  if (!isa<ReduceOp, ContractOp, CumSumOp, ScatterAddOp>(op))
    return;
  Array sums = magnitudes(op, get);
  double inputs = double(get(op->getOperand(0)).data.size());
  double terms = inputs / std::max<double>(1, double(result.data.size()));
  for (size_t i = 0; i < result.data.size(); ++i)
    result.data[i] += unit * std::sqrt(std::max(1.0, terms)) * sums.data[i] *
                      (2 * draw.uniform() - 1);
}
