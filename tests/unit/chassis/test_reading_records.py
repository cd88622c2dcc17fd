"""Records of any client: taken in, or refused with a reason that names the field or header and never its value."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.runtime.bus.record import dead_letter, read_record, sender_of, value_of
from contracts.rule_days import ANY_RECORD
from contracts.topics import MAX_RECORD_BYTES, BadEventError, read_event
from tests.unit.chassis.records import Sent, binary, reason, report, same, sent, stamped


def test_binary_mode_says_the_same_as_structured_mode():
    assert same(read_record(binary(report())), read_record(sent(report())))


def test_what_is_kept_of_binary_mode_is_one_structured_event_and_always_the_same_bytes():
    record = binary(report())
    assert value_of(record) == value_of(binary(report()))
    assert same(read_event(record.topic, value_of(record)), read_record(record))
    assert b'"data": ' + record.value + b"}" in value_of(record)


def test_what_is_kept_of_structured_mode_are_its_own_bytes():
    record = sent(report(), headers=(("content-type", b"application/cloudevents+json; charset=UTF-8"),))
    assert value_of(record) is record.value


@pytest.mark.parametrize(
    "kind", [b"application/json", b"application/json; charset=utf-8", b'Application/JSON;charset="UTF-8"']
)
def test_json_is_json_however_it_is_called(kind):
    assert read_record(binary(report(), ("content-type", kind), without="content-type"))


def test_no_content_type_means_json():
    assert read_record(binary(report(), without="content-type"))


def test_attributes_are_utf_8_and_unknown_ones_are_ignored():
    read = read_record(binary(report(correlationid="hồ-sơ"), ("ce_traceparent", b"00-4bf9"), ("ce_sequence", b"7")))
    assert read.correlationid == "hồ-sơ"


ELSEWHERE = [
    ("traceparent", b"00-4bf9"),
    ("__value_schema_id", b"\x01\xff\x00"),
    ("x", None),
    ("", b"\xff"),
    ("ké", b""),
]


@pytest.mark.parametrize("header", ELSEWHERE, ids=str)
def test_headers_that_are_none_of_the_event_are_never_looked_at(header):
    assert same(read_record(sent(report(), headers=(header, header))), read_record(sent(report())))
    assert same(read_record(binary(report(), header, header)), read_record(sent(report())))


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (("ce_id", b"again"), "header ce_id: the attribute stands more than once"),
        (("ce_partitionkey", None), "header ce_partitionkey is null: leave an attribute out that has no value"),
        (("ce_partitionkey", b"\xff\xfe"), "header ce_partitionkey is no UTF-8 text"),
        (("ce_data", b"{}"), "header ce_data names no attribute of an event"),
        (("ce_", b"x"), "header ce_ names no attribute of an event"),
        (("ce_Nguyễn Văn A", b"x"), "header (no name) names no attribute of an event"),
        (("ce_datacontenttype", b"text/xml"), "header content-type: the attribute stands more than once"),
    ],
)
def test_a_header_that_can_not_be_an_attribute_is_named(header, told):
    record = binary(report())
    record = Sent(record.topic, record.value, record.key, (header, *record.headers))
    assert reason(record) == told


@pytest.mark.parametrize("kind", [b"application/xml", b"application/json; charset=utf-16", b"", b"text/json"])
def test_data_of_another_kind_are_refused_by_their_header(kind):
    told = reason(binary(report(), ("content-type", kind), without="content-type"))
    assert told == "header content-type: the data of an event is application/json, in UTF-8"


@pytest.mark.parametrize("data", [b"", b"{", b'{}, "id": "mine"', b"{} {}", b"\xff", b"NaN", b"\xef\xbb\xbf{}"])
def test_data_can_not_bring_attributes_of_their_own(data):
    record = binary(report())
    told = reason(Sent(record.topic, data, record.key, record.headers))
    assert told == "value: in binary mode it is the event's data, as JSON, and this is none"


def test_a_missing_attribute_is_named():
    assert reason(binary(report(), without="time")) == "time: Field required"


def test_binary_mode_is_read_since_its_day():
    before, then = ANY_RECORD - timedelta(seconds=1), report(time=(ANY_RECORD - timedelta(hours=1)).isoformat())
    assert read_record(binary(then, **stamped(ANY_RECORD)))
    assert "Field required" in reason(binary(then, **stamped(before)))


NAMES = st.one_of(st.sampled_from(["ce_id", "ce_specversion", "ce_time", "ce_", "content-type", "ce_data"]), st.text())


@given(st.lists(st.tuples(NAMES, st.none() | st.binary(max_size=20)), max_size=6), st.none() | st.binary(max_size=30))
def test_whatever_stands_on_a_record_nothing_but_a_bad_event_is_raised(headers, value):
    base = binary(report())
    for record in (
        Sent(base.topic, base.value, base.key, (*base.headers, *headers)),
        Sent(base.topic, value, value, (*headers, *base.headers)),
        Sent(base.topic, value, value, tuple(headers)),
    ):
        with suppress(BadEventError):
            read_record(record)
        sender_of(record, "x")
        dead_letter(record, "x", "routing")


def test_confluents_wire_format_is_called_by_its_name_and_says_which_setting_to_change():
    value = b"\x00\x00\x00\x00\x11" + sent(report()).value
    told = reason(Sent("agency.reported", value, b"H29.16-260302-0001"))
    assert "schema's id (17), in Confluent's wire format" in told
    assert "value.schema.id.serializer = io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer" in told
    assert sender_of(Sent("agency.reported", value), told).id == report()["id"]


def test_confluents_schema_id_in_a_header_leaves_plain_json_which_is_read():
    assert read_record(sent(report(), headers=(("__value_schema_id", b"\x01" + bytes(range(240, 256))),)))


@pytest.mark.parametrize("key", [b'"H29.16-260302-0001"', b"", b"\x00\x00\x00\x00\x01H29.16-260302-0001", b"other"])
def test_a_key_is_the_subject_or_is_missing(key):
    assert reason(sent(report(), key=key)) == "key: the record's key has to be the event's subject, as plain UTF-8 text"
    assert read_record(sent(report(), key=None))


def test_a_dead_letter_of_binary_mode_keeps_the_attributes():
    record = binary(report(), ("ce_bad", None), ("traceparent", b"00-1"), ("ce_long", b"x" * 5_000))
    kept = dict(dead_letter(record, "why", "routing").headers)
    assert kept["ce_id"].decode() == report()["id"]
    assert {"ce_bad", "traceparent", "ce_long"}.isdisjoint(kept)
    assert dict(dead_letter(sent(report()), "why", "routing").headers).keys() == {
        "reason",
        "topic",
        "partition",
        "offset",
    }


def test_a_record_too_large_is_refused_in_either_mode():
    large = report(correlationid="c", data={**report()["data"], "note": "x" * MAX_RECORD_BYTES})
    for record in (sent(large), binary(large)):
        assert "is more than" in reason(record)
