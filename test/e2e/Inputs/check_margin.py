"""check_margin.py CSV OTHER COLUMN MARGIN: the last row beats the other's."""
import csv
import sys

def last(path):
    with open(path, newline="") as file:
        return float(list(csv.DictReader(file))[-1][sys.argv[3]])

ours, other = last(sys.argv[1]), last(sys.argv[2])
if ours - other < float(sys.argv[4]):
    sys.exit(f"{ours} is not {sys.argv[4]} above {other}")
