"""check_size.py FILE LIMIT: the file has at most LIMIT bytes."""
import os
import sys

size = os.path.getsize(sys.argv[1])
print(size, "bytes")
if size > int(sys.argv[2]):
    sys.exit(f"{sys.argv[1]} has {size} bytes, the limit is {sys.argv[2]}")
