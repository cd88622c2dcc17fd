"""What is known of one submission, from the citizen's first word to the handing over of the result."""

from dataclasses import dataclass, replace
from datetime import datetime

from contracts import claims, intake, routing
from contracts.envelope import LIVE, AnyEvent
from contracts.rule_days import bounds_claims
from domain.rules import RuleSets
from domain.rules.late import counts_from
from domain.worktime import Calendar, Lines


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
        applied_at: when it was lodged; `applied_by` which event says so.
        taken_in: when the bus took that event in, where that bounds what it may claim.
        from_import: whether an import lodged it, which alone brings history, on a timeline of its own.
        code: the dossier code; empty until it is accepted.
        outcome: new, supplement-requested, received, refused, withdrawn or delivered; for queries.
        missing: what the last supplement request listed.
        supplements, payments, withdrawals, collections: what the citizen did, by the moment since which it counts.
        waits: what routing asked for, in fold order.
        appointment: the date that was given; None before the receipt, and for history without one.
        working_out: why the appointment date is what it is.
    """

    submission: str = ""
    timeline: str = ""
    application: claims.Application | None = None
    applied_at: datetime | None = None
    applied_by: str = ""
    taken_in: datetime | None = None
    from_import: bool = True
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

FOLD_VERSION = 1
"""Raise it by one whenever the same facts can give another state; the stored ones are then folded anew."""


class Fold:
    """Folds events in; how late a claim may be told and count from then is in the rule sets."""

    def __init__(self, calendar: Calendar, rule_sets: RuleSets) -> None:
        self._calendar = calendar
        self._rule_sets = rule_sets

    def evolve(self, state: State, event: AnyEvent) -> State:
        """Fold one event in."""
        if isinstance(event.data, claims.IntakeSubmitted):
            return _claimed(state, event, event.data, self._since(event))
        return _said(state, event)

    def _since(self, event: AnyEvent) -> datetime:
        """Since when a claim counts."""
        taken_in = event.bounded_by
        if taken_in is None:
            return event.time
        return counts_from(self._rule_sets.on(taken_in), self._calendar, event.time, taken_in)


def applies(event: AnyEvent) -> bool:
    """Whether a submission begins with this."""
    return isinstance(event.data, claims.IntakeSubmitted) and isinstance(event.data.claim, claims.Application)


def _said(state: State, event: AnyEvent) -> State:
    match event.data:
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


def _claimed(state: State, event: AnyEvent, data: claims.IntakeSubmitted, at: datetime) -> State:
    claim = data.claim
    state = replace(state, submission=event.correlationid, timeline=event.timeline)
    match claim:
        case claims.Application():
            return _lodged(state, event, claim, at)
        case claims.Supplement():
            said = Said(event.id, at, components=claim.components)
            return replace(state, supplements=_in_order(state.supplements, said))
        case claims.Payment():
            said = Said(event.id, at, amount=claim.amount)
            return replace(state, payments=_in_order(state.payments, said))
        case claims.Withdrawal():
            return replace(state, withdrawals=_in_order(state.withdrawals, Said(event.id, at)))
        case claims.Collection():
            said = Said(event.id, at, channel=claim.channel)
            return replace(state, collections=_in_order(state.collections, said))


def _in_order(known: tuple[Said, ...], said: Said) -> tuple[Said, ...]:
    """These and one more: what claims an old time may count from later than what was folded before it."""
    return tuple(sorted((*known, said), key=lambda one: one.at))


def _lodged(state: State, event: AnyEvent, application: claims.Application, at: datetime) -> State:
    """Lodge the submission; of two applications the one that the bus took in first counts, whatever time they claim."""
    taken_in = event.bounded_by
    if state.application is not None and (
        state.taken_in is None or (taken_in is not None and state.taken_in <= taken_in)
    ):
        return state
    return replace(
        state,
        application=application,
        applied_at=at,
        applied_by=event.id,
        taken_in=taken_in,
        from_import=not bounds_claims(event.taken_in)
        or (event.timeline != LIVE and event.source.startswith("/import/")),
    )
