"""check_bands.py FILE BAND...: the numbers in a text, in order, lie in the bands LOW:HIGH;
'_' passes over one."""

import re
import sys

numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e[-+]?\d+)?", open(sys.argv[1]).read())]
bands = sys.argv[2:]
if len(numbers) < len(bands):
    sys.exit(f"{len(numbers)} numbers for {len(bands)} bands: {numbers}")
for number, band in zip(numbers, bands):
    low, high = (float(end) for end in band.split(":")) if band != "_" else (number, number)
    if not low <= number <= high:
        sys.exit(f"{number} is not in {band}: {numbers}")
