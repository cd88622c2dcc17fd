"""Whatever file and mapping it is given, an import ends with a report or with a sentence, and tells nothing absurd."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.importer.ocel_log import log, write_json, write_sqlite
from tests.unit.importer.test_ocel import MAPPING as OCEL
from tools.importer import ImportFailed, Mapping, Report, load_mapping

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
TEXTS = st.text(max_size=200) | st.sampled_from(
    ["", "|", "\x00", "a" * 130, "2026-03-05", "9" * 400, "nan", "-0001-01-01"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))


def played(run: Callable[..., Any], file: Path, mapping: Mapping) -> None:
    """Every claim that is published can be read again, and all cases are accounted for."""
    try:
        report, bus = run(file, mapping, from_scratch=True)
    except ImportFailed:
        return
    assert isinstance(report, Report)
    assert report.played == sum(event.type == "intake.submitted" for event in bus.events) <= report.cases


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A file with some of its bytes lost, changed or repeated."""
    for _ in range(draw(st.integers(1, 3))):
        first = draw(st.integers(0, len(whole)))
        last = min(len(whole), first + draw(st.integers(0, 200)))
        put = draw(st.binary(max_size=20) | st.just(whole[first:last] * 2) | st.just(b""))
        whole = whole[:first] + put + whole[last:]
        if draw(st.booleans()):
            return whole[: draw(st.integers(0, len(whole)))]
    return whole


@pytest.fixture
def whole(logs, csv_mapping, mapping) -> dict[str, tuple[bytes, Mapping]]:
    """A sound file of each format, with its mapping."""
    xes = logs.log(*(logs.trace(logs.event(), logs.event("b", group="B"), name=f"case-{n}") for n in range(3)))
    line = "case-{},2026-03-02T08:00Z,2026-03-06T08:00Z,2026-03-09T08:00Z,a,2026-03-03T08:00Z,A"
    rows = ["case,start,end,deadline,activity,time,group", *(line.format(n % 3) for n in range(6))]
    with tempfile.TemporaryDirectory() as folder:
        sqlite = write_sqlite(Path(folder) / "log.sqlite", log()).read_bytes()
        text = write_json(Path(folder) / "log.json", log()).read_bytes()
    return {
        "log.xes": (xes.encode(), mapping),
        "log.csv": ("\n".join(rows).encode(), csv_mapping),
        "log.json": (text, OCEL),
        "log.sqlite": (sqlite, OCEL),
    }


@pytest.mark.parametrize("name", ["log.xes", "log.csv", "log.json", "log.sqlite"])
@PATIENT
@given(data=st.data())
def test_a_damaged_file_of_any_format(tmp_path, run, whole, name, data):
    content, mapping = whole[name]
    file = tmp_path / name
    file.write_bytes(data.draw(damaged(content)))
    played(run, file, mapping)


@PATIENT
@given(data=st.data())
def test_any_values_in_a_csv_log(tmp_path, run, csv_mapping, data):
    rows = data.draw(st.lists(st.lists(TEXTS, min_size=7, max_size=7), max_size=6))
    lines = [",".join('"' + text.replace('"', '""') + '"' for text in row).encode("utf-8", "replace") for row in rows]
    file = tmp_path / "log.csv"
    file.write_bytes(b"\n".join([b"case,start,end,deadline,activity,time,group", *lines]))
    played(run, file, csv_mapping.model_copy(update={"default_zone": "Asia/Ho_Chi_Minh"}))


@PATIENT
@given(data=st.data())
def test_any_values_in_an_object_centric_log(tmp_path, run, data):
    document = log()
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.sampled_from([*document["objects"], *document["events"], document]))
        if isinstance(place, dict) and place:
            place[data.draw(st.sampled_from(sorted(place)))] = data.draw(VALUES)
        if not all(isinstance(document.get(name), list) for name in ("objects", "events")):
            break
    file = tmp_path / "log.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    played(run, file, OCEL)


@PATIENT
@given(changes=st.dictionaries(st.sampled_from(sorted(Mapping.model_fields)), VALUES, max_size=3))
def test_any_values_in_a_mapping(tmp_path, run, changes):
    path = tmp_path / "mapping.yaml"
    path.write_text(yaml.safe_dump({**OCEL.model_dump(mode="json"), **changes}), encoding="utf-8")
    try:
        mapping = load_mapping(path)
    except ImportFailed:
        return
    shutil.rmtree(tmp_path / "progress", ignore_errors=True)
    played(run, write_json(tmp_path / "log.json", log()), mapping)


@PATIENT
@given(content=st.binary(max_size=300) | st.text(alphabet="[]{}:,-&*!?|>%@ \n\tab'\"#1").map(str.encode))
def test_any_bytes_as_a_mapping(tmp_path, content):
    path = tmp_path / "mapping.yaml"
    path.write_bytes(content)
    with pytest.raises(ImportFailed, match=r"mapping\.yaml"):
        load_mapping(path)


@pytest.mark.parametrize(
    "content", ["a: " + "[" * 5_000, "channels: " + "{a: " * 5_000, "a: &a [x]\nchannels: {b: [*a, *a, *a]}"]
)
def test_brackets_and_aliases_without_measure_are_refused(tmp_path, content):
    path = tmp_path / "mapping.yaml"
    path.write_text(content)
    with pytest.raises(ImportFailed, match=r"mapping\.yaml") as refusal:
        load_mapping(path)
    assert len(str(refusal.value)) < 500
