//===- Frame.cpp - A function that is being built -------------------------===//

#include "frontend/Frame.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace sinter;

Frame::Frame(Emitter &emit, ModuleOp module, Loc loc, StringRef name,
             StringRef role, StringRef owner, Draws draws)
    : id(++emit.frames), draws(draws), emit(emit) {
  OpBuilder::InsertionGuard guard(emit.builder);
  emit.builder.setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(emit.builder, emit.at(loc), name,
                                  emit.builder.getFunctionType({}, {}));
  function->setAttr(roleAttr, emit.builder.getStringAttr(role));
  function->setAttr(ownerAttr, emit.builder.getStringAttr(owner));
  function.addEntryBlock();
}

Value Frame::argument(Loc loc, StringRef kind, StringRef name,
                      RankedTensorType type,
                      ArrayRef<NamedAttribute> attributes) {
  StringAttr kindValue = emit.builder.getStringAttr(kind);
  StringAttr nameValue = emit.builder.getStringAttr(name);
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, kindAttr) == kindValue &&
        function.getArgAttr(i, nameAttr) == nameValue)
      return function.getArgument(i);
  return addArgument(loc, kind, name, type, attributes);
}

Value Frame::addArgument(Loc loc, StringRef kind, StringRef name,
                         RankedTensorType type,
                         ArrayRef<NamedAttribute> attributes) {
  StringAttr nameValue = emit.builder.getStringAttr(name);
  NamedAttrList list(attributes);
  list.set(kindAttr, emit.builder.getStringAttr(kind));
  list.set(nameAttr, nameValue);
  unsigned index = function.getNumArguments();
  (void)function.insertArgument(index, type, list.getDictionary(emit.context()),
                                NameLoc::get(nameValue, emit.at(loc)));
  return function.getArgument(index);
}

Value Frame::feed(Loc loc, StringRef name, StringRef symbol,
                  RankedTensorType type, int64_t firstRow) {
  if (symbol.empty())
    return argument(loc, "feed", name, type);
  // Rows that are used twice are fed once.
  Attribute source = FlatSymbolRefAttr::get(emit.context(), symbol);
  IntegerAttr first;
  if (firstRow)
    first = emit.builder.getI64IntegerAttr(firstRow);
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, sourceAttr) == source &&
        function.getArgAttr(i, firstRowAttr) == first &&
        function.getArgument(i).getType() == type)
      return function.getArgument(i);
  SmallVector<NamedAttribute> attributes{
      emit.builder.getNamedAttr(sourceAttr, source)};
  if (first)
    attributes.push_back(emit.builder.getNamedAttr(firstRowAttr, first));
  return addArgument(loc, "feed", name, type, attributes);
}

Value Frame::step(Loc loc) {
  return argument(loc, "step", "step", scalarOf(emit.i64()));
}

Value Frame::epoch(Loc loc) {
  return argument(loc, "epoch", "epoch", scalarOf(emit.i64()));
}

Value Frame::hyper(Loc loc, StringRef name, double value) {
  NamedAttribute attr =
      emit.builder.getNamedAttr(valueAttr, emit.builder.getF64FloatAttr(value));
  // A setting may hold several numbers: the first has its name.
  std::string word = name.str();
  for (unsigned number = 2;; ++number) {
    Value known = argument(loc, "hyper", word, scalarOf(emit.f64()), attr);
    unsigned index = cast<BlockArgument>(known).getArgNumber();
    if (function.getArgAttr(index, valueAttr) == attr.getValue())
      return known;
    word = (name + "." + Twine(number)).str();
  }
}

Value Frame::seed(Loc loc) {
  if (draws == Draws::Once)
    return emit.splat(loc, {}, emit.i64(), Object(fixedSeed));
  return argument(loc, "seed", "seed", scalarOf(emit.i64()));
}

Value Frame::drawStep(Loc loc) {
  if (draws == Draws::PerStep)
    return step(loc);
  if (draws == Draws::PerBatch)
    return argument(loc, "batch", "batch", scalarOf(emit.i64()));
  return emit.splat(loc, {}, emit.i64(), Object(int64_t(0)));
}

/// Numbers the trips of all run-time loops around in one sequence; null outside
/// of loops.
Value Frame::tripKey(Loc loc) {
  Value key;
  for (auto [number, limit] : trips) {
    if (key) {
      Value trips = emit.splat(loc, {}, emit.i64(), Object(limit));
      key = emit.binary<MulOp>(loc, key, trips);
      key = emit.binary<AddOp>(loc, key, number);
    } else {
      key = number;
    }
  }
  return key;
}

Value Frame::random(Loc loc, Distribution distribution, StringRef key,
                    RankedTensorType type) {
  Value seedValue = seed(loc), stepValue = drawStep(loc);
  uint64_t stream = llvm::xxh3_64bits(key);
  return RandomOp::create(emit.builder, emit.at(loc), type, distribution,
                          seedValue, stepValue, stream, tripKey(loc));
}

void Frame::addResult(StringRef name, Value value) {
  results.push_back({name.str(), value});
}

void Frame::finish(Loc loc) {
  SmallVector<Value> values;
  SmallVector<Type> types;
  SmallVector<Attribute> attributes;
  for (const std::pair<std::string, Value> &result : results) {
    values.push_back(result.second);
    types.push_back(result.second.getType());
    attributes.push_back(
        emit.builder.getDictionaryAttr(emit.builder.getNamedAttr(
            nameAttr, emit.builder.getStringAttr(result.first))));
  }
  OpBuilder::InsertionGuard guard(emit.builder);
  emit.builder.setInsertionPointToEnd(&function.front());
  func::ReturnOp::create(emit.builder, emit.at(loc), values);
  function.setType(
      FunctionType::get(emit.context(), function.getArgumentTypes(), types));
  if (!attributes.empty())
    function.setAllResultAttrs(attributes);
  dropUnusedArguments(function);
}

void Frame::dropUnusedArguments(func::FuncOp function) {
  llvm::BitVector unused(function.getNumArguments());
  for (BlockArgument argument : function.getArguments())
    if (argument.use_empty())
      unused.set(argument.getArgNumber());
  (void)function.eraseArguments(unused);
}
