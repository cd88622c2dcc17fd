"""What is known of a dossier's deadlines: when they began, when they ended, when the clock stood, what was said."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts import intake, routing, sla
from contracts.envelope import AnyEvent, event_id


@dataclass(frozen=True)
class Deadline:
    """One deadline: of the whole dossier (`dossier`) or of one attempt at a step (`step:<id>#<attempt>`)."""

    key: str
    started: datetime
    due: datetime
    agency: str
    cause: str


@dataclass(frozen=True)
class End:
    """A deadline's work was done, or left to others."""

    key: str
    at: datetime


@dataclass(frozen=True)
class Custody:
    """Who holds a step since when, and which officer."""

    key: str
    agency: str
    since: datetime
    officer: str | None = None


@dataclass(frozen=True)
class Pause:
    """The clock stands, by cause (supplement, payment), from `since` to `until`."""

    cause: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Overdue:
    """An overdue event on record."""

    id: str
    key: str
    due: datetime
    retracted: bool = False


@dataclass(frozen=True)
class State:
    """One dossier as the deadline watch sees it.

    Attributes:
        deadlines: the whole dossier's first, then the steps'.
        ends: which of them are over, since when.
        custody: hand-overs, in fold order.
        resumed_early: resumptions, by cause and moment, whose suspension is not folded yet.
        said: ids of own events on record, sorted.
        phase: unknown, open or ended; for queries.
        overdue: the whole deadline was missed and that was not retracted; for queries.
        due_soon: the whole deadline comes near; for queries.
        escalations: how many rungs were climbed; for queries.
    """

    dossier: str = ""
    birth: str = ""
    correlation: str = ""
    timeline: str = ""
    unit: str = ""
    competent: str = ""
    deadlines: tuple[Deadline, ...] = ()
    ends: tuple[End, ...] = ()
    custody: tuple[Custody, ...] = ()
    pauses: tuple[Pause, ...] = ()
    resumed_early: tuple[tuple[str, datetime], ...] = ()
    raised: tuple[Overdue, ...] = ()
    said: tuple[str, ...] = ()
    ended_at: datetime | None = None
    phase: str = "unknown"
    overdue: bool = False
    due_soon: bool = False
    escalations: int = 0

    def end_of(self, key: str) -> datetime | None:
        """When a deadline's work was over; the end of the dossier ends all."""
        own = min((end.at for end in self.ends if end.key == key), default=None)
        known = [at for at in (own, self.ended_at) if at is not None]
        return min(known, default=None)


INITIAL = State()


def step_key(step: str, attempt: int) -> str:
    """The deadline of one attempt at a step."""
    return f"step:{step}#{attempt}"


def evolve(state: State, event: AnyEvent) -> State:
    """Fold one event in."""
    match event.data:
        case intake.DossierReceived() as data:
            return _received(state, event, data)
        case routing.DossierTransferred() as data:
            return _transferred(state, event, data)
        case routing.DossierAcknowledged() as data:
            holder = Custody(step_key(data.step, data.attempt), data.agency, event.time, data.officer)
            return replace(state, custody=(*state.custody, holder))
        case routing.DossierStepCompleted() as data:
            return _ended(state, step_key(data.step, data.attempt), event.time)
        case routing.DossierSuspended() as data:
            return _suspended(state, data.cause, event.time)
        case routing.DossierResumed() as data:
            return _resumed(state, data.cause, event.time)
        case routing.DossierCompleted() | intake.DossierWithdrawn():
            ended = min(event.time, state.ended_at or event.time)
            return replace(state, ended_at=ended, phase="ended")
        case _:
            return _said(state, event)


def _received(state: State, event: AnyEvent, data: intake.DossierReceived) -> State:
    if state.birth:
        return state
    whole = Deadline(sla.WHOLE, event.time, data.appointment_date, data.competent_agency, event.id)
    return replace(
        state,
        dossier=event.subject,
        birth=event.id,
        correlation=event.correlationid,
        timeline=event.timeline,
        unit=data.receiving_unit,
        competent=data.competent_agency,
        deadlines=(whole, *state.deadlines),
        phase="open" if state.ended_at is None else "ended",
    )


def _transferred(state: State, event: AnyEvent, data: routing.DossierTransferred) -> State:
    key = step_key(data.step, data.attempt)
    state = replace(state, custody=(*state.custody, Custody(key, data.to_agency, event.time)))
    if data.from_step is not None:
        state = _ended(state, step_key(data.from_step, data.from_attempt), event.time)
    if data.deadline is None:
        return state
    own = Deadline(key, event.time, data.deadline, data.to_agency, event.id)
    return replace(state, deadlines=(*state.deadlines, own))


def _ended(state: State, key: str, at: datetime) -> State:
    return replace(state, ends=(*state.ends, End(key, at)))


def _suspended(state: State, cause: str, at: datetime) -> State:
    """Stop the clock; where it was started again at the same moment, that may be folded first."""
    if (cause, at) not in state.resumed_early:
        return replace(state, pauses=(*state.pauses, Pause(cause, at)))
    place = state.resumed_early.index((cause, at))
    early = (*state.resumed_early[:place], *state.resumed_early[place + 1 :])
    return replace(state, pauses=(*state.pauses, Pause(cause, at, at)), resumed_early=early)


def _resumed(state: State, cause: str, at: datetime) -> State:
    waiting = next((pause for pause in state.pauses if pause.until is None and pause.cause == cause), None)
    if waiting is None:
        return replace(state, resumed_early=(*state.resumed_early, (cause, at)))
    over = replace(waiting, until=at)
    return replace(state, pauses=tuple(over if pause is waiting else pause for pause in state.pauses))


def _said(state: State, event: AnyEvent) -> State:
    """Own events: what has been said is not said again, and can be retracted."""
    match event.data:
        case sla.DossierOverdue() as data:
            # Both are of one moment, so the retraction may be folded first.
            retracted = event_id(sla.DossierOverdueRetracted.TYPE, event.subject, event.id) in state.said
            raised = (*state.raised, Overdue(event.id, data.deadline, data.due, retracted))
            state = replace(state, raised=raised)
        case sla.DossierOverdueRetracted() as data:
            raised = tuple(replace(one, retracted=True) if one.id == data.overdue_id else one for one in state.raised)
            state = replace(state, raised=raised)
        case sla.DossierDueSoon() as data:
            state = replace(state, due_soon=state.due_soon or data.deadline == sla.WHOLE)
        case sla.DossierEscalated():
            state = replace(state, escalations=state.escalations + 1)
        case sla.ExplanationRequired():
            pass
        case _:
            return state
    overdue = any(one.key == sla.WHOLE and not one.retracted for one in state.raised)
    return replace(state, overdue=overdue, said=tuple(sorted((*state.said, event.id))))
