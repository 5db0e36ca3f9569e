#!/usr/bin/env python3
"""Compares the tensors of two safetensors files, in any order: same_tensors.py A B."""
import sys

import tensor_file

left, right = (tensor_file.read(path)[0] for path in sys.argv[1:])
assert left.keys() == right.keys(), left.keys() ^ right.keys()
for name in left:
    assert left[name]._replace(begin=0) == right[name]._replace(begin=0), name
