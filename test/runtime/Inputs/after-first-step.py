"""after-first-step.py TRACE: after the log's header no memory is asked for."""

import sys

calls = [line.split("(")[0] for line in open(sys.argv[1])]
texts = open(sys.argv[1]).read().splitlines()
first = next(i for i, line in enumerate(texts) if line.startswith("write(") and "experiment,fold" in line)
bad = [line for line in texts[first:] if line.split("(")[0] in ("mmap", "brk", "mremap", "munmap")]
assert not bad, bad
assert texts[first:].count("fsync") == 0 and any(c == "fsync" for c in calls[first:])
