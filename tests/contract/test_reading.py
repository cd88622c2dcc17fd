"""What a schema refuses is refused by reading, and what it allows is read."""

import copy
import json
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contracts.moments import INSTANT_PATTERN
from contracts.schemas import schema_of
from contracts.topics import PAYLOADS, BadEventError, UnknownTypeError, read_event
from tests.contract.test_samples import SAMPLES

STANDARD = {
    *("$schema", "$id", "$ref", "$defs", "$comment", "title", "description", "default", "examples"),
    *("type", "enum", "const", "anyOf", "oneOf", "properties", "required", "patternProperties", "propertyNames"),
    *(
        "additionalProperties",
        "items",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minLength",
        "maxLength",
        "pattern",
        "format",
    ),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
"""The keywords of JSON Schema 2020-12 that our schemas use."""

VALUES = [json.loads(file.read_bytes()) for file in SAMPLES]
ODD = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 1.5, 5.0, 10**13, "", " ", "1", "true", "500.000", "1_000", "a|b", "x" * 3000),
        *([], ["x"], {}, {"x": "y"}, "20270305", 20270305, "2027-03-05", "2027-03-05T10:00:00", "9999-12-31T00:00:00Z"),
        *("2027-03-05T10:00:00Z", "2027-03-05t10:00:00.1234567+07:00", "2027-03-05 10:00:00Z", "2027-03-05T10:00Z"),
        *("2027-03-05T23:59:60Z", "2027-03-05T10:00:00+0700", "2027-02-31T10:00:00Z", "07:30-11:30", "٠٧:30-11:30"),
    ]
)


def keywords(node):
    """Every keyword of a schema, wherever it stands."""
    yield from node
    for name, inner in node.items():
        if name in ("properties", "patternProperties", "$defs"):
            yield from (word for one in inner.values() for word in keywords(one))
        elif name in ("anyOf", "oneOf"):
            yield from (word for one in inner for word in keywords(one))
        elif isinstance(inner, dict) and name != "default":
            yield from keywords(inner)


@pytest.mark.parametrize("topic", sorted(PAYLOADS))
def test_a_schema_has_no_keyword_of_its_own(topic):
    assert {*keywords(schema_of(topic))} <= STANDARD


@pytest.mark.parametrize("topic", sorted(PAYLOADS))
def test_a_pattern_means_the_same_to_every_engine(topic):
    text = json.dumps(schema_of(topic))
    # To some engines these are ASCII, to others Unicode; look-arounds and named groups are missing in others.
    assert not [mark for mark in (r"\\d", r"\\w", r"\\s", r"\\b", "(?") if mark in text]


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield from places(one, (*path, step))


@st.composite
def nearly_valid(draw):
    """A sample with one value changed, left out, or added."""
    value = copy.deepcopy(draw(st.sampled_from(VALUES)))
    topic = value["type"]
    *path, last = draw(st.sampled_from([path for path in places(value) if path]))
    holder = value
    for step in path:
        holder = holder[step]
    match draw(st.sampled_from(("change", "change", "change", "drop", "add"))):
        case "drop" if isinstance(holder, dict):
            del holder[last]
        case "add" if isinstance(holder, dict):
            holder[draw(st.sampled_from(sorted(PLACES)))] = draw(ODD)
        case _:
            holder[last] = draw(ODD)
    return topic, value


PLACES = {step for value in VALUES for path in places(value) for step in path if isinstance(step, str)}


def accepted(topic, value):
    try:
        read_event(topic, json.dumps(value).encode())
    except (BadEventError, UnknownTypeError):
        return False
    return True


VALIDATORS = {topic: jsonschema.Draft202012Validator(schema_of(topic)) for topic in PAYLOADS}


@given(nearly_valid())
def test_what_is_read_is_valid_by_its_schema(near):
    topic, value = near
    assume(accepted(topic, value))
    assert VALIDATORS[topic].is_valid(value)


def complaint(topic, value):
    try:
        read_event(topic, json.dumps(value).encode())
    except BadEventError as error:
        return str(error)
    return ""


