"""Reads and writes safetensors files for the tests; shares nothing with the runtime."""
import json
import struct
from collections import namedtuple
from pathlib import Path

FORMATS = {"F32": "f", "F64": "d", "I32": "i", "I64": "q", "U8": "B", "F16": "e"}


class Tensor(namedtuple("Tensor", "dtype shape begin data")):
    """`data` are the bytes that stand at `begin` behind the header."""

    def numbers(self):
        code = FORMATS[self.dtype]
        return struct.unpack(f"<{len(self.data) // struct.calcsize(code)}{code}", self.data)


def pack(tensors):
    """The bytes of a file with {name: (dtype, shape, numbers)}."""
    header, data = {}, b""
    for name, (dtype, shape, numbers) in tensors.items():
        begin = len(data)
        data += struct.pack(f"<{len(numbers)}{FORMATS[dtype]}", *numbers)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def read(path):
    """A file's {name: Tensor} and its metadata."""
    file = Path(path).read_bytes()
    (size,) = struct.unpack_from("<Q", file)
    header, data = json.loads(file[8:8 + size]), file[8 + size:]
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        tensors[name] = Tensor(entry["dtype"], entry["shape"], begin, data[begin:end])
    return tensors, metadata
