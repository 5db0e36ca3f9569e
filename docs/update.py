#!/usr/bin/env python3
"""Writes what is generated in docs/: update.py SINTER. With --check, only says what is out of date."""
import pathlib
import subprocess
import sys

BEGIN, END = "<!-- begin built-ins: ./dev docs -->\n", "<!-- end built-ins -->"


def main():
    sinter, *options = sys.argv[1:]
    folder = pathlib.Path(__file__).parent

    def generated(form):
        return subprocess.run([sinter, "help", f"--format={form}"], capture_output=True, text=True, check=True).stdout

    page = (folder / "language.md").read_text()
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    wanted = {
        folder / "language.md": head + BEGIN + generated("md") + END + tail,
        folder / "sinter.schema.json": generated("json-schema"),
    }
    stale = [path for path, text in wanted.items() if path.read_text() != text]
    for path in stale:
        if "--check" in options:
            print(f"{path} is out of date: run './dev docs'", file=sys.stderr)
        else:
            path.write_text(wanted[path])
    return 1 if stale and "--check" in options else 0


if __name__ == "__main__":
    sys.exit(main())
