"""The fold of a dossier: the function for each kind of event.

`folds` is routing's subscription table: it names a function for every kind of event that routing reads or owns. Of one
moment routing's own events may be folded in any order, so each adds what it says and sorts it in.
"""

from typing import Any, Protocol, TypeVar

from chassis.core.service import Folds, evolving
from contracts import claims, intake, routing
from contracts.envelope import AnyEvent, Event
from services.routing.records import FREE_STEP, Asked, Begun, Brought, Ended, Report, Resumed, Stopped
from services.routing.state import State

FOLD_VERSION = 2
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""


def folds() -> Folds[State]:
    """The function for each payload: what routing consumes first, then what it owns."""
    return {
        intake.DossierReceived: received,
        intake.DossierSupplemented: supplemented,
        intake.DossierPaid: paid,
        intake.DossierWithdrawn: withdrawn,
        claims.AgencyReported: reported,
        routing.DossierTransferred: transferred,
        routing.DossierAcknowledged: report_answered,
        routing.DossierStepCompleted: step_completed,
        routing.DossierSuspended: suspended,
        routing.DossierResumed: resumed,
        routing.DossierCompleted: completed,
        routing.ConsultationRequested: opinion_requested,
        routing.ConsultationAnswered: opinion_given,
        routing.DelayExplained: report_answered,
        routing.ReportRejected: report_rejected,
    }


def received(state: State, event: Event[intake.DossierReceived]) -> State:
    """The dossier is accepted. A free route hands nothing over to begin with, so the receiving unit holds it."""
    if state.birth:
        return state
    data = event.data
    here = Begun(event.time, FREE_STEP, 1, data.receiving_unit, event.time)
    return _shown(
        state.but(
            dossier=event.subject,
            birth=event.id,
            correlation=event.correlationid,
            timeline=event.timeline,
            received_at=event.time,
            unit=data.receiving_unit,
            plan=data.route,
            begun=() if data.route else (here,),
        )
    )


def supplemented(state: State, event: Event[intake.DossierSupplemented]) -> State:
    """The citizen brought documents, perhaps for a wait that will be reported late."""
    return state.but(brought=_with(state.brought, Brought(event.time, event.id, "supplement")))


def paid(state: State, event: Event[intake.DossierPaid]) -> State:
    """The citizen paid, perhaps for a wait that will be reported late."""
    return state.but(brought=_with(state.brought, Brought(event.time, event.id, "payment")))


def withdrawn(state: State, event: Event[intake.DossierWithdrawn]) -> State:
    """The citizen took the dossier back; the first withdrawal counts."""
    return _shown(state.but(withdrawn_at=min(event.time, state.withdrawn_at or event.time)))


def reported(state: State, event: Event[claims.AgencyReported]) -> State:
    """An agency reported something. It waits for its answer, and perhaps for its dossier too."""
    data = event.data
    made = (event.id, data.agency, data.officer, event.time, data.occurred_at, data.claim)
    report = Report(*made, event.bounded_by, event.signed_by)
    waiting = state.but(unanswered=(*state.unanswered, report))
    if state.birth:
        return waiting
    return waiting.but(dossier=event.subject, correlation=event.correlationid, timeline=event.timeline)


def report_answered(state: State, event: AnyEvent) -> State:
    """Routing answered a report, which waits no more. That custody was taken, or a delay explained, moves nothing."""
    left = tuple(report for report in state.unanswered if report.id != event.causationid)
    return state if len(left) == len(state.unanswered) else state.but(unanswered=left)


def transferred(state: State, event: Event[routing.DossierTransferred]) -> State:
    """The dossier was handed over (chuyển hồ sơ): an attempt at a step begins, and others may end with it."""
    data = event.data
    since = data.clock_since or event.time
    begun = Begun(event.time, data.step, data.attempt, data.to_agency, since, data.limit, data.movement)
    over = [(also.step, also.attempt) for also in data.also_ended]
    if data.from_step is not None:
        over.append((data.from_step, data.from_attempt))
    returned = data.movement != "forward"
    ended = state.ended
    for step, attempt in over:
        ended = _with(ended, Ended(event.time, step, attempt, returned=returned))
    return _shown(report_answered(state, event).but(begun=_with(state.begun, begun), ended=ended))


def step_completed(state: State, event: Event[routing.DossierStepCompleted]) -> State:
    """A step of a fixed route is done. On a free route it only answers the report, for the step never ends."""
    answered, data = report_answered(state, event), event.data
    if not state.plan:
        return answered
    ended = Ended(event.time, data.step, data.attempt, data.order, next_agency=data.next_agency or "")
    return _shown(answered.but(ended=_with(state.ended, ended)))


def suspended(state: State, event: Event[routing.DossierSuspended]) -> State:
    """The clock was stopped (dừng tính thời hạn)."""
    stopped = Stopped(event.time, event.causationid, event.data.cause, event.data.agency)
    return _shown(report_answered(state, event).but(stopped=_with(state.stopped, stopped)))


def resumed(state: State, event: Event[routing.DossierResumed]) -> State:
    """The clock runs again."""
    again = Resumed(event.time, event.data.suspended_by, event.causationid)
    return _shown(report_answered(state, event).but(resumed=_with(state.resumed, again)))


def completed(state: State, event: Event[routing.DossierCompleted]) -> State:
    """The result is signed (đã giải quyết)."""
    return _shown(report_answered(state, event).but(completed_at=event.time, outcome=event.data.outcome))


def opinion_requested(state: State, event: Event[routing.ConsultationRequested]) -> State:
    """One agency asked another for its opinion (lấy ý kiến)."""
    data = event.data
    asked = Asked(event.time, data.consultation, data.step, data.attempt, data.agency, data.asked_by)
    return report_answered(state, event).but(asked=_with(state.asked, asked))


def opinion_given(state: State, event: Event[routing.ConsultationAnswered]) -> State:
    """The opinion was given."""
    return report_answered(state, event).but(given=_with(state.given, event.data.consultation))


def report_rejected(state: State, event: Event[routing.ReportRejected]) -> State:
    """A report was answered with no. Where nobody knows its dossier, the document is marked as a stray one."""
    answered = report_answered(state, event)
    return answered if state.birth else answered.but(phase="stray")


class Sortable(Protocol):
    """Something that sorts."""

    def __lt__(self, other: Any, /) -> bool:
        """Tell whether it comes before another of its kind."""


Record = TypeVar("Record", bound=Sortable)
"""Something that happened, which sorts by its moment, or the id of something."""


def _with(known: tuple[Record, ...], record: Record) -> tuple[Record, ...]:
    """These records and one more, in order, whichever was folded first."""
    return tuple(sorted([*known, record]))


def _shown(state: State) -> State:
    """Keep the phase and the holders as fields, for queries. Whatever changes one of them has to call this."""
    phase, holding = _phase(state), tuple(sorted({leg.agency for leg in state.holders}))
    return state if (phase, holding) == (state.phase, state.holding) else state.but(phase=phase, holding=holding)


def _phase(state: State) -> str:
    if not state.birth:
        return state.phase
    if state.completed_at is not None:
        return "completed"
    if state.withdrawn_at is not None:
        return "withdrawn"
    return "suspended" if state.paused else "processing"


evolve = evolving(folds())
"""The fold of any event. `decide` folds what it has just decided, to see what follows from that."""
