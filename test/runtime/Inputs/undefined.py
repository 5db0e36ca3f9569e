"""undefined.py NM ARCHIVE: what the archive wants from elsewhere is listed."""

import subprocess
import sys

ALLOWED = set("""
__errno_location bcmp clock_gettime close fstat fsync ftruncate getpid isatty kill main
memchr memcmp memcpy memfd_create memmove memset mmap mremap munmap open read rename
sigaction sinter_program stat strchr strcmp strcspn strlen strncmp strrchr
strspn syscall unlink unlinkat write
""".split())


def symbols(kind):
    command = [sys.argv[1], kind, "--format=just-symbols", sys.argv[2]]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    return {line for line in lines if line and not line.endswith(":")}


unknown = sorted(symbols("--undefined-only") - symbols("--defined-only") - ALLOWED)
assert not unknown, unknown
