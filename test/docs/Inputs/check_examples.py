"""Builds and runs the examples of a Markdown page: check_examples.py SINTER PAGE.

Blocks marked `sinter` or `json` are examples: statements of a program, settings of a `train` block, or whole files. A
`text` block right behind one is what it prints. `sinter check` marks one that is only checked, since it reads data;
`sinter file=NAME` a file that the next example imports.
"""
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
DECLARATION = re.compile(r"^(option|import|fn|optimizer|data|model|train|program)\s+[\"\w]", re.MULTILINE)
SETTING = re.compile(r"^\w+ = ")
EXPERIMENT = """data d {
  column x = normal(0, 1, [64, 2])
  column y = sum(x, axis = 1, keepdims = true)
}
model line {
  input  x : f32[batch, 2]
  target y : f32[batch, 1]
  loss mse(dense(x, 1), y)
}
train line on d {
  epochs = 2
  batch = 16
%s
}
"""


def examples(page):
    """(line, marks, text, expected output or None) of each example."""
    found, end = [], -1
    for match in FENCE.finditer(page):
        language, marks, text = match[1], match[2].strip(), match[3]
        if language == "text" and match.start() == end:
            found[-1][3] = text
        elif language in ("sinter", "json"):
            line = page.count("\n", 0, match.start()) + 1
            found.append([line, f"{language} {marks}", text, None])
        end = match.end()
    return found


def first_code(text):
    return "\n".join(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


def write_data(folder):
    """The files that examples read: rows of zeros."""
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': (8, %d), }"
    for name, columns in ("x.npy", 2), ("y.npy", 1):
        text = (header % columns).ljust(117).encode() + b"\n"
        (folder / name).write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + bytes(32 * columns))
    (folder / "train.csv").write_text("Id,Area,Street,SalePrice\n1,80,Pave,200000\n2,NA,NA,180000\n")
    (folder / "points.csv").write_text("x,y\n" + "".join(f"{x},{3 * x + 1}\n" for x in range(5)))
    (folder / "test.csv").write_text("Id,Area,Street\n3,90,Grvl\n")
    text = b'{"w":{"dtype":"F32","shape":[4,1],"data_offsets":[0,16]}}'.ljust(64)
    (folder / "net.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + bytes(16))


def run(command, folder):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def check_file(sinter, folder, name, marks, text, expected):
    """What is wrong with a whole file, or an empty text."""
    (folder / name).write_text(text)
    if "check" in marks or "fashion_mnist" in text:
        result = run([sinter, "check", name], folder)
        return result.stderr if result.returncode else ""
    result = run([sinter, "build", name, "-o", "example"], folder)
    output = ""
    for verb, pattern in (("train", r"^\W*train\W+\w+.*\Won\W"), ("run", r"^\W*program\W")):
        if result.returncode == 0 and re.search(pattern, text, re.MULTILINE):
            saved = ["--save", "params"] if verb == "train" else []
            if verb == "run" and (folder / "params").exists():
                saved = ["--params", "params"]
            result = run(["./example", verb, *saved], folder)
            if verb == "run":
                output = result.stdout
    if result.returncode:
        return result.stderr + result.stdout
    if expected is not None and output != expected:
        return f"printed\n{output}instead of\n{expected}"
    return ""


def check_statements(sinter, folder, programs):
    """Builds all statements as programs of one file and runs each: (line, what is wrong)."""
    text = "".join(f"program line{line} {{\n{body}}}\n" for line, body, _ in programs)
    (folder / "statements.sinter").write_text(text)
    built = run([sinter, "build", "statements.sinter", "-o", "statements"], folder)
    if built.returncode:
        return [(0, built.stderr)]
    failures = []
    for line, _, expected in programs:
        result = run(["./statements", "run", f"line{line}"], folder)
        if result.returncode:
            failures.append((line, result.stdout + result.stderr))
        elif expected is not None and result.stdout != expected:
            failures.append((line, f"printed\n{result.stdout}instead of\n{expected}"))
    return failures


def main():
    sinter, page = sys.argv[1:]
    found = examples(pathlib.Path(page).read_text())
    failures, programs = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_data(folder)
        for line, marks, text, expected in found:
            code = first_code(text)
            if not code:
                failures.append((line, "it is empty"))
                continue
            if match := re.search(r"file=(\S+)", marks):
                (folder / match[1]).write_text(text)
            elif not marks.startswith("json") and SETTING.match(code):
                failures.append((line, check_file(sinter, folder, "model.sinter", marks, EXPERIMENT % text, expected)))
            elif marks.startswith("json") or DECLARATION.match(code) and not code.startswith("fn"):
                suffix = "json" if marks.startswith("json") else "sinter"
                failures.append((line, check_file(sinter, folder, f"model.{suffix}", marks, text, expected)))
            elif "program" in code.split() or "model" in code.split():
                failures.append((line, check_file(sinter, folder, "model.sinter", marks, text, expected)))
            else:
                programs.append((line, text, expected))
            (folder / "params").unlink(missing_ok=True)
        failures += check_statements(sinter, folder, programs)
    failures = [(line, text) for line, text in failures if text]
    for line, text in failures:
        print(f"{page}:{line}: this example fails:\n{text}", file=sys.stderr)
    print(f"{len(found)} examples, {len(failures)} failures")
    return 1 if failures or not found else 0


if __name__ == "__main__":
    sys.exit(main())
