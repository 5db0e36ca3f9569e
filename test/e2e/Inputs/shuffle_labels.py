"""shuffle_labels.py IN OUT: an IDX label file in another order."""
import random
import sys

with open(sys.argv[1], "rb") as file:
    data = file.read()
labels = list(data[8:])
random.Random(0).shuffle(labels)
with open(sys.argv[2], "wb") as file:
    file.write(data[:8] + bytes(labels))
