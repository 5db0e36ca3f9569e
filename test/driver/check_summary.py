#!/usr/bin/env python3
"""check_summary.py SUMMARY MAP: of the multilayer perceptron at batch 256.

The arena is near the lower bound, is not more than 1.2 MiB, and the map's
tensors fit into it without two sharing bytes at one instant."""

import json
import sys

with open(sys.argv[1]) as file:
    summary = json.load(file)
with open(sys.argv[2]) as file:
    maps = json.load(file)

for experiment in summary["experiments"]:
    for function in experiment["functions"]:
        assert function["arena_bytes"] <= 1.05 * function["max_live_bytes"], \
            function
assert summary["arena_bytes"] <= 1.2 * 2**20, summary["arena_bytes"]

for function in maps:
    tensors = function["tensors"]
    for i, a in enumerate(tensors):
        assert a["offset"] + a["bytes"] <= function["bytes"], a
        for b in tensors[:i]:
            # A result may be written over an operand at its last use.
            together = a["first"] < b["last"] and b["first"] < a["last"]
            apart = (a["offset"] + a["bytes"] <= b["offset"] or
                     b["offset"] + b["bytes"] <= a["offset"])
            assert apart or not together, (a, b)
