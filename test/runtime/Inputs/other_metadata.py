"""other_metadata.py FILE OTHER RESULT: writes FILE's tensors with OTHER's metadata."""
import json
import struct
import sys
from pathlib import Path


def read(path):
    file = Path(path).read_bytes()
    (size,) = struct.unpack_from("<Q", file)
    return json.loads(file[8:8 + size]), file[8 + size:]


header, data = read(sys.argv[1])
header["__metadata__"] = read(sys.argv[2])[0]["__metadata__"]
text = json.dumps(header).encode()
Path(sys.argv[3]).write_bytes(struct.pack("<Q", len(text)) + text + data)
