#!/usr/bin/env python3
"""Runs COMMAND... FILE and compares its errors with those the file expects.

A comment below a line states an error of that line: a caret under its column,
or the column's number, then the code and a part of the message.

    let y = x @ w
    #       ^ E0203 shapes [4, 3] and [2, 1] do not fit
    # 1: E0213 needs 'epochs'

In a JSON file, which knows no comments, these lines are taken out before it is
checked. All errors and warnings must be expected, in any order, and the exit status
must be 1, or 0 where there are warnings alone. Lines
`# note: TEXT` and `# help: TEXT` ask for a note or help with that text, and
`# args: ARGUMENTS` adds arguments to the command.
"""
import os
import re
import subprocess
import sys
import tempfile

CARET = re.compile(r"^\s*#(\s*)\^ ([EW]\d{4}) (.*)$")
COLUMN = re.compile(r"^\s*# (\d+): ([EW]\d{4}) (.*)$")
NOWHERE = re.compile(r"^\s*# nowhere: ([EW]\d{4}) (.*)$")
REPORTED = re.compile(r"^(?:.*?:(\d+):(\d+): )?(?:error|warning)\[([EW]\d{4})\]: (.*)$")


def expectations(lines):
    errors, texts, arguments, line = [], [], [], 0
    for number, text in enumerate(lines, 1):
        if match := CARET.match(text):
            errors.append((line, text.index("^") + 1, match[2], match[3]))
        elif match := COLUMN.match(text):
            errors.append((line, int(match[1]), match[2], match[3]))
        elif match := NOWHERE.match(text):
            errors.append((0, 0, match[1], match[2]))
        elif match := re.match(r"^\s*# (note|help): (.*)$", text):
            texts.append((match[1], match[2]))
        elif match := re.match(r"^\s*# args: (.*)$", text):
            arguments += match[1].split()
        else:
            line = number
    return errors, texts, arguments


def without_comments(path, folder):
    """A copy of a JSON file whose lines stand where they stood."""
    copy = os.path.join(folder, os.path.basename(path))
    with open(path, encoding="utf-8") as file, open(copy, "w", encoding="utf-8") as out:
        out.writelines("\n" if line.startswith("#") else line for line in file)
    return copy


def main():
    command, path = sys.argv[1:-1], sys.argv[-1]
    with open(path, encoding="utf-8") as file:
        errors, texts, arguments = expectations(file.read().splitlines())
    status = int(any(code.startswith("E") for _, _, code, _ in errors))
    with tempfile.TemporaryDirectory() as folder:
        checked = without_comments(path, folder) if path.endswith(".json") else path
        run = subprocess.run(
            command + [checked] + arguments, capture_output=True, text=True, timeout=60
        )
    failures = []
    if run.returncode != status:
        failures.append(f"exit status {run.returncode} instead of {status}")
    for line in run.stderr.splitlines():
        if not (match := REPORTED.match(line)):
            continue
        place = (int(match[1] or 0), int(match[2] or 0))
        for error in errors:
            if place == error[:2] and match[3] == error[2] and error[3] in match[4]:
                errors.remove(error)
                break
        else:
            failures.append(f"not expected: {line}")
    failures += [f"not reported: {error}" for error in errors]
    for kind, text in texts:
        if not any(kind + ": " in line and text in line
                   for line in run.stderr.splitlines()):
            failures.append(f"no {kind} with: {text}")
    if failures:
        print(f"{path}:", *failures, "", run.stderr, sep="\n", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
