//===- Interpreter.cpp - The graph's meaning, in f64 ----------------------===//

#include "test/reference/Interpreter.h"
#include "ir/SinterOps.h"
#include "test/reference/Arrays.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <functional>
#include <limits>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Random numbers, after the definition in codegen/Random.h
//===----------------------------------------------------------------------===//

static uint64_t mix(uint64_t z) {
  z += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return z ^ z >> 31;
}

static uint32_t randomWord(uint64_t key, uint64_t step, uint64_t element,
                           bool isSecond) {
  uint64_t block = (element / 64) * 16 + element % 16;
  uint32_t c[4] = {uint32_t(block), uint32_t(block >> 32), uint32_t(step),
                   uint32_t(step >> 32)};
  if (isSecond)
    c[1] |= 0x80000000u;
  uint32_t k0 = uint32_t(key), k1 = uint32_t(key >> 32);
  for (int round = 0; round < 10; ++round) {
    uint64_t p = uint64_t(0xD2511F53u) * c[0], q = uint64_t(0xCD9E8D57u) * c[2];
    uint32_t next[4] = {uint32_t(q >> 32) ^ c[1] ^ k0, uint32_t(q),
                        uint32_t(p >> 32) ^ c[3] ^ k1, uint32_t(p)};
    std::copy(next, next + 4, c);
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return c[(element % 64) / 16];
}

/// The normal quantile at `p`, by bisection on the distribution function.
static double normalQuantile(double p) {
  double low = -40, high = 40;
  for (int i = 0; i < 200; ++i) {
    double middle = (low + high) / 2;
    // The smaller tail is the accurate one.
    bool isBelow = p < 0.5 ? 0.5 * std::erfc(-middle / std::sqrt(2.0)) < p
                           : 0.5 * std::erfc(middle / std::sqrt(2.0)) > 1 - p;
    (isBelow ? low : high) = middle;
  }
  return (low + high) / 2;
}

static double randomDraw(RandomOp op, uint64_t key, uint64_t step,
                         uint64_t element) {
  bool isDouble = cast<RankedTensorType>(op.getType()).getElementType().isF64();
  bool isNormal = op.getDistribution() == Distribution::Normal;
  uint64_t w = randomWord(key, step, element, false);
  if (!isDouble)
    return isNormal ? normalQuantile((double(w) + 0.5) * 0x1p-32)
                    : double(w >> 8) * 0x1p-24;
  uint64_t v = randomWord(key, step, element, true);
  uint64_t u53 = (w << 32 | v) >> 11;
  return isNormal ? normalQuantile((double(u53) + 0.5) * 0x1p-53)
                  : double(u53) * 0x1p-53;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// Python's %, with 0 for integers divided by 0.
static double modulo(double a, double b, bool isInteger) {
  if (isInteger && b == 0)
    return 0;
  double r = std::fmod(a, b);
  if (r == 0)
    return std::copysign(r, b);
  return (r < 0) != (b < 0) ? r + b : r;
}

/// Python's //, with 0 for integers and a / b for floats divided by 0.
static double floorDivide(double a, double b, bool isInteger) {
  if (b == 0)
    return isInteger ? 0 : std::isinf(a) ? NAN : a / b;
  double r = std::fmod(a, b);
  // A multiple of b, but for rounding.
  double n = std::nearbyint((a - r) / b);
  if (r != 0 && (r < 0) != (b < 0))
    n -= 1;
  return n == 0 ? std::copysign(0, a / b) : n;
}

static double gelu(double x) {
  double below = std::erfc(-x / std::sqrt(2.0)) / 2;
  // 0 for minus infinity too.
  return below == 0 ? -0.0 : x * below;
}

static double maximum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? NAN : std::max(a, b);
}

static double minimum(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? NAN : std::min(a, b);
}

static bool compare(Predicate predicate, double a, double b) {
  switch (predicate) {
  case Predicate::EQ:
    return a == b;
  case Predicate::NE:
    return a != b;
  case Predicate::LT:
    return a < b;
  case Predicate::LE:
    return a <= b;
  case Predicate::GT:
    return a > b;
  case Predicate::GE:
    return a >= b;
  }
  return false;
}

/// Saturates toward zero, as the dialect's cast of a float to an integer.
static double toInteger(double value, IntegerType type) {
  if (std::isnan(value))
    return 0;
  bool isUnsigned = type.isUnsigned();
  double low = isUnsigned ? 0 : -std::ldexp(1.0, type.getWidth() - 1);
  double high = std::ldexp(1.0, type.getWidth() - (isUnsigned ? 0 : 1)) - 1;
  return std::min(std::max(std::trunc(value), low), high);
}

/// Keeps the low bits, as the dialect's cast of a wider integer.
static double wrap(double value, IntegerType type) {
  uint64_t bits = uint64_t(int64_t(value)) << (64 - type.getWidth());
  unsigned shift = 64 - type.getWidth();
  return type.isUnsigned() ? double(bits >> shift)
                           : double(int64_t(bits) >> shift);
}

static double castElement(double value, Type from, Type to) {
  if (to.isInteger(1))
    return value != 0;
  if (IntegerType integer = dyn_cast<IntegerType>(to))
    return isa<FloatType>(from) ? toInteger(value, integer)
                                : wrap(value, integer);
  return value;
}

/// The function of one number that a unary operation applies.
static std::function<double(double)> unaryFunction(Operation *op) {
  using F = std::function<double(double)>;
  return TypeSwitch<Operation *, F>(op)
      .Case<NegOp>([](NegOp) -> F { return [](double x) { return -x; }; })
      .Case<AbsOp>(
          [](AbsOp) -> F { return [](double x) { return std::fabs(x); }; })
      .Case<SignOp>([](SignOp) -> F {
        return [](double x) { return std::isnan(x) ? x : (x > 0) - (x < 0); };
      })
      .Case<ExpOp>(
          [](ExpOp) -> F { return [](double x) { return std::exp(x); }; })
      .Case<LogOp>(
          [](LogOp) -> F { return [](double x) { return std::log(x); }; })
      .Case<SqrtOp>(
          [](SqrtOp) -> F { return [](double x) { return std::sqrt(x); }; })
      .Case<SinOp>(
          [](SinOp) -> F { return [](double x) { return std::sin(x); }; })
      .Case<CosOp>(
          [](CosOp) -> F { return [](double x) { return std::cos(x); }; })
      .Case<TanhOp>(
          [](TanhOp) -> F { return [](double x) { return std::tanh(x); }; })
      .Case<ErfOp>(
          [](ErfOp) -> F { return [](double x) { return std::erf(x); }; })
      .Case<GeluOp>([](GeluOp) -> F { return gelu; })
      .Case<SigmoidOp>([](SigmoidOp) -> F {
        return [](double x) { return 1 / (1 + std::exp(-x)); };
      })
      .Case<ReluOp>([](ReluOp) -> F {
        return [](double x) { return std::isnan(x) ? x : x > 0 ? x : 0; };
      })
      .Case<FloorOp>(
          [](FloorOp) -> F { return [](double x) { return std::floor(x); }; })
      .Case<NotOp>([](NotOp) -> F { return [](double x) { return x == 0; }; })
      .Case<StopGradientOp>(
          [](StopGradientOp) -> F { return [](double x) { return x; }; })
      .Default([](Operation *) -> F { return {}; });
}

/// The function of two numbers that a binary operation applies.
static std::function<double(double, double)> binaryFunction(Operation *op) {
  using F = std::function<double(double, double)>;
  bool isInteger = isa<IntegerType>(
      cast<ShapedType>(op->getResult(0).getType()).getElementType());
  return TypeSwitch<Operation *, F>(op)
      .Case<AddOp>(
          [](AddOp) -> F { return [](double a, double b) { return a + b; }; })
      .Case<SubOp>(
          [](SubOp) -> F { return [](double a, double b) { return a - b; }; })
      .Case<MulOp>(
          [](MulOp) -> F { return [](double a, double b) { return a * b; }; })
      .Case<DivOp>(
          [](DivOp) -> F { return [](double a, double b) { return a / b; }; })
      .Case<PowOp>([](PowOp) -> F {
        return [](double a, double b) { return std::pow(a, b); };
      })
      .Case<FloorDivOp>([=](FloorDivOp) -> F {
        return [=](double a, double b) { return floorDivide(a, b, isInteger); };
      })
      .Case<ModOp>([=](ModOp) -> F {
        return [=](double a, double b) { return modulo(a, b, isInteger); };
      })
      .Case<MaximumOp>([](MaximumOp) -> F { return maximum; })
      .Case<MinimumOp>([](MinimumOp) -> F { return minimum; })
      .Case<AndOp>([](AndOp) -> F {
        return [](double a, double b) { return a != 0 && b != 0; };
      })
      .Case<OrOp>([](OrOp) -> F {
        return [](double a, double b) { return a != 0 || b != 0; };
      })
      .Case<CompareOp>([](CompareOp compareOp) -> F {
        Predicate predicate = compareOp.getPredicate();
        return [=](double a, double b) { return compare(predicate, a, b); };
      })
      .Default([](Operation *) -> F { return {}; });
}

//===----------------------------------------------------------------------===//
// Reductions and rows
//===----------------------------------------------------------------------===//

static double identityOf(ReduceKind kind) {
  double infinity = std::numeric_limits<double>::infinity();
  switch (kind) {
  case ReduceKind::Sum:
  case ReduceKind::Or:
    return 0;
  case ReduceKind::Prod:
  case ReduceKind::And:
    return 1;
  case ReduceKind::Max:
    return -infinity;
  case ReduceKind::Min:
    return infinity;
  }
  return 0;
}

static double combine(ReduceKind kind, double a, double b) {
  switch (kind) {
  case ReduceKind::Sum:
    return a + b;
  case ReduceKind::Prod:
    return a * b;
  case ReduceKind::Max:
    return maximum(a, b);
  case ReduceKind::Min:
    return minimum(a, b);
  case ReduceKind::And:
    return a != 0 && b != 0;
  case ReduceKind::Or:
    return a != 0 || b != 0;
  }
  return 0;
}

static Array reduce(ReduceOp op, const Array &input,
                    std::vector<int64_t> shape) {
  Array result{std::move(shape), {}};
  result.data.assign(sizeOf(result.shape), identityOf(op.getKind()));
  forEachIndex(input.shape, [&](const Index &index) {
    Index kept;
    for (size_t d = 0; d < index.size(); ++d)
      if (!llvm::is_contained(op.getAxes(), int64_t(d)))
        kept.push_back(index[d]);
    double &sum = elementAt(result, kept);
    sum = combine(op.getKind(), sum, elementAt(input, index));
  });
  return result;
}

static Array argmax(ArgMaxOp op, const Array &input,
                    std::vector<int64_t> shape) {
  int64_t axis = op.getAxis();
  return generate(std::move(shape), [&](const Index &index) {
    Index at = index;
    at.insert(at.begin() + axis, 0);
    double best = elementAt(input, at);
    int64_t where = 0;
    for (int64_t i = 1; i < input.shape[axis] && !std::isnan(best); ++i) {
      at[axis] = i;
      double candidate = elementAt(input, at);
      if (candidate > best || std::isnan(candidate)) {
        best = candidate;
        where = i;
      }
    }
    return double(where);
  });
}

static Array softmax(const Array &input, bool isLog) {
  Array result = input;
  int64_t columns = input.shape.back();
  for (size_t row = 0; columns && row < input.data.size(); row += columns) {
    double most = -std::numeric_limits<double>::infinity(), sum = 0;
    for (int64_t i = 0; i < columns; ++i)
      most = maximum(most, input.data[row + i]);
    for (int64_t i = 0; i < columns; ++i)
      sum += std::exp(input.data[row + i] - most);
    for (int64_t i = 0; i < columns; ++i) {
      double shifted = input.data[row + i] - most;
      result.data[row + i] =
          isLog ? shifted - std::log(sum) : std::exp(shifted) / sum;
    }
  }
  return result;
}

/// How far one step of each of `letters` goes in an array of these dimensions.
static Index stridesAlong(StringRef letters, StringRef names,
                          const std::vector<int64_t> &shape) {
  Index strides(letters.size(), 0);
  int64_t stride = 1;
  for (size_t d = names.size(); d-- > 0; stride *= shape[d])
    strides[letters.find(names[d])] = stride;
  return strides;
}

/// Sums products over every assignment of numbers to the letters.
static Array contract(ContractOp op, const Array &lhs, const Array &rhs,
                      std::vector<int64_t> shape) {
  auto [operands, result] = op.getSpec().split("->");
  auto [left, right] = operands.split(',');
  std::string letters = result.str();
  std::vector<int64_t> extents = shape;
  auto add = [&](StringRef names, const Array &array) {
    for (size_t d = 0; d < names.size(); ++d)
      if (letters.find(names[d]) == std::string::npos) {
        letters += names[d];
        extents.push_back(array.shape[d]);
      }
  };
  add(left, lhs);
  add(right, rhs);
  Index leftStrides = stridesAlong(letters, left, lhs.shape);
  Index rightStrides = stridesAlong(letters, right, rhs.shape);
  Index resultStrides = stridesAlong(letters, result, shape);
  Array sums{std::move(shape), {}};
  sums.data.assign(sizeOf(sums.shape), 0);
  Index index(letters.size(), 0);
  int64_t l = 0, r = 0, s = 0;
  for (int64_t i = 0, size = sizeOf(extents); i < size; ++i) {
    sums.data[s] += lhs.data[l] * rhs.data[r];
    for (size_t d = letters.size(); d-- > 0;) {
      int64_t steps = ++index[d] < extents[d] ? 1 : 1 - extents[d];
      l += steps * leftStrides[d];
      r += steps * rightStrides[d];
      s += steps * resultStrides[d];
      if (steps == 1)
        break;
      index[d] = 0;
    }
  }
  return sums;
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

static Array broadcast(BroadcastOp op, const Array &input,
                       std::vector<int64_t> shape) {
  return generate(std::move(shape), [&](const Index &index) {
    Index from;
    for (size_t d = 0; d < input.shape.size(); ++d)
      from.push_back(input.shape[d] == 1 ? 0 : index[op.getDims()[d]]);
    return elementAt(input, from);
  });
}

static Array transpose(TransposeOp op, const Array &input,
                       std::vector<int64_t> shape) {
  return generate(std::move(shape), [&](const Index &index) {
    Index from(index.size());
    for (size_t d = 0; d < index.size(); ++d)
      from[op.getPermutation()[d]] = index[d];
    return elementAt(input, from);
  });
}

static Array concat(ConcatOp op, const std::vector<const Array *> &inputs,
                    std::vector<int64_t> shape) {
  Array result{std::move(shape), {}};
  result.data.assign(sizeOf(result.shape), 0);
  int64_t begin = 0;
  for (const Array *input : inputs) {
    forEachIndex(input->shape, [&](const Index &index) {
      Index to = index;
      to[op.getAxis()] += begin;
      elementAt(result, to) = elementAt(*input, index);
    });
    begin += input->shape[op.getAxis()];
  }
  return result;
}

static Array pick(PickOp op, const Array &input, const Array &indices) {
  int64_t columns = input.shape.back();
  bool isFloat =
      isa<FloatType>(cast<RankedTensorType>(op.getType()).getElementType());
  Array result{indices.shape, {}};
  for (size_t row = 0; row < indices.data.size(); ++row) {
    double column = indices.data[row];
    bool isInside = column >= 0 && column < columns;
    result.data.push_back(isInside ? input.data[row * columns + int64_t(column)]
                          : isFloat ? NAN
                                    : 0);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

namespace {
/// One call: the values computed so far.
class Frame {
public:
  Frame(Interpreter &interpreter, llvm::DenseMap<Value, Array> &values)
      : interpreter(interpreter), values(values) {}

  void set(Value value, Array array) { values[value] = std::move(array); }
  const Array &get(Value value) const { return values.find(value)->second; }
  void run(Operation *op);
  void commit() {
    for (auto &[name, array] : stores)
      interpreter.globals[name] = std::move(array);
  }

private:
  void runUpdate(UpdateOp update);
  Array evaluate(Operation *op);
  Array observed(Operation *op, Array result);
  Array literal(ConstantOp op);

  Interpreter &interpreter;
  llvm::DenseMap<Value, Array> &values;
  std::map<std::string, Array> stores;
};
} // namespace

std::vector<int64_t> Interpreter::shapeOf(Type type) const {
  RankedTensorType tensor = cast<RankedTensorType>(type);
  EncodingAttr encoding = dyn_cast_or_null<EncodingAttr>(tensor.getEncoding());
  std::vector<int64_t> shape;
  size_t next = 0;
  for (int64_t size : tensor.getShape())
    shape.push_back(ShapedType::isDynamic(size)
                        ? extents.at(encoding.getNames()[next++].str())
                        : size);
  return shape;
}

Array Frame::literal(ConstantOp op) {
  DenseElementsAttr value = cast<DenseElementsAttr>(op.getValue());
  Array result{interpreter.shapeOf(op.getType()), {}};
  Type element = value.getElementType();
  if (isa<FloatType>(element))
    for (const APFloat &number : value.getValues<APFloat>())
      result.data.push_back(element.isF32() ? number.convertToFloat()
                                            : number.convertToDouble());
  else
    for (const APInt &number : value.getValues<APInt>())
      result.data.push_back(element.isUnsignedInteger() || element.isInteger(1)
                                ? double(number.getZExtValue())
                                : double(number.getSExtValue()));
  return result;
}

static double numberOf(Attribute attribute) {
  if (FloatAttr number = dyn_cast<FloatAttr>(attribute))
    return number.getValueAsDouble();
  IntegerAttr number = cast<IntegerAttr>(attribute);
  return number.getType().isUnsignedInteger() || number.getType().isInteger(1)
             ? double(number.getValue().getZExtValue())
             : double(number.getValue().getSExtValue());
}

Array Frame::evaluate(Operation *op) {
  std::vector<int64_t> shape = interpreter.shapeOf(op->getResult(0).getType());
  if (std::function<double(double)> function = unaryFunction(op)) {
    Array result = get(op->getOperand(0));
    for (double &element : result.data)
      element = function(element);
    return result;
  }
  if (std::function<double(double, double)> function = binaryFunction(op)) {
    Array result = get(op->getOperand(0));
    const Array &rhs = get(op->getOperand(1));
    for (size_t i = 0; i < result.data.size(); ++i)
      result.data[i] = function(result.data[i], rhs.data[i]);
    return result;
  }
  if (std::optional<Array> result = evaluateIndexing(
          op, [&](Value value) -> const Array & { return get(value); }, shape))
    return *result;
  auto elementType = [](Value value) {
    return cast<RankedTensorType>(value.getType()).getElementType();
  };
  return TypeSwitch<Operation *, Array>(op)
      .Case<ConstantOp>([&](ConstantOp constant) { return literal(constant); })
      .Case<SplatOp>([&](SplatOp splat) {
        double number = numberOf(splat.getValue());
        return generate(shape, [&](const Index &) { return number; });
      })
      .Case<IotaOp>([&](IotaOp iota) {
        double start = iota.getStart().convertToDouble();
        double step = iota.getStep().convertToDouble();
        return generate(shape, [&](const Index &index) {
          return start + double(index[iota.getAxis()]) * step;
        });
      })
      .Case<ExtentOp>([&](ExtentOp extent) {
        return Array{{},
                     {double(interpreter.extents.at(extent.getName().str()))}};
      })
      .Case<RandomOp>([&](RandomOp random) {
        uint64_t seed = uint64_t(int64_t(get(random.getSeed()).data[0]));
        uint64_t step = uint64_t(int64_t(get(random.getStep()).data[0]));
        uint64_t stream = random.getStream();
        if (random.getKey())
          stream += uint64_t(int64_t(get(random.getKey()).data[0]));
        uint64_t key = mix(mix(seed) + stream);
        uint64_t element = 0;
        return generate(shape, [&](const Index &) {
          return randomDraw(random, key, step, element++);
        });
      })
      .Case<LoadOp>([&](LoadOp load) {
        return interpreter.globals.at(load.getSymbol().str());
      })
      .Case<SelectOp>([&](SelectOp select) {
        Array result = get(select.getOnTrue());
        for (size_t i = 0; i < result.data.size(); ++i)
          if (get(select.getCondition()).data[i] == 0)
            result.data[i] = get(select.getOnFalse()).data[i];
        return result;
      })
      .Case<CastOp>([&](CastOp cast) {
        Array result = get(cast.getInput());
        for (double &element : result.data)
          element = castElement(element, elementType(cast.getInput()),
                                elementType(cast.getResult()));
        return result;
      })
      .Case<BroadcastOp>([&](BroadcastOp view) {
        return broadcast(view, get(view.getInput()), shape);
      })
      .Case<ReshapeOp>([&](ReshapeOp view) {
        return Array{shape, get(view.getInput()).data};
      })
      .Case<TransposeOp>([&](TransposeOp view) {
        return transpose(view, get(view.getInput()), shape);
      })
      .Case<SliceOp>([&](SliceOp view) {
        return generate(shape, [&](const Index &index) {
          return elementAt(
              get(view.getInput()),
              boxIndex(index, view.getOffsets(), view.getStrides()));
        });
      })
      .Case<PadOp>([&](PadOp pad) {
        Array result{shape, std::vector<double>(sizeOf(shape), 0)};
        const Array &input = get(pad.getInput());
        forEachIndex(input.shape, [&](const Index &index) {
          elementAt(result,
                    boxIndex(index, pad.getOffsets(), pad.getStrides())) =
              elementAt(input, index);
        });
        return result;
      })
      .Case<ConcatOp>([&](ConcatOp op) {
        std::vector<const Array *> inputs;
        for (Value input : op.getInputs())
          inputs.push_back(&get(input));
        return concat(op, inputs, shape);
      })
      .Case<ReduceOp>(
          [&](ReduceOp op) { return reduce(op, get(op.getInput()), shape); })
      .Case<ArgMaxOp>(
          [&](ArgMaxOp op) { return argmax(op, get(op.getInput()), shape); })
      .Case<ContractOp>([&](ContractOp op) {
        return contract(op, get(op.getLhs()), get(op.getRhs()), shape);
      })
      .Case<PickOp>([&](PickOp op) {
        return pick(op, get(op.getInput()), get(op.getIndex()));
      })
      .Case<SoftmaxOp>(
          [&](SoftmaxOp op) { return softmax(get(op.getInput()), false); })
      .Case<LogSoftmaxOp>(
          [&](LogSoftmaxOp op) { return softmax(get(op.getInput()), true); })
      .Default([&](Operation *unknown) -> Array {
        unknown->emitError("the interpreter does not know this operation");
        std::exit(70);
      });
}

Array Frame::observed(Operation *op, Array result) {
  if (interpreter.observe)
    interpreter.observe(
        op, [&](Value value) -> const Array & { return get(value); }, result);
  return result;
}

void Frame::runUpdate(UpdateOp update) {
  Block &body = update.getBody().front();
  std::vector<std::string> symbols = {update.getSymbol().str()};
  for (Attribute state : update.getStates())
    symbols.push_back(cast<FlatSymbolRefAttr>(state).getValue().str());
  set(body.getArgument(0), interpreter.globals.at(symbols[0]));
  set(body.getArgument(1), get(update.getGradient()));
  for (size_t i = 1; i < symbols.size(); ++i)
    set(body.getArgument(i + 1), interpreter.globals.at(symbols[i]));
  for (Operation &op : body.without_terminator())
    run(&op);
  for (size_t i = 0; i < symbols.size(); ++i)
    stores[symbols[i]] = get(body.getTerminator()->getOperand(i));
}

void Frame::run(Operation *op) {
  FrameAccess access{
      [&](Value value) -> const Array & { return get(value); },
      [&](Value value, Array array) { set(value, std::move(array)); },
      [&](Operation *inner) { run(inner); }};
  if (interpretControl(op, access))
    return;
  if (UpdateOp update = dyn_cast<UpdateOp>(op))
    runUpdate(update);
  else if (StoreOp store = dyn_cast<StoreOp>(op))
    stores[store.getSymbol().str()] = get(store.getValue());
  else if (op->getNumResults() == 1)
    set(op->getResult(0), observed(op, evaluate(op)));
  // What prints, checks, guards or takes the time has no value.
}

std::vector<Array> Interpreter::run(func::FuncOp function,
                                    const std::vector<Array> &arguments) {
  llvm::DenseMap<Value, Array> values;
  Frame frame(*this, values);
  Block &body = function.getBody().front();
  for (auto [argument, array] : llvm::zip(body.getArguments(), arguments))
    frame.set(argument, array);
  for (Operation &op : body.without_terminator())
    frame.run(&op);
  std::vector<Array> results;
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(frame.get(value));
  frame.commit();
  return results;
}

void Interpreter::evaluate(Operation *op, llvm::DenseMap<Value, Array> &known) {
  Frame(*this, known).run(op);
}
