#!/usr/bin/env python3
"""Writes the data files of sources.sinter into FOLDER: make_arrays.py FOLDER."""
import os
import struct
import sys

import tensor_file

ROWS = 60


def npy(descriptor, shape, code, numbers):
    header = f"{{'descr': '{descriptor}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(10 + len(header) + 1) % 64) + "\n"
    data = struct.pack(f"<{len(numbers)}{code}", *numbers)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def idx(code, shape, format, numbers):
    return struct.pack(f">BBBB{len(shape)}I", 0, 0, code, len(shape), *shape) + struct.pack(
        f">{len(numbers)}{format}", *numbers)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    # Small dyadic numbers: sums of them are exact.
    x = [(i * 7 % 16 - 8) / 8 for i in range(ROWS * 3)]
    y = [2 * x[3 * i] - x[3 * i + 1] + x[3 * i + 2] / 2 + 1 for i in range(ROWS)]
    label = [i * 5 % 3 for i in range(ROWS)]
    files = {
        "x.npy": npy("<f4", (ROWS, 3), "f", x),
        "y.npy": npy("<f8", (ROWS, 1), "d", y),
        "w.npy": npy("<f8", (3, 1), "d", [1, 2, 3]),
        "mask.npy": npy("|b1", (ROWS,), "?", [i % 2 == 0 for i in range(ROWS)]),
        "all.safetensors": tensor_file.pack({
            "x": ("F32", [ROWS, 3], x),
            "label": ("I64", [ROWS], label),
            "net.weight": ("F32", [1, 3], [1, 2, 3]),
        }),
        "ints.idx": idx(0x0C, [ROWS, 2], "i", range(2 * ROWS)),
        "doubles.idx": idx(0x0E, [ROWS], "d", [i / 4 for i in range(ROWS)]),
    }
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
