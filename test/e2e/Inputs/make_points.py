"""make_points.py CSV NPY: some points, as text and as a NumPy array of f32."""
import struct
import sys

points = [[0.0, 0.0, 0.0], [1.0, -2.0, 0.5], [0.25, 3.0, -1.5]]
with open(sys.argv[1], "w") as file:
    file.writelines(",".join(map(str, point)) + "\n" for point in points)
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }"
header += " " * (63 - (10 + len(header)) % 64) + "\n"
with open(sys.argv[2], "wb") as file:
    file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    for point in points:
        file.write(struct.pack("<3f", *point))