def beyond_its_schema(error):
    """What a schema does not say: that a day exists, that hours follow each other, and what a list has so far.

    And that a whole number is written without a fraction: to JSON Schema 5.0 is one.
    """
    said = ("RFC 3339", "out of order", "Input should be '", "[key]", "Input should be a valid integer")
    return not error or any(words in error for words in said)


@given(nearly_valid())
def test_what_is_valid_by_its_schema_is_read(near):
    topic, value = near
    assume(VALIDATORS[topic].is_valid(value))
    assert beyond_its_schema(complaint(topic, value))


def sample(name):
    return copy.deepcopy(
        next(value for file, value in zip(SAMPLES, VALUES, strict=True) if f"{file.parent.name}/{file.stem}" == name)
    )


@pytest.mark.parametrize("amount", ["500.000", "1_000", "500000", True, 500000.5, None, 5e5])
def test_an_amount_is_a_number_and_nothing_else(amount):
    event = sample("intake.submitted/payment")
    event["data"]["claim"]["amount"] = amount
    with pytest.raises(BadEventError, match=r"^data\.claim\.payment\.amount: Input should be a valid integer"):
        read_event(event["type"], json.dumps(event).encode())


@pytest.mark.parametrize(
    "target",
    ["20270305", 20270305, 1.5, True, "2027-03-05", "2027-03-05T10:00:00", "2027-03-05 10:00:00Z", "2027-03-05T10:00Z",
     "2027-03-05T10:00:00+0700", "2027-03-05T23:59:60Z", "2027-03-05T24:00:00Z", "2027-02-29T10:00:00Z",
     "9999-12-31T23:59:59Z", "1899-12-31T00:00:00Z", "2200-01-01T00:00:00Z", "2027-03-05T10:00:00Z\n",
     "2027-03-05T10:00:00.Z", "2027-03-05T10:00:00,5Z", "٢027-03-05T10:00:00Z", ""],
)  # fmt: skip
def test_a_moment_is_rfc_3339_text_and_nothing_else(target):
    event = sample("agency.reported/explains-delay")
    event["data"]["claim"]["target"] = target
    with pytest.raises(BadEventError, match=r"^data\.claim\.explains-delay\.target: Input should be text like"):
        read_event(event["type"], json.dumps(event).encode())


@pytest.mark.parametrize(
    ("written", "micro", "hour"),
    [
        ("2026-12-05T08:30:00.1234567+07:00", 123456, 1),  # .NET
        ("2026-12-05T08:30:00.999999999+07:00", 999999, 1),  # Go and Java, with all nine digits
        ("2026-12-05T01:30:00.12Z", 120000, 1),  # Java without trailing zeros
        ("2026-12-05T01:30:00Z", 0, 1),
        ("2026-12-05t01:30:00z", 0, 1),  # allowed by RFC 3339, 5.6
        ("2026-12-05T01:30:00-00:00", 0, 1),
        ("2026-12-05T15:30:00.5+14:00", 500000, 1),
    ],
)
def test_a_moment_is_kept_to_the_microsecond_in_utc(written, micro, hour):
    event = sample("agency.reported/took-custody")
    event["time"] = event["data"]["occurred_at"] = written
    read = read_event(event["type"], json.dumps(event).encode())
    assert read.time == read.data.occurred_at == datetime(2026, 12, 5, hour, 30, 0, micro, UTC)
    assert VALIDATORS[event["type"]].is_valid(event)


def test_what_was_taken_in_before_is_read_as_it_was():
    event = sample("intake.submitted/payment")
    event["data"]["claim"]["amount"] = "1_000"
    event["time"] = "2026-01-07 09:00:00+07:00"
    value = json.dumps(event).encode()
    assert read_event(event["type"], value, strict=False).data.claim.amount == 1000
    with pytest.raises(BadEventError):
        read_event(event["type"], value)


@pytest.mark.parametrize("topic", sorted(PAYLOADS))
def test_every_moment_says_its_pattern(topic):
    def moments(node):
        if isinstance(node, dict):
            yield from [node] if node.get("format") == "date-time" else []
            yield from (one for inner in node.values() for one in moments(inner))
        elif isinstance(node, list):
            yield from (one for inner in node for one in moments(inner))

    found = list(moments(schema_of(topic)))
    assert found
    assert all(one["pattern"] == INSTANT_PATTERN for one in found)
