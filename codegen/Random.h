//===- Random.h - Counter-based random numbers as inline code --*- C++ -*-===//
//
// A stream of random numbers is a pure function of a seed, the stream's own
// number, a step and an element's index. This comment is its definition: the
// code emitted here, the C runtime and the tests' interpreter each implement
// it on their own and must agree. All integers are unsigned and wrap.
//
// Words. Element e of a stream has a 32-bit word, made by Philox4x32-10 (John
// K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11):
//
//   mix(z):  z += 0x9E3779B97F4A7C15
//            z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9
//            z = (z ^ z >> 27) * 0x94D049BB133111EB
//            return z ^ z >> 31                                  (64 bits)
//   key   =  mix(mix(seed) + stream);  k0 = low, k1 = high half of key
//   block =  (e / 64) * 16 + e % 16
//   word  =  (e % 64) / 16
//   c0, c1 = low, high half of block;  c2, c3 = low, high half of step
//
//   ten times:  p = 0xD2511F53 * c0,  q = 0xCD9E8D57 * c2        (64 bits)
//               (c0, c1, c2, c3) = (high(q) ^ c1 ^ k0, low(q),
//                                   high(p) ^ c3 ^ k1, low(p))
//               k0 += 0x9E3779B9,  k1 += 0xBB67AE85  (not after the tenth)
//   w(e)  =  c[word]
//
// So sixteen blocks computed side by side give four rows of sixteen
// consecutive elements, whatever the machine's vectors hold. A second word of
// the same element, v(e), comes from the same rule with the top bit of c1 set.
//
// Draws. u24 = w >> 8;  u53 = (2**32 * w + v) >> 11, which begins with the bits
// of u24: an f64 draw is a refinement of the f32 draw of the same element.
//
//   uniform    f32: u24 * 2**-24             f64: u53 * 2**-53     in [0, 1)
//   bernoulli  u24 * 2**-24 < p              any type; p = 0 never, p = 1
//   always integer    high half of w * n, in [0, n) n <= 2**32 normal     the
//   normal distribution's quantile at
//              f32: (w + 1/2) * 2**-32       f64: (u53 + 1/2) * 2**-53
//              f32 within 2**-21, f64 within 2**-48, relative; the largest
//              magnitudes are 6.3 and 8.2
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_CODEGEN_RANDOM_H
#define SINTER_CODEGEN_RANDOM_H

#include "codegen/LaneBuilder.h"

#include <array>

namespace sinter {
/// The scalars that all draws of a stream share, i32 each.
struct RandomStream {
  mlir::Value key0, key1, step0, step1;
};

/// Which word of an element.
enum class RandomWord { First, Second };

/// `seed`, `stream` and `step` are i64 scalars.
RandomStream emitRandomStream(LaneBuilder &b, mlir::Value seed,
                              mlir::Value stream, mlir::Value step);

/// Words of the elements first .. first+63, as four vector<16xi32>. `first` is
/// an i64 scalar, a multiple of 64.
std::array<mlir::Value, 4>
emitRandomGroup(LaneBuilder &b, const RandomStream &stream, mlir::Value first,
                RandomWord which = RandomWord::First);

/// Words of any elements: one i64 index or a vector of them gives i32 of the
/// same shape. Four times the work of a group per element.
mlir::Value emitRandomWords(LaneBuilder &b, const RandomStream &stream,
                            mlir::Value elements,
                            RandomWord which = RandomWord::First);

/// Draws from first words, and for f64 second words, of one shape.
mlir::Value emitUniformF32(LaneBuilder &b, mlir::Value first);
mlir::Value emitUniformF64(LaneBuilder &b, mlir::Value first,
                           mlir::Value second);
mlir::Value emitNormalF32(LaneBuilder &b, mlir::Value first);
mlir::Value emitNormalF64(LaneBuilder &b, mlir::Value first,
                          mlir::Value second);

/// What emitBernoulli compares with: an i32 scalar from the scalar `p`, f32 or
/// f64. Below 0 it means 0, above 1 it means 1, and a NaN 0.
mlir::Value emitBernoulliThreshold(LaneBuilder &b, mlir::Value p);
/// True with the threshold's probability: i1 in the shape of `first`.
mlir::Value emitBernoulli(LaneBuilder &b, mlir::Value first,
                          mlir::Value threshold);
/// Integers in [0, bound); `bound` is an i32 scalar, taken as unsigned.
mlir::Value emitRandomBelow(LaneBuilder &b, mlir::Value first,
                            mlir::Value bound);
} // namespace sinter

#endif // SINTER_CODEGEN_RANDOM_H
