#!/usr/bin/env python3
"""What steps of tables have measured is part of a checkpoint: table_statistics.py GOOD FOLDER PROGRAM.

PROGRAM is that of house_prices.sinter. Its checkpoints are trained on GOOD, then rewritten, and used where some of
the files are gone or others."""
import json
import math
import os
import shutil
import struct
import subprocess
import sys

MEAN, DEVIATION = "data/houses/mean", "data/houses/deviation"
good, folder, program = (os.path.abspath(path) for path in sys.argv[1:])
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
os.chdir(folder)


def run(*words, code=0, message="", stdin=None):
    result = subprocess.run([program, *words], capture_output=True, timeout=60, stdin=stdin)
    assert result.returncode == code and message in result.stderr.decode(), (words, code, message, result)
    return result.stdout


def read(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(size)), file.read()
    metadata = header.pop("__metadata__")
    return metadata, {name: (each["dtype"], each["shape"], data[slice(*each["data_offsets"])])
                      for name, each in header.items()}


def rewrite(path, change):
    metadata, tensors = read("trained.st")
    change(tensors)
    header, data = {"__metadata__": metadata}, b""
    for name, (dtype, shape, part) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def fill(name, value):
    def change(tensors):
        tensors[name] = ("F64", [3], struct.pack("<3d", value, value, value))
    return change


def drop(*names):
    def change(tensors):
        for name in names:
            del tensors[name]
    return change


def cut(tensors):
    tensors[MEAN] = ("F64", [2], tensors[MEAN][2][:16])


def narrow(tensors):
    tensors[MEAN] = ("F32", [3], tensors[MEAN][2][:12])


run("train", "--data", good, "--save", "trained.st")
predictions = run("predict", "--data", good, "--params", "trained.st")
assert predictions.startswith(b"Id,SalePrice\n54,"), predictions[:40]
tensors = read("trained.st")[1]
assert tensors[MEAN][:2] == tensors[DEVIATION][:2] == ("F64", [3]), tensors.keys()

# Rows of another file go through the saved numbers; no other file is looked at.
new = os.path.join(good, "test.csv")
assert run("predict", "--params", "trained.st", "--in", new) == predictions
with open(new) as file:
    assert run("predict", "--params", "trained.st", "--in", "-", stdin=file) == predictions
os.mkdir("alone")
shutil.copy(new, "alone")
assert run("predict", "--data", "alone", "--params", "trained.st") == predictions

# One row alone, in other columns: found by their names, alike whatever stands beside them.
rows = [line.split(",") for line in open(new, newline="").read().split("\r\n")]
assert '"' not in "".join(rows[3])
names = next(line for line in open(new, newline="")).strip().replace('"Roof, type"', "Roof; type").split(",")
names = [name.replace("Roof; type", '"Roof, type"') for name in names]


def predict_one(cells, code=0, message=""):
    with open("one.csv", "w") as file:
        file.write(",".join(cells) + "\n" + ",".join(cells.values()) + "\n")
    return run("predict", "--params", "trained.st", "--in", "one.csv", code=code, message=message)


house = dict(zip(names, rows[3]))
one = predict_one({"Unused": "x", **dict(reversed(house.items()))})
assert one.split(b"\n")[1] == predictions.split(b"\n")[3], (one, predictions)
predict_one({**house, "Area": "", "Street": "NA"})  # cells may be empty, as in training
predict_one({**house, "Area": "wide"}, 3, "one.csv:2:" + str(len(house["Id"]) + 2) + ": 'Area' is \"wide\"")
predict_one({**house, "Street": "Mud"}, 3, "'Street' is \"Mud\", expected a word that was there")
with open("twice.csv", "w") as file:
    file.write(",".join(house) + ",Rooms\n" + ",".join(house.values()) + ",9\n")
run("predict", "--params", "trained.st", "--in", "twice.csv", code=3, message="'twice.csv' has 2 columns 'Rooms'")
del house["Rooms"]
predict_one(house, 3, "'one.csv' has no column 'Rooms'")
del house["Id"]
predict_one({**house, "Rooms": "3"}, 3, "'one.csv' has no column 'Id'")

# Without them the files are measured again; they must be there, then.
rewrite("older.st", drop(MEAN, DEVIATION))
assert run("predict", "--data", good, "--params", "older.st") == predictions
assert run("predict", "--data", good, "--params", "older.st", "--in", new) == predictions
run("predict", "--data", "alone", "--params", "older.st", code=4, message="cannot read 'alone/train.csv'")

# Half of them, or of another type, is an error; numbers are taken as they are.
for change, message in (
    (drop(MEAN), f"missing '{MEAN}' f64[3]"),
    (drop(DEVIATION), f"missing '{DEVIATION}' f64[3]"),
    (cut, f"mis-shaped '{MEAN}': expected f64[3], found f64[2]"),
    (narrow, f"mis-shaped '{MEAN}': expected f64[3], found f32[3]"),
):
    rewrite("wrong.st", change)
    run("predict", "--data", good, "--params", "wrong.st", code=6, message=message)
    run("train", "--data", good, "--resume", "wrong.st", "--epochs", "11", code=6, message=message)
# A column without a deviation has no values: `fill` makes zeros of them, whatever its mean.
rewrite("zero.st", fill(DEVIATION, 0.0))
constant = run("predict", "--params", "zero.st", "--in", new)
for change in fill(DEVIATION, math.nan), fill(MEAN, math.nan):
    rewrite("zero.st", change)
    assert run("predict", "--params", "zero.st", "--in", new) == constant
for value in -1.0, math.inf, 1e-320:
    rewrite("odd.st", fill(DEVIATION, value))
    run("predict", "--params", "odd.st", "--in", new)

# A resumed training goes on with them; the file that they were measured over, too, is not needed.
os.mkdir("half")
shutil.copy(os.path.join(good, "train.csv"), "half")
run("train", "--data", good, "--resume", "trained.st", "--epochs", "12", "--save", "a.st")
run("train", "--data", "half", "--resume", "trained.st", "--epochs", "12", "--save", "b.st")
assert read("a.st") == read("b.st") and read("a.st")[1][MEAN] == tensors[MEAN]
# A training that only begins with parameters measures its own data.
rewrite("shifted.st", fill(MEAN, 7.0))
run("train", "--data", good, "--init", "shifted.st", "--save", "c.st")
assert read("c.st")[1][MEAN] == tensors[MEAN]
