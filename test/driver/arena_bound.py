#!/usr/bin/env python3
"""arena_bound.py SINTER MODEL...: compares every function's arena with its
lower bound."""

import re
import subprocess
import sys

text = "".join(
    subprocess.run([sys.argv[1], "emit", model, "--emit=plan"], check=True,
                   stdout=subprocess.PIPE, text=True).stdout
    for model in sys.argv[2:])
found = re.findall(r"sinter\.arena_bytes = (\d+) : i64, "
                   r"sinter\.live_bytes = (\d+) : i64", text)
above = [pair for pair in found if int(pair[0]) > 1.05 * int(pair[1])]
print(f"{len(found)} functions, {len(above) or 'none'} above the bound")
sys.exit(bool(above) or len(found) < 20)
