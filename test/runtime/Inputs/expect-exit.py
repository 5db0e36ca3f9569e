"""expect-exit.py CODE COMMAND...: passes the output on, wants the exit code."""

import subprocess
import sys

code = subprocess.run(sys.argv[2:]).returncode
if code != int(sys.argv[1]):
    sys.exit("expected exit code %s, found %d" % (sys.argv[1], code))
