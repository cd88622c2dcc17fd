from collections import Counter
from datetime import datetime

import pytest

from bench.bus import topics_read
from bench.contenders.bare import writing
from bench.stored import Plan
from bench.workload import Dossiers, stream, under_way
from contracts.topics import read_event

DOSSIERS = Dossiers.usual()


@pytest.mark.slow  # a second week of histories is made for it
def test_the_stream_is_always_the_same() -> None:
    assert list(stream(DOSSIERS, 200)) == list(stream(Dossiers(), 200))


def test_every_record_is_an_event_that_sla_reads() -> None:
    for record in stream(DOSSIERS, 400):
        assert record.topic in topics_read()
        assert read_event(record.topic, record.value).subject.encode() == record.key


def test_time_never_goes_back_in_a_history() -> None:
    for number in range(100):
        times = [read_event(one.topic, one.value).time for one in DOSSIERS.records(number)]
        assert times == sorted(times)


def test_no_event_is_there_twice() -> None:
    events = [read_event(one.topic, one.value).identity for one in stream(DOSSIERS, 2000)]
    assert max(Counter(events).values()) == 1


def test_moments_of_one_dossier_are_as_far_apart_as_there_are_dossiers_under_way() -> None:
    last: dict[str, tuple[int, datetime]] = {}
    for place, record in enumerate(stream(DOSSIERS, 3200)):
        event = read_event(record.topic, record.value)
        before, time = last.get(event.subject, (-under_way(3200), None))
        assert place - before == 1 if event.time == time else place - before >= under_way(3200)
        last[event.subject] = place, event.time


def test_a_history_goes_from_receipt_to_completion() -> None:
    for number in range(50):
        topics = [one.topic for one in DOSSIERS.records(number)]
        assert (topics[0], topics[1], topics[-1]) == ("dossier.received", "dossier.transferred", "dossier.completed")


def test_every_round_sweeps_as_many_due_timers_as_planned() -> None:
    plan = Plan(dossiers=10_000, events=10, due=100, rounds=3)
    swept = Counter(plan.sweep_of(number) for number in range(plan.dossiers))
    assert swept == {0: 100, 1: 100, 2: 100, None: 9_700}


def test_the_bare_loop_says_as_many_events_as_it_is_told(monkeypatch) -> None:
    monkeypatch.setattr("bench.contenders.bare.SAID", 0.3)
    batch = writing([(f"D.{n}", "event") for n in range(100)], {"D.1": 4}, "said")
    assert len(batch.said) in {29, 30}
    assert (len(batch.heads), sum(len(one["facts"]) for one in batch.facts)) == (100, 100 + len(batch.said))
