#!/usr/bin/env python3
"""Derives the polynomials of VectorMath and Random; prints their tables.

    VectorMathTables.py > VectorMathTables.h

Each polynomial is the weighted least-squares fit on a Chebyshev grid, found at
100 digits, which is within a bit of the minimax one. Its coefficients are
rounded to the target format from the lowest power up, the rest being fitted
again after each rounding. The comment above each array gives the largest
weighted error, without the rounding errors of evaluation. Needs mpmath.
"""

import mpmath as mp
from mpmath import mpf

mp.mp.dps = 100

# Stands for a zero where a function has a removable singularity.
TINY = mpf(10) ** -20

HEADER = """\
//===- VectorMathTables.h - Polynomials' coefficients ----------*- C++ -*-===//
//
// Made by VectorMathTables.py, which says how; do not edit.
//
//===----------------------------------------------------------------------===//

// clang-format off

#ifndef SINTER_CODEGEN_VECTORMATHTABLES_H
#define SINTER_CODEGEN_VECTORMATHTABLES_H

#include <cstdint>

namespace sinter::tables {
"""

FOOTER = """
} // namespace sinter::tables

#endif // SINTER_CODEGEN_VECTORMATHTABLES_H"""


def chebyshev_grid(low, high, points):
    middle, radius = (low + high) / 2, (high - low) / 2
    return [middle - radius * mp.cos(mp.pi * i / (points - 1)) for i in range(points)]


def rounded(value, precision):
    """The nearest float of that many significant bits, exact as an mpf."""
    with mp.workprec(precision):
        return +value


def fit(function, low, high, degree, weight, precision, fixed=()):
    """Rounded coefficients of a polynomial and its largest weighted error.

    The leading coefficients in `fixed` are given.
    """
    # An even number of points keeps the middle, often a removable singularity,
    # off the grid.
    grid = chebyshev_grid(mpf(low), mpf(high), 8 * (degree + 2))
    grid = [x for x in grid if x != 0]
    weights = [weight(x) for x in grid]
    left = [
        w * (function(x) - mp.polyval(list(reversed(fixed)) or [0], x))
        for w, x in zip(weights, grid)
    ]
    result = list(fixed)
    for power in range(len(fixed), degree + 1):
        columns = [[w * x**k for k in range(power, degree + 1)]
                   for w, x in zip(weights, grid)]
        best = mp.lu_solve(mp.matrix(columns), mp.matrix(left))
        result.append(rounded(best[0], precision))
        left = [v - result[-1] * row[0] for v, row in zip(left, columns)]
    return result, max(abs(v) for v in left)


def literal(value):
    """A C++ hexadecimal float literal; the value has at most 53 bits."""
    return float(value).hex()


def show(name, comment, result):
    coefficients, worst = result
    print(f"// {comment} Error 2**{mp.nstr(mp.log(worst, 2), 4)}.")
    print(f"inline constexpr double {name}[] = {{")
    for i in range(0, len(coefficients), 3):
        print("    " + ", ".join(literal(c) for c in coefficients[i : i + 3]) + ",")
    print("};")


def expm1_tail(r):
    return (mp.expm1(r) - r) / r**2


def log_tail(z):
    """(log((1 + s) / (1 - s)) / s - 2) / z, where z = s**2."""
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) / s - 2) / z


def quantile_ratio(w):
    """Quantile of the normal distribution at (1 + x)/2, divided by x.

    x is the positive root of w = -log(1 - x**2).
    """
    if w == 0:
        return mp.sqrt(mp.pi / 2)
    x = mp.sqrt(-mp.expm1(-w))
    return mp.sqrt(2) * mp.erfinv(x) / x


def relative(function):
    return lambda x: 1 / abs(function(x))


def exp_tables(suffix, precision, degree):
    bound = mp.log(2) / 2 * mpf("1.0001")
    show("expm1" + suffix, "expm1(r) = r + r**2 * P(r), |r| <= log(2) / 2.",
         fit(expm1_tail, -bound, bound, degree, abs, precision))


def log_tables(suffix, precision, degree):
    bound = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2
    show("log" + suffix, "log((1+s)/(1-s)) = 2*s + s*z*P(z), z = s**2.",
         fit(log_tail, 0, bound * mpf("1.0001"), degree, abs, precision))


def quantile_tables(suffix, precision, words, degree, split):
    """The quantile in two pieces; `words` bits enter it."""
    tail = mpf(2) ** -words
    end = -mp.log(tail * (2 - tail))
    root, last = mp.sqrt(mpf(split)), mp.sqrt(end)
    middle, radius = rounded((root + last) / 2, precision), (last - root) / 2
    def body(v):
        return quantile_ratio(v + mpf(split) / 2)
    def outer(v):
        return quantile_ratio((v + middle) ** 2)
    print(f"inline constexpr double quantileSplit{suffix} = {split};")
    print(f"inline constexpr double quantileMiddle{suffix} = {literal(middle)};")
    show("quantileBody" + suffix, "quantile/x in w - split/2, w < split.",
         fit(body, -mpf(split) / 2, mpf(split) / 2, degree, relative(body), precision))
    show("quantileTail" + suffix, "quantile/x in sqrt(w) - middle, w >= split.",
         fit(outer, root - middle, last - middle, degree, relative(outer), precision))


