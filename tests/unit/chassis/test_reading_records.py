"""Records of any client: taken in, or refused with a reason that names the field or header and never its value."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.runtime.bus.record import dead_letter, read_record, sender_of, value_of
from contracts.rule_days import ANY_RECORD
from contracts.topics import MAX_RECORD_BYTES, BadEventError, read_event
from tests.unit.chassis.records import STAMP, Sent, binary, report, same, sent


def reason(record):
    with pytest.raises(BadEventError) as refused:
        read_record(record)
    return str(refused.value)


def stamped(moment):
    return {"timestamp": int(moment.timestamp() * 1000)}


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


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": "/lienthong/routing"}, "source"),
        ({"source": "/agency/H29.04"}, "source"),
        ({"source": "H29.16"}, "source"),
        ({"source": "/agency/H29.16/x"}, "source"),
        ({"source": "/import/live"}, "source"),
        ({"source": "/import/other", "timeline": "log-2011"}, "source"),
        ({"time": "9999-12-31T23:57:59.9995Z", "timeline": "mine"}, "time"),
        ({"time": "2026-12-05T03:06:00Z"}, "time 2026-12-05T03:06:00+00:00 lies in the future"),
    ],
)
def test_who_says_it_and_when_has_to_be_possible(changes, told):
    assert reason(sent(report(**changes))).startswith(told)
    assert reason(binary(report(**changes))).startswith(told)


def test_an_agency_speaks_for_itself_and_an_import_on_its_own_timeline():
    assert read_record(sent(report(source="/agency/H29.16")))
    assert read_record(sent(report(source="/import/log-2011", timeline="log-2011")))


@pytest.mark.parametrize("key", [b'"H29.16-260302-0001"', b"", b"\x00\x00\x00\x00\x01H29.16-260302-0001", b"other"])
def test_a_key_is_the_subject_or_is_missing(key):
    assert reason(sent(report(), key=key)) == "key: the record's key has to be the event's subject, as plain UTF-8 text"
    assert read_record(sent(report(), key=None))


@pytest.mark.parametrize(
    "changes", [{"source": "/lienthong/routing"}, {"time": "9999-12-31T23:57:59Z", "timeline": "mine"}], ids=str
)
def test_before_its_day_no_rule_counts(changes):
    before = ANY_RECORD - timedelta(seconds=1)
    event = report(**{"time": (before - timedelta(hours=1)).isoformat(), **changes})
    assert read_record(sent(event, key=b"another", **stamped(before)))
    assert reason(sent(event, **stamped(ANY_RECORD)))


def tick(**changes):
    event = {"type": "clock.ticked", "source": "/clock/demo", "subject": "demo", "timeline": "demo"}
    return sent(report(**event, data={"partition": 0}, **changes), topic="clock.ticked", key=None)


def test_nobody_tells_the_live_time():
    assert read_record(tick())
    live = {"source": "/clock/live", "subject": "live", "timeline": "live"}
    event = {**json.loads(tick().value), **live}
    assert reason(sent(event, topic="clock.ticked", key=None)).startswith("timeline: nobody tells the time on live")


def test_a_clock_tells_its_own_time_only():
    event = {**json.loads(tick().value), "source": "/clock/other"}
    assert reason(sent(event, topic="clock.ticked", key=None)).startswith("source: on clock.ticked")


def test_an_announcement_has_one_issuer():
    day = {"on": "2026-12-09", "hours": [], "vi": "bão", "en": "storm"}
    data = {"calendar": "office", "days": [day], "reason": "storm"}
    event = report(type="calendar.changed", source="/calendar/office", data=data)
    assert read_record(sent(event, topic="calendar.changed"))
    for source in ("/calendar/other", "/agency/H29.16", "/lienthong/sla"):
        assert reason(sent({**event, "source": source}, topic="calendar.changed")).startswith(
            "source: on calendar.changed"
        )


def submission(**changes):
    data = {"submission_id": "web-261205-1", "claim": {"kind": "payment", "amount": 1000}}
    named = {"subject": "web-261205-1", "correlationid": "web-261205-1", "source": "/portal/web"}
    return report(type="intake.submitted", data=data, **{**named, **changes})


def test_a_submission_is_of_a_portal_or_a_counter_and_keyed_by_its_id():
    assert read_record(sent(submission(), topic="intake.submitted"))
    assert read_record(sent(submission(source="/agency/H29.16"), topic="intake.submitted"))
    for source in ("/lienthong/intake", "/portal/", "/portal", "web", "/portal/a/b"):
        assert reason(sent(submission(source=source), topic="intake.submitted")).startswith("source: ")
    for name in ("subject", "correlationid"):
        assert reason(sent(submission(**{name: "web-261205-2"}), topic="intake.submitted")).startswith("subject: ")


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


def test_who_sent_a_refused_record_is_told_as_far_as_it_can_be_read():
    told = sender_of(sent(report(time="yesterday", timeline="a|b", correlationid="")), "time: why")
    assert told is not None
    assert (told.agency, told.time, told.timeline, told.correlationid) == ("H29.16", STAMP, "live", told.subject)
    assert told.reason == "time: why"


@pytest.mark.parametrize("changes", [{"id": ""}, {"id": None}, {"source": 5}, {"subject": "a b"}, {"subject": ["x"]}])
def test_who_can_not_be_told_from_the_record_is_nobody(changes):
    assert sender_of(sent(report(**changes)), "why") is None


def test_a_time_of_the_future_is_not_believed_in_an_answer():
    assert sender_of(sent(report(time="2027-01-01T00:00:00Z")), "why").time == STAMP
    assert sender_of(sent(report(time="2026-12-05T02:00:00Z")), "why").time == datetime(2026, 12, 5, 2, tzinfo=UTC)
