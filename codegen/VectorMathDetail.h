//===- VectorMathDetail.h - Parts shared by elementary functions -*- C++
//-*-===//
//
// For the VectorMath*.cpp files only: range reductions and exact arithmetic.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_VECTORMATHDETAIL_H
#define SINTER_CODEGEN_VECTORMATHDETAIL_H

#include "codegen/LaneBuilder.h"

namespace sinter::detail {
/// What exp and log need to know of a format.
struct ExpConstants {
  /// log(2) in two parts. The first leaves so many bits free that its product
  /// with any exponent is exact.
  double log2High, log2Low;
  llvm::ArrayRef<double> expm1, log;
  /// Beyond these, exp is zero or infinite.
  double expLow, expHigh;
  /// From here on tanh rounds to one.
  double tanhOne;
  /// The bits of sqrt(1/2).
  uint64_t sqrtHalfBits;
  /// A factor that makes denormals normal, as a power of two.
  int denormalShift;
};
const ExpConstants &expConstants(mlir::Value x);

/// x = n*log(2) + r with n an integer and |r| <= log(2)/2 or hardly more.
struct ExpReduction {
  mlir::Value r;
  /// Ends in the bits of n; see LaneBuilder::roundingConstant.
  mlir::Value nBits;
};
ExpReduction reduceExp(LaneBuilder &b, mlir::Value x);

/// factor * e**(x + small), where `small` is far below one or absent, and the
/// factor not far from one or absent. Only a result that is denormal is rounded
/// to fewer digits.
mlir::Value expOfSum(LaneBuilder &b, mlir::Value x, mlir::Value small,
                     mlir::Value factor = {});

/// x = 2**k * (1 + f), with 1 + f in [sqrt(1/2), sqrt(2)), for x positive and
/// finite; k is a float.
struct LogReduction {
  mlir::Value k, f;
};
LogReduction reduceLog(LaneBuilder &b, mlir::Value x);

/// An unevaluated sum: high is the sum rounded, or nearly.
struct DoubleWord {
  mlir::Value high, low;
};

/// x * y without error, unless it underflows or comes near overflow.
DoubleWord exactProduct(LaneBuilder &b, mlir::Value x, mlir::Value y);
/// x + y without error, for |x| >= |y| or x = 0.
DoubleWord exactSum(LaneBuilder &b, mlir::Value x, mlir::Value y);
/// x * y to nearly twice the precision.
DoubleWord product(LaneBuilder &b, DoubleWord x, DoubleWord y);

/// c - x*y, rounded once even where the target cannot fuse, when x*y is so
/// close to c that the exact difference of c and the rounded product is a
/// float.
mlir::Value nearDifference(LaneBuilder &b, mlir::Value c, mlir::Value x,
                           mlir::Value y);
} // namespace sinter::detail

#endif // SINTER_CODEGEN_VECTORMATHDETAIL_H
