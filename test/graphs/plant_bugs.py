#!/usr/bin/env python3
"""Plants bugs in the compiler and shows that random graphs find them.

    test/graphs/plant_bugs.py [--folder FOLDER] [--seeds N] [NAME...]

Each patch of test/graphs/bugs breaks one thing. It is applied in a copy of the
sources, sinter-graphtest is built there and run until it fails or has checked N
graphs. Prints a table of Markdown; ends with 1 if a bug was not found. The first
build takes as long as building Sinter, each other a file and a link.
"""

import argparse
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUGS = ROOT / "test" / "graphs" / "bugs"


def copy_sources(folder):
    """The files under version control, as they are now. Equal ones keep their
    times, so that they are not built again."""
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True,
                           capture_output=True, text=True).stdout.splitlines()
    for name in names:
        source, target = ROOT / name, folder / name
        if not source.is_file():
            continue
        if target.is_file() and target.read_bytes() == source.read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)


def build(folder):
    if not (folder / "build" / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "dev", "-B", "build"], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL)
    result = subprocess.run(["ninja", "-C", "build", "sinter-graphtest"],
                            cwd=folder, capture_output=True, text=True)
    if result.returncode:
        sys.exit(result.stdout[-4000:])


def patch(folder, name, *options):
    subprocess.run(["patch", "-p1", "-s", *options, "-i", BUGS / (name + ".patch")],
                   cwd=folder, check=True)


def find(folder, seeds):
    """The first failure: its seed and what it says; None if there is none."""
    result = subprocess.run(
        ["build/bin/sinter-graphtest", "--seeds", f"0..{seeds}", "--stop",
         "--no-reduce", "--jobs", "2"],
        cwd=folder, capture_output=True, text=True)
    match = re.search(r"^seed (\d+): (.*)$", result.stdout, re.M)
    return (int(match[1]), match[2]) if match else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "planted")
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    names = options.names or sorted(path.stem for path in BUGS.glob("*.patch"))

    copy_sources(options.folder)
    build(options.folder)
    print("| bug | what it breaks | found by seed | as | seconds |")
    print("|---|---|---|---|---|")
    missed = 0
    for name in names:
        patch(options.folder, name)
        try:
            build(options.folder)
            start = time.time()
            found = find(options.folder, options.seeds)
            seconds = round(time.time() - start)
        finally:
            patch(options.folder, name, "-R")
        about = (BUGS / (name + ".patch")).read_text().splitlines()[0].rstrip(".")
        seed, text = found or ("**not found**", "")
        missed += not found
        print(f"| {name} | {about} | {seed} | {text[:90]} | {seconds} |", flush=True)
    build(options.folder)
    sys.exit(missed != 0)


if __name__ == "__main__":
    main()
