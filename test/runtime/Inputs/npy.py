"""npy.py from-idx IDX NPY | zeros DTYPE SHAPE NPY | compare NPY CSV

.npy files by hand: NumPy is not needed to run the tests.
"""

import ast
import struct
import sys


def write(path, dtype, shape, data):
    header = str({"descr": "<" + dtype, "fortran_order": False, "shape": shape}) + "\n"
    with open(path, "wb") as out:
        out.write(b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header.encode() + data)


def read(path):
    data = open(path, "rb").read()
    size = struct.unpack("<H", data[8:10])[0]
    header = ast.literal_eval(data[10:10 + size].decode())
    assert (10 + size) % 64 == 0 and header["descr"] == "<f4" and not header["fortran_order"]
    count = (len(data) - 10 - size) // 4
    return header["shape"], struct.unpack("<%df" % count, data[10 + size:])


if sys.argv[1] == "from-idx":
    data = open(sys.argv[2], "rb").read()
    dims = struct.unpack(">III", data[4:16])
    # The program divides by 255 in single precision, and so does this.
    pixels = [struct.unpack("<f", struct.pack("<f", pixel / 255))[0] for pixel in data[16:]]
    write(sys.argv[3], "f4", dims, struct.pack("<%df" % len(pixels), *pixels))
elif sys.argv[1] == "zeros":
    shape = tuple(int(dim) for dim in sys.argv[3].split(","))
    count = shape[0] * shape[1] * shape[2]
    write(sys.argv[4], sys.argv[2], shape, bytes(count * int(sys.argv[2][1])))
else:
    shape, values = read(sys.argv[2])
    lines = [line.split(",") for line in open(sys.argv[3]).read().splitlines()[1:]]
    assert shape == (len(lines), 3), shape
    for i, line in enumerate(lines):
        row = values[3 * i:3 * i + 3]
        assert int(line[0]) == row.index(max(row)), line
        for text, value in zip(line[1:], row):
            assert struct.pack("<f", float(text)) == struct.pack("<f", value), (text, value)
