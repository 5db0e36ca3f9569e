"""check_settings.py DIR: the logs and checkpoints that train-settings.test has
written say what the settings promise."""
import csv
import math
import sys
from pathlib import Path

import tensor_file

folder = Path(sys.argv[1])

def rows(name):
    with open(folder / name, newline="") as file:
        return list(csv.DictReader(file))

def tensors(name):
    return {key: tensor.numbers() for key, tensor in tensor_file.read(folder / name)[0].items() if tensor.dtype == "F32"}

# Three batches accumulated are one three times as large, the short last group included.
log = rows("groups.csv")
large = [row for row in log if row["experiment"] == "large"]
small = [row for row in log if row["experiment"] == "small"]
assert len(large) == len(small) == 4 * (4 + 1), (len(large), len(small))
for a, b in zip(large, small):
    assert a["step"] == b["step"] and a["examples"] == b["examples"], (a, b)
    x, y = float(a["train_loss"]), float(b["train_loss"])
    # The row of an epoch holds the mean of the losses as they were computed.
    assert math.isclose(x, y, rel_tol=1e-5), (a, b)

# Fold 0 is trained on the rows after its own, to the bits of doing so by hand.
folded, first = tensors("folded.st"), tensors("first.st")
names = [name for name in first if name.startswith("first/")]
assert len(names) == 4, names
for name in names:
    assert folded[name.replace("first/", "folded/fold0/")] == first[name], name
assert folded["folded/fold1/out.weight"] != folded["folded/fold0/out.weight"]
assert {row["fold"] for row in rows("folded.csv")} == {"0", "1", "2", "3"}

# A prediction is the mean of the folds'.
with open(folder / "x.csv") as file:
    points = [[float(cell) for cell in line.split(",")] for line in file]
with open(folder / "predicted.csv") as file:
    lines = file.read().split()
assert lines[0] == "predict", lines
assert len(lines) == 1 + len(points)
for point, line in zip(points, lines[1:]):
    folds = [sum(w * x for w, x in zip(folded[f"folded/fold{i}/out.weight"], point))
             + folded[f"folded/fold{i}/out.bias"][0] for i in range(4)]
    assert math.isclose(sum(folds) / 4, float(line), rel_tol=1e-5, abs_tol=1e-6), (folds, line)

# Early stopping: five epochs after the best one, whose parameters are kept.
log = [float(row["valid_loss"]) for row in rows("early.csv")]
best, epoch = math.inf, 0
for number, loss in enumerate(log, 1):
    if loss < best - 0.001:
        best, epoch = loss, number
assert len(log) == epoch + 5 < 200, (len(log), epoch)
kept = float((folder / "early.eval").read_text().split()[1].split("=")[1])
assert kept == best, (kept, best)
# The figure that is watched, where it is another one.
log = [float(row["train_mae"]) for row in rows("late.csv")]
note = next(line for line in (folder / "late.err").read_text().splitlines() if "best_epoch" in line)
assert f"best_epoch={log.index(min(log)) + 1} epochs=40 " in note, note
