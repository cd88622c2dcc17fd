"""`contracts/` is a distribution of its own: an agency installs it, and gets pydantic with it and nothing else."""

import json
import os
import re
import tomllib
import venv
from pathlib import Path

import pytest

from tests.contract.installing import copied, pip, run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "contracts"

AN_AGENCY = """
from datetime import datetime, timezone
event = read_event("dossier.transferred", SAMPLE)
assert handed_to(event.data.to_agency, "dossier.transferred", SAMPLE) == event.subject
assert handed_to("H00.00", "dossier.transferred", SAMPLE) == ""
assert handed_to("H00.00", "dossier.transferred", b"no event") == ""
report = finished(event, "CB-1", datetime(2026, 1, 6, 3, tzinfo=timezone.utc))
assert report == read_event("agency.reported", report.to_json().encode())
assert report.identity == finished(event, "CB-1", datetime(2026, 1, 7, 3, tzinfo=timezone.utc)).identity

import json
from contracts.schemas import schema_of
assert json.loads(SCHEMA) == schema_of("dossier.transferred")
assert "dossier.transferred" in ASYNCAPI
"""
"""What an agency does after the examples of contracts/README.md."""

REQUIRED = """
import json
from importlib.metadata import requires
from re import match
found, asked = set(), ["pydantic"]
while asked:
    name = match("[A-Za-z0-9._-]+", asked.pop())[0].replace("_", "-").lower()
    if name not in found:
        found.add(name)
        asked += [one for one in requires(name) or () if "extra ==" not in one]
print(json.dumps(sorted(found)))
"""
"""Pydantic and all that it asks for, by the metadata that was installed."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The Python of an environment that held nothing, into which the distribution was installed."""
    place = tmp_path_factory.mktemp("agency")
    venv.create(place / "venv", with_pip=False)
    python = place / "venv" / "bin" / "python"
    pip(python, "install", "--quiet", str(copied(FOLDER, place)))
    return python


@pytest.mark.slow
def test_it_brings_pydantic_and_what_pydantic_asks_for_and_nothing_else(installed):
    there = {one["name"].replace("_", "-").lower() for one in json.loads(pip(installed, "list", "--format", "json"))}
    assert there == {"lienthong-contracts", *json.loads(run(installed, REQUIRED))}


@pytest.mark.slow
def test_an_agency_reads_and_reports_as_the_readme_shows_it(installed):
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert len(examples) == 3
    run(installed, "\n".join((*examples, AN_AGENCY)))


@pytest.mark.slow
def test_it_holds_every_module_schema_and_sample(installed):
    folder = Path(run(installed, "import contracts; print(contracts.__path__[0])").strip())
    assert not folder.is_relative_to(ROOT)
    kinds = ("*.py", "*.yaml", "py.typed", "*.json")
    there, here = (
        {file.relative_to(root) for kind in kinds for file in root.rglob(kind) if "build" not in file.parts}
        for root in (folder, FOLDER)
    )
    assert there == here
    assert all((folder / name).read_bytes() == (FOLDER / name).read_bytes() for name in here)


def test_it_has_the_version_and_the_licence_of_the_product():
    own, product = (
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"] for folder in (FOLDER, ROOT)
    )
    assert (own["version"], own["requires-python"]) == (product["version"], product["requires-python"])
    assert set(own["dependencies"]) <= set(product["dependencies"])
    assert os.fspath(own["license"]) in product["license"]
    assert (FOLDER / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
