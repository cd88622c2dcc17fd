"""Prometheus metrics of one service, in a registry of its own; docs/metrics.md says what each is for.

Counted with plain dictionaries, added to Prometheus once a batch. Labels are bounded: an event type is one of those in
the contracts, and no label ever holds a code.
"""

from collections import Counter as Tallied
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from typing_extensions import override

from chassis.core.arrival import Arrival
from chassis.core.job import Job
from chassis.runtime import clock
from chassis.runtime.bus.publisher import partition_of
from chassis.runtime.bus.record import Record
from chassis.runtime.bus.trouble import KINDS, UNKNOWN, Trouble
from chassis.runtime.received import Received
from chassis.runtime.telemetry.observe import DEAD, RESULTS, Observer, results
from contracts.claims import AgencyReported, IntakeSubmitted
from contracts.envelope import LIVE, AnyEvent
from contracts.topics import DEFAULT_PARTITIONS
from domain.procedures import load_directory

CONTENT_TYPE = CONTENT_TYPE_LATEST

# When a counter was made is of no use to anybody, and would double what has to be stored.
disable_created_metrics()  # type: ignore[no-untyped-call]

# Bounds of the histograms: records, seconds, seconds. One more bound is one more series in Prometheus for each service.
RECORDS = (1, 5, 10, 50, 100, 250, 500, 1000, 2500, 5000, 10_000)
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
LATENESS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)

Lags = Mapping[tuple[str, int], int]
"""Records that wait, by topic and partition."""


BY_OUTSIDERS = (AgencyReported.TYPE, IntakeSubmitted.TYPE)
"""Types of events that come from clients which nobody here has set up."""

OTHER = "other"
"""Stands for senders that the directory does not know."""


def _is_misplaced(record: Record) -> bool:
    """True if it can overtake its dossier's other records."""
    return record.key is None or partition_of(record.key, DEFAULT_PARTITIONS) != record.partition


def _sender(event: AnyEvent) -> str:
    """The agency's code, if there is such an agency."""
    named = getattr(event.data, "agency", OTHER)
    return named if named in _agencies() else OTHER


@cache
def _agencies() -> frozenset[str]:
    return frozenset(load_directory().agencies)


