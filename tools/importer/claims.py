"""The claims that a case amounts to, in order and each with its own moment.

Services fold facts by (time, identity), so claims of one case that must be read in this order need times in this order,
strictly. The rule:

1. The application has the case's start, exactly; in a case that ends before it starts, its end. It needs no room: the
   birth of a dossier is folded before everything else (decision 0004).
2. The end of the case has its own time, exactly, because the verdict hangs on it.
3. Every other report up to the end has its own time, unless the next one leaves no room: then it is moved to a
   microsecond before the next. So a hand-over, which the log dates like the work that shows it, comes 2 and 1 µs before
   that work, and of events at one moment the last keeps it exactly.
4. What would come before the start is told right after it, a microsecond apart, in the log's order, as far as the end
   leaves room: else right before the end, and routing counts it from the start. The report counts what the log dates
   before the start (`event-before-start`, `end-before-start`).
5. What the log tells after the end is moved forward where there is no room.

So nothing that is moved for order's sake changes a verdict (decision 0029).

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
from tools.importer.case import Case
from tools.importer.happening import Happening
from tools.importer.mapping import Mapping

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
    born = min(case.start, case.end or case.start)
    reports = list(_story(case, mapping.receiving_unit))
    wanted = [report.at for report in reports]
    end = next((place for place, report in enumerate(reports) if isinstance(report.claim, HasResult)), None)
    times = open_in_order(born, wanted) if end is None else ended_in_order(born, wanted, end)
    told = [_reported(case, mapping, report, at) for report, at in zip(reports, times, strict=True)]
    return [_application(case, mapping, born), *told]


def open_in_order(start: datetime, wanted: Sequence[datetime]) -> list[datetime]:
    """Times near the wanted ones, each after the one before and all after `start`; see the rule above."""
    first = (start + TICK * place for place in range(1, len(wanted) + 1))
    return [max(pair) for pair in zip(_backwards(wanted), first, strict=True)]


def ended_in_order(start: datetime, wanted: Sequence[datetime], end: int) -> list[datetime]:
    """The same where the report at the place `end` keeps its time exactly, at the cost of being after `start`."""
    until, at = _backwards(wanted[: end + 1]), wanted[end]
    times = [
        max(moment, min(start + TICK * (place + 1), at - TICK * (end - place))) for place, moment in enumerate(until)
    ]
    for later in wanted[end + 1 :]:
        times.append(max(later, times[-1] + TICK))
    return times


def _backwards(wanted: Sequence[datetime]) -> list[datetime]:
    times = list(wanted)
    for place in reversed(range(len(times) - 1)):
        times[place] = min(times[place], times[place + 1] - TICK)
    return times


def hand_overs(claims: Sequence[AnyEvent]) -> int:
    """How many of these claims hand a dossier over."""
    return sum(isinstance(event.data, AgencyReported) and event.data.claim.kind == "forwards" for event in claims)


def _story(case: Case, holder: str) -> Iterator[_Told]:
    """The claims of a case with who makes them, in the order in which they happened."""
    open_until = [happening for happening in case.happenings if case.end is None or happening.at <= case.end]
    for happening in open_until:
        agency = happening.agency or holder
        if agency != holder:
            yield from _hand_over(happening, holder, agency)
        holder = agency
        yield _taken(happening, holder) if happening.begins else _finished(happening, holder)
    if case.end:
        yield _Told(case.end, holder, HasResult(), ("has-result",))
    for happening in case.happenings[len(open_until) :]:
        agency = happening.agency or holder
        yield _taken(happening, agency) if happening.begins else _finished(happening, agency)


def _hand_over(happening: Happening, holder: str, taker: str) -> Iterator[_Told]:
    step, unique = happening.activity, happening.unique
    yield _Told(happening.at, holder, Forwards(step=step, to_agency=taker), ("forwards", *unique))
    yield _Told(happening.at, taker, TookCustody(step=step), ("took-custody", *unique))


def _taken(happening: Happening, agency: str) -> _Told:
    """Work was begun: whoever has the dossier has an officer at it now."""
    unique = ("began-step", *happening.unique)
    return _Told(happening.at, agency, TookCustody(step=happening.activity), unique, happening.officer)


def _finished(happening: Happening, agency: str) -> _Told:
    unique = ("finished-step", *happening.unique)
    return _Told(happening.at, agency, FinishedStep(step=happening.activity), unique, happening.officer)


def _application(case: Case, mapping: Mapping, at: datetime) -> AnyEvent:
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
        time=at,
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
