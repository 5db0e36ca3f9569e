"""Checks, formats and converts a model file, then builds it from both spellings and runs
all of it from each: results and saved parameters must be equal to the bit. Prints what
the program printed, without times. usage: twins.py SINTER FILE [TRAIN-ARGUMENT...]"""

import os
import re
import subprocess
import sys
import tempfile


def run(command, folder="."):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"exit code {done.returncode}: {' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def formatted(sinter, path, *options):
    return run([sinter, "fmt", path, *options])


def convert(sinter, path, folder):
    """Both spellings of the file, after proof that formatting and converting lose nothing."""
    stem = os.path.splitext(os.path.basename(path))[0]
    dsl, json = (os.path.join(folder, stem + ending) for ending in (".sinter", ".json"))
    write(dsl, formatted(sinter, path, "--to=dsl"))
    write(json, formatted(sinter, path, "--to=json"))
    text = open(dsl, encoding="utf-8").read()
    assert formatted(sinter, dsl) == text, "fmt changes what it wrote"
    assert formatted(sinter, json, "--to=dsl") == text, "JSON loses something"
    return dsl, json


def results(sinter, path, folder, arguments):
    """What the program of `path` prints and saves."""
    program = os.path.join(folder, "program")
    os.mkdir(folder)
    run([sinter, "build", path, "-o", program])
    text = open(path, encoding="utf-8").read()
    printed, saved = "", b""
    has_training = re.search(r'^train |^ *\{"train"|"train":', text, re.M)
    if has_training:
        printed += run([program, "train", "--save", "saved", *arguments], folder)
        saved = open(os.path.join(folder, "saved"), "rb").read()
    if re.search(r'^program |"program":', text, re.M):
        parameters = ["--params", "saved"] if has_training else []
        printed += run([program, "run", *parameters], folder)
    return re.sub(r"\d+\.\d+(e-\d+)? s$", "TIME", printed, flags=re.M), saved


def main():
    sinter, path, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
    run([sinter, "check", path])
    with tempfile.TemporaryDirectory() as scratch:
        dsl, json = convert(sinter, path, scratch)
        original = results(sinter, path, scratch + "/original", arguments)
        for spelling, file in (("dsl", dsl), ("json", json)):
            twin = results(sinter, file, f"{scratch}/{spelling}", arguments)
            if twin != original:
                sys.exit(f"the {spelling} twin differs:\n{original[0]}\n{twin[0]}")
    print(original[0], end="")


main()
