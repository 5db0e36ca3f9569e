//===- VectorMath.h - Elementary functions as inline code ------*- C++ -*-===//
//
// Each function emits inline code for a scalar or a vector of one dimension, of
// f32 or f64: no call, no branch (but for sin, cos and mod), the same bits
// for every number of lanes and every target with fused multiply-add. Without
// it the last bits differ, within the same bounds.
//
// Errors are in ulp of the result's format, denormal results included, over
// all finite arguments. A NaN gives a NaN; infinities, signed zeros and poles
// give what C's Annex F asks for.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_VECTORMATH_H
#define SINTER_CODEGEN_VECTORMATH_H

#include "codegen/LaneBuilder.h"

namespace sinter {
/// e**x, 2 ulp.
mlir::Value emitExp(LaneBuilder &b, mlir::Value x);
/// e**x - 1, 4 ulp.
mlir::Value emitExpm1(LaneBuilder &b, mlir::Value x);
/// Natural logarithm, 2 ulp.
mlir::Value emitLog(LaneBuilder &b, mlir::Value x);
/// The same for x positive and finite, in fewer operations.
mlir::Value emitLogOfPositive(LaneBuilder &b, mlir::Value x);
/// log(1 + x), 4 ulp.
mlir::Value emitLog1p(LaneBuilder &b, mlir::Value x);
/// Hyperbolic tangent, 4 ulp.
mlir::Value emitTanh(LaneBuilder &b, mlir::Value x);
/// 1 / (1 + e**-x), 4 ulp.
mlir::Value emitSigmoid(LaneBuilder &b, mlir::Value x);
/// The error function, 4 ulp.
mlir::Value emitErf(LaneBuilder &b, mlir::Value x);
/// 1 - erf(x), 4 ulp far into the upper tail too.
mlir::Value emitErfc(LaneBuilder &b, mlir::Value x);
/// x times the probability that a normal draw is below x, 4 ulp far into the
/// lower tail too.
mlir::Value emitGelu(LaneBuilder &b, mlir::Value x);
/// Sine and cosine, 4 ulp for every finite x. Lanes beyond 2**17 (f32) or
/// 2**30 (f64) go through a slow path, each on its own.
mlir::Value emitSin(LaneBuilder &b, mlir::Value x);
mlir::Value emitCos(LaneBuilder &b, mlir::Value x);
/// x**y, 4 ulp.
mlir::Value emitPow(LaneBuilder &b, mlir::Value x, mlir::Value y);

/// Square root, correctly rounded.
mlir::Value emitSqrt(LaneBuilder &b, mlir::Value x);
/// 1 / sqrt(x), from two correctly rounded operations.
mlir::Value emitRsqrt(LaneBuilder &b, mlir::Value x);
/// The largest integer not above x.
mlir::Value emitFloor(LaneBuilder &b, mlir::Value x);
/// Python's x // y: the floor of the exact quotient, rounded to nearest. x / y
/// for y = 0; NaN for infinite x.
mlir::Value emitFloorDiv(LaneBuilder &b, mlir::Value x, mlir::Value y);
/// Python's x % y: x - y * floor(x / y), correctly rounded, with the sign of y.
/// NaN for y = 0 and for infinite x. Takes a step for every 24 (f32) or 53
/// (f64) bits of the quotient.
mlir::Value emitMod(LaneBuilder &b, mlir::Value x, mlir::Value y);
/// The larger of x and 0; a NaN stays a NaN.
mlir::Value emitRelu(LaneBuilder &b, mlir::Value x);
} // namespace sinter

#endif // SINTER_CODEGEN_VECTORMATH_H
