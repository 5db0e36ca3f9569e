"""Counts the operations that differentiation adds to each training step of model files.
usage: backward_growth.py SINTER FILE..."""

import re
import subprocess
import sys

# Besides three operations for each forward one: seeds, zeros, clipping.
CONSTANT = 20


def operations(sinter, path, stage):
    """The number of operations that compute something, for each training step."""
    dump = subprocess.run([sinter, "emit", path, f"--after={stage}"],
                          capture_output=True, text=True, check=True).stdout
    counts = {}
    for function in re.split(r"^  func\.func ", dump, flags=re.M)[1:]:
        name = function.split("(")[0]
        if name.endswith('.train_step"') or name.endswith(".train_step"):
            # What the optimizer computes is no part of the gradient.
            function = re.sub(r"^    sinter\.update .*?^    }", "", function, flags=re.M | re.S)
            counts[name] = len(re.findall(r"^ +%.* = sinter\.", function, flags=re.M))
    return counts


def main():
    sinter, *paths = sys.argv[1:]
    steps = 0
    for path in paths:
        forward = operations(sinter, path, "sinter-reassociate-chains")
        both = operations(sinter, path, "sinter-differentiate")
        for name, count in forward.items():
            added = both[name] - count
            steps += 1
            if added > 3 * count + CONSTANT:
                sys.exit(f"{path}: {name} has {count} operations and {added} of its gradient")
    print(f"{steps} training steps")


main()
