"""resume.py PROGRAM: stopped anywhere by a signal, resumed: the same bits.

Interrupts a long training at several moments, resumes it for a few epochs more
and compares checkpoint, log and output with a run that was never stopped.
"""

import os
import signal
import subprocess
import sys
import time

program = os.path.abspath(sys.argv[1])


def train(*args, **kwargs):
    return subprocess.run([program, "train", "linreg", *args], capture_output=True, text=True, **kwargs)


def epoch_of(log):
    lines = open(log).read().splitlines()[1:]
    return int(lines[-1].split(",")[2]) if lines else 0


def rows_without_time(log):
    return [line.split(",")[:5] + line.split(",")[6:] for line in open(log)]


in_the_middle = 0
for delay, number in (0.02, signal.SIGINT), (0.05, signal.SIGTERM), (0.08, signal.SIGINT), (0.11, signal.SIGTERM):
    for name in "part.st", "part.csv":
        if os.path.exists(name):
            os.remove(name)
    command = [program, "train", "linreg", "--epochs", "100000000", "--log-every", "1",
               "--save", "part.st", "--log", "part.csv"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while not os.path.exists("part.csv"):
        time.sleep(0.001)
    time.sleep(delay)
    process.send_signal(number)
    errors = process.communicate()[1]
    assert process.returncode == 128 + number, (process.returncode, errors)
    assert "--resume part.st" in errors.splitlines()[-1], errors
    epochs = str(epoch_of("part.csv") + 2)
    in_the_middle += int(open("part.csv").read().splitlines()[-1].split(",")[3]) % 10 != 0
    full = train("--epochs", epochs, "--log-every", "1", "--save", "full.st", "--log", "full.csv")
    part = train("--epochs", epochs, "--log-every", "1", "--save", "part.st", "--log", "part.csv",
                 "--resume", "part.st")
    assert full.returncode == part.returncode == 0, part.stderr
    assert full.stdout == part.stdout, (full.stdout, part.stdout)
    assert open("full.st", "rb").read() == open("part.st", "rb").read()
    assert rows_without_time("full.csv") == rows_without_time("part.csv")
print("stopped in the middle of an epoch %d times of 4" % in_the_middle)
assert in_the_middle > 0
