"""Writes numbers.golden and arrays.golden: what Python and NumPy 1.24 print.

    python3 make_goldens.py FOLDER [HOW_MANY] [SEED]

The committed files were made by `make_goldens.py . 60 1`.
"""

import os
import random
import struct
import sys

import numpy as np

DTYPES = {"f32": np.float32, "f64": np.float64, "i32": np.int32,
          "i64": np.int64, "i8": np.int8, "u8": np.uint8, "bool": np.bool_}


def bits64(value):
    return "%016x" % struct.unpack("<Q", struct.pack("<d", value))[0]


def bits32(value):
    return "%08x" % np.float32(value).view(np.uint32)


def from_bits(bits):
    return struct.unpack("<d", struct.pack("<Q", bits))[0]


SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.1, 0.5, 1.5, 2.5, 1e16, 1e15, 9999999999999998.0,
           1e-4, 9.999e-5, 1e22, 1e23, 5e-324, 2.2250738585072014e-308,
           1.7976931348623157e308, 123456.5, 0.30000000000000004, 2.0**53,
           2.0**60, 2.0**-30, 999999.5, 9.5, 99.5, 0.00012345, 3.4028234663852886e38,
           1.401298464324817e-45, float("inf"), float("-inf"), float("nan")]


def random_double(rng):
    kind = rng.randrange(4)
    if kind == 0:
        value = from_bits(rng.getrandbits(64))
        return value if value == value else 1.0
    if kind == 1:
        return round(rng.uniform(-1000, 1000), rng.randrange(6))
    if kind == 2:
        return rng.choice([-1, 1]) * 2.0 ** rng.randrange(-1074, 1024)
    return rng.gauss(0, 1) * 10 ** rng.randrange(-8, 9)


def write_numbers(path, count, rng):
    with open(path, "w") as out:
        def line(kind, argument, bits, text):
            out.write("%s|%s|%s|%s\n" % (kind, argument, bits, text))

        values = SPECIAL + [random_double(rng) for _ in range(count)]
        with np.errstate(over="ignore"):
            singles = [np.float32(value) for value in values]
        for value, single in zip(values, singles):
            line("shortest64", "", bits64(value), str(np.float64(value)))
            line("shortest32", "", bits32(single), str(single))
            precision = rng.randrange(18)
            for letter in "feg":
                form = "%d%s" % (precision, letter)
                line("c", form, bits64(value), ("%." + form) % value)
            form = (rng.choice(["", "<", ">", "^", "*^", "x<"]) +
                    rng.choice(["", "+", "-", " "]) +
                    rng.choice(["", "8", "12", "30"]) +
                    rng.choice(["", ".0f", ".3f", ".2e", ".5g", "%", ".1%"]))
            if form and not form[-1].isdigit() and form[-1] not in "<>^+- ":
                line("python", form, bits64(value), format(value, form))
        for _ in range(count):
            digits = "".join(rng.choice("0123456789") for _ in range(rng.choice([1, 5, 17, 20, 40])))
            point = rng.randrange(len(digits) + 1)
            text = digits[:point] + "." + digits[point:]
            if rng.random() < 0.6:
                text += "e%d" % rng.randrange(-340, 320)
            line("parse", text, bits64(float(text)), "")
        # Halfway between two doubles, and just beside it.
        for _ in range(count // 4):
            low = abs(from_bits(rng.getrandbits(62)))
            high = np.nextafter(low, np.inf)
            if not np.isfinite(high):
                continue
            from fractions import Fraction
            middle = (Fraction(low) + Fraction(float(high))) / 2
            text = decimal_text(middle)
            for tail in ("", "0000", "1"):
                line("parse", text + tail if "." in text else text, bits64(float(text + (tail if "." in text else ""))), "")


def decimal_text(fraction):
    """A fraction over a power of two, exactly; at most 780 digits."""
    import decimal
    decimal.getcontext().prec = 2000
    text = format(decimal.Decimal(fraction.numerator) / decimal.Decimal(fraction.denominator), "f")
    return text if len(text) < 780 else text[:780]


def write_array(out, array):
    name = next(key for key, dtype in DTYPES.items() if array.dtype == dtype)
    width = array.dtype.itemsize
    data = array.tobytes()
    words = [data[i:i + width][::-1].hex() for i in range(0, len(data), width)]
    shape = ",".join(map(str, array.shape))
    out.write("@%s [%s] %s\n%s\n" % (name, shape, " ".join(words), str(array)))


def random_array(rng, generator):
    rank = rng.choice([1, 1, 2, 2, 3, 4])
    shape = tuple(rng.choice([1, 2, 3, 5, 7, 12]) if rank < 4 else rng.choice([1, 2, 3])
                  for _ in range(rank))
    if rank == 1 and rng.random() < 0.5:
        shape = (rng.randrange(1, 60),)
    name = rng.choice(["f32", "f32", "f64", "i32", "i64", "i8", "u8", "bool"])
    if name == "bool":
        return generator.random(shape) < 0.5
    if name[0] in "iu":
        info = np.iinfo(DTYPES[name])
        span = rng.choice([5, 100, 10**6, 10**12])
        return generator.integers(max(info.min, -span), min(info.max, span), shape, dtype=DTYPES[name])
    values = generator.standard_normal(shape)
    kind = rng.randrange(7)
    if kind == 0:
        values = np.round(values * 10)
    elif kind == 1:
        values = np.round(values, 2)
    elif kind == 2:
        values = values * 10.0 ** generator.integers(-4, 5, shape)
    elif kind == 3:
        values = values * 10.0 ** rng.randrange(-12, 12)
    elif kind == 4:
        values = np.where(generator.random(shape) < 0.2, np.nan, values)
    elif kind == 5:
        values = np.where(generator.random(shape) < 0.2, -np.inf, np.round(values, 1))
        values = np.where(generator.random(shape) < 0.2, np.inf, values)
    return values.astype(DTYPES[name])


def write_arrays(path, count, rng):
    generator = np.random.default_rng(rng.getrandbits(32))
    with open(path, "w") as out:
        fixed = [np.arange(1200, dtype=np.int32), np.zeros((2, 0), np.float32),
                 np.arange(2000, dtype=np.float32).reshape(40, 50) / 4,
                 np.ones((11, 11, 11), np.float64), np.array(3.5, np.float32),
                 np.array(True), np.array(-7, np.int64), np.array(1e-5, np.float32),
                 np.array([1e8, 1.0], np.float32), np.array([0.0001, 0.05]),
                 np.array([0.00001, 1.0], np.float32), np.array([np.nan, np.inf]),
                 np.array([1e-300, 1e300]), np.array([-1e-300, 1.0]),
                 np.zeros(3, np.float32), np.array([-0.0, 0.0]),
                 np.array([999.999999999]), np.array([0.1 + 0.2, 1 / 3]),
                 np.array([1.0000000049, 1.000000005, 1.0000000051]),
                 np.arange(9.0).reshape(3, 3), np.arange(24.).reshape(2, 3, 4)]
        for array in fixed + [random_array(rng, generator) for _ in range(count)]:
            write_array(out, array)


def main():
    folder = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 400
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    write_numbers(os.path.join(folder, "numbers.golden"), count, rng)
    write_arrays(os.path.join(folder, "arrays.golden"), count, rng)


if __name__ == "__main__":
    main()
