//===- BuiltinMultinomial.cpp - Counts of random outcomes -----------------===//
//
// A trial is a number u in [0, 1); outcome j comes when u lies between the sums
// of the probabilities before j and up to j. So the counts are differences of
// "how many u lie below this sum", which are reductions: trials and comparisons
// are made inside of them, where the kernels allow it, and not stored.
//
//===----------------------------------------------------------------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

/// How far probabilities may be from adding up to 1: their rounding.
static double tolerance(int64_t count) { return 1e-5 + 1e-7 * double(count); }

/// The numbers of a vector that is known at build time; one if all are equal.
static bool constantNumbers(Value value, SmallVectorImpl<double> &numbers) {
  while (BroadcastOp broadcast = value.getDefiningOp<BroadcastOp>())
    value = broadcast.getInput();
  if (SplatOp splat = value.getDefiningOp<SplatOp>()) {
    if (FloatAttr number = dyn_cast<FloatAttr>(splat.getValue()))
      numbers.push_back(number.getValueAsDouble());
    return !numbers.empty();
  }
  DenseFPElementsAttr elements;
  if (!matchPattern(value, m_Constant(&elements)))
    return false;
  for (APFloat number : elements.getValues<APFloat>()) {
    bool isRounded;
    number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &isRounded);
    numbers.push_back(number.convertToDouble());
  }
  return true;
}

/// Checks probabilities that are known when the program is built.
static bool checkKnown(Call &call, ArrayRef<double> numbers, int64_t count) {
  Emitter &emit = call.elaborator.emit;
  Loc loc = call.place(1);
  double sum = 0;
  for (double number : numbers) {
    sum += number;
    if (number >= 0)
      continue;
    emit.error(Code::BadValue, loc,
               "a probability is between 0 and 1, this is " +
                   numberText(number));
    return false;
  }
  if (numbers.size() == 1)
    sum *= double(count);
  if (std::fabs(sum - 1) <= tolerance(count))
    return true;
  emit.error(Code::BadValue, loc,
             "the probabilities add up to " + numberText(sum) + ", not to 1");
  return false;
}

/// Checks them when the program runs.
static void checkComputed(Call &call, Value p, int64_t count) {
  Emitter &emit = call.elaborator.emit;
  Loc loc = call.place(1);
  RankedTensorType scalar = RankedTensorType::get(
      {}, cast<RankedTensorType>(p.getType()).getElementType());
  Value one = emit.splat(loc, scalar, 1);
  Value sum = emit.reduce(loc, ReduceKind::Sum, p, {0});
  Value error = emit.binary<SubOp>(loc, sum, one);
  error = emit.unary<AbsOp>(loc, error);
  Value most = emit.splat(loc, scalar, tolerance(count));
  Value isOne = emit.compare(loc, Predicate::LE, error, most);
  Value least = emit.reduce(loc, ReduceKind::Min, p, {0});
  Value zero = emit.splat(loc, scalar, 0);
  Value isPositive = emit.compare(loc, Predicate::GE, least, zero);
  Value condition = emit.binary<AndOp>(loc, isPositive, isOne);
  CheckOp::create(emit.builder, emit.at(loc), condition, ValueRange{sum, one},
                  "probabilities are not negative and add up to 1");
}

/// Of `trials` numbers for each element of `dims`, those below each of `sums`.
static Value countBelow(Call &call, int64_t trials, Value sums, Dims dims) {
  Elaborator &elaborator = call.elaborator;
  Emitter &emit = elaborator.emit;
  Loc loc = call.loc;
  dims.push_back({trials, {}});
  RankedTensorType type = emit.tensorType(loc, dims, emit.f64());
  if (!type)
    return {};
  Value draws = elaborator.frame->random(loc, Distribution::Uniform,
                                         elaborator.streams.nextDraw(), type);
  // [..., 1, trials] against [bounds, 1].
  int64_t bounds = cast<RankedTensorType>(sums.getType()).getDimSize(0);
  Dims oneRow = dims, all = dims;
  oneRow.insert(oneRow.end() - 1, Dim{1, {}});
  all.insert(all.end() - 1, Dim{bounds, {}});
  if (!emit.tensorType(loc, all, emit.i64()))
    return {};
  Value left = emit.broadcast(loc, emit.reshape(loc, draws, oneRow), all);
  Value column = emit.reshape(loc, sums, {{bounds, {}}, {1, {}}});
  Value right = emit.broadcast(loc, column, all);
  Value below = emit.compare(loc, Predicate::LT, left, right);
  return emit.reduce(loc, ReduceKind::Sum, emit.cast(loc, below, emit.i64()),
                     {int64_t(all.size()) - 1});
}

/// Whether the trials and probabilities make sense.
static bool checkArguments(Call &call, int64_t trials, const Tensor &p) {
  Emitter &emit = call.elaborator.emit;
  if (!call.elaborator.frame) {
    emit.error(Code::WrongPlace, call.loc,
               "random numbers cannot be drawn here");
    return false;
  }
  if (trials < 0 || trials > maxDim) {
    emit.error(Code::BadValue, call.place(0),
               "the number of trials is from 0 to " + Twine(maxDim) +
                   ", this is " + Twine(trials));
    return false;
  }
  Dims dims = p.dims();
  if (dims.size() != 1 || dims[0].isDynamic() || dims[0].size == 0) {
    call.wrongType(1, "a vector of probabilities");
    return false;
  }
  SmallVector<double> numbers;
  if (constantNumbers(p.value, numbers))
    return checkKnown(call, numbers, dims[0].size);
  checkComputed(call, p.value, dims[0].size);
  return true;
}

Object sinter::applyMultinomial(Call &call) {
  Emitter &emit = call.elaborator.emit;
  Loc loc = call.loc;
  std::optional<int64_t> trials = call.integer(0);
  std::optional<Tensor> p = call.floats(1);
  std::optional<Dims> dims = Dims();
  if (!call[2].isNone())
    dims = call.shape(2);
  if (!trials || !p || !dims || !checkArguments(call, *trials, *p))
    return Object::error();
  // All lie below the last sum, however it is rounded: it is left out.
  Value wide = emit.cast(loc, p->value, emit.f64());
  Value sums = CumSumOp::create(emit.builder, emit.at(loc), wide.getType(),
                                wide, 0, /*reverse=*/false);
  sums = emit.slice(loc, sums, {0}, {1}, Dim{p->dims()[0].size - 1, {}});
  Value inner = countBelow(call, *trials, sums, *dims);
  if (!inner)
    return Object::error();
  Dims edge = *dims;
  edge.push_back({1, {}});
  Value none = emit.splat(loc, edge, emit.i64(), Object(int64_t(0)));
  Value all = emit.splat(loc, edge, emit.i64(), Object(*trials));
  int64_t axis = int64_t(edge.size()) - 1;
  Value upper = emit.concat(loc, {inner, all}, axis);
  Value lower = emit.concat(loc, {none, inner}, axis);
  return Object(emit.binary<SubOp>(loc, upper, lower));
}
