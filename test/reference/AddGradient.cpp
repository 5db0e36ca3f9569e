//===- AddGradient.cpp - Gradients of functions under test ----------------===//

#include "test/reference/AddGradient.h"
#include "ir/SinterOps.h"
#include "test/reference/ProgramMemory.h"

using namespace mlir;
using namespace sinter;

func::FuncOp sinter::addGradient(func::FuncOp function) {
  OpBuilder builder(function);
  builder.setInsertionPointAfter(function);
  func::FuncOp gradient = cast<func::FuncOp>(builder.clone(*function));
  gradient.setSymName((function.getSymName() + ".grad").str());
  gradient->setAttr(ownerAttr, builder.getStringAttr(gradient.getSymName()));
  Block &body = gradient.getBody().front();
  SmallVector<Value> wrt;
  SmallVector<Attribute> names;
  for (BlockArgument argument : body.getArguments())
    if (holdsFloats(argument.getType())) {
      wrt.push_back(argument);
      names.push_back(
          builder.getStringAttr("arg" + Twine(argument.getArgNumber())));
    }
  Operation *end = body.getTerminator();
  builder.setInsertionPoint(end);
  SmallVector<Value> sums;
  for (Value result : end->getOperands()) {
    if (!holdsFloats(result.getType()))
      continue;
    Value seed = body.addArgument(result.getType(), result.getLoc());
    GradientOp op =
        GradientOp::create(builder, result.getLoc(), ValueRange(wrt).getTypes(),
                           result, wrt, seed, builder.getArrayAttr(names));
    for (size_t i = 0; i < wrt.size(); ++i)
      if (sums.size() < wrt.size())
        sums.push_back(op.getResult(i));
      else
        sums[i] =
            AddOp::create(builder, result.getLoc(), sums[i], op.getResult(i));
  }
  end->setOperands(sums);
  gradient.setType(builder.getFunctionType(body.getArgumentTypes(),
                                           ValueRange(sums).getTypes()));
  SmallVector<Attribute> attributes;
  if (ArrayAttr old = function.getAllArgAttrs())
    attributes.append(old.begin(), old.end());
  else
    attributes.assign(function.getNumArguments(),
                      builder.getDictionaryAttr({}));
  attributes.resize(body.getNumArguments(), builder.getDictionaryAttr({}));
  gradient.setAllArgAttrs(ArrayRef(attributes));
  return gradient;
}
