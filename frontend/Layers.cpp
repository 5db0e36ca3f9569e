//===- Layers.cpp - Functions with parameters of their own ----------------===//

#include "frontend/BuiltinFunctions.h"
#include "frontend/Elaborator.h"

#include <cmath>

using namespace mlir;
using namespace sinter;

Object sinter::applyDense(Call &call) {
  Elaborator &elaborator = call.elaborator;
  Emitter &emit = elaborator.emit;
  std::optional<Tensor> x = call.floats(0);
  std::optional<int64_t> units = call.integer(1);
  std::optional<bool> hasBias = call.flag(2);
  if (!x || !units || !hasBias)
    return Object::error();
  Dims dims = x->dims();
  if (dims.empty() || dims.back().isDynamic()) {
    call.wrongType(0, "rows of a fixed size, as [batch, 784]");
    return Object::error();
  }
  if (*units < 1) {
    call.wrongType(1, "a number of units above 0");
    return Object::error();
  }
  std::string layer = elaborator.layerName(call.loc, "dense", call[5]);
  if (layer.empty())
    return Object::error();

  Dim in = dims.back(), out{*units, {}};
  double bound = in.size > 0 ? 1 / std::sqrt(double(in.size)) : 0;
  Object standard(Initialiser{Initialiser::Kind::Uniform, -bound, bound});
  Object zero(Initialiser{Initialiser::Kind::Constant, 0, 0});
  Object weightInit = call[3].isNone() ? standard : call[3];
  Object biasInit = !call[4].isNone()  ? call[4]
                    : call[3].isNone() ? standard
                                       : zero;

  RankedTensorType weightType =
      emit.tensorType(call.loc, {out, in}, x->element());
  RankedTensorType biasType = emit.tensorType(call.loc, {out}, x->element());
  if (!weightType || !biasType)
    return Object::error();
  WordScope word(emit, layer);
  Object weight = elaborator.parameter(call.place(1), layer + ".weight",
                                       weightType, weightInit);
  Object bias(Nothing{});
  if (*hasBias && !weight.isAbsorbing())
    bias = elaborator.parameter(call.place(1), layer + ".bias", biasType,
                                biasInit);
  if (weight.isAbsorbing() || bias.isAbsorbing())
    return Object::error();

  // x @ weight.T, with a letter for each dimension before the last.
  std::string rows;
  for (size_t i = 0; i + 1 < dims.size(); ++i)
    rows += char('a' + i);
  dims.back() = out;
  Value product = emit.contract(call.loc, rows + "x,yx->" + rows + "y",
                                x->value, weight.as<Tensor>()->value, dims);
  if (!product)
    return Object::error();
  if (*hasBias) {
    Value repeated = emit.broadcast(call.loc, bias.as<Tensor>()->value, dims);
    product = emit.binary<AddOp>(call.loc, product, repeated);
  }
  // What is drawn or dropped between two layers, only a training step has.
  if (elaborator.training)
    elaborator.lint.noteLinear(call.loc, x->value, product);
  return Object(product);
}

Object sinter::applyGroups(Call &call) {
  for (unsigned i : {0u, 1u})
    if (!call[i].isNumber() && !call[i].isNone() && !call[i].is<Tensor>()) {
      call.wrongType(i, "a number");
      return Object::error();
    }
  return Object(Groups{std::make_shared<const Object>(call[0]),
                       std::make_shared<const Object>(call[1])});
}
