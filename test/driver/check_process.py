#!/usr/bin/env python3
"""check_process.py SINTER MODEL DATA DIR: what `sinter summary` says against
what the program does.

The code is that of the object file, the program maps store and arena with
exactly these sizes, and while it trains it never holds more than these, what it
maps of files and 256 KiB."""

import json
import pathlib
import re
import subprocess
import sys
import time


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **options)


def most_resident(command, cwd):
    """The high-water mark of a process, in bytes."""
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            exe = pathlib.Path(f"/proc/{process.pid}/exe").readlink()
        except OSError:
            break
        found = re.search(r"VmHWM:\s*(\d+) kB", status)
        if found and exe.name == pathlib.Path(command[0]).name:
            most = max(most, 1024 * int(found[1]))
        time.sleep(0.002)
    assert process.wait() == 0 and most > 0
    return most


def main():
    sinter, model, data, work = sys.argv[1:]
    work = pathlib.Path(work)
    work.mkdir(parents=True, exist_ok=True)
    program, module = (work / "program").resolve(), work / "module.o"
    summary = json.loads(run(sinter, "summary", model, "--format=json").stdout)
    run(sinter, "build", model, "-o", program)
    run(sinter, "build", model, "--emit=obj", "-o", module)

    sections = run("size", "-A", module).stdout
    code = sum(int(size) for size in
               re.findall(r"^\.text\S*\s+(\d+)", sections, re.MULTILINE))
    assert code == summary["code_bytes"], (code, summary["code_bytes"])

    trace = run("strace", "-e", "trace=mmap", program, "info").stderr
    mapped = [int(size) for size in re.findall(r"mmap\(NULL, (\d+),", trace)]
    for what in ("store_bytes", "arena_bytes"):
        assert summary[what] in mapped, (what, summary[what], mapped)

    files = sum(file.stat().st_size for file in pathlib.Path(data).iterdir())
    bound = (summary["store_bytes"] + summary["arena_bytes"] +
             summary["constant_bytes"] + files + 256 * 1024)
    most = most_resident([program, "train", "--epochs", "5", "--data",
                          pathlib.Path(data).resolve()], work)
    print(f"{most} bytes resident of {bound}")
    return most > bound


if __name__ == "__main__":
    sys.exit(main())
