"""Changes the model files at one place at a time and checks each mutant with a stack of
1 MiB: it is accepted, or refused with a located error, within seconds.
usage: mutants.py SINTER FOLDER KIND STRIDE, where KIND is

  numbers  a hostile number in the place of a number
  names    another name of the file in the place of a name
  lines    one line left out
  starts   the first lines, with every open bracket closed

and every STRIDE-th mutant is tried."""

import glob
import itertools
import re
import resource
import subprocess
import sys
import tempfile

HOSTILE = ["-1", "0", "1", "2147483647", "2147483648", "4294967297", "1099511627776",
           "4398046511105", "4611686018427387904", "9223372036854775807",
           "18446744073709551616", "1e308", '"5"']
LOCATED = re.compile(rb"^[^\n]*:\d+:\d+: error\[E\d{4}\]: ", re.MULTILINE)


def limit_resources():
    resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, 1 << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def without_comments(text):
    """The text with spaces in the place of its comments and texts."""
    return re.sub(r'#[^\n]*|"[^"\n]*"', lambda match: " " * len(match[0]), text)


def numbers(text):
    for number in re.finditer(r"(?<![\w.])\d+(\.\d+)?(e-?\d+)?(?![\w.])", without_comments(text)):
        for hostile in HOSTILE:
            yield text[:number.start()] + hostile + text[number.end():]


def names(text):
    found = list(re.finditer(r"(?<![\w.])[A-Za-z_]\w*", without_comments(text)))
    distinct = sorted({name[0] for name in found})
    for name, other in itertools.product(found, distinct):
        if name[0] != other:
            yield text[:name.start()] + other + text[name.end():]


def lines(text):
    every = text.split("\n")
    for left_out in range(len(every)):
        yield "\n".join(every[:left_out] + every[left_out + 1:])


def starts(text):
    every = text.split("\n")
    for count in range(1, len(every)):
        start = "\n".join(every[:count])
        open_brackets = []
        for bracket in re.findall(r"[()\[\]{}]", without_comments(start)):
            if bracket in "([{":
                open_brackets.append(bracket)
            else:
                open_brackets.pop()
        closing = "".join({"(": ")", "[": "]", "{": "}"}[b] for b in reversed(open_brackets))
        yield start + "\n" + closing + "\n"


def main():
    sinter, folder, kind, stride = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    tried = refused = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        path = scratch + "/model.sinter"
        files = sorted(glob.glob(folder + "/*.sinter"))
        mutants = [mutant for file in files for mutant in globals()[kind](open(file).read())]
        for text in mutants[::stride]:
            open(path, "w").write(text)
            run = subprocess.run([sinter, "check", path], capture_output=True,
                                 preexec_fn=limit_resources)
            tried += 1
            refused += run.returncode == 1
            if run.returncode == 0 or (run.returncode == 1 and LOCATED.search(run.stderr)):
                continue
            failed += 1
            print(f"exit code {run.returncode} for:\n{text}\n{run.stderr.decode()}")
    print(f"{tried} mutants, {refused} refused, {failed} failures")
    return failed != 0 or not 0 < refused < tried


sys.exit(main())
