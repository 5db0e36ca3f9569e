"""compare_training.py CSV GOLDEN TOLERANCE: each experiment of the golden file
has its step losses in the log, relatively within the tolerance."""
import csv
import sys

log = {}
with open(sys.argv[1], newline="") as file:
    for row in csv.DictReader(file):
        # The rows of epochs have metrics, those of steps the loss alone.
        if not any(row[key] for key in row if key.startswith("train_") and key != "train_loss"):
            log.setdefault(row["experiment"], []).append(float(row["train_loss"]))
tolerance = float(sys.argv[3])
wrong = compared = 0
with open(sys.argv[2]) as file:
    for line in file:
        name, *losses = line.split()
        expected = [float(loss) for loss in losses]
        found = log.get(name, [])
        if len(found) != len(expected):
            print(f"{name}: {len(found)} steps, expected {len(expected)}")
            wrong += 1
            continue
        worst = max(abs(a - b) / abs(b) for a, b in zip(found, expected))
        compared += len(expected)
        if not worst <= tolerance:
            print(f"{name}: a loss is off by {worst:.3g}: {found} expected {expected}")
            wrong += 1
if wrong or not compared:
    sys.exit(f"{wrong} experiments are wrong")
print(compared, "losses agree within", tolerance)