class Metrics(Observer):
    """All metrics of one service instance.

    Args:
        consumes: types that it reads.
        emits: types that it publishes.
    """

    def __init__(self, consumes: Iterable[str], emits: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._make()
        for topic in consumes:
            for result in RESULTS:
                self._event(topic, result)
        for topic in emits:
            self._emitted(topic)
        for result in DEAD:
            self._dead.labels(result)
        for kind in KINDS:
            self._fetches.labels(kind)

    def _make(self) -> None:
        own = self.registry
        self._events = Counter(
            "lienthong_events_total",
            "Records taken from the bus, by what became of them",
            ["type", "result"],
            registry=own,
        )
        self._emits = Counter("lienthong_emitted_total", "Own events acknowledged by the bus", ["type"], registry=own)
        self._dead = Counter("lienthong_dead_letters_total", "Records put aside", ["reason"], registry=own)
        self._misplaced = Counter(
            "lienthong_misplaced_records_total",
            "Outsiders' records without a key, or on another partition than Kafka's own clients choose",
            ["sender"], registry=own,
        )  # fmt: skip
        self._sizes = Histogram("lienthong_batch_records", "Records in a batch", buckets=RECORDS, registry=own)
        self._times = Histogram(
            "lienthong_batch_seconds", "From the first look at a batch until all of it is published",
            buckets=SECONDS, registry=own,
        )  # fmt: skip
        self._lost = Counter(
            "lienthong_save_conflicts_total", "Saves that lost their guard to another instance", registry=own
        )
        self._retries = Counter(
            "lienthong_retries_total",
            "Attempts at a batch or sweep that failed because the world is down",
            registry=own,
        )
        self._fetches = Counter("lienthong_fetch_failures_total", "Fetches that raised", ["reason"], registry=own)
        self._late = Histogram(
            "lienthong_timer_lateness_seconds", "How long after its time a live timer was handled",
            buckets=LATENESS, registry=own,
        )  # fmt: skip
        self._undecidable = Counter(
            "lienthong_undecidable_total", "Times that a document could not be decided", registry=own
        )
        self._lag = Gauge(
            "lienthong_lag_records", "Records of an owned partition that are not handled yet",
            ["topic", "partition"], registry=own,
        )  # fmt: skip
        self._stuck = Gauge(
            "lienthong_stuck_partitions", "Owned partitions that can not be read",
            ["topic", "partition", "reason"], registry=own,
        )  # fmt: skip
        self._withheld = Gauge(
            "lienthong_withheld_seconds", "How long the same open transaction has kept records from being read",
            ["topic", "partition"], registry=own,
        )  # fmt: skip
        self._ticks = Gauge(
            "lienthong_ticks_waiting", "Ticks of other timelines than the live one, not passed on yet", registry=own
        )
        self._ready = Gauge("lienthong_ready", "Whether a thing the service needs is there", ["check"], registry=own)
        self._event = cache(self._events.labels)
        self._emitted = cache(self._emits.labels)

    @override
    def took(self, arrivals: Mapping[str, Sequence[Arrival]], jobs: Mapping[str, Job]) -> None:
        counts = Tallied((arrival.event.type, result) for arrival, result in results(arrivals, jobs))
        for (topic, result), number in counts.items():
            self._event(topic, result).inc(number)
            if result in DEAD:
                self._dead.labels(result).inc(number)
        if failed := sum(bool(job.failed) for job in jobs.values()):
            self._undecidable.inc(failed)

        for arrived in arrivals.values():
            for arrival in arrived:
                outside = arrival.event.type in BY_OUTSIDERS
                if outside and isinstance(arrival, Received) and _is_misplaced(arrival.record):
                    self._misplaced.labels(_sender(arrival.event)).inc()

    @override
    def emitted(self, events: Sequence[AnyEvent]) -> None:
        for topic, number in Tallied(event.type for event in events).items():
            self._emitted(topic).inc(number)

    @override
    def skipped(self, record: Record, result: str) -> None:
        self._event(record.topic, result).inc()
        if result in DEAD:
            self._dead.labels(result).inc()

    @override
    def conflicts(self, number: int) -> None:
        if number:
            self._lost.inc(number)

    @override
    def swept(self, jobs: Iterable[Job], now: datetime) -> None:
        present = clock.now()
        for job in jobs:
            # Other clocks jump from tick to tick: late by them says nothing about us.
            if job.doc.timeline == LIVE and job.doc.due is not None and job.doc.due <= now:
                self._late.observe((present - job.doc.due).total_seconds())

    @override
    def batch(self, records: int, seconds: float) -> None:
        self._sizes.observe(records)
        self._times.observe(seconds)

    @override
    def retried(self) -> None:
        self._retries.inc()

    @override
    def fetch_failed(self, kind: str) -> None:
        self._fetches.labels(kind).inc()

    def reading(self, troubles: Iterable[Trouble], withheld: Mapping[tuple[str, int], float]) -> None:
        """Set the gauges of partitions that can not be read now, and of records that may not be read yet."""
        self._stuck.clear()
        for trouble in troubles:
            topic, partition = trouble.place or ("", UNKNOWN)
            self._stuck.labels(topic, str(partition), trouble.kind).set(1)
        self._withheld.clear()
        for (topic, partition), seconds in withheld.items():
            self._withheld.labels(topic, str(partition)).set(seconds)

    def exposition(self, lags: Lags, checks: Mapping[str, bool], ticks: int = 0) -> bytes:
        """All of it, as Prometheus reads it, with what only the moment of the question knows."""
        self._lag.clear()
        for (topic, partition), records in lags.items():
            self._lag.labels(topic, str(partition)).set(records)
        self._ticks.set(ticks)
        for check, there in checks.items():
            self._ready.labels(check).set(there)
        return generate_latest(self.registry)
