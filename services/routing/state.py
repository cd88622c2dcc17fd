"""Where a dossier is, folded from what is on record.

An agency's report moves nothing: it waits for its answer. The answer moves the dossier, because it is on record. So a
report that comes late can not undo what was answered before it.
"""

from contracts import claims, intake, routing
from contracts.envelope import AnyEvent
from services.routing.dossier import (
    FREE_STEP,
    Asked,
    Begun,
    Brought,
    Ended,
    Report,
    Resumed,
    State,
    Stopped,
    with_one,
)

INITIAL = State()

FOLD_VERSION = 1
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""


def evolve(state: State, event: AnyEvent) -> State:
    """Fold one event in."""
    moved = _move(state, event)
    if moved is state:
        return state
    phase, holding = _phase(moved), tuple(sorted({leg.agency for leg in moved.holders}))
    shown = (phase, holding) == (moved.phase, moved.holding)
    return moved if shown else moved.but(phase=phase, holding=holding)


def _move(state: State, event: AnyEvent) -> State:
    match event.data:
        case intake.DossierReceived() as data:
            return state if state.birth else _born(state, event, data)
        case claims.AgencyReported() as data:
            return _told(state, event, data)
        case intake.DossierSupplemented():
            return state.but(brought=with_one(state.brought, Brought(event.time, event.id, "supplement")))
        case intake.DossierPaid():
            return state.but(brought=with_one(state.brought, Brought(event.time, event.id, "payment")))
        case intake.DossierWithdrawn():
            return state.but(withdrawn_at=min(event.time, state.withdrawn_at or event.time))
        case _:
            return _said(_answered(state, event.causationid), event)


def _born(state: State, event: AnyEvent, data: intake.DossierReceived) -> State:
    """The dossier is accepted; a free route hands nothing over to begin with."""
    here = Begun(event.time, FREE_STEP, 1, data.receiving_unit, event.time)
    return state.but(
        dossier=event.subject,
        birth=event.id,
        correlation=event.correlationid,
        timeline=event.timeline,
        received_at=event.time,
        unit=data.receiving_unit,
        plan=data.route,
        begun=() if data.route else (here,),
    )


def _told(state: State, event: AnyEvent, data: claims.AgencyReported) -> State:
    """A report waits for its answer, perhaps for its dossier too."""
    report = Report(event.id, data.agency, data.officer, event.time, data.occurred_at, data.claim, event.bounded_by)
    waiting = state.but(unanswered=(*state.unanswered, report))
    if state.birth:
        return waiting
    return waiting.but(dossier=event.subject, correlation=event.correlationid, timeline=event.timeline)


def _answered(state: State, cause: str) -> State:
    left = tuple(one for one in state.unanswered if one.id != cause)
    return state if len(left) == len(state.unanswered) else state.but(unanswered=left)


def _said(state: State, event: AnyEvent) -> State:
    """What routing itself has said. Of one moment it may be read in any order: each adds what it says."""
    match event.data:
        case routing.DossierTransferred() as data:
            return _transferred(state, event, data)
        case routing.DossierStepCompleted() as data if state.plan:
            done = Ended(event.time, data.step, data.attempt, data.order, next_agency=data.next_agency or "")
            return state.but(ended=with_one(state.ended, done))
        case routing.DossierSuspended() as data:
            stops = Stopped(event.time, event.causationid, data.cause, data.agency)
            return state.but(stopped=with_one(state.stopped, stops))
        case routing.DossierResumed() as data:
            goes_on = Resumed(event.time, data.suspended_by, event.causationid)
            return state.but(resumed=with_one(state.resumed, goes_on))
        case routing.ConsultationRequested() as data:
            asks = Asked(event.time, data.consultation, data.step, data.attempt, data.agency, data.asked_by)
            return state.but(asked=with_one(state.asked, asks))
        case routing.ConsultationAnswered() as data:
            return state.but(given=with_one(state.given, data.consultation))
        case routing.DossierCompleted() as data:
            return state.but(completed_at=event.time, outcome=data.outcome)
        case routing.ReportRejected() if not state.birth:
            return state.but(phase="stray")
        case _:
            return state


def _transferred(state: State, event: AnyEvent, data: routing.DossierTransferred) -> State:
    since = data.clock_since or event.time
    begun = Begun(event.time, data.step, data.attempt, data.to_agency, since, data.limit, data.movement)
    state = state.but(begun=with_one(state.begun, begun))
    over = [(one.step, one.attempt) for one in data.also_ended]
    if data.from_step is not None:
        over.append((data.from_step, data.from_attempt))
    for step, attempt in over:
        gone = Ended(event.time, step, attempt, returned=data.movement != "forward")
        state = state.but(ended=with_one(state.ended, gone))
    return state


def _phase(state: State) -> str:
    if not state.birth:
        return state.phase
    if state.completed_at is not None:
        return "completed"
    if state.withdrawn_at is not None:
        return "withdrawn"
    return "suspended" if state.paused else "processing"
