from pathlib import Path

import pytest
import yaml

from tools.importer import ImportFailed, Mapping, load_mapping

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("name", ["receipt.yaml", "receipt-csv.yaml"])
def test_the_examples_are_mappings(name):
    mapping = load_mapping(EXAMPLES / name)
    assert mapping.timeline == "receipt"
    assert mapping.agency_of("Group 1") == "NL.Group-1"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"timeline": "live"}, "timeline: history never runs on the live timeline"),
        ({"timeline": "a b"}, "timeline: "),
        ({"procedure": None}, "procedure: "),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted; remove the key"),
        ({"dossier_code": "OLD"}, "dossier_code needs {concept:name}"),
        ({"dossier_code": "OLD.{other}"}, "dossier_code needs {concept:name}"),
        ({"agency": "H29"}, "agency needs {group}"),
        ({"channels": {"Desk": "window"}}, "channels.Desk: "),
        ({"default_zone": "Mars/Base"}, "default_zone: not a time zone"),
        ({"default_zone": "../etc"}, "default_zone: not a time zone"),
        ({"zones": {"ICT": "Mars/Base"}}, "zones.ICT: not a time zone"),
        ({"time_format": "%Q"}, "time_format: no format of strptime"),
        ({"time_format": "%Y-%m-%d %H:%M UTC"}, "time_format: holds the zone 'UTC' as mere text: write %Z"),
        ({"deadline": "soon"}, "deadline: "),
        ({"lifecycle": {"ends": ["complete"]}}, "lifecycle.ends: "),
        ({"csv": {"delimiter": ";;"}}, "csv.delimiter: not one character"),
        ({"csv": {"encoding": "utf-99"}}, "csv.encoding: not an encoding"),
        ({"case": {"id": "", "start": "s"}}, "case.id: "),
        ({"event": {"time": "t"}}, "event.activity: Field required; add the key"),
    ],
)
def test_an_unfit_mapping_is_refused_with_file_field_and_remedy(tmp_path, settings, change, says):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump({**settings, **change}), encoding="utf-8")
    with pytest.raises(ImportFailed) as refusal:
        load_mapping(path)
    assert says in str(refusal.value)
    assert "mine.yaml" in str(refusal.value)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"- 1", b""])
def test_what_is_no_mapping_at_all_is_refused(tmp_path, content):
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(ImportFailed, match=r"mine\.yaml"):
        load_mapping(path)


def test_a_missing_mapping_is_refused(tmp_path):
    with pytest.raises(ImportFailed, match=r"can.*not be read"):
        load_mapping(tmp_path / "none.yaml")


def test_groups_may_have_codes_of_their_own(settings):

    mapping = Mapping.model_validate({**settings, "agencies": {"Phòng TN&MT": "H29.16.04"}})
    assert mapping.agency_of("Phòng TN&MT") == "H29.16.04"
    assert mapping.agency_of("Đội 1") == "H29.Doi-1"
