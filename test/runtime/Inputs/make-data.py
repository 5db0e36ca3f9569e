"""make-data.py FOLDER: writes the IDX files of the program `digits`."""

import os
import random
import struct
import sys


def write_idx(path, dims, data):
    with open(path, "wb") as out:
        out.write(bytes([0, 0, 8, len(dims)]))
        out.write(b"".join(struct.pack(">I", dim) for dim in dims))
        out.write(bytes(data))


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    rng = random.Random(1)
    for phase, rows in ("train", 47), ("valid", 23):
        labels = [rng.randrange(3) for _ in range(rows)]
        pixels = [200 if place == label else rng.randrange(80)
                  for label in labels for place in range(4)]
        path = os.path.join(sys.argv[1], phase)
        write_idx(path + "-images", [rows, 2, 2], pixels)
        write_idx(path + "-labels", [rows], labels)


if __name__ == "__main__":
    main()
