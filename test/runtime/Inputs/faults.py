"""faults.py PROGRAM: system calls that fail while a checkpoint is written.

Each of the calls of a save fails once, fails for ever, is cut short or kills
the process. The checkpoint must then be the old one or the new one, whole.
"""

import os
import subprocess
import sys

program = os.path.abspath(sys.argv[1])
NORMAL = [program, "train", "linreg", "--epochs", "2", "--log", "/dev/null"]


def run(command):
    return subprocess.run(command, capture_output=True, text=True)


def good(path):
    return run([program, "eval", "linreg", "--params", path]).returncode == 0


def traced(inject, *args):
    return run(["strace", "-f", "-o", "trace.txt", "-e", "inject=" + inject, *NORMAL, *args])


checks = 0
run(NORMAL[:4] + ["1"] + NORMAL[5:] + ["--save", "old.st"])
old = open("old.st", "rb").read()
for call in "write", "fsync", "rename", "open", "close", "fstat":
    for when in range(1, 12):
        for fault in ("error=ENOSPC", "error=EIO", "error=EINTR", "error=EMFILE", "signal=SIGKILL"):
            if fault == "error=EINTR" and call in ("rename", "close", "fstat"):
                continue
            if fault == "error=EMFILE" and call != "open":
                continue
            open("a.st", "wb").write(old)
            result = traced("%s:%s:when=%d" % (call, fault, when), "--resume", "a.st", "--save", "a.st")
            checks += 1
            assert good("a.st"), (call, when, fault, result.stderr)
            if "signal" not in fault:
                assert result.returncode in (0, 3, 4), (call, when, fault, result)
                left = [name for name in os.listdir(".") if ".tmp." in name]
                assert not left, (call, when, fault, left, result.stderr)
            for name in os.listdir("."):
                if ".tmp." in name:
                    os.remove(name)
# For ever: the old file stays, the final failure is an exit code.
open("a.st", "wb").write(old)
result = traced("fsync:error=EIO", "--resume", "a.st", "--save", "a.st")
assert result.returncode == 4 and "input/output error" in result.stderr, result
assert open("a.st", "rb").read() == old
print("%d faults, every checkpoint whole" % checks)
