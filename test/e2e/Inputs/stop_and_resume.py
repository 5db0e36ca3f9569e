"""stop_and_resume.py WORK PROGRAM WORD... [-- OPTION...]: trains at once, and again stopped by
signals after some steps and resumed; both end in the same checkpoint. Options behind `--` are
not said again to go on."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

work = Path(sys.argv[1])
work.mkdir(parents=True, exist_ok=True)
end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
command, first = sys.argv[2:end], sys.argv[end + 1:]

def train(name, *options):
    with open(work / (name + ".err"), "w") as errors:
        return subprocess.Popen([*command, "--save", work / name, "--log", work / (name + ".csv"), "--log-every", "1",
                                 *options], stdout=subprocess.DEVNULL, stderr=errors)

def losses(name):
    lines = (work / (name + ".csv")).read_text().splitlines()
    return [[field for i, field in enumerate(line.split(",")) if i != 5] for line in lines]  # but the seconds

whole = train("whole", *first)
assert whole.wait() == 0
stops = 0
options = first
while True:
    part = train("part", *options)
    if stops < 6:
        time.sleep(0.01 + 0.013 * stops)
        part.send_signal(signal.SIGINT)
    code = part.wait()
    if code == -signal.SIGINT:
        continue  # before the first step
    if code == 0:
        break
    assert code == 130, (code, (work / "part.err").read_text())
    stops += 1
    options = ["--resume", work / "part"]
assert stops > 0, "it was never stopped"
assert (work / "whole").read_bytes() == (work / "part").read_bytes()
assert losses("whole") == losses("part")
print("stopped", stops, "times")
