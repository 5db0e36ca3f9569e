"""Puts hostile numbers in the place of every number of the model files, a few at a
time, and checks each file with a stack of 1 MiB: it is accepted or refused with a
located error, in a few seconds. usage: numbers.py SINTER FOLDER STRIDE"""

import glob
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


def variants(text):
    code = "\n".join(line.split("#")[0] for line in text.split("\n"))
    offset_of_line = 0
    for line, kept in zip(text.split("\n"), code.split("\n")):
        for number in re.finditer(r"(?<![\w.])\d+(\.\d+)?(e-?\d+)?(?![\w.])", kept):
            for hostile in HOSTILE:
                start, end = (offset_of_line + at for at in number.span())
                yield text[:start] + hostile + text[end:]
        offset_of_line += len(line) + 1


def main():
    sinter, folder, stride = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tried = refused = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        path = scratch + "/model.sinter"
        files = sorted(glob.glob(folder + "/*.sinter"))
        texts = [variant for file in files for variant in variants(open(file).read())]
        for text in texts[::stride]:
            open(path, "w").write(text)
            run = subprocess.run([sinter, "check", path], capture_output=True,
                                 preexec_fn=limit_resources)
            tried += 1
            refused += run.returncode == 1
            if run.returncode == 0 or (run.returncode == 1 and LOCATED.search(run.stderr)):
                continue
            failed += 1
            print(f"exit code {run.returncode} for:\n{text}\n{run.stderr.decode()}")
    print(f"{tried} files, {refused} refused, {failed} failures")
    return failed != 0 or not 0 < refused < tried


sys.exit(main())
