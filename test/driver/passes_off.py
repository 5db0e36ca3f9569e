#!/usr/bin/env python3
"""passes_off.py SINTER DATA DIR MODEL...

Builds each model with every optional pass, with each left out and with none,
trains it for two epochs or runs its programs, and compares what it prints, all
of metrics.csv but the times, and the saved parameters. Value-preserving passes
must not change a bit; without value-changing ones the losses of the first ten
steps, and the numbers that programs print, stay within the tolerances of
docs/numerics.md. Prints one line for each model."""

import csv
import math
import pathlib
import re
import subprocess
import sys

VALUE_PRESERVING = ["canonicalize", "cse", "hoist", "fold-transposes",
                    "assign-layout", "fuse", "reorder", "in-place"]
VALUE_CHANGING = ["stabilize", "reassociate-chains", "simplify",
                  "collapse-affine"]
STEPS, TOLERANCE = 10, 1e-5


def optional_passes(sinter, model):
    """What the compiler says there is."""
    done = subprocess.run([sinter, "build", model, "-o", "/dev/null",
                           "--disable=none"], stderr=subprocess.PIPE, text=True)
    return re.search(r"there are (.*)", done.stderr)[1].split(", ")


def rows(path):
    if not path.exists():
        return []
    with open(path) as file:
        return [{k: v for k, v in row.items() if k != "seconds"}
                for row in csv.DictReader(file)]


class Results:
    def __init__(self, sinter, data, model, work, options):
        work.mkdir(parents=True, exist_ok=True)
        program = (work / "program").resolve()
        subprocess.run([sinter, "build", model, "-o", program, *options],
                       check=True)
        trains = re.search(r"^train ", model.read_text(), re.MULTILINE)
        command = ["train", "--epochs", "2", "--save", "trained.st",
                   "--log-every", "1"] if trains else ["run"]
        done = subprocess.run([program, *command, "--data", data], cwd=work,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=300)
        # A failed check ends with 1: two epochs may be too few for it.
        assert done.returncode in (0, 1), done.stderr
        self.code = done.returncode
        self.output = re.sub(r": \S+ s$", "", done.stdout, flags=re.MULTILINE)
        self.errors = re.sub(r"seconds=\S+", "", done.stderr)
        self.metrics = rows(work / "metrics.csv")
        assert self.metrics or not trains
        saved = work / "trained.st"
        self.saved = saved.read_bytes() if saved.exists() else b""

    def equals(self, other):
        return vars(self) == vars(other)

    def numbers(self):
        """Of the first steps of each experiment and fold, or of programs."""
        if not self.metrics:
            return [float(word) for word in
                    re.findall(r"-?\d+\.?\d*(?:e[-+]\d+)?", self.output)]
        first = {}
        for row in self.metrics:
            losses = first.setdefault((row["experiment"], row["fold"]), [])
            if len(losses) < STEPS:
                losses.append(float(row["train_loss"]))
        return [loss for losses in first.values() for loss in losses]

    def isNear(self, other):
        mine, others = self.numbers(), other.numbers()
        return len(mine) == len(others) and all(
            math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
            for a, b in zip(mine, others))


def disabled(names):
    return ["--disable=" + ",".join(names)]


def main():
    sinter, data, directory, *models = sys.argv[1:]
    models = [pathlib.Path(model) for model in models]
    assert set(optional_passes(sinter, models[0])) == set(
        VALUE_PRESERVING + VALUE_CHANGING)
    equal = [disabled([name]) for name in VALUE_PRESERVING]
    equal += [disabled(VALUE_PRESERVING), ["-O0"]]
    near = [disabled([name]) for name in VALUE_CHANGING]
    near += [disabled(VALUE_PRESERVING + VALUE_CHANGING)]
    failed = False
    for model in models:
        work = pathlib.Path(directory) / model.stem
        want = Results(sinter, data, model, work / "all", [])
        wrong = []
        for number, options in enumerate(equal + near):
            got = Results(sinter, data, model, work / str(number), options)
            agrees = got.equals(want) if options in equal else got.isNear(want)
            if not agrees:
                wrong.append(" ".join(options))
        print(f"{model.name}: " +
              ("differs with " + ", ".join(wrong) if wrong else
               f"{len(equal)} variants equal, {len(near)} near"), flush=True)
        failed |= bool(wrong)
    return failed


if __name__ == "__main__":
    sys.exit(main())
