"""compare_losses.py CSV OTHER TOLERANCE: the train losses of two logs, or of a
log and a golden file of one loss a line, agree relatively, row by row."""
import csv
import sys

def losses(path):
    with open(path, newline="") as file:
        text = file.read()
    if "," in text:
        return [float(row["train_loss"]) for row in csv.DictReader(text.splitlines())]
    return [float(line) for line in text.split()]

ours, other = losses(sys.argv[1]), losses(sys.argv[2])
tolerance = float(sys.argv[3])
if not other:
    sys.exit("nothing to compare with")
# A log may have more rows (its epoch's mean comes last).
for step, (a, b) in enumerate(zip(ours, other), 1):
    if not abs(a - b) <= tolerance * abs(b):
        sys.exit(f"step {step}: loss {a}, expected {b} within {tolerance}")
print(len(other), "losses agree within", tolerance)
if len(ours) < len(other):
    sys.exit(f"{len(ours)} losses, expected {len(other)}")
