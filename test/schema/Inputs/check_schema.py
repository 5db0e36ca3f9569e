"""Holds the JSON Schema against `sinter`: check_schema.py SINTER SCHEMA FOLDER...

Every model file in the folders must satisfy the schema once it is written as JSON, and each of the bad declarations and
statements below must be refused by both. The validator is the Python package jsonschema, which knows nothing of Sinter.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import jsonschema

# Declarations, of which each breaks one rule of the JSON spelling.
BAD_DECLARATIONS = [
    {"modle": "m", "body": []},
    {"model": "m"},
    {"model": "m", "body": {}},
    {"model": "2m", "body": []},
    {"model": "let", "body": []},
    {"model": "m", "body": [], "extra": 1},
    {"option": "k"},
    {"option": "k", "=": 1, "type": "f32[]"},
    {"import": "other.sinter", "as": "o"},
    {"fn": "f", "body": []},
    {"fn": "f", "params": "x", "body": []},
    {"fn": "f", "params": [{"a": 1, "b": 2}], "body": []},
    {"fn": "f", "params": [1], "body": []},
    {"optimizer": "o", "params": [], "bdy": []},
    {"program": "p", "params": [], "body": []},
    {"data": "d"},
    {"data": "d", "body": [], "=": {"fashion_mnist": []}},
    {"data": "d", "body": [{"train": {}}]},
    {"data": "d", "body": [{"seed": 1, "sed": 2}]},
    {"train": "m", "on": "d"},
    {"train": "m", "body": []},
    {"train": "m", "on": "d", "body": [{"epochs": 1, "batch": 2}]},
    {"train": "m", "on": "d", "body": [{"after": {}}]},
    {"let": "x", "=": 1},
    {"print": [1]},
    {"#": 1},
    {},
    3,
]

# Statements of a program.
BAD_STATEMENTS = [
    {"let": "x"},
    {"let": 1, "=": 1},
    {"let": "x", "=": 1, "typ": "f32[]"},
    {"let": "x", "type": 1, "=": 1},
    {"let": "x", "=": {"f": [], "g": []}},
    {"let": "x", "=": "not a name"},
    {"let": "x", "=": "loss"},
    {"let": "x", "=": {"+": [1]}},
    {"let": "x", "=": {"*": [1, 2, 3]}},
    {"let": "x", "=": {"not": [1, 2]}},
    {"let": "x", "=": {"..": [0]}},
    {"let": "x", "=": {"[]": ["y"]}},
    {"let": "x", "=": {"[]": ["y", {":": [0]}]}},
    {"let": "x", "=": {":": [0, 1]}},
    {"let": "x", "=": {".": ["y", 1]}},
    {"let": "x", "=": {"text": 1}},
    {"let": "x", "=": {"float": ["a"]}},
    {"let": "x", "=": {"f": 1}},
    {"let": "x", "=": {"f": {"args": 1}}},
    {"let": "x", "=": {"f": {"a b": 1}}},
    {"let": "x", "=": {"if": True, "then": []}},
    {"let": "x", "=": {"if": True, "then": 1, "else": []}},
    {"let": "x", "=": {}},
    {"if": True, "els": []},
    {"for": "i", "body": []},
    {"for": "i", "in": {"..": [0, 2]}},
    {"while": True, "body": []},
    {"set": "x"},
    {"print": 1},
    {"print": [1], "#": "two\nlines"},
    {"time": {"text": "t"}},
    {"model": "m", "body": []},
]

GOOD_FILE = {"sinter": 1, "file": [{"program": "p", "body": [{"print": [1]}]}]}
BAD_FILES = (
    [[], {}, {"sinter": 1}, {"sinter": 2, "file": []}, {"sinter": 1, "file": {}}, {"sinter": 1, "file": [], "x": 1}]
    + [{"sinter": 1, "file": [bad]} for bad in BAD_DECLARATIONS]
    + [{"sinter": 1, "file": [{"program": "p", "body": [bad]}]} for bad in BAD_STATEMENTS]
)


def main():
    sinter, schema_path, *folders = sys.argv[1:]
    schema = json.loads(pathlib.Path(schema_path).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    failures = []
    models = [path for folder in folders for path in sorted(pathlib.Path(folder).glob("*.sinter"))]
    for path in models:
        text = subprocess.run([sinter, "fmt", "--to=json", path], capture_output=True, check=True).stdout
        failures += [f"{path}: refused: {error.message[:200]}" for error in validator.iter_errors(json.loads(text))]
    with tempfile.TemporaryDirectory() as folder:
        bad_path = pathlib.Path(folder) / "bad.json"
        for document, is_good in [(GOOD_FILE, True)] + [(bad, False) for bad in BAD_FILES]:
            if validator.is_valid(document) != is_good:
                failures.append(f"the schema is wrong about {document}")
            bad_path.write_text(json.dumps(document))
            if (subprocess.run([sinter, "fmt", bad_path], capture_output=True).returncode == 0) != is_good:
                failures.append(f"sinter is wrong about {document}")
    print(*failures, sep="\n")
    print(f"{len(models)} models, {len(BAD_FILES)} bad files, {len(failures)} failures")
    return 1 if failures or not models else 0


if __name__ == "__main__":
    sys.exit(main())
