//===- BuiltinGradient.cpp - grad, vjp, hessian ---------------------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

using namespace mlir;
using namespace sinter;

static Object wrap(Value value) {
  return value ? Object(value) : Object::error();
}

/// The target and the variable of a gradient as float tensors.
static bool gradientOperands(Call &call, Tensor &target, Tensor &variable) {
  for (auto [i, tensor] : {std::pair(0u, &target), std::pair(1u, &variable)}) {
    if (call[i].isNumber()) {
      call.elaborator.emit
          .error(Code::WrongType, call.place(i),
                 "'" + call.name + "' wants a value of the graph, this is " +
                     describe(call[i]))
          .addHelp("'let x : f32[] = 2.0' makes a number a tensor");
      return false;
    }
    const List *list = call[i].list();
    if (i == 1 && list && list->isIndexed) {
      call.elaborator.emit
          .error(
              Code::WrongType, call.place(i),
              "elements of this list were taken as numbers, through which no "
              "gradient flows")
          .addHelp("'let x : f32[2] = [1.0, 2.0]' makes it a tensor from the "
                   "beginning");
      return false;
    }
    std::optional<Tensor> value = call.tensor(i);
    if (!value)
      return false;
    if (!isa<FloatType>(value->element())) {
      call.wrongType(i, "floats");
      return false;
    }
    *tensor = *value;
  }
  return true;
}

/// `variable` and, if it is a parameter or column that is read from its place,
/// the other readings of that place: they are one.
static SmallVector<Value> readings(Value variable) {
  SmallVector<Value> values = {variable};
  LoadOp load = variable.getDefiningOp<LoadOp>();
  if (!load)
    return values;
  for (Operation &op : *load->getBlock()) {
    LoadOp other = dyn_cast<LoadOp>(op);
    if (other && other != load && other.getSymbol() == load.getSymbol())
      values.push_back(other.getResult());
  }
  return values;
}

static Object gradient(Call &call, Value target, Value variable, Value seed) {
  Emitter &emit = call.elaborator.emit;
  std::string name = call.elaborator.wordFor(variable);
  SmallVector<Value> values = readings(variable);
  if (llvm::all_of(values, [](Value value) { return value.use_empty(); }))
    emit.warning(Code::IndependentFigure, call.place(1),
                 "nothing depends on this value, so the gradient is zero")
        .addHelp("a value is named with 'let' before something is computed "
                 "from it, and that name is given here");
  SmallVector<Type> types(values.size(), variable.getType());
  GradientOp op = GradientOp::create(
      emit.builder, emit.at(call.loc), types, target, values, seed,
      emit.builder.getStrArrayAttr(
          SmallVector<StringRef>(values.size(), name)));
  Value sum = op.getResult(0);
  for (Value part : op.getResults().drop_front())
    sum = emit.binary<AddOp>(call.loc, sum, part);
  return wrap(sum);
}

/// The operands where the target is a scalar.
static bool scalarOperands(Call &call, Tensor &target, Tensor &variable) {
  if (!gradientOperands(call, target, variable))
    return false;
  if (target.type().getRank() == 0)
    return true;
  call.elaborator.emit
      .error(Code::ShapeMismatch, call.place(0),
             "'" + call.name + "' wants a scalar, this is " + describe(target))
      .addHelp("'" + call.name +
               "(sum(y), x)' adds up those of all elements; 'vjp(y, x, seed)' "
               "weighs gradients");
  return false;
}

Object sinter::applyGrad(Call &call) {
  Tensor target, variable;
  if (!scalarOperands(call, target, variable))
    return Object::error();
  return gradient(call, target.value, variable.value, {});
}

Object sinter::applyVjp(Call &call) {
  Tensor target, variable;
  if (!gradientOperands(call, target, variable))
    return Object::error();
  Value seed = call.elaborator.coerce(call.place(2), call[2], target.type(),
                                      "the seed of 'vjp'");
  if (!seed)
    return Object::error();
  return gradient(call, target.value, variable.value, seed);
}

//===----------------------------------------------------------------------===//
// Second derivatives
//===----------------------------------------------------------------------===//

