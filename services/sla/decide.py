"""What has to be said about deadlines.

Every timed event is true since an instant that follows from the deadline, not since somebody looked: `overdue` since
the due moment, a rung of the ladder since the due moment and its delay. So it does not matter when the watch wakes,
and what a late report proves about the past is said as if it had been known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from contracts import sla
from contracts.decision import Decision, Timer
from contracts.envelope import AnyEvent, Payload, event_id, new_event
from contracts.worktime import Calendar, between, shift
from services.sla.state import Custody, Deadline, Overdue, State

SOURCE = "/lienthong/sla"

TICK = timedelta(seconds=1)
"""A deadline is missed when its moment has passed, not when it comes."""


@dataclass(frozen=True)
class Rules:
    """Settings of the deadline watch. Times are working time.

    Attributes:
        calendar: working hours and days off.
        superiors: the level above each agency, by code.
        soon: how long before the appointment date it is "due soon". Decree 61/2018: the agency tells the one-stop unit
            at least one day before.
        step_soon: the same for a step.
        ladder: rungs of the whole dossier, with their delay after the missed deadline (a design choice).
        step_ladder: rungs of a step.
        explain_within: time for the explanation of a delay (a design choice).
    """

    calendar: Calendar
    superiors: Mapping[str, str] = field(default_factory=dict)
    soon: timedelta = timedelta(hours=8)
    step_soon: timedelta = timedelta(hours=4)
    ladder: tuple[tuple[sla.Rung, timedelta], ...] = (
        ("one-stop-head", timedelta(0)),
        ("agency-head", timedelta(hours=8)),
        ("level-above", timedelta(hours=24)),
    )
    step_ladder: tuple[tuple[sla.Rung, timedelta], ...] = (("one-stop-head", timedelta(0)),)
    explain_within: timedelta = timedelta(hours=16)


@dataclass(frozen=True)
class Due:
    """A deadline as it stands: pauses have moved it; `at` is None while the clock stands."""

    deadline: Deadline
    at: datetime | None
    ended: datetime | None

    def passed(self, moment: datetime, now: datetime) -> bool:
        """Whether this moment came while the deadline still ran."""
        return self.ended > moment if self.ended is not None else now > moment


@dataclass(frozen=True)
class Saying:
    """Something that has to be said, at its own instant."""

    data: Payload
    unique: tuple[object, ...]
    at: datetime
    cause: str


def decide(state: State, now: datetime, rules: Rules) -> Decision:
    """Retract what no longer holds, say what became true by `now`, and name the next moment that matters."""
    if not state.birth:
        return Decision()
    dues = [_due(state, deadline, rules) for deadline in state.deadlines]
    events = list(_new(state, _retractions(state, dues)))
    upcoming: list[datetime] = []
    for due in dues:
        for one in _sayings(state, due, rules):
            if not due.passed(one.at, now):
                upcoming += [one.at] if due.ended is None else []
                break  # what follows comes later still
            events += _new(state, iter([one]))
    timer = Timer(min(upcoming) + TICK, state.timeline) if upcoming else None
    return Decision(tuple(events), timer)


def _due(state: State, deadline: Deadline, rules: Rules) -> Due:
    return Due(deadline, due_moment(state, deadline, rules.calendar), state.end_of(deadline.key))


def due_moment(state: State, deadline: Deadline, calendar: Calendar) -> datetime | None:
    """When a deadline is due after all pauses: what was left when the clock stopped is left when it runs again."""
    due = deadline.due
    for pause in sorted(state.pauses, key=lambda one: one.since):
        if pause.since >= due or (pause.until is not None and pause.until <= deadline.started):
            continue
        if pause.until is None:
            return None
        left = between(calendar, max(pause.since, deadline.started), due)
        # In UTC, because ids are made of it; a pause outside office hours moves nothing, least of all forward.
        due = max(due, pause.until, shift(calendar, pause.until, left).astimezone(UTC))
    return due


def _retractions(state: State, dues: list[Due]) -> Iterator[Saying]:
    standing = {due.deadline.key: due for due in dues}
    for raised in state.raised:
        due = standing.get(raised.key)
        if not raised.retracted and due is not None and not _holds(raised, due):
            data = sla.DossierOverdueRetracted(deadline=raised.key, due=raised.due, overdue_id=raised.id)
            known_since = max(filter(None, (due.ended, raised.due)))
            yield Saying(data, (raised.id,), known_since, raised.id)


def _holds(raised: Overdue, due: Due) -> bool:
    return due.at == raised.due and (due.ended is None or due.ended > raised.due)


def _sayings(state: State, due: Due, rules: Rules) -> Iterator[Saying]:
    """All that one deadline can make necessary, by their instants; each is worked out when it is asked for."""
    at, deadline = due.at, due.deadline
    if at is None:
        return
    whole = deadline.key == sla.WHOLE
    agency, officer = _in_charge(state, deadline, at)
    unique = (deadline.key, at.isoformat())
    soon = shift(rules.calendar, at, -(rules.soon if whole else rules.step_soon))
    if soon > deadline.started:
        near = sla.DossierDueSoon(deadline=deadline.key, due=at, agency=agency)
        yield Saying(near, unique, soon, deadline.cause)
    withdrawn = sum(one.key == deadline.key and one.due == at and one.retracted for one in state.raised)
    missed = sla.DossierOverdue(deadline=deadline.key, due=at, agency=agency, officer=officer)
    overdue_id = event_id(missed.TYPE, state.dossier, *unique, withdrawn)
    yield Saying(missed, (*unique, withdrawn), at, deadline.cause)
    by = shift(rules.calendar, at, rules.explain_within)
    yield Saying(sla.ExplanationRequired(deadline=deadline.key, agency=agency, by=by), unique, at, overdue_id)
    for rung, delay in rules.ladder if whole else rules.step_ladder:
        climbed = sla.DossierEscalated(
            deadline=deadline.key, due=at, rung=rung, agency=agency, to_agency=_answers_for(state, rung, agency, rules)
        )
        yield Saying(climbed, (*unique, rung), shift(rules.calendar, at, delay) if delay else at, overdue_id)


def _in_charge(state: State, deadline: Deadline, at: datetime) -> tuple[str, str | None]:
    """Who held the step, or the dossier, when the deadline passed; the last one who did, where nobody held it then."""
    held = [one for one in state.custody if deadline.key in (sla.WHOLE, one.key) and one.since <= at]

    def claim(one: Custody) -> tuple[bool, datetime, bool]:
        ended = state.end_of(one.key)
        return ended is None or ended > at, one.since, one.officer is not None

    last = max(held, key=claim, default=None)
    return (last.agency, last.officer) if last else (deadline.agency, None)


def _answers_for(state: State, rung: sla.Rung, agency: str, rules: Rules) -> str:
    match rung:
        case "one-stop-head":
            return state.unit
        case "agency-head":
            return agency
        case "level-above":
            return rules.superiors.get(agency, state.competent)


def _new(state: State, sayings: Iterator[Saying]) -> Iterator[AnyEvent]:
    """Events for what has not been said yet."""
    for one in sayings:
        if event_id(one.data.TYPE, state.dossier, *one.unique) not in state.said:
            yield new_event(
                one.data,
                source=SOURCE,
                subject=state.dossier,
                time=one.at,
                correlationid=state.correlation,
                unique=one.unique,
                causationid=one.cause,
                timeline=state.timeline,
            )
