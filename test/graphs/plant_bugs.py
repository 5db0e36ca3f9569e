#!/usr/bin/env python3
"""Plants bugs in the compiler and shows that random graphs find them.

    test/graphs/plant_bugs.py [--build FOLDER] [--seeds N] [NAME...]
    test/graphs/plant_bugs.py --check

Each patch of test/graphs/bugs breaks one thing in one file. It is applied to a
copy of the file, which is compiled and linked in place of the original into a
sinter-graphtest of its own; that runs until it fails or has checked N graphs.
Sources and build are left as they are. Prints a table of Markdown; ends with 1 if
a bug was not found. --check only looks whether the patches still fit the sources.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUGS = ROOT / "test" / "graphs" / "bugs"


def run(command, **options):
    result = subprocess.run(command, capture_output=True, text=True, **options)
    if result.returncode:
        sys.exit(f"{command}\n{result.stdout}{result.stderr}")
    return result.stdout


class Tester:
    """How sinter-graphtest was built."""

    def __init__(self, build):
        self.build = build
        run(["ninja", "-C", build, "sinter-graphtest"])
        self.commands = run(["ninja", "-C", build, "-t", "commands",
                             "sinter-graphtest"]).splitlines()

    def compile(self, original, changed, output):
        """Compiles `changed` as `original` was."""
        ending = f" -c {original}"
        command = next(line for line in self.commands if line.endswith(ending))
        words = shlex.split(command)
        words[-1] = str(changed)
        for option, value in (("-o", output), ("-MF", f"{output}.d")):
            words[words.index(option) + 1] = str(value)
        run(words, cwd=self.build)

    def link(self, changed, output):
        """Links with `changed`, before the archives that hold the original."""
        command = self.commands[-1].removeprefix(": && ").removesuffix(" && :")
        words = shlex.split(command)
        words[words.index("-o") + 1] = str(output)
        run([words[0], str(changed)] + words[1:], cwd=self.build)


def find(tester, seeds):
    """The first failure: its seed and what it says; None if there is none."""
    result = subprocess.run([tester, "--seeds", f"0..{seeds}", "--stop",
                             "--no-reduce", "--jobs", "2"],
                            capture_output=True, text=True)
    match = re.search(r"^seed (\d+): (.*)$", result.stdout, re.M)
    return (int(match[1]), match[2]) if match else None


def apply(name, folder):
    """The file that the bug is in, and a copy with the bug."""
    patch = BUGS / (name + ".patch")
    file = re.search(r"^--- a/(.*)$", patch.read_text(), re.M)[1]
    # Includes without a folder are looked up beside the file, hence its name.
    copy = folder / Path(file).name
    copy.write_text((ROOT / file).read_text())
    run(["patch", "-s", "-F0", copy, patch])
    return file, copy


def plant(name, tester, folder, seeds):
    file, copy = apply(name, folder)
    tester.compile(ROOT / file, copy, folder / "changed.o")
    tester.link(folder / "changed.o", folder / "graphtest")
    return find(folder / "graphtest", seeds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in BUGS.glob("*.patch"))
    if options.check:
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                apply(name, Path(folder))
        print(f"{len(names)} bugs can be planted")
        return

    tester = Tester(options.build)
    print("| bug | what it breaks | found by seed | as | seconds |")
    print("|---|---|---|---|---|")
    missed = 0
    for name in names:
        start = time.time()
        with tempfile.TemporaryDirectory() as folder:
            found = plant(name, tester, Path(folder), options.seeds)
        about = (BUGS / (name + ".patch")).read_text().splitlines()[0].rstrip(".")
        seed, text = found or ("**not found**", "")
        missed += not found
        print(f"| {name} | {about} | {seed} | {text[:90]} | "
              f"{round(time.time() - start)} |", flush=True)
    sys.exit(missed != 0)


if __name__ == "__main__":
    main()
