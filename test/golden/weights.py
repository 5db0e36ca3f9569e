"""weights.py SEED NAME:ROWSxCOLUMNS...: a safetensors file on stdout whose
numbers come from a small generator, so that no weights need to be stored. The
PyTorch script that makes the goldens imports `tensors` from here."""
import struct
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # by hand, too
import tensor_file

def tensors(seed, shapes):
    """{name: (shape, list of floats)}: uniform on +-1/sqrt(columns)."""
    state = seed * 2654435761 + 1
    result = {}
    for name, shape in shapes.items():
        count = 1
        for size in shape:
            count *= size
        scale = shape[-1] ** -0.5
        values = []
        for _ in range(count):
            state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
            values.append(((state >> 40) / 2**23 - 1) * scale)
        # As f32, which is what both sides start from.
        values = list(struct.unpack(f"<{count}f", struct.pack(f"<{count}f", *values)))
        result[name] = (shape, values)
    return result

def write(values):
    """{name: (shape, list of floats)} as a safetensors file on stdout."""
    sys.stdout.buffer.write(tensor_file.pack(
        {name: ("F32", shape, numbers) for name, (shape, numbers) in values.items()}))

def main():
    shapes = {}
    for word in sys.argv[2:]:
        name, sizes = word.split(":")
        shapes[name] = [int(size) for size in sizes.split("x")]
    write(tensors(int(sys.argv[1]), shapes))

if __name__ == "__main__":
    main()
