"""Every code of an error or warning has a test, and every test here differs from the
others in its code or in what the message is about.
usage: coverage.py DiagnosticCodes.def FOLDER..."""

import glob
import re
import sys

codes = {f"{'W' if n.startswith('4') else 'E'}{int(n):04}" for n in re.findall(r"^DIAGNOSTIC\((\d+),", open(sys.argv[1]).read(), re.M)}
tests, expected, seen = 0, {}, set()
for folder in sys.argv[2:]:
    for path in glob.glob(folder + "/**/*.*", recursive=True):
        text = open(path, encoding="utf-8", errors="replace").read()
        seen |= set(re.findall(r"\b[EW]\d{4}\b", text))
        if not path.endswith((".sinter", ".json")):
            continue
        found = re.findall(r"^\s*#.*\b([EW]\d{4}) (.*)$", text, re.M)
        if "%check-errors" in text:
            tests += 1
            expected.setdefault(tuple(found), []).append(path)

for code in sorted(codes - seen):
    print(f"{code} has no test")
print(f"{len(codes)} codes, {len(codes - seen)} without a test, {tests} one-file tests, "
      f"{len(expected)} different")
