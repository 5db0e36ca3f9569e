#!/usr/bin/env python3
"""check_gradients.py TABLE PAGE [--write]: the page of gradients lists what was
tested: the same operations, operands and rules as TABLE, the output of
sinter-gradtest. Its numbers may be older. --write puts the table into the page."""
import pathlib
import sys

BEGIN, END = "<!-- begin table -->\n", "<!-- end table -->"


def keys(table):
    return [[cell.strip() for cell in line.split("|")[1:4]]
            for line in table.splitlines() if line.startswith("| `")]


def main():
    table = pathlib.Path(sys.argv[1]).read_text()
    path = pathlib.Path(sys.argv[2])
    page = path.read_text()
    head, rest = page.split(BEGIN)
    old, tail = rest.split(END)
    if "--write" in sys.argv:
        columns = ["operation", "operand", "where it is not smooth", "points",
                   "against differences", "<v, Ju> = <J'v, u>", "second order"]
        heading = "| " + " | ".join(columns) + " |\n" + "|---" * len(columns) + "|\n"
        path.write_text(head + BEGIN + heading + table + END + tail)
    elif keys(old) != keys(table):
        sys.exit(f"{path} lists other operations than {sys.argv[1]}: "
                 "write it again, see its first lines")


main()
