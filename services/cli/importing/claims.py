"""The claims that a case amounts to, in order and each with its own moment.

Services fold facts by (time, identity), so claims of one case that must be read in this order need times in this order,
strictly. The rule:

1. The application has the case's start, exactly.
2. Every other claim has its own time, unless the next claim leaves no room: then it is moved to a microsecond before
   the next. So a hand-over, which the log dates like the work that shows it, comes 2 and 1 µs before that work, and of
   events at one moment the last keeps it exactly. Moving only backwards, an end on the very deadline stays in time.
3. Nothing precedes the application, since a dossier that does not exist can not be reported on: what would is told
   right after it, a microsecond apart, in the log's order. The report counts these (`event-before-start`,
   `end-before-start`).

Hand-overs are derived as long as the case is open. After its end nobody holds it; what the log still tells is claimed
by who did it, for routing to reject.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.claims import (
    AgencyReported,
    Application,
    FinishedStep,
    Forwards,
    HasResult,
    IntakeSubmitted,
    TookCustody,
)
from contracts.envelope import AnyEvent, new_event
from services.cli.importing.case import Case, Happening
from services.cli.importing.mapping import Mapping

TICK = timedelta(microseconds=1)
"""The least difference between two times."""


@dataclass(frozen=True)
class _Told:
    """A report on its way to become a claim: the time it would like to have, and what makes it unique."""

    at: datetime
    agency: str
    claim: FinishedStep | Forwards | TookCustody | HasResult
    unique: tuple[object, ...]
    officer: str = ""


def claims_of(case: Case, mapping: Mapping) -> list[AnyEvent]:
    """The application, then every report, with strictly increasing times."""
    reports = list(_story(case, mapping.receiving_unit))
    times = strictly_ordered(case.start, [report.at for report in reports])
    told = [_reported(case, mapping, report, at) for report, at in zip(reports, times, strict=True)]
    return [_application(case, mapping), *told]


def strictly_ordered(start: datetime, wanted: Sequence[datetime]) -> list[datetime]:
    """Times near the wanted ones, each after the one before and all after `start`; see the rule above."""
    times = list(wanted)
    for place in reversed(range(len(times) - 1)):
        times[place] = min(times[place], times[place + 1] - TICK)
    for place, at in enumerate(times):
        start = times[place] = max(at, start + TICK)
    return times


def hand_overs(claims: Sequence[AnyEvent]) -> int:
    """How many of these claims hand a dossier over."""
    return sum(isinstance(event.data, AgencyReported) and event.data.claim.kind == "forwards" for event in claims)


def _story(case: Case, holder: str) -> Iterator[_Told]:
    """Who tells what, in the order it happened."""
    open_until = [one for one in case.happenings if case.end is None or one.at <= case.end]
    for happening in open_until:
        agency = happening.agency or holder
        if agency != holder:
            yield from _hand_over(happening, holder, agency)
        holder = agency
        yield _finished(happening, holder)
    if case.end:
        yield _Told(case.end, holder, HasResult(), ("has-result",))
    for happening in case.happenings[len(open_until) :]:
        yield _finished(happening, happening.agency or holder)


def _hand_over(happening: Happening, holder: str, taker: str) -> Iterator[_Told]:
    step, unique = happening.activity, happening.unique
    yield _Told(happening.at, holder, Forwards(step=step, to_agency=taker), ("forwards", *unique))
    yield _Told(happening.at, taker, TookCustody(step=step), ("took-custody", *unique))


def _finished(happening: Happening, agency: str) -> _Told:
    unique = ("finished-step", *happening.unique)
    return _Told(happening.at, agency, FinishedStep(step=happening.activity), unique, happening.officer)


def _application(case: Case, mapping: Mapping) -> AnyEvent:
    application = Application(
        procedure=mapping.procedure,
        channel=case.channel,
        receiving_unit=mapping.receiving_unit,
        historic_code=case.code,
        historic_appointment=case.deadline,
    )
    return new_event(
        IntakeSubmitted(submission_id=case.code, claim=application),
        source=mapping.source,
        subject=case.code,
        time=case.start,
        correlationid=case.code,
        unique=("application",),
        timeline=mapping.timeline,
    )


def _reported(case: Case, mapping: Mapping, told: _Told, at: datetime) -> AnyEvent:
    data = AgencyReported(agency=told.agency, officer=told.officer or None, claim=told.claim)
    return new_event(
        data,
        source=mapping.source,
        subject=case.code,
        time=at,
        correlationid=case.code,
        unique=told.unique,
        timeline=mapping.timeline,
    )
