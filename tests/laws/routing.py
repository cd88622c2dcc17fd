"""What has to be true of agencies' reports and of custody: one answer, one holder, no time gained by telling late."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

from chassis.core.document import Document, Fact
from contracts import claims, intake, routing
from contracts.envelope import LIVE, AnyEvent
from domain.worktime import shift
from services.routing.records import Leg
from services.routing.state import State
from tests.laws.findings import Findings
from tests.laws.rules import calendar, tolerance, tolerates

ACCEPTED_BY: dict[type, type[routing.Accepted]] = {
    claims.TookCustody: routing.DossierAcknowledged,
    claims.FinishedStep: routing.DossierStepCompleted,
    claims.SentBack: routing.DossierTransferred,
    claims.Forwards: routing.DossierTransferred,
    claims.Recalls: routing.DossierTransferred,
    claims.NeedsSupplement: routing.DossierSuspended,
    claims.NeedsPayment: routing.DossierSuspended,
    claims.Suspends: routing.DossierSuspended,
    claims.Resumes: routing.DossierResumed,
    claims.AsksOpinion: routing.ConsultationRequested,
    claims.GivesOpinion: routing.ConsultationAnswered,
    claims.ExplainsDelay: routing.DelayExplained,
    claims.HasResult: routing.DossierCompleted,
}
"""The event that accepts each kind of claim."""


def every_report_has_one_answer(found: Findings) -> Iterator[str]:
    """Accepted or rejected, once."""
    for doc in found.documents("routing").values():
        answers = _answers(doc)
        for event in doc.events:
            if isinstance(event.data, claims.AgencyReported) and answers[event.id] != 1:
                yield f"{event.data.claim.kind} on {doc.key}, {event.id}: {answers[event.id]}"


def _answers(doc: Document) -> Counter[str]:
    """How many answers each report has."""
    reports = _reports(doc)
    return Counter(
        event.causationid
        for event in doc.events
        if isinstance(event.data, routing.ReportRejected) or _accepts(event, reports.get(event.causationid))
    )


def _reports(doc: Document) -> dict[str, AnyEvent]:
    return {event.id: event for event in doc.events if isinstance(event.data, claims.AgencyReported)}


def _accepts(event: AnyEvent, report: AnyEvent | None) -> bool:
    return report is not None and isinstance(event.data, ACCEPTED_BY[type(report.data.claim)])


def each_branch_has_one_holder(found: Findings) -> Iterator[str]:
    """From receipt to the end, after every save that the document has seen."""
    service = found.services["routing"]
    for doc in found.documents("routing").values():
        state = service.initial
        for saved in _saves(doc):
            state = service.unfold(state, map(service.placed, saved))
            if state.birth:
                yield from (f"{doc.key}: {text}" for text in _misheld(state))
        if state.birth:
            yield from (f"{doc.key}: {text}" for text in _gaps(state))


def _saves(doc: Document) -> Iterator[list[AnyEvent]]:
    """What came on record together, in this order; where ticks tell the time, what one of them decided."""
    saves: dict[int, list[Fact]] = defaultdict(list)
    for fact in doc.facts.values():
        saves[fact.version].append(fact)
    together: list[AnyEvent] = []
    for version in sorted(saves):
        together += (fact.event for fact in saves[version])
        if doc.timeline == LIVE or any(fact.own for fact in saves[version]):
            yield together
            together = []
    yield together


def _misheld(state: State) -> Iterator[str]:
    """What is wrong about custody now."""
    held = state.holders
    if (state.ended_at is None) != bool(held):
        yield f"{len(held)} hold it, ended: {state.ended_at}"
    for one, later in combinations(held, 2):
        onward = later.begun.movement != "forward"  # a forward goes on with a step that was begun before
        begun = onward and one.since < later.since and one.step in state.before(later.step)
        if one.step == later.step or begun:
            yield f"{later.agency} was given it for {later.step}, while {one.agency} had it for {one.step}"


def _gaps(state: State) -> Iterator[str]:
    """Moments at which nobody had it, or two had one step."""
    reached: datetime | None = state.received_at
    for leg in sorted(state.legs, key=lambda one: one.since):
        if reached is not None and leg.since > reached:
            yield f"nobody has it from {reached} to {leg.since}"
        reached = None if reached is None or leg.done_at is None else max(reached, leg.done_at)
    if reached is not None and (state.ended_at is None or reached < state.ended_at):
        yield f"nobody has it from {reached} on"
    for one, other in combinations(state.legs, 2):
        if one.step == other.step and _overlap(one, other):
            yield f"{one.agency} and {other.agency} have it for {one.step} at once"


def _overlap(one: Leg, other: Leg) -> bool:
    return (one.done_at is None or other.since < one.done_at) and (other.done_at is None or one.since < other.done_at)


def nobody_gains_time_by_telling_late(found: Findings) -> Iterator[str]:
    """A report counts from when it says, if it came soon enough; else from the earliest moment tolerated, flagged.

    What was taken in before that rule, or is played, counts else from its own time. Or from the
    first moment at which it can have been, which is one of the dossier's own history, and is flagged too.
    """
    for doc in found.documents("routing").values():
        moments = {event.time for event in doc.events if not isinstance(event.data, claims.AgencyReported)}
        received = next((event.time for event in doc.events if isinstance(event.data, intake.DossierReceived)), None)
        reports = _reports(doc)
        for event in doc.events:
            report = reports.get(event.causationid)
            if report is not None and _accepts(event, report):
                yield from _mistimed(received, event, report, moments)


def _mistimed(received: datetime | None, event: AnyEvent, report: AnyEvent, moments: set[datetime]) -> Iterator[str]:
    claimed = report.data.occurred_at or report.time
    heard, since = report.bounded_by, received or claimed
    if tolerates(since, claimed, heard or report.time):
        earliest = claimed
    else:
        earliest = report.time if heard is None else shift(calendar(), heard, -tolerance(since)).astimezone(UTC)
    what = f"{event.type} of {event.subject}, {event.id}"
    if event.time < earliest or (event.time > earliest and event.time not in moments):
        yield f"{what} counts from {event.time}, told at {report.time}: {claimed}"
    data: Any = event.data
    if (data.backdated, data.claimed_at) != ((True, claimed) if claimed < event.time else (False, None)):
        yield f"{what} counts from {event.time} instead of {claimed}, flagged: {data.backdated}, {data.claimed_at}"


def what_is_held_is_watched(found: Findings) -> Iterator[str]:
    """Every step that somebody holds has an open deadline, which stands still where routing says so."""
    service = found.services["routing"]
    for key, doc in found.documents("routing").items():
        state = service.restore(doc.state)
        if state.birth:
            watch = found.documents("sla")[key].state
            held = {f"step:{leg.step}#{leg.attempt}" for leg in state.holders}
            watched = {one["key"] for one in watch["deadlines"] if one["kind"] == "step" and one["ended"] is None}
            stands = state.paused is not None
            if held != watched or (held and stands != _stands(watch)):
                yield f"{key}: {held} held, {watched} watched, waits: {stands}, {_stands(watch)}"


def _stands(state: dict[str, Any]) -> bool:
    return any(one["until"] is None for one in state["pauses"])


ROUTING = (
    each_branch_has_one_holder,
    every_report_has_one_answer,
    nobody_gains_time_by_telling_late,
    what_is_held_is_watched,
)
