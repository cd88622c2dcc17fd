"""The schemas mean the same to other people's validators, and AsyncAPI's own parser reads the document.

Each is skipped where its toolchain is not on the machine; the reason says which.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import contracts
from interop.building import Builder

ROOT = Path(__file__).parents[2]
CONTRACTS = Path(contracts.__file__).parent
BUILDER = Builder(ROOT / ".lienthong" / "interop")
VALIDATORS = {
    "Ajv": ("node", ("node", "{built}/validate.mjs")),
    "networknt": ("java", ("java", "-cp", "{built}/classes:{built}/lib/*", "interop.Validate")),
    "santhosh-tekuri": ("go", ("go", "-C", "{source}", "run", "./validate")),
    "python-jsonschema": ("python", ("{built}/bin/python", "{source}/validate.py")),
}

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
each_validator = pytest.mark.parametrize("name", VALIDATORS)


def complaints(build, command, *about):
    """What a program finds wrong, `file: why`."""
    if why := BUILDER.build(build):
        assert why.startswith("not on this machine"), why
        pytest.skip(why)
    done = subprocess.run(
        [*BUILDER.command(build, command), *map(str, about)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return [f"{one['file']}: {one['why']}" for one in map(json.loads, done.stdout.splitlines())]


@each_validator
def test_every_schema_compiles_and_every_golden_sample_is_valid(name):
    assert complaints(*VALIDATORS[name], CONTRACTS) == []


@each_validator
def test_a_sample_that_is_not_valid_is_found(name, tmp_path):
    topic = "dossier.acknowledged"
    for folder in ("schemas", "samples"):
        shutil.copytree(CONTRACTS / folder, tmp_path / folder)
    sample = next((tmp_path / "samples" / topic).iterdir())
    event = json.loads(sample.read_text())
    del event["data"]["agency"]
    event["time"] = "yesterday"
    sample.write_text(json.dumps(event))
    assert f"{topic}/{sample.name}" in {one.split(": ")[0] for one in complaints(*VALIDATORS[name], tmp_path)}


def test_the_document_passes_asyncapis_own_parser():
    assert complaints("node", ("node", "{built}/asyncapi.mjs"), CONTRACTS / "asyncapi.yaml") == []


def test_asyncapis_own_parser_finds_what_is_wrong(tmp_path):
    document = tmp_path / "asyncapi.yaml"
    document.write_text("asyncapi: 3.0.0\ninfo: {title: No version}\n")
    assert complaints("node", ("node", "{built}/asyncapi.mjs"), document)
