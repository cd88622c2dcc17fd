"""docs/importing.md says what the import does."""

import re
from pathlib import Path

import yaml

from tools.importer import Mapping
from tools.importer.csv_log import LONGEST_LINE
from tools.importer.log import FORMS, MAX_EVENTS
from tools.importer.ocel import AGENCY, ID, MAX_CHANGES, MAX_RELATED, OFFICER, TIME, TYPE
from tools.importer.ocel_json import LONGEST_TEXT, MAX_PARTS

TEXT = (Path(__file__).parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")
EXAMPLE = yaml.safe_load(TEXT.partition("```yaml")[2].partition("```")[0])


def test_the_mapping_it_shows_is_one_and_has_every_key():
    mapping = Mapping.model_validate(EXAMPLE)
    assert set(EXAMPLE) == set(Mapping.model_fields)
    for name in ("case", "event", "csv", "ocel", "lifecycle"):
        assert set(EXAMPLE[name]) == set(type(getattr(mapping, name)).model_fields)


def test_only_the_first_six_keys_are_needed():
    needed = {name for name, field in Mapping.model_fields.items() if field.is_required()}
    assert needed == set(list(EXAMPLE)[:6])


def test_it_names_every_ending_and_every_name_of_an_object_centric_log():
    assert all(f"`{ending}`" in TEXT for ending in FORMS)
    assert all(f"`{name}`" in TEXT for name in (ID, TYPE, TIME, AGENCY, OFFICER))


def test_its_limits_are_those_of_the_code():
    limits = re.findall(r"^\| [^|]+ \| ([\d,]+)[^|]* \| .*(?:counted|refused) \|$", TEXT, re.MULTILINE)
    assert [int(one.replace(",", "")) for one in limits] == [
        LONGEST_LINE,
        MAX_EVENTS,
        MAX_RELATED,
        MAX_CHANGES,
        LONGEST_TEXT,
        MAX_PARTS,
    ]
