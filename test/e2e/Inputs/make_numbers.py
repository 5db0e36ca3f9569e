"""make_numbers.py FOLDER: points.csv, 40 points of y = 3 x + 1, and new.csv, two of them with their columns in
another order."""
import os
import random
import sys

os.makedirs(sys.argv[1], exist_ok=True)
rng = random.Random(1)
rows = [(f"{x:.4f}", f"{3 * x + 1:.4f}") for x in (rng.uniform(-2, 2) for _ in range(40))]
with open(os.path.join(sys.argv[1], "points.csv"), "w") as file:
    file.write("x,y,\"z, w\"\n" + "".join(f"{x},{y},{i}\n" for i, (x, y) in enumerate(rows)))
with open(os.path.join(sys.argv[1], "new.csv"), "w") as file:
    file.write("y,x\n0,0.5\nunread,-1\n")
