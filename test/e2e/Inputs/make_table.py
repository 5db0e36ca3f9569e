#!/usr/bin/env python3
"""Writes train.csv and test.csv of houses into FOLDER, and checks what a program makes of them.

make_table.py write FOLDER | make_table.py check FOLDER FEATURES.csv"""
import csv
import math
import os
import random
import statistics
import sys

WORDS = {"Street": ["Pave", "Grvl"], "Roof, type": ['Slate "grey"', "Tile", "Slag"]}
NUMBERS = ["Area", "Rooms", "Built"]


def rows(count, first, rng):
    for index in range(count):
        row = {"Id": first + index}
        row["Area"] = rng.choice(["NA", "", f"{rng.uniform(20, 300):.2f}", f"{rng.uniform(20, 300):.2f}"])
        row["Street"] = rng.choice(WORDS["Street"] + ["NA"])
        row["Rooms"] = rng.randrange(1, 9)
        row["Roof, type"] = rng.choice(WORDS["Roof, type"] + [""])
        row["Built"] = rng.choice([f"{rng.randrange(1900, 2011)}", "1.9e3"])
        row["SalePrice"] = 20000 + 1000 * int(row["Rooms"]) + index
        yield row


def write(folder):
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(3)
    for name, count, first, end in ("train.csv", 53, 1, "\n"), ("test.csv", 29, 54, "\r\n"):
        data = list(rows(count, first, rng))
        header = [key for key in data[0] if name == "train.csv" or key != "SalePrice"]
        with open(os.path.join(folder, name), "w", newline="") as file:
            writer = csv.DictWriter(file, header, extrasaction="ignore", lineterminator=end)
            writer.writeheader()
            writer.writerows(data)


def read(folder, name):
    with open(os.path.join(folder, name), newline="") as file:
        return list(csv.DictReader(file))


def expected(folder, name):
    """The features of a file's rows, as pandas would make them."""
    both = read(folder, "train.csv") + read(folder, "test.csv")
    result = [[] for _ in read(folder, name)]
    for column in NUMBERS:
        known = [float(row[column]) for row in both if row[column] not in ("", "NA")]
        mean, sd = statistics.fmean(known), statistics.stdev(known)
        for out, row in zip(result, read(folder, name)):
            out.append(0.0 if row[column] in ("", "NA") else (float(row[column]) - mean) / sd)
    for column in WORDS:
        for out, row in zip(result, read(folder, name)):
            word = "" if row[column] == "NA" else row[column]
            out += [float(word == each) for each in sorted(WORDS[column]) + [""]]
    return result


def check(folder, path):
    wanted = expected(folder, "test.csv")
    with open(path) as file:
        found = [[float(cell) for cell in line.split(",")[1:]] for line in file.read().split("\n")[1:] if line]
    assert len(found) == len(wanted) and len(found[0]) == len(wanted[0]), (len(found), len(found[0]), len(wanted[0]))
    for left, right in zip(found, wanted):
        for a, b in zip(left, right):
            assert math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-6), (a, b)


if __name__ == "__main__":
    write(sys.argv[2]) if sys.argv[1] == "write" else check(*sys.argv[2:])
