"""`agency/` is a distribution of its own: an agency installs it with the contracts, and gets nothing of the house."""

import json
import os
import tomllib
import venv
from pathlib import Path

import pytest

from tests.contract.installing import copied, pip, run

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "agency"
HOUSE = ("chassis", "domain", "services", "tools", "deploy")

AN_AGENCY = """
import importlib.util, json, sys
from importlib.resources import files
from pathlib import Path
from contracts.claims import TookCustody
from contracts.topics import read_event
from lienthong_agency import Agency
from lienthong_agency.credentials import write_private
from lienthong_agency.signing import new_key, write_key

folder = Path(r"{folder}")
write_private(folder / "bus.json", {{"agency": "H29.04.01", "servers": "127.0.0.1:9"}})
write_key(new_key("H29.04.01", "a-cluster"), folder / "key.json")
sample = files("contracts").joinpath("samples/dossier.transferred/first-step.json").read_bytes()
agency = Agency.from_folder(folder)
report = agency.report_on(read_event("dossier.transferred", sample), TookCustody(step="verify"), officer="CB-1")
assert read_event("agency.reported", report.to_json().encode()).source == "/agency/H29.04.01"
print(json.dumps([name for name in {house} if importlib.util.find_spec(name)]))
"""
"""What an agency does first, with nothing but what it installed."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The Python of an environment that held nothing, into which contracts and kit were installed."""
    place = tmp_path_factory.mktemp("kit")
    venv.create(place / "venv", with_pip=False)
    python = place / "venv" / "bin" / "python"
    pip(python, "install", "--quiet", str(copied(ROOT / "contracts", place)), str(copied(FOLDER, place)))
    return python


@pytest.mark.slow
def test_an_agency_reads_its_credentials_and_makes_a_report_with_nothing_of_the_house(installed, tmp_path):
    assert json.loads(run(installed, AN_AGENCY.format(folder=tmp_path, house=HOUSE))) == []


@pytest.mark.slow
def test_the_example_is_a_program_that_says_what_it_lacks(installed, tmp_path):
    text = (FOLDER / "examples" / "clerk.py").read_text(encoding="utf-8")
    program = f"import sys; sys.argv = ['clerk.py', {str(tmp_path)!r}]\n" + text.replace("asyncio.run(main())", "pass")
    check = "\ntry:\n    asyncio.run(main())\nexcept Exception as error:\n    print(type(error).__name__, error)\n"
    said = run(installed, program + check)
    assert said.startswith("CredentialsError")
    assert "bus.json is missing" in said


def test_it_has_the_version_and_the_python_of_the_product():
    own, product = (
        tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"] for folder in (FOLDER, ROOT)
    )
    assert (own["version"], own["requires-python"]) == (product["version"], product["requires-python"])
    assert set(own["dependencies"]) - {"lienthong-contracts"} <= set(product["dependencies"])
    assert os.fspath(own["license"]) in product["license"]
