"""break-idx.py GOOD KIND: copies the folder GOOD to KIND and breaks a file."""

import os
import shutil
import struct
import sys

good, kind = sys.argv[1:]
shutil.copytree(good, kind, dirs_exist_ok=True)
name = os.path.join(kind, "train-labels" if kind in ("label", "rows") else "train-images")
data = bytearray(open(name, "rb").read())
if kind == "short":
    data.pop()
elif kind == "long":
    data.append(0)
elif kind == "header":
    del data[10:]
elif kind == "empty":
    data.clear()
elif kind == "magic":
    data[0] = 1
elif kind == "dtype":
    data[2] = 9
elif kind == "dims":
    data[4:16] = struct.pack(">III", 47, 4, 1)
elif kind == "huge":
    data[4:16] = b"\xff" * 12
elif kind == "rank":
    data[3] = 255
elif kind == "label":
    data[8 + 5] = 3
elif kind == "rows":
    data[4:8] = struct.pack(">I", 46)
    data.pop()
elif kind == "none":
    data[4:8] = struct.pack(">I", 0)
    del data[16:]
    open(os.path.join(kind, "train-labels"), "wb").write(bytes([0, 0, 8, 1, 0, 0, 0, 0]))
open(name, "wb").write(data)
