"""check_fmt.py SINTER FOLDER: for each model file of the folder, fmt(fmt(f)) is
fmt(f), and fmt(to_dsl(to_json(f))) is fmt(f)."""
import glob
import os
import subprocess
import sys
import tempfile

def fmt(path, *options):
    return subprocess.run([sys.argv[1], "fmt", path, *options], check=True,
                          capture_output=True).stdout

def write(name, text):
    with open(name, "wb") as file:
        file.write(text)
    return name

files = sorted(glob.glob(os.path.join(sys.argv[2], "*.sinter")))
if not files:
    sys.exit("no model files in " + sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    for path in files:
        once = fmt(path)
        again = fmt(write(os.path.join(folder, "a.sinter"), once))
        if again != once:
            sys.exit(f"{path}: formatting twice is not formatting once")
        json = fmt(path, "--to=json")
        back = fmt(write(os.path.join(folder, "a.json"), json), "--to=dsl")
        if back != once:
            sys.exit(f"{path}: the way through JSON loses something")
