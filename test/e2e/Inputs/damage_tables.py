#!/usr/bin/env python3
"""Runs a program on damaged CSV files: damage_tables.py GOOD FOLDER PROGRAM.

Known damage has a known message; random damage ends with exit code 3, or is no
damage to the program (0; 1 where its checks meet other numbers)."""
import os
import random
import shutil
import subprocess
import sys


def run(program, folder):
    return subprocess.run([program, "run", "rows", "--data", folder], capture_output=True, timeout=60)


def main():
    good, folder, program = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(good, folder)
    path = os.path.join(folder, "train.csv")
    with open(path, "rb") as file:
        data = file.read()

    def attempt(bad):
        with open(path, "wb") as file:
            file.write(bad)
        return run(program, folder)

    header, first, rest = data.split(b"\n", 2)
    cells = first.split(b",")
    known = [
        (b"", "'train.csv' has no header"),
        (header.replace(b"Rooms", b"Room") + b"\n" + rest, "'train.csv' has no column 'Rooms'"),
        (header + b"\n" + first + b",1\n" + rest, "line 2 has 8 cells, the header has 7"),
        (header + b"\n" + b",".join(cells[:-1]) + b"\n" + rest, "line 2 has 6 cells, the header has 7"),
        (header + b"\n" + first + b"\n1,x,Pave,3,Tile,1990,5\n" + rest, "train.csv:3:3: 'Area' is \"x\", expected a number"),
        (header + b"\n1,3,Mud,3,Tile,1990,5\n" + rest, "train.csv:2:5: 'Street' is \"Mud\", expected a word that was there"),
        (header + b"\n1,3,Pave,3,Tile,1990,\n" + rest, "train.csv:2:22: 'SalePrice' is \"\", expected a number"),
        (header + b'\n1,3,Pave,3,"Ti\nle",1990,5\n' + rest, "train.csv:2:12: 'Roof, type' is \"Ti\nle\""),
        (header + b'\n1,3,"Pave",3,"Tile\n",9x,5\n' + rest, "train.csv:3:3: 'Built' is \"9x\""),
        (header + b"\n1,3,Pave,3,\"Tile,1990,5\n", "line 2: a quote is not closed"),
        (header + b"\n1,3,Pave,3,\"Tile\"x,1990,5\n", "line 2: text stands behind a closing quote"),
        (header + b"\n1,3,Pave," + b"9" * (1 << 20) + b",Tile,1990,5\n", "expected a number"),
    ]
    for bad, message in known:
        result = attempt(bad)
        assert result.returncode == 3 and message.encode() in result.stderr, (message, result)
    # The same table in other words: no final line break, CRLF, a byte order mark, empty lines, all cells quoted.
    quoted = b"\n".join(
        line if b'"' in line else b",".join(b'"' + cell + b'"' for cell in line.split(b","))
        for line in data.rstrip(b"\n").split(b"\n"))
    for same in data[:-1], data.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + data, data.replace(b"\n", b"\n\n"), quoted:
        result = attempt(same)
        assert result.returncode == 0, result

    rng = random.Random(2)
    for _ in range(200):
        place, size = rng.randrange(len(data)), rng.randrange(4)
        noise = bytes(rng.choice(b',"\n\r\x00A7.-e\xff') for _ in range(rng.randrange(3)))
        result = attempt(data[:place] + noise + data[place + size:])
        assert result.returncode in (0, 1, 3), (place, noise, result)


if __name__ == "__main__":
    main()
