"""Who says something and when has to be possible; who sent what is refused is told as far as it can be read."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from chassis.runtime.bus.record import read_record, sender_of
from contracts.rule_days import ANY_RECORD
from tests.unit.chassis.records import STAMP, binary, reason, report, sent, stamped


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
