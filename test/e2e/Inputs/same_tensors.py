#!/usr/bin/env python3
"""Compares the tensors of two safetensors files, in any order: same_tensors.py A B."""
import json
import struct
import sys


def tensors(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(size)), file.read()
    header.pop("__metadata__", None)
    return {name: (each["dtype"], each["shape"], data[slice(*each["data_offsets"])]) for name, each in header.items()}


left, right = tensors(sys.argv[1]), tensors(sys.argv[2])
assert left.keys() == right.keys(), left.keys() ^ right.keys()
for name in left:
    assert left[name] == right[name], name
