"""Delivery: one decision, made before a save, on what is published after it and when the document is looked at again.

There is no outbox table. Two things bring an own event back that was saved and perhaps not published:

- Kafka redelivers the batch, because its offsets are committed only after the publish. The facts of the batch are known
  then, and what their saves caused is published again, same id, same bytes.
- Nothing redelivers a timer sweep, nor what came of an effect: the batch that ordered it may be committed by another
  process meanwhile. Such a save therefore notes its version in `unsent`, and leaves `due` where a sweep finds it. `due`
  advances, and `unsent` is cleared, only after the publish.

Invariants, held by tests/unit/chassis/test_settle.py:

1. Nothing is published before it is saved: `publish` holds own facts of earlier saves and of this one, and none that a
   failed decision leaves unsaved.
2. Nothing of its own that is saved is left unpublished: it is in `publish`; and until that publish is through, either
   the batch is redelivered, or `at_save` has a due time and an `unsent` not after its version.
3. A redelivery publishes what the saves of its facts caused, and nothing that other saves caused.
4. While `unsent` is set, `due` is moved by `after_publish` alone, or to the tick that arrivals wait for: a sweep, too.
5. `unsent` is set only by a save that nothing redelivers, at its version or where it stood already; and cleared only by
   `after_publish`.
6. `after_publish` of a sweep never leaves a document due at the moment of the sweep: no sweep meets it twice.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from chassis.core.document import Fact, Schedule
from chassis.core.job import Job
from chassis.core.stream_time import Timeline
from contracts.envelope import LIVE

NOT_AGAIN = timedelta(seconds=1)
"""A document that is still due after its sweep waits for so long. The sweep has met it already: without this it would
never end. Longer would delay a timer that `decide` set to a moment just passed; one second is the pause of sweeps."""

TRY_AGAIN = timedelta(minutes=5)
"""A sweep looks again after so long at a document that it could not decide; by then the service may be mended. Shorter
repeats a failure, and its log line, for nothing; longer leaves a mended document waiting."""

LAST = datetime(9999, 12, 30, tzinfo=UTC)
"""No timer is set for later, so that a pause can be added to any moment. Records of old may speak of any year."""


class Settlement(NamedTuple):
    """The orders of `settle` to the loop, to be carried out from top to bottom.

    Attributes:
        saved: whether there is anything to save.
        at_save: the schedule that the save writes, in one transaction with the facts.
        publish: the own facts to publish once the save is acknowledged, in the order of their saves.
        cause: the save that causes what comes of the effects ordered now: when it is redelivered, so are they.
        after_publish: the schedule to store once the publish is acknowledged; None: `at_save` stands.
    """

    saved: bool
    at_save: Schedule
    publish: list[Fact]
    cause: int
    after_publish: Schedule | None


def settle(
    job: Job, timelines: Mapping[str, Timeline], *, now: datetime | None = None, redelivered: bool = True
) -> Settlement:
    """Decide what a document publishes and when it is looked at again; see the invariants above. Pure.

    Args:
        job: the document, decided and not saved yet.
        timelines: how far the service is on the timelines of what arrived; the live one may be missing.
        now: the moment of a sweep, by the clock of the documents swept; None outside of sweeps.
        redelivered: whether Kafka gives everything again if this process dies before the commit.
    """
    doc, saved = job.doc, job.changed
    version = doc.version + saved
    saves = {*job.repeats, *((version,) if saved else ())}
    redelivered = redelivered and bool(job.fresh or job.repeats)  # what was refused brings back no save
    at_save = _at_save(job, timelines, now, redelivered=redelivered) if saved else doc.schedule
    publish = _caused_by(job, saves, version, at_save.unsent)
    if now is not None:
        after_publish: Schedule | None = _after_sweep(job, at_save, now)
    elif not redelivered and at_save.unsent is not None and not job.failed and not job.decision.effects:
        after_publish = _scheduled(job, _sent(at_save), timelines)
    else:
        after_publish = None
    return Settlement(saved, at_save, publish, min(saves, default=version), after_publish)


def _at_save(job: Job, timelines: Mapping[str, Timeline], now: datetime | None, *, redelivered: bool) -> Schedule:
    schedule = job.doc.schedule
    if redelivered:
        return _scheduled(job, schedule, timelines)
    if schedule.unsent is not None:
        return schedule  # an earlier save still is unsent, too, and `due` brings both back
    schedule = schedule._replace(unsent=job.doc.version + 1)
    if now is not None and schedule.due is not None:
        return schedule  # a sweep found it by its `due`, and finds it again
    return schedule._replace(due=job.doc.stream_time, timeline=LIVE)


def _after_sweep(job: Job, at_save: Schedule, now: datetime) -> Schedule:
    schedule = _scheduled(job, _sent(at_save), {})
    if job.failed:
        return schedule._replace(due=min(now, LAST) + TRY_AGAIN)
    if schedule.due is not None and schedule.due <= now:
        return schedule._replace(due=min(now, LAST) + NOT_AGAIN)
    return schedule


def _caused_by(job: Job, saves: set[int], version: int, unsent: int | None) -> list[Fact]:
    """Own facts, saved by then, that these saves made necessary, and all that may be unsent; in the order of saves."""
    first = version + 1 if unsent is None else unsent
    found = [
        fact
        for fact in job.doc.facts.values()
        if fact.own
        and fact.version <= version
        and (fact.cause in saves or fact.version in saves or fact.version >= first)
    ]
    return sorted(found, key=_version) if len(found) > 1 else found


def _sent(schedule: Schedule) -> Schedule:
    """The schedule once nothing is unsent."""
    return Schedule(schedule.due, schedule.timeline, None)


def _version(fact: Fact) -> int:
    return fact.version


def _scheduled(job: Job, schedule: Schedule, timelines: Mapping[str, Timeline]) -> Schedule:
    """The schedule by the decision's timer; unmoved while something is unsent, because `due` has to bring that back."""
    if job.parked:
        return _parked(job, schedule, timelines)
    if schedule.unsent is not None:
        return schedule
    timer = job.decision.timer
    if timer is None:
        return Schedule(None, schedule.timeline, None)
    # A moment may have passed when an event tells of it. Whoever looks as soon as the event is read is not late.
    heard = job.broker_timestamp if timer.timeline == LIVE else None
    return Schedule(_rounded_up(max(timer.at, heard) if heard else timer.at), timer.timeline, None)


def _parked(job: Job, schedule: Schedule, timelines: Mapping[str, Timeline]) -> Schedule:
    """The schedule by which arrivals wait for the next tick that is not before them."""
    due, timeline = schedule.due, schedule.timeline
    for event in (arrival.event for arrival in job.fresh):
        at = timelines[event.timeline].not_before(event.time)
        if due is None or timeline != event.timeline or due > at:
            due = at
        timeline = event.timeline
    return schedule._replace(due=due, timeline=timeline)


def _rounded_up(at: datetime) -> datetime:
    """The moment to the millisecond, as stores keep it, and never earlier: nobody is woken before the time."""
    at = min(at, LAST)
    return at + timedelta(microseconds=-at.microsecond % 1000)
