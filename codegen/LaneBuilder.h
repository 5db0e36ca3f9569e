//===- LaneBuilder.h - Arithmetic on a scalar or a vector ------*- C++ -*-===//
//
// A thin layer over OpBuilder for code that is the same in every lane. Each
// method takes scalars, or vectors of any one shape, and returns the same
// shape. No operation here ever becomes a call of a library function, and none
// lets the optimiser change a rounding: the bits depend on whether the target
// fuses multiply and add, and on nothing else.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_LANEBUILDER_H
#define SINTER_CODEGEN_LANEBUILDER_H

#include "codegen/Target.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/ArrayRef.h"

namespace sinter {
/// The layout of an IEEE format.
struct FloatLayout {
  /// Explicit significand bits: 23 or 52.
  unsigned mantissaBits;
  /// Of the exponent: 127 or 1023.
  int64_t bias;
};

class LaneBuilder {
public:
  LaneBuilder(mlir::OpBuilder &builder, mlir::Location loc,
              const Target &target)
      : builder(builder), loc(loc), target(target) {}

  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::Location getLoc() const { return loc; }
  const Target &getTarget() const { return target; }

  /// `element`, in the shape of `like`.
  static mlir::Type shaped(mlir::Value like, mlir::Type element);
  static bool isF64(mlir::Value x);
  static FloatLayout layout(mlir::Value x);

  /// A float of the type of `like`; `value` is rounded to it.
  mlir::Value constant(mlir::Value like, double value);
  /// An integer of the width of the elements of `like`, in its shape.
  mlir::Value bits(mlir::Value like, uint64_t value);
  /// An integer of type `element`, in the shape of `like`.
  mlir::Value integer(mlir::Value like, mlir::Type element, uint64_t value);

  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value neg(mlir::Value a);
  mlir::Value abs(mlir::Value a);
  mlir::Value sqrt(mlir::Value a);
  /// The magnitude of `a` with the sign of `b`.
  mlir::Value copysign(mlir::Value a, mlir::Value b);
  /// a*b + c, rounded once where the target can.
  mlir::Value fma(mlir::Value a, mlir::Value b, mlir::Value c);
  /// a*b + c and a*constant + c in one call, for readable formulas.
  mlir::Value fma(mlir::Value a, double b, mlir::Value c);
  mlir::Value add(mlir::Value a, double b) { return add(a, constant(a, b)); }
  mlir::Value sub(mlir::Value a, double b) { return sub(a, constant(a, b)); }
  mlir::Value mul(mlir::Value a, double b) { return mul(a, constant(a, b)); }

  /// Horner's rule; coefficients[i] belongs to x**i.
  mlir::Value polynomial(mlir::Value x, llvm::ArrayRef<double> coefficients);

  /// Ordered comparisons: false when either side is a NaN.
  mlir::Value less(mlir::Value a, mlir::Value b);
  mlir::Value less(mlir::Value a, double b) { return less(a, constant(a, b)); }
  mlir::Value lessOrEqual(mlir::Value a, mlir::Value b);
  mlir::Value equal(mlir::Value a, double b);
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b);
  /// The nearer of x and the limit; a NaN stays a NaN.
  mlir::Value atMost(mlir::Value x, double limit);
  mlir::Value atLeast(mlir::Value x, double limit);

  mlir::Value toBits(mlir::Value x);
  /// Bits as floats of the type of `like`.
  mlir::Value fromBits(mlir::Value x, mlir::Value like);
  mlir::Value addBits(mlir::Value a, mlir::Value b);
  mlir::Value subBits(mlir::Value a, mlir::Value b);
  mlir::Value mulBits(mlir::Value a, mlir::Value b);
  mlir::Value andBits(mlir::Value a, mlir::Value b);
  mlir::Value orBits(mlir::Value a, mlir::Value b);
  mlir::Value xorBits(mlir::Value a, mlir::Value b);
  mlir::Value shiftLeft(mlir::Value a, unsigned count);
  /// Fills with zeros.
  mlir::Value shiftRight(mlir::Value a, unsigned count);
  /// Fills with the sign.
  mlir::Value shiftRightSigned(mlir::Value a, unsigned count);

  /// 1.5 * 2**mantissaBits. Adding it rounds to the nearest integer n (ties to
  /// even) and leaves n in the low bits of the sum's representation; taking
  /// it away again gives n as a float. This needs no rounding or conversion
  /// instruction, which SSE2 and AVX2 lack for some types.
  double roundingConstant(mlir::Value x) const;

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
  const Target &target;
};
} // namespace sinter

#endif // SINTER_CODEGEN_LANEBUILDER_H
