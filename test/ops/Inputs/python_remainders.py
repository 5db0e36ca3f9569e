#!/usr/bin/env python3
"""python_remainders.py FOLDER: writes remainders.sinter, which checks % and // of
floats against Python's.

Hard cases first (quotients near integers, of hundreds of digits, of denormals, by
infinities, signed zeros), then random ones. A remainder must be Python's to the bit,
and a quotient exact where every integer of its size is a float.
"""
import math
import os
import random
import struct
import sys
from fractions import Fraction

FORMATS = {"f32": (24, -149, 127), "f64": (53, -1074, 1023)}


def rounded(value, dtype):
    if dtype == "f64" or not math.isfinite(value):
        return value
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(math.inf, value)


def hard_pairs(digits, least, most):
    tiny, huge = math.ldexp(1, least), math.ldexp(2 - math.ldexp(1, 1 - digits), most)
    normal = math.ldexp(1, least + digits - 1)
    numbers = [0.1, 0.3, 1.0, 1.5, 5.5, 1 - math.ldexp(1, -digits), 2.0 ** digits - 1,
               2.0 ** (digits + 1), 1e-20, tiny, 3 * tiny, normal, normal - tiny, huge, huge / 3]
    signed = [sign * x for x in numbers for sign in (1, -1)]
    for a in signed + [0.0, -0.0]:
        for b in signed + [math.inf, -math.inf]:
            yield a, b


def random_pairs(digits, least, most, draw):
    for _ in range(500):
        b = draw.choice((-1, 1)) * math.ldexp(1 + draw.random(), draw.randint(least, most))
        n = draw.randrange(1 << draw.choice((2, 5, 22, digits, 100)))
        yield draw.choice((-1, 1)) * n * b * draw.choice((1, 1, draw.random())), b


def floor_divided(a, b):
    # Near 2**53 Python's own quotient may be off by one.
    exact = math.floor(Fraction(a) / Fraction(b)) if math.isfinite(b) else 0
    return float(exact) if exact else a // b


def npy(numbers, dtype):
    code = {"f32": "f", "f64": "d"}[dtype]
    header = (f"{{'descr': '<f{struct.calcsize(code)}', 'fortran_order': False, "
              f"'shape': ({len(numbers)},), }}")
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
            struct.pack(f"<{len(numbers)}{code}", *numbers))


def write_check(folder, name, pairs, dtype, operator, results):
    columns = {"a": [a for a, _ in pairs], "b": [b for _, b in pairs], "expected": results}
    lines = [f"data {name}_cases {{"]
    for column, numbers in columns.items():
        file = f"{name}_{column}.npy"
        with open(os.path.join(folder, file), "wb") as out:
            out.write(npy(numbers, dtype))
        lines.append(f'  column {column} = npy("{file}")')
    lines += ["}", f"program {name} {{"]
    for column in columns:
        lines.append(f"  let {column} = {name}_cases.{column}[0:{len(pairs)}]")
    lines += [f"  let result = a {operator} b",
              "  check result == expected",
              # Zeros of different signs are equal, what they divide is not.
              "  check 1 / where(expected == 0, result, 1) == 1 / where(expected == 0, expected, 1)",
              "}", ""]
    return "\n".join(lines)


def main():
    folder, draw, text = sys.argv[1], random.Random(7), ""
    for dtype, (digits, least, most) in FORMATS.items():
        pairs = [*hard_pairs(digits, least, most), *random_pairs(digits, least, most, draw)]
        pairs = [(rounded(a, dtype), rounded(b, dtype)) for a, b in pairs]
        pairs = [(a, b) for a, b in pairs if b != 0 and math.isfinite(a)]
        text += write_check(folder, "mod_" + dtype, pairs, dtype, "%",
                            [rounded(a % b, dtype) for a, b in pairs])
        small = [(a, b) for a, b in pairs if abs(a // b) < 2.0 ** digits]
        text += write_check(folder, "floor_div_" + dtype, small, dtype, "//",
                            [floor_divided(a, b) for a, b in small])
    with open(os.path.join(folder, "remainders.sinter"), "w", encoding="utf-8") as out:
        out.write(text)


main()
