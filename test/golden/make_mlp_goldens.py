"""make_mlp_goldens.py DIR: makes mlp-SEED.golden, the first step losses of the
MLP of mlp.test, with PyTorch in f32. DIR holds the
files that `fashion-standin DIR 1000 300` writes. Run by hand; needs torch.

Ten full batches of 96 rows and one of 40, in file order, plain SGD at 0.1."""
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(__file__))
from weights import tensors

SHAPES = {"hidden.weight": [30, 784], "hidden.bias": [30],
          "out.weight": [10, 30], "out.bias": [10]}

def read(path, header):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)

folder = sys.argv[1]
images = read(f"{folder}/train-images-idx3-ubyte", 16).reshape(-1, 784).float() / 255
labels = read(f"{folder}/train-labels-idx1-ubyte", 8).long()
for seed in (1, 2):
    p = {name: torch.tensor(values).reshape(shape).requires_grad_()
         for name, (shape, values) in tensors(seed, SHAPES).items()}
    losses = []
    for begin in range(0, len(images), 96):
        x, y = images[begin:begin + 96], labels[begin:begin + 96]
        h = torch.relu(torch.nn.functional.linear(x, p["hidden.weight"], p["hidden.bias"]))
        o = torch.nn.functional.linear(h, p["out.weight"], p["out.bias"])
        loss = torch.nn.functional.cross_entropy(o, y)
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            for value in p.values():
                value -= 0.1 * value.grad
                value.grad = None
    with open(os.path.join(os.path.dirname(__file__), f"mlp-{seed}.golden"), "w") as file:
        file.write("".join(f"{loss:.9g}\n" for loss in losses))