/// The vector of `size` elements that is 1 at `place` and 0 elsewhere.
static Value unitVector(Emitter &emit, Loc loc, Value place, int64_t size,
                        Type element) {
  Dims dims = {Dim{size, {}}};
  Value numbers = IotaOp::create(
      emit.builder, emit.at(loc), makeTensor(dims, emit.i64()),
      emit.builder.getI64IntegerAttr(0), emit.builder.getF64FloatAttr(0),
      emit.builder.getF64FloatAttr(1));
  Value repeated = emit.broadcast(loc, place, dims);
  Value hit = emit.compare(loc, Predicate::EQ, numbers, repeated);
  return emit.cast(loc, hit, element);
}

/// Fills the body of the loop over a Hessian's rows: row k is the gradient of
/// the k-th element of `slope`, the gradient.
static void buildHessianRow(Call &call, mlir::Block &body, Value slope,
                            Value variable) {
  Emitter &emit = call.elaborator.emit;
  Loc loc = call.loc;
  Value row = body.getArgument(0), matrix = body.getArgument(1);
  RankedTensorType type = cast<RankedTensorType>(matrix.getType());
  int64_t size = type.getDimSize(1);
  Value seed =
      emit.reshape(loc, unitVector(emit, loc, row, size, type.getElementType()),
                   dimsOf(slope));
  Value product = gradient(call, slope, variable, seed).as<Tensor>()->value;
  Value line = emit.reshape(loc, product, {Dim{1, {}}, Dim{size, {}}});
  Value filled = InsertOp::create(
      emit.builder, emit.at(loc), type, line, matrix, ValueRange(row),
      ArrayRef<int64_t>{0, 0}, ArrayRef<int64_t>{1, 1}, ArrayRef<int64_t>{0});
  Value one = emit.splat(loc, scalarOf(emit.i64()), 1);
  Value next = emit.binary<AddOp>(loc, row, one);
  YieldOp::create(emit.builder, emit.at(loc), ValueRange{next, filled});
}

/// The Hessian as a matrix of `size` rows, one Hessian-vector product each.
static Value hessianRows(Call &call, Value slope, Value variable,
                         RankedTensorType type) {
  Emitter &emit = call.elaborator.emit;
  Loc loc = call.loc;
  int64_t size = type.getDimSize(0);
  Value inits[] = {emit.splat(loc, scalarOf(emit.i64()), 0),
                   emit.splat(loc, type, 0)};
  WhileOp loop =
      WhileOp::create(emit.builder, emit.at(loc), TypeRange(ValueRange(inits)),
                      inits, std::max<int64_t>(size, 1), ArrayAttr());
  mlir::Block &condition = loop.getCondition().emplaceBlock();
  mlir::Block &body = loop.getBody().emplaceBlock();
  for (mlir::Block *block : {&condition, &body})
    for (Value init : inits)
      block->addArgument(init.getType(), emit.at(loc));
  OpBuilder::InsertionGuard guard(emit.builder);
  emit.builder.setInsertionPointToEnd(&condition);
  Value end = emit.splat(loc, scalarOf(emit.i64()), double(size));
  Value goesOn =
      emit.compare(loc, Predicate::LT, condition.getArgument(0), end);
  YieldOp::create(emit.builder, emit.at(loc), goesOn);
  emit.builder.setInsertionPointToEnd(&body);
  buildHessianRow(call, body, slope, variable);
  return loop.getResult(1);
}

Object sinter::applyHessian(Call &call) {
  Tensor target, variable;
  if (!scalarOperands(call, target, variable))
    return Object::error();
  Emitter &emit = call.elaborator.emit;
  if (!variable.type().hasStaticShape()) {
    emit.error(Code::ShapeMismatch, call.place(1),
               "'hessian' wants a variable of a fixed shape, this is " +
                   describe(variable));
    return Object::error();
  }
  Value slope =
      gradient(call, target.value, variable.value, {}).as<Tensor>()->value;
  if (variable.type().getRank() == 0)
    return gradient(call, slope, variable.value, {});
  Dims dims = variable.dims(), both = dims;
  both.append(dims);
  RankedTensorType whole = emit.tensorType(call.loc, both, variable.element());
  if (!whole)
    return Object::error();
  int64_t size = variable.type().getNumElements();
  Value rows = hessianRows(
      call, slope, variable.value,
      makeTensor({Dim{size, {}}, Dim{size, {}}}, variable.element()));
  Value shaped = emit.reshape(call.loc, rows, both);
  return shaped ? Object(shaped) : Object::error();
}
