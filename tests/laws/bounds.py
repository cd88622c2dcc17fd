"""What has to be true of who claims what can not be, and of who is early: nothing gained, nothing lost."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache

from chassis.core.document import Document, Fact
from contracts import claims, intake, routing, sla
from contracts.envelope import AnyEvent
from domain.procedures import load_directory
from domain.worktime import Limit, due_at, shift
from tests.laws.findings import Findings
from tests.laws.rules import calendar, tolerance, tolerates

PATIENCE = timedelta(minutes=2)
FURTHEST = Limit.parse("6 months")


def no_early_report_is_rejected_if_what_it_follows_from_came_in_time(found: Findings) -> Iterator[str]:
    """On the same partition: by then the receipt, or what began its step, was taken in."""
    for doc in found.documents("routing").values():
        for rejection, report in _rejections(doc):
            causes = _follows_from(doc, rejection, report)
            if not causes or any(_came_elsewhere(found, cause, report) for cause in causes):
                continue
            if (at := max(map(_taken_in, causes))) <= _waits_until(doc, report.event):
                yield f"{doc.key}: {report.event.data.claim} of {report.event.time} for {causes[0].event.type} of {at}"


def _came_elsewhere(found: Findings, cause: Fact, report: Fact) -> bool:
    """Whether nothing orders what a report follows from and the report itself: they stand on two partitions."""
    first = found.first.get(cause.event.identity)
    return first is None or first.partition != found.first[report.event.identity].partition


def _taken_in(fact: Fact) -> datetime:
    return fact.event.taken_in or datetime.max.replace(tzinfo=UTC)


def _rejections(doc: Document) -> Iterator[tuple[Fact, Fact]]:
    """Rejections of reports whose stamps bound them, each with its report."""
    facts = {fact.event.id: fact for fact in doc.facts.values()}
    for fact in doc.facts.values():
        if isinstance(fact.event.data, routing.ReportRejected):
            report = facts[fact.event.causationid]
            if report.event.bounded_by is not None:
                yield fact, report


def _follows_from(doc: Document, rejection: Fact, report: Fact) -> list[Fact]:
    """What an early report came before, where that came on record after its rejection; else nothing."""
    step = getattr(report.event.data.claim, "step", None)
    for fact in doc.facts.values():
        if fact.version <= rejection.version:
            continue
        match fact.event.data:
            case intake.DossierReceived() if rejection.event.data.code == "unknown-dossier":
                return [fact]
            case routing.DossierTransferred(step=named, attempt=1) if (
                named == step and rejection.event.data.code == "step-not-open"
            ):
                return [_cause_of(doc, fact), *_ends_of_pauses(doc, rejection, fact)]
    return []


def _cause_of(doc: Document, fact: Fact) -> Fact:
    return next((one for one in doc.facts.values() if one.event.id == fact.event.causationid), fact)


def _ends_of_pauses(doc: Document, rejection: Fact, begun: Fact) -> list[Fact]:
    """What the step that began had to wait for, too: while a dossier is suspended no step of it is finished."""
    later = (fact for fact in doc.facts.values() if rejection.version < fact.version <= begun.version)
    return [_cause_of(doc, fact) for fact in later if isinstance(fact.event.data, routing.DossierResumed)]


def _waits_until(doc: Document, report: AnyEvent) -> datetime:
    assert report.taken_in is not None
    longest = shift(calendar(), report.taken_in, tolerance(_received(doc) or report.taken_in))
    return report.taken_in + min(max(PATIENCE, report.taken_in - report.time), max(PATIENCE, longest - report.taken_in))


def _received(doc: Document) -> datetime | None:
    return next((one.time for one in doc.events if isinstance(one.data, intake.DossierReceived)), None)


def custody_is_not_refused_because_its_end_was_read_first(found: Findings) -> Iterator[str]:
    """Who had a step when he says he took it did take it, however soon after he finished.

    Unless he says he took it after he says so, or before the step began: neither is believed. Nor is a word
    believed that names a person.
    """
    others = ("unknown-dossier", "unknown-officer", "personal-data")
    service = found.services["routing"]
    for doc in found.documents("routing").values():
        for rejection, report in _rejections(doc):
            claim, told = report.event.data.claim, report.event
            if not isinstance(claim, claims.TookCustody) or rejection.event.data.code in others:
                continue
            known = sorted((f for f in doc.facts.values() if f.version < rejection.version), key=lambda f: f.version)
            state = service.unfold(service.initial, map(service.placed, (fact.event for fact in known)))
            theirs = [leg for leg in state.legs if (leg.step, leg.agency) == (claim.step, told.data.agency)]
            since = told.data.occurred_at or told.time
            in_time = state.received_at and tolerates(state.received_at, since, told.taken_in)
            believed = in_time and since <= told.time
            if believed and any(leg.done_at is not None and leg.since <= since <= leg.done_at for leg in theirs):
                yield f"{doc.key}: {claim} of {told.time}"


def nobody_is_handed_what_nobody_can_take(found: Findings) -> Iterator[str]:
    """Nothing is given to, or asked of, an agency that the directory does not know."""
    for event in found.events.values():
        named = event.data.to_agency if isinstance(event.data, routing.DossierTransferred) else None
        named = event.data.agency if isinstance(event.data, routing.ConsultationRequested) else named
        if named is not None and named not in _agencies():
            yield f"{event.type} of {event.subject}: {named}"


@cache
def _agencies() -> frozenset[str]:
    return frozenset(load_directory().agencies)


def nobody_waits_for_a_date_that_is_no_plan(found: Findings) -> Iterator[str]:
    """No explanation that is accepted, and no new date, lies years ahead."""
    for event in found.events.values():
        match event.data:
            case routing.DelayExplained(target=date) | sla.DossierRescheduled(kind="late", new_date=date):
                if date > due_at(calendar(), event.time + timedelta(days=60), FURTHEST):
                    yield f"{event.type} of {event.subject}: {date}"


def nobody_is_born_twice(found: Findings) -> Iterator[str]:
    """A code has one receipt, and what intake says of it belongs to the submission that it was given to.

    An answer about a record that is no submission names what the record names: it is no dossier's.
    """
    births = {event.subject: event for event in reversed(found.of(intake.DossierReceived))}
    for event in found.events.values():
        born = None if isinstance(event.data, intake.SubmissionRejected) else births.get(event.subject)
        if born and event.source == "/lienthong/intake" and event.correlationid != born.correlationid:
            yield f"{event.type} of {event.subject} for {event.correlationid}"


BOUNDED = (
    no_early_report_is_rejected_if_what_it_follows_from_came_in_time,
    custody_is_not_refused_because_its_end_was_read_first,
    nobody_is_handed_what_nobody_can_take,
    nobody_waits_for_a_date_that_is_no_plan,
    nobody_is_born_twice,
)
