"""What an operator reads from /metrics, by what really happened to a batch."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiokafka import TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from chassis.runtime import clock
from chassis.runtime.bus.trouble import Trouble
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.telemetry.metrics import Metrics
from contracts import claims
from tests.component.chassis.crashing import beaten_by
from tests.component.chassis.toy import HOUR, START, Toy, claim, payment, poison, raw, record, withdrawal


def watch(toy: Toy) -> Metrics:
    metrics = Metrics(toy.service.topics, (payload.TYPE for payload in toy.service.emits))
    toy.loop = Loop(toy.service, toy.store, toy.publish, metrics)
    return metrics


def value(metrics: Metrics, name: str, **labels: str) -> float:
    found = metrics.registry.get_sample_value(name, labels)
    assert found is not None, f"{name} {labels}"
    return found


def events(metrics: Metrics, result: str) -> float:
    return value(metrics, "lienthong_events_total", type="intake.submitted", result=result)


@pytest.fixture
def metrics(toy: Toy) -> Metrics:
    return watch(toy)


async def test_every_event_is_counted_once_by_what_became_of_it(toy: Toy, metrics: Metrics) -> None:
    first = payment(1)
    conflicting = first.model_copy(update={"data": payment(2).data})
    unknown = raw(payment().to_json().replace("intake.submitted", "intake.invented").encode())
    await toy.process(record(first), record(payment(3)))
    await toy.process(record(first), record(conflicting), record(payment(4)), raw(b"{"), unknown)
    await toy.process(record(poison("D.2")))
    counted = {r: events(metrics, r) for r in ("accepted", "duplicate", "refused", "undecided", "unreadable")}
    assert counted == {"accepted": 3, "duplicate": 1, "refused": 1, "undecided": 1, "unreadable": 1}
    assert events(metrics, "unknown-type") == 1


async def test_dead_letters_are_counted_by_reason_as_often_as_they_are_written(toy: Toy, metrics: Metrics) -> None:
    first = payment(1)
    conflicting = first.model_copy(update={"data": payment(2).data})
    await toy.process(record(first), record(conflicting), raw(b"{"), raw(b"["), record(poison("D.2")))
    reasons = ("refused", "undecided", "unreadable")
    counted = [value(metrics, "lienthong_dead_letters_total", reason=one) for one in reasons]
    assert counted == [1, 1, 2]
    assert sum(counted) == len(toy.letters())


async def test_own_events_are_counted_when_the_bus_has_them(toy: Toy, metrics: Metrics) -> None:
    toy.fails_at.add("before publish")
    with pytest.raises(Exception, match="before publish"):
        await toy.process(record(payment()))
    assert value(metrics, "lienthong_emitted_total", type="dossier.paid") == 0
    await toy.process(record(payment()))
    assert value(metrics, "lienthong_emitted_total", type="dossier.paid") == 1


async def test_the_outcome_of_an_effect_is_said_and_not_taken(toy: Toy, metrics: Metrics) -> None:
    await toy.process(record(claim(claims.Collection(channel="counter"))))
    assert value(metrics, "lienthong_emitted_total", type="notification.sent") == 1
    assert events(metrics, "accepted") == 1


async def test_a_lost_guard_is_a_conflict_and_the_event_is_still_counted_once() -> None:
    toy = beaten_by(record(payment(1)))
    metrics = watch(toy)
    await toy.process(record(payment(2)))
    assert value(metrics, "lienthong_save_conflicts_total") == 1
    assert events(metrics, "accepted") == 1


async def test_a_live_timer_is_measured_by_the_wall_clock(
    toy: Toy, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    await toy.process(record(withdrawal()))
    late = START + HOUR + timedelta(seconds=100)
    monkeypatch.setattr(clock, "now", lambda: late)
    await toy.sweep(late)
    assert value(metrics, "lienthong_timer_lateness_seconds_count") == 1
    assert value(metrics, "lienthong_timer_lateness_seconds_sum") == pytest.approx(100, abs=5)


async def test_timers_of_other_clocks_are_not_measured(toy: Toy, metrics: Metrics) -> None:
    await toy.process(record(withdrawal(timeline="told")))
    await toy.tick(START + HOUR * 5, "told")
    assert len(toy.take("dossier.withdrawn")) == 1
    assert value(metrics, "lienthong_timer_lateness_seconds_count") == 0


def test_what_has_not_happened_yet_is_there_with_zero(metrics: Metrics) -> None:
    assert events(metrics, "accepted") == 0
    assert value(metrics, "lienthong_emitted_total", type="dossier.paid") == 0


def test_lag_and_readiness_are_those_of_the_moment(metrics: Metrics) -> None:
    metrics.exposition({("intake.submitted", 0): 5, ("intake.submitted", 1): 7}, {"store": False})
    text = metrics.exposition({("intake.submitted", 1): 2}, {"store": True}).decode()
    samples = [one for family in text_string_to_metric_families(text) for one in family.samples]
    lags = [(one.labels, one.value) for one in samples if one.name == "lienthong_lag_records"]
    assert lags == [({"topic": "intake.submitted", "partition": "1"}, 2)]
    assert value(metrics, "lienthong_ready", check="store") == 1


def test_what_can_not_be_read_and_what_may_not_be_read_yet_are_those_of_the_moment(metrics: Metrics) -> None:
    stuck = Trouble("codec", "no zstd", TopicPartition("intake.submitted", 4), 17)
    metrics.reading([stuck], {("intake.submitted", 1): 12.5})
    labels = {"topic": "intake.submitted", "partition": "4", "reason": "codec"}
    assert value(metrics, "lienthong_stuck_partitions", **labels) == 1
    assert value(metrics, "lienthong_withheld_seconds", topic="intake.submitted", partition="1") == 12.5
    metrics.reading([], {})
    assert metrics.registry.get_sample_value("lienthong_stuck_partitions", labels) is None
    metrics.fetch_failed("damaged")
    assert value(metrics, "lienthong_fetch_failures_total", reason="damaged") == 1
    assert value(metrics, "lienthong_fetch_failures_total", reason="codec") == 0


async def test_no_label_and_no_sample_holds_a_dossier_code(toy: Toy, metrics: Metrics) -> None:
    await toy.process(record(payment(1, "H29-NGUYEN")), record(poison("H29-NGUYEN-2")), raw(b"H29-NGUYEN"))
    assert b"NGUYEN" not in metrics.exposition({}, {})


async def test_metrics_do_not_change_what_a_loop_does() -> None:
    batch: list[Any] = [record(payment(1)), raw(b"{"), record(poison("D.2")), record(withdrawal("D.3"))]
    seen, unseen = Toy(), Toy(store=MemoryStore())
    watch(seen)
    tallies = [await one.process(*batch) for one in (seen, unseen)]
    assert tallies[0] == tallies[1]
    assert replace(seen.published[0]) == unseen.published[0]


async def test_a_document_that_can_not_be_decided_is_counted_when_it_comes_and_when_it_is_swept(
    toy: Toy, metrics: Metrics
) -> None:
    await toy.process(record(payment(1)), record(withdrawal()))
    assert value(metrics, "lienthong_undecidable_total") == 0
    await toy.process(record(poison("D.2")))
    assert value(metrics, "lienthong_undecidable_total") == 1
    toy.service = replace(toy.service, decide=lambda *_: 1 / 0)
    toy.loop = Loop(toy.service, toy.store, toy.publish, metrics)
    await toy.sweep(START + 2 * HOUR)
    assert value(metrics, "lienthong_undecidable_total") == 2
