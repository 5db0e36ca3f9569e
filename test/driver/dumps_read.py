#!/usr/bin/env python3
"""dumps_read.py SINTER SINTER_OPT MODEL: what --after=PASS prints after each
pass of the graph can be read by sinter-opt, which prints it alike again."""

import subprocess
import sys

PASSES = ["stabilize", "reassociate-chains", "differentiate", "split-metrics",
          "expand-updates", "simplify", "collapse-affine", "canonicalize", "cse",
          "loop-invariant-code-motion",
          "fold-transposes", "assign-layout", "outline-kernels",
          "select-kernels", "schedule", "plan-memory", "verify-plan"]


def run(command, text=None):
    return subprocess.run(command, check=True, input=text, text=True,
                          stdout=subprocess.PIPE).stdout


def main():
    sinter, sinter_opt, model = sys.argv[1:]
    for name in PASSES:
        dump = run([sinter, "emit", model, f"--after={name}"])
        read = run([sinter_opt], dump)
        assert read.count("sinter.") == dump.count("sinter."), name
        again = run([sinter_opt], read)
        assert run([sinter_opt], again) == again, name
    print(f"{len(PASSES)} dumps read")


if __name__ == "__main__":
    main()
