"""check_saved.py FILE NAME=NUMBER...: scalars of a safetensors file, to within 0.05."""

import sys

import tensor_file

tensors, _ = tensor_file.read(sys.argv[1])
for wanted in sys.argv[2:]:
    name, _, number = wanted.partition("=")
    (value,) = tensors[name].numbers()
    if abs(value - float(number)) > 0.05:
        sys.exit(f"{name} is {value}, not {number}")
