"""python-jsonschema: checks every schema of a folder, then holds every sample against its schema.

Usage: validate.py CONTRACTS; prints what is wrong, one line of JSON each.
"""

import json
import sys
from pathlib import Path

from jsonschema import Draft202012Validator, SchemaError

contracts = Path(sys.argv[1])


def wrong(file: str, why: str) -> None:
    print(json.dumps({"file": file, "why": why}))


for file in sorted((contracts / "schemas").glob("*.json")):
    schema, topic = json.loads(file.read_text(encoding="utf-8")), file.name.removesuffix(".v1.json")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        wrong(file.name, error.message)
        continue
    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    for sample in sorted((contracts / "samples" / topic).iterdir()):
        for error in validator.iter_errors(json.loads(sample.read_text(encoding="utf-8"))):
            wrong(f"{topic}/{sample.name}", error.message)
