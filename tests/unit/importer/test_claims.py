from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contracts.topics import read_event
from tools.importer.claims import ended_in_order, open_in_order
from tools.ticking import ticks

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2020, 1, 1, 0, 0, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
MICRO = timedelta(microseconds=1)


@given(MOMENTS, st.lists(MOMENTS).map(sorted))
def test_times_of_an_open_case_are_strictly_ordered_and_nearly_those_wanted(start, wanted):
    times = open_in_order(start, wanted)
    assert all(earlier < later for earlier, later in pairwise([start, *times]))
    room = len(wanted) * MICRO
    for want, got in zip(wanted, times, strict=True):
        assert want - room <= got <= max(want, start + room)


@given(MOMENTS, st.lists(MOMENTS, min_size=1).map(sorted))
def test_what_has_room_keeps_its_time(start, wanted):
    times = open_in_order(start, wanted)
    if wanted[-1] >= start + len(wanted) * MICRO:
        assert times[-1] == wanted[-1]


@given(MOMENTS, st.lists(MOMENTS, min_size=1).map(sorted), st.data())
def test_the_end_of_a_case_keeps_its_time_exactly_and_the_rest_its_order(start, wanted, data):
    end = data.draw(st.integers(0, len(wanted) - 1))
    times = ended_in_order(start, wanted, end)
    assert times[end] == wanted[end]
    assert all(earlier < later for earlier, later in pairwise(times))
    room = len(wanted) * MICRO
    for want, got in zip(wanted, times, strict=True):
        assert want - room <= got <= max(want, start) + room


def test_a_change_of_group_is_a_hand_over_just_before_the_work(logs, write, run, mapping):
    noon = "2026-03-03T12:00:00+07:00"
    file = write(logs.log(logs.trace(logs.event("Check", group="A"), logs.event("Decide", noon, "B"))))
    _, bus = run(file, mapping)
    assert bus.told == [
        "OLD.case-1 application",
        "H29 forwards Check H29.A",
        "H29.A took-custody Check",
        "H29.A finished-step Check",
        "H29.A forwards Decide H29.B",
        "H29.B took-custody Decide",
        "H29.B finished-step Decide",
        "H29.B has-result",
    ]
    exact = datetime(2026, 3, 3, 5, tzinfo=UTC)
    assert [event.time for event in bus.events[4:7]] == [exact - 2 * MICRO, exact - MICRO, exact]


def test_events_are_told_in_the_order_of_time_and_ties_in_that_of_the_file(logs, write, run, mapping):
    times = ("2026-03-04T08:00:00+07:00", "2026-03-03T08:00:00+07:00", "2026-03-04T08:00:00+07:00")
    events = (logs.event(name, at) for name, at in zip(("second", "first", "third"), times, strict=True))
    _, bus = run(write(logs.log(logs.trace(*events))), mapping)
    assert [told.split()[-1] for told in bus.told if "finished" in told] == ["first", "second", "third"]
    stamps = [event.time for event in bus.events]
    assert stamps == sorted(set(stamps))


def test_an_event_of_no_group_stays_with_the_holder(logs, write, run, mapping):
    events = (logs.event("a", group="EMPTY"), logs.event("b", group="A"), logs.event("c", group="EMPTY"))
    report, bus = run(write(logs.log(logs.trace(*events))), mapping)
    finished = [told for told in bus.told if "finished" in told]
    assert finished == ["H29 finished-step a", "H29.A finished-step b", "H29.A finished-step c"]
    assert report.hand_overs == 1
    assert not report.anomalies


def test_after_the_end_nothing_is_handed_over(logs, write, run, mapping):
    late = logs.event("archive", "2026-03-07T08:00:00+07:00", "B")
    report, bus = run(write(logs.log(logs.trace(logs.event(), late))), mapping)
    assert bus.told[-2:] == ["H29.A has-result", "H29.B finished-step archive"]
    assert report.hand_overs == 1


def test_what_precedes_the_start_is_told_right_after_it(logs, write, run, mapping):
    early = logs.event("phone", "2026-01-01T08:00:00+07:00", "EMPTY")
    _, bus = run(write(logs.log(logs.trace(early))), mapping)
    start = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert [(event.time - start) // MICRO for event in bus.events[:2]] == [0, 1]


def test_a_case_that_ends_before_it_starts_is_taken_to_start_at_its_end(logs, write, run, mapping):
    early = logs.event("phone", "2026-01-01T08:00:00+07:00", "EMPTY")
    _, bus = run(write(logs.log(logs.trace(early, enddate="2026-02-01T00:00:00+07:00"))), mapping)
    end = datetime(2026, 1, 31, 17, tzinfo=UTC)
    assert [(event.time - end) // MICRO for event in bus.events] == [0, -1, 0]
    assert bus.told[1:] == ["H29 finished-step phone", "H29 has-result"]


def test_an_end_on_the_very_deadline_stays_in_time(logs, write, run, mapping):
    event = logs.event(at="2026-03-06T16:00:00+07:00")
    report, bus = run(write(logs.log(logs.trace(event, deadline="2026-03-06T16:00:00+07:00"))), mapping)
    assert report.ended_late == 0
    assert bus.events[-1].data.claim.kind == "has-result"
    assert bus.events[-1].time == datetime(2026, 3, 6, 9, tzinfo=UTC)


def test_the_envelope_carries_timeline_source_correlation_and_key(logs, write, run, mapping):
    _, bus = run(write(logs.log(logs.trace(logs.event(**{"org:resource": "Resource7"})))), mapping)
    for message, event in zip(bus.messages, bus.events, strict=True):
        assert (event.timeline, event.source, event.correlationid) == ("test", "/import/test", "OLD.case-1")
        assert message.key == event.subject.encode() == b"OLD.case-1"
    claim = bus.events[0].data.claim
    assert claim.historic_code == "OLD.case-1"
    assert claim.historic_appointment == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert len({event.identity for event in bus.events}) == len(bus.events)


def test_a_tick_goes_to_every_partition():
    at = datetime(2026, 3, 9, tzinfo=UTC)
    messages = ticks("test", at, 3)
    events = [read_event(message.topic, message.value or b"") for message in messages]
    assert [message.partition for message in messages] == [event.data.partition for event in events] == [0, 1, 2]
    assert {(event.timeline, event.subject, event.time) for event in events} == {("test", "test", at)}
    assert ticks("test", at, 3) == messages
