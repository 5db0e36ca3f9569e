#!/usr/bin/env python3
"""passes_off.py SINTER DATA DIR MODEL...

Builds each model with every optional pass, with each left out and with none,
trains it for two epochs, and compares what it prints, all of metrics.csv but the
times, and the saved parameters. Value-preserving passes must not change a bit.
Prints one line for each model."""

import csv
import pathlib
import re
import subprocess
import sys

VALUE_PRESERVING = ["canonicalize", "cse", "fold-transposes", "assign-layout",
                    "fuse", "reorder", "in-place"]


def rows(path):
    if not path.exists():
        return []
    with open(path) as file:
        return [{k: v for k, v in row.items() if k != "seconds"}
                for row in csv.DictReader(file)]


def results(sinter, data, model, work, options):
    work.mkdir(parents=True, exist_ok=True)
    program = (work / "program").resolve()
    subprocess.run([sinter, "build", model, "-o", program, *options], check=True)
    done = subprocess.run([program, "train", "--data", data, "--epochs", "2",
                           "--save", "trained.st"],
                          cwd=work, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=300)
    # A failed check ends with 1: two epochs may be too few for the example's.
    assert done.returncode in (0, 1), done.stderr
    metrics = rows(work / "metrics.csv")
    assert metrics
    trained = work / "trained.st"
    errors = re.sub(r"seconds=\S+", "", done.stderr)
    return (done.returncode, done.stdout, errors, metrics,
            trained.read_bytes() if trained.exists() else b"")


def main():
    sinter, data, directory, *models = sys.argv[1:]
    failed = False
    for model in models:
        work = pathlib.Path(directory) / pathlib.Path(model).stem
        want = results(sinter, data, model, work / "all", [])
        variants = [[f"--disable={name}"] for name in VALUE_PRESERVING]
        variants += [["--disable=" + ",".join(VALUE_PRESERVING)], ["-O0"]]
        wrong = []
        for number, options in enumerate(variants):
            got = results(sinter, data, model, work / str(number), options)
            if got != want:
                wrong.append(" ".join(options))
        name = pathlib.Path(model).name
        print(f"{name}: " + ("differs with " + ", ".join(wrong) if wrong
                             else f"{len(variants)} variants equal"), flush=True)
        failed |= bool(wrong)
    return failed


if __name__ == "__main__":
    sys.exit(main())