def pow_tables(suffix, precision, degree):
    # The first term, 2/3, is kept in twice the precision, apart from this.
    def tail(z):
        return (log_tail(z) - mpf(2) / 3) / z
    bound = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2
    show("powLog" + suffix, "log((1+s)/(1-s)) = 2*s + s*z*(2/3 + z*P(z)), z = s**2.",
         fit(tail, TINY, bound, degree, lambda z: z**2 / 2, precision))


def circle_tables(suffix, precision, degree):
    # Range reduction may miss the nearest quarter turn by a little.
    bound = (mp.pi / 4 + mpf(1) / 50) ** 2
    def sine(z):
        return (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z
    def cosine(z):
        return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2
    show("sin" + suffix, "sin(r) = r + r*z*P(z), z = r**2.",
         fit(sine, TINY, bound, degree, abs, precision))
    show("cos" + suffix, "cos(r) = 1 - z/2 + z**2 * P(z), z = r**2.",
         fit(cosine, TINY, bound, degree, lambda z: z**2, precision))


def erf_tables(suffix, precision, degree, tail_degree, last):
    """erf below 1; erfc scaled by exp(y**2) on [1, last]."""
    def small(z):
        return mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1
    def scaled(t):
        y = 3 * (1 + t) / (1 - t)
        return (y + 3) * mp.erfc(y) * mp.exp(y**2)
    show("erf" + suffix, "erf(x) = x + x*P(x**2), |x| <= 1.",
         fit(small, TINY, 1, degree, lambda z: 1 / (1 + small(z)), precision))
    show("erfc" + suffix, "erfc(y) = exp(-y**2)/(y+3) * P((y-3)/(y+3)), y >= 1.",
         fit(scaled, mpf(-1) / 2, (mpf(last) - 3) / (mpf(last) + 3), tail_degree,
             relative(scaled), precision))


def gelu_tables(suffix, precision, degree, tail_degree, middle, last):
    """The normal distribution's probability below x, for |x| <= 1, and below -t."""
    middle = mpf(middle)
    density = 1 / mp.sqrt(2 * mp.pi)
    def small(z):
        x = mp.sqrt(z)
        return (mp.erf(x / mp.sqrt(2)) / (2 * x) - density) / z
    def scaled(u):
        t = middle * (1 + u) / (1 - u)
        return t * mp.erfc(t / mp.sqrt(2)) / 2 * mp.exp(t**2 / 2)
    high = rounded(density, precision)
    print("// 1 / sqrt(2*pi) in two parts.")
    print(f"inline constexpr double density{suffix}[] = {{")
    print(f"    {literal(high)}, {literal(rounded(density - high, precision))},")
    print("};")
    below = mp.erfc(1 / mp.sqrt(2)) / 2
    show("normal" + suffix, "normal(x) = 1/2 + x*(density + z*P(z)), z = x**2 <= 1.",
         fit(small, TINY, 1, degree, lambda z: mp.sqrt(z) ** 3 / below, precision))
    show("normalTail" + suffix,
         "t * normal(-t) = exp(-t**2/2) * P((t-m)/(t+m)), t >= 1.",
         fit(scaled, (1 - middle) / (1 + middle), (last - middle) / (last + middle),
             tail_degree, relative(scaled), precision))
    print(f"inline constexpr double normalMiddle{suffix} = {literal(middle)}; // m")


def two_over_pi(words):
    """The bits of 2/pi after the point, led by a word of zeros."""
    with mp.workprec(64 * words + 100):
        bits = int(mp.floor(mp.ldexp(2 / mp.pi, 64 * words)))
    print("// 64 zero bits and the fraction bits of 2/pi.")
    print("inline constexpr uint64_t twoOverPi[] = {")
    print("    0x0000000000000000,")
    for word in reversed(range(words)):
        print(f"    0x{bits >> 64 * word & (1 << 64) - 1:016x},")
    print("};")


def main():
    print(HEADER)
    exp_tables("F32", 24, 4)
    exp_tables("F64", 53, 9)
    log_tables("F32", 24, 2)
    log_tables("F64", 53, 6)
    quantile_tables("F32", 24, 32, 9, "5.625")
    quantile_tables("F64", 53, 53, 25, "6.75")
    pow_tables("F32", 24, 2)
    pow_tables("F64", 53, 6)
    circle_tables("F32", 24, 2)
    circle_tables("F64", 53, 5)
    erf_tables("F32", 24, 6, 8, 12)
    erf_tables("F64", 53, 11, 20, 28)
    gelu_tables("F32", 24, 5, 8, "2", 15)
    gelu_tables("F64", 53, 10, 22, "2.5", 39)
    two_over_pi(19)
    print(FOOTER)


if __name__ == "__main__":
    main()
