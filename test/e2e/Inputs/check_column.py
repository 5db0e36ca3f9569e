"""check_column.py CSV COLUMN ROW LOW HIGH: the number lies in [LOW, HIGH]."""
import csv
import sys

path, column, row, low, high = sys.argv[1:]
with open(path, newline="") as file:
    value = float(list(csv.DictReader(file))[int(row)][column])
if not float(low) <= value <= float(high):
    sys.exit(f"{path}: {column} of row {row} is {value}, expected {low} to {high}")
