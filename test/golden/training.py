"""The experiments of Inputs/training.sinter: their models and parameters.

training.py SEED: the safetensors file that they all start from, on stdout."""
import re
import sys
from pathlib import Path

import weights

def dense(sizes):
    """{name: [inputs, outputs]} to the shapes of PyTorch's parameters."""
    shapes = {}
    for name, (inputs, outputs) in sizes.items():
        shapes[name + ".weight"] = [outputs, inputs]
        shapes[name + ".bias"] = [outputs]
    return shapes

SHAPES = {
    "linear": dense({"out": [37, 1]}),
    "softmax_regression": dense({"out": [784, 10]}),
    "net": dense({"hidden": [61, 19], "out": [19, 10]}),
    "deep": {**dense({"fc1": [37, 21], "fc2": [21, 19], "fc3": [19, 23], "fc4": [23, 17],
                      "fc5": [17, 13], "fc6": [13, 11], "fc7": [11, 9], "fc8": [9, 10]}),
             "slope.weight": [1]},
}

def experiments():
    """{name of an experiment: its model's}, in the order of the file."""
    text = (Path(__file__).parent / "Inputs" / "training.sinter").read_text()
    return dict(re.findall(r"^train (\w+) = (\w+)", text, re.MULTILINE))

def start(seed, model):
    """{name: (shape, list of floats)} of the parameters."""
    return weights.tensors(seed, SHAPES[model])

if __name__ == "__main__":
    weights.write({f"{name}/{parameter}": value
                   for name, model in experiments().items()
                   for parameter, value in start(int(sys.argv[1]), model).items()})
