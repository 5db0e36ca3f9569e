#!/usr/bin/env python3
"""deep_models.py SINTER DIR: multilayer perceptrons of 8, 64 and 512 layers.

The number of kernels does not depend on the depth, that of launches and the
time grow with it at most in proportion, and a weight of 1 GiB takes no memory
of the compiler."""

import pathlib
import re
import resource
import subprocess
import sys
import time

GIB = 2**30


def model(layers, width):
    body = "".join(f"    |> dense({width}) |> relu\n" for _ in range(layers))
    return f"""data d {{
  column x = normal(0, 1, [64, {width}])
  column y = normal(0, 1, [64, 1])
}}
model deep {{
  input  x : f32[batch, {width}]
  target y : f32[batch, 1]
  let y_hat = x
{body}    |> dense(1)
  loss mean((y_hat - y) ** 2)
  predict y_hat
}}
train deep on d {{ epochs = 1, batch = 32, optimizer = sgd(lr = 0.001) }}
"""


def limit():
    """A model and all that the compiler needs for it, in 1 GiB."""
    resource.setrlimit(resource.RLIMIT_DATA, (GIB, GIB))


def compile_model(sinter, work, layers, width):
    path = work / f"deep{layers}x{width}.sinter"
    path.write_text(model(layers, width))
    start = time.monotonic()
    subprocess.run([sinter, "build", path, "-o", path.with_suffix("")],
                   check=True, preexec_fn=limit)
    seconds = time.monotonic() - start
    plan = subprocess.run([sinter, "emit", path, "--emit=plan"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    kernels = len(re.findall(r"sinter\.kernel @", plan))
    launches = len(re.findall(r"sinter\.launch @", plan))
    return kernels, launches, seconds


def main():
    sinter, work = sys.argv[1], pathlib.Path(sys.argv[2])
    work.mkdir(parents=True, exist_ok=True)
    counts = {}
    for layers in (8, 64, 512):
        kernels, launches, seconds = compile_model(sinter, work, layers, 64)
        counts[layers] = kernels, launches
        print(f"{layers} layers: {kernels} kernels, {launches} launches, "
              f"{seconds:.1f} s", file=sys.stderr)
    assert counts[8][0] == counts[64][0] == counts[512][0], counts
    per_layer = (counts[64][1] - counts[8][1]) / 56
    assert counts[512][1] - counts[64][1] <= per_layer * 448, counts
    compile_model(sinter, work, 1, 16384)
    print("depth and size cost no more than they should")


if __name__ == "__main__":
    main()
