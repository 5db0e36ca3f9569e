"""check_saved.py FILE NAME=NUMBER...: scalars of a safetensors file, to within 0.05."""

import json
import struct
import sys

data = open(sys.argv[1], "rb").read()
(length,) = struct.unpack_from("<Q", data)
header = json.loads(data[8 : 8 + length])
for wanted in sys.argv[2:]:
    name, _, number = wanted.partition("=")
    begin, end = header[name]["data_offsets"]
    (value,) = struct.unpack("<f", data[8 + length + begin : 8 + length + end])
    if abs(value - float(number)) > 0.05:
        sys.exit(f"{name} is {value}, not {number}")
