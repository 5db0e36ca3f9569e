"""tensors.py write FILE NAME=DTYPE:SHAPE:VALUES...   (F32:2x1:1,2)
   tensors.py show FILE                            prints names, types, values
"""

import struct
import sys
from pathlib import Path

import tensor_file


def parse(tensor):
    name, rest = tensor.split("=")
    dtype, shape, values = rest.split(":")
    number = float if dtype.startswith("F") else int
    return name, (dtype, [int(dim) for dim in shape.split("x") if dim], [number(v) for v in values.split(",")])


def show(path):
    tensors, metadata = tensor_file.read(path)
    for key, value in sorted(metadata.items()):
        print("%s: %s" % (key, value))
    for name, tensor in tensors.items():
        size = struct.calcsize(tensor_file.FORMATS[tensor.dtype])
        print(name, tensor.dtype, tensor.shape, "aligned" if tensor.begin % size == 0 else "unaligned",
              " ".join("%.6g" % v for v in tensor.numbers()))


if sys.argv[1] == "write":
    Path(sys.argv[2]).write_bytes(tensor_file.pack(dict(map(parse, sys.argv[3:]))))
else:
    show(sys.argv[2])
