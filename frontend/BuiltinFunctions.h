//===- BuiltinFunctions.h - The code of built-in functions -----*- C++ -*-===//
//
// One function for each entry of the table in Builtins.cpp. They are defined in
// BuiltinMath.cpp, BuiltinShape.cpp, BuiltinRandom.cpp and Layers.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_FRONTEND_BUILTINFUNCTIONS_H
#define SINTER_FRONTEND_BUILTINFUNCTIONS_H

namespace sinter {
class Call;
class Object;

Object applyAbs(Call &call);
Object applySign(Call &call);
Object applyExp(Call &call);
Object applyLog(Call &call);
Object applySqrt(Call &call);
Object applySin(Call &call);
Object applyCos(Call &call);
Object applyTanh(Call &call);
Object applyErf(Call &call);
Object applySigmoid(Call &call);
Object applyRelu(Call &call);
Object applyFloor(Call &call);
Object applyWhere(Call &call);
Object applyCast(Call &call);
Object applyClose(Call &call);
Object applyStopGradient(Call &call);
Object applySum(Call &call);
Object applyMean(Call &call);
Object applyProd(Call &call);
Object applyMax(Call &call);
Object applyMin(Call &call);
Object applyAll(Call &call);
Object applyAny(Call &call);
Object applyArgMax(Call &call);
Object applyShape(Call &call);
Object applyReshape(Call &call);
Object applyFlatten(Call &call);
Object applyTranspose(Call &call);
Object applyConcat(Call &call);
Object applyStack(Call &call);
Object applyZeros(Call &call);
Object applyOnes(Call &call);
Object applyDtype(Call &call);
Object applyFull(Call &call);
Object applyZerosLike(Call &call);
Object applyOnesLike(Call &call);
Object applyArange(Call &call);
Object applyOneHot(Call &call);
Object applyDot(Call &call);
Object applyOuter(Call &call);
Object applyPick(Call &call);
Object applySoftmax(Call &call);
Object applyLogSoftmax(Call &call);
Object applyGrad(Call &call);
Object applyVjp(Call &call);
Object applyNormal(Call &call);
Object applyUniform(Call &call);
Object applyBernoulli(Call &call);
Object applyConstant(Call &call);
Object applyXavierNormal(Call &call);
Object applyXavierUniform(Call &call);
Object applyHeNormal(Call &call);
Object applyHeUniform(Call &call);
Object applyDense(Call &call);
Object applyDropout(Call &call);
Object applyIdx(Call &call);
Object applyGroups(Call &call);
} // namespace sinter

#endif // SINTER_FRONTEND_BUILTINFUNCTIONS_H
