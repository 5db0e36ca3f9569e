#!/usr/bin/env python3
"""Runs a program on damaged data: damage_files.py GOOD FOLDER PROGRAM.

Each file of the folder GOOD in turn: cut off, longer by a byte, each byte of its
beginning replaced. The program must end with exit code 3, or 0 or 1 where the
file is a right one still (1: a check of the program fails on other numbers)."""
import os
import random
import shutil
import subprocess
import sys

HEADER = 72


def damaged(data, rng):
    yield b""
    yield data[:-1]
    yield data + b"\0"
    for size in rng.sample(range(len(data)), 6):
        yield data[:size]
    for place in range(min(HEADER, len(data))):
        for byte in rng.sample([0, 255, data[place] ^ 1, (data[place] + 1) & 255, ord("O"), ord(">")], 2):
            if byte != data[place]:
                yield data[:place] + bytes([byte]) + data[place + 1:]


def main():
    good, folder, program = sys.argv[1:]
    rng = random.Random(1)
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(good, folder)
    refused = accepted = 0
    for name in sorted(os.listdir(good)):
        if name.endswith(".sinter"):
            continue
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            data = file.read()
        for bad in damaged(data, rng):
            with open(path, "wb") as file:
                file.write(bad)
            run = subprocess.run([program, "run", "rows", "--data", folder], capture_output=True, timeout=60)
            if run.returncode not in (0, 1, 3) or (run.returncode == 3 and name.encode() not in run.stderr):
                with open(path + ".failed", "wb") as file:
                    file.write(bad)
                sys.exit(f"{path}.failed: exit code {run.returncode}\n{run.stderr.decode(errors='replace')}")
            refused += run.returncode == 3
            accepted += run.returncode != 3
        with open(path, "wb") as file:
            file.write(data)
    print(refused, "damaged files refused,", accepted, "still right")
    assert refused > 300, refused


if __name__ == "__main__":
    main()
