"""What is known of one submission, from the citizen's first word to the handing over of the result."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts import claims, intake, routing
from contracts.envelope import AnyEvent
from contracts.worktime import Lines


@dataclass(frozen=True)
class Said:
    """Something the citizen did, and which event says so."""

    event: str
    at: datetime
    components: tuple[str, ...] = ()
    amount: int = 0
    channel: claims.Channel = "counter"


@dataclass(frozen=True)
class Wait:
    """Routing stopped the clock: the agency needs something from the citizen."""

    event: str
    cause: routing.PauseCause
    since: datetime
    missing: tuple[str, ...] = ()
    reason: str = ""
    amount: int = 0


@dataclass(frozen=True)
class State:
    """One submission.

    Attributes:
        submission: its id, which all that follows carries as correlation id.
        code: the dossier code; empty until it is accepted.
        outcome: new, supplement-requested, received, refused, withdrawn or delivered; for queries.
        missing: what the last supplement request listed.
        supplements, payments, withdrawals, collections: what the citizen did, in fold order.
        waits: what routing asked for, in fold order.
        appointment: the date that was given; None before the receipt, and for history without one.
        working_out: why the appointment date is what it is.
    """

    submission: str = ""
    timeline: str = ""
    application: claims.Application | None = None
    applied_at: datetime | None = None
    applied_by: str = ""
    code: str = ""
    appointment: datetime | None = None
    outcome: str = "new"
    reason: str = ""
    missing: tuple[str, ...] = ()
    supplements: tuple[Said, ...] = ()
    payments: tuple[Said, ...] = ()
    withdrawals: tuple[Said, ...] = ()
    collections: tuple[Said, ...] = ()
    waits: tuple[Wait, ...] = ()
    completed_at: datetime | None = None
    working_out: Lines | None = None

    @property
    def components(self) -> frozenset[str]:
        """Everything handed in so far."""
        first = self.application.components if self.application else ()
        return frozenset(first).union(*(said.components for said in self.supplements))


INITIAL = State()

UNANSWERED = ("new", "supplement-requested")
"""Outcomes that another one may still follow, whatever the submission's events say in which order."""


def evolve(state: State, event: AnyEvent) -> State:
    """Fold one event in."""
    match event.data:
        case claims.IntakeSubmitted() as data:
            return _claimed(state, event, data)
        case intake.DossierReceived() as data:
            received = replace(state, code=event.subject, appointment=data.appointment, working_out=data.working_out)
            return replace(received, outcome=_at_least(state, "received"), missing=(), reason="")
        case intake.DossierSupplementRequested() as data:
            return _requested(state, event, data)
        case intake.DossierSupplemented():
            return replace(state, missing=(), reason="")
        case intake.DossierRefused() as data:
            return replace(state, outcome="refused", missing=(), reason=data.reason)
        case intake.DossierWithdrawn():
            return replace(state, outcome="withdrawn")
        case intake.DossierDelivered():
            return replace(state, outcome="delivered")
        case routing.DossierSuspended(cause="supplement" | "payment") as data:
            wait = Wait(event.id, data.cause, event.time, data.missing, data.reason, data.amount)
            return replace(state, waits=(*state.waits, wait))
        case routing.DossierCompleted():
            return replace(state, completed_at=event.time)
        case _:
            return state


def _at_least(state: State, outcome: str) -> str:
    """The later of two outcomes: facts of one moment may be folded in either order."""
    return state.outcome if state.outcome in ("withdrawn", "delivered") else outcome


def _requested(state: State, event: AnyEvent, data: intake.DossierSupplementRequested) -> State:
    """Form 02, for the dossier or, before it has a code, for the submission: then any answer has outdated it."""
    asked = replace(state, missing=data.missing, reason=data.reason)
    if event.subject == state.code:
        return asked
    return replace(asked, outcome="supplement-requested") if state.outcome in UNANSWERED else state


def _claimed(state: State, event: AnyEvent, data: claims.IntakeSubmitted) -> State:
    claim = data.claim
    state = replace(state, submission=event.correlationid, timeline=event.timeline)
    match claim:
        case claims.Application():
            if state.application is not None:
                return state
            return replace(state, application=claim, applied_at=event.time, applied_by=event.id)
        case claims.Supplement():
            said = Said(event.id, event.time, components=claim.components)
            return replace(state, supplements=(*state.supplements, said))
        case claims.Payment():
            return replace(state, payments=(*state.payments, Said(event.id, event.time, amount=claim.amount)))
        case claims.Withdrawal():
            return replace(state, withdrawals=(*state.withdrawals, Said(event.id, event.time)))
        case claims.Collection():
            said = Said(event.id, event.time, channel=claim.channel)
            return replace(state, collections=(*state.collections, said))
