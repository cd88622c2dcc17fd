import json
from pathlib import Path

import jsonschema
import pytest

import contracts
from contracts.compatibility import lost_content
from contracts.schemas import kind_of, kinds
from contracts.topics import MAX_RECORD_BYTES, read_event

SAMPLES = sorted((Path(contracts.__file__).parent / "samples").rglob("*.json"))
each_sample = pytest.mark.parametrize("file", SAMPLES, ids=lambda file: f"{file.parent.name}/{file.stem}")


def read(file):
    return read_event(file.parent.name, file.read_bytes().removesuffix(b"\n"))


@each_sample
def test_a_sample_is_one_line_and_small_enough(file):
    text = file.read_bytes()
    assert text.endswith(b"}\n")
    assert text.count(b"\n") == 1
    assert len(text) <= MAX_RECORD_BYTES


@each_sample
def test_what_a_sample_says_is_still_said_when_it_is_written_again(file):
    assert lost_content(json.loads(file.read_bytes()), json.loads(read(file).to_json())) == []


def nothings(value, path=""):
    """Where a JSON value holds null."""
    if value is None:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    yield from (found for step, one in inner for found in nothings(one, f"{path}.{step}"))


@each_sample
def test_no_record_of_ours_holds_a_null_or_an_empty_attribute(file):
    written = json.loads(read(file).to_json())
    assert list(nothings(written)) == []
    assert [name for name, value in written.items() if value == ""] == []


@each_sample
def test_what_is_left_out_means_nothing(file):
    assert read_event(file.parent.name, read(file).to_json().encode()) == read(file)


def test_every_type_and_every_kind_of_claim_has_a_sample_equal_to_todays_record_byte_for_byte():
    events = {file: read(file) for file in SAMPLES}
    same = {file for file, event in events.items() if event.to_json().encode() + b"\n" == file.read_bytes()}
    assert {(file.parent.name, kind_of(events[file].data)) for file in same} == kinds()


def test_all_claims_are_among_the_kinds():
    assert {kind for topic, kind in kinds() if topic == "intake.submitted"} == {
        "application", "supplement", "payment", "withdrawal", "collection",
    }  # fmt: skip
    assert {kind for topic, kind in kinds() if topic == "agency.reported"} == {
        "took-custody", "finished-step", "sent-back", "needs-supplement", "needs-payment", "forwards", "has-result",
        "explains-delay", "asks-opinion", "gives-opinion", "recalls", "suspends", "resumes",
    }  # fmt: skip


def test_a_sample_shows_imported_history():
    claims = [read(file).data.claim for file in SAMPLES if file.parent.name == "intake.submitted"]
    assert any(claim.kind == "application" and claim.historic_code for claim in claims)


@each_sample
def test_a_submission_is_keyed_by_its_own_id(file):
    event = read(file)
    if event.type == "intake.submitted":
        assert event.subject == event.data.submission_id == event.correlationid


def test_no_two_samples_are_the_same_event():
    assert len({read(file).identity for file in SAMPLES}) == len(SAMPLES)


@each_sample
def test_a_sample_is_valid_by_its_schema(file, committed):
    schema = json.loads((committed / "schemas" / f"{file.parent.name}.v1.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(json.loads(file.read_bytes()))
