"""tensors.py write FILE NAME=DTYPE:SHAPE:VALUES...   (F32:2x1:1,2)
   tensors.py show FILE                            prints names, types, values

A writer and a reader of safetensors that share nothing with the runtime.
"""

import json
import struct
import sys

FORMATS = {"F32": "f", "F64": "d", "I32": "i", "I64": "q", "U8": "B", "F16": "e"}


def write(path, tensors):
    header, data = {}, b""
    for tensor in tensors:
        name, rest = tensor.split("=")
        dtype, shape, values = rest.split(":")
        shape = [int(dim) for dim in shape.split("x") if dim]
        values = [float(v) if FORMATS[dtype] in "fde" else int(v) for v in values.split(",")]
        begin = len(data)
        data += struct.pack("<%d%s" % (len(values), FORMATS[dtype]), *values)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + data)


def show(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    for key, value in sorted(header.pop("__metadata__", {}).items()):
        print("%s: %s" % (key, value))
    for name, info in header.items():
        begin, end = info["data_offsets"]
        code = FORMATS[info["dtype"]]
        count = (end - begin) // struct.calcsize(code)
        values = struct.unpack("<%d%s" % (count, code), data[8 + size + begin:8 + size + end])
        print(name, info["dtype"], info["shape"], "aligned" if begin % struct.calcsize(code) == 0 else "unaligned",
              " ".join("%.6g" % v for v in values))


if sys.argv[1] == "write":
    write(sys.argv[2], sys.argv[3:])
else:
    show(sys.argv[2])
