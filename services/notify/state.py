"""What has been said to a citizen about a dossier, what is still to be said, and what came of each attempt.

Outcomes are told by the wall clock, causes by the dossier's own timeline, so that an outcome may be folded before its
cause. Every fact therefore only adds to a message known by its id, whichever of the two comes first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from contracts.envelope import AnyEvent, event_id
from contracts.intake import DossierReceived, DossierRefused, DossierSupplementRequested, DossierWithdrawn
from contracts.notify import LetterIssued, Medium, NotificationFailed, NotificationSent, Template
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.sla import WHOLE, DossierOverdue, DossierOverdueRetracted

Language = Literal["vi", "en"]
Status = Literal["pending", "sent", "failed", "dropped"]


@dataclass(frozen=True)
class Cause:
    """The event that made a message necessary, as far as the outcome has to repeat it."""

    id: str
    subject: str
    time: datetime
    correlationid: str
    timeline: str


@dataclass(frozen=True)
class Recipient:
    """Whom to tell (người nộp), by reference only: the address stays with intake."""

    applicant_ref: str | None
    language: Language
    receiving_unit: str
    procedure: str


@dataclass(frozen=True)
class Details:
    """What the text of a message needs beyond the recipient; which of it depends on the template."""

    reason: str = ""
    missing: tuple[str, ...] = ()
    amount: int = 0
    due: datetime | None = None
    agency: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Message:
    """One message to the citizen.

    Attributes:
        id: follows from the dossier, the template and the causing event.
        template: which text.
        cause: why; None as long as only an outcome is known.
        details: for the text.
        status: `dropped` is for apologies that are not owed (any more).
        attempts: how many were made.
        tried_at: when the last one failed, by the wall clock.
        medium: how the last one went out.
    """

    id: str
    template: Template
    cause: Cause | None = None
    details: Details = field(default_factory=Details)
    status: Status = "pending"
    attempts: int = 0
    tried_at: datetime | None = None
    medium: Medium | None = None


@dataclass(frozen=True)
class State:
    """A dossier (or, before acceptance, a submission) as notify sees it.

    Attributes:
        recipient: whom to tell; until it is known, messages wait.
        messages: in the order in which the facts speak of them.
        retracted: ids of overdue events that no longer hold.
        lettered: missed dates that have a letter of apology (thư xin lỗi).
        sent: how many messages were sent; `pending`, `failed` and `letters` likewise.
    """

    recipient: Recipient | None = None
    messages: tuple[Message, ...] = ()
    retracted: tuple[str, ...] = ()
    lettered: tuple[datetime, ...] = ()
    sent: int = 0
    pending: int = 0
    failed: int = 0
    letters: int = 0


INITIAL = State()


def evolve(state: State, event: AnyEvent) -> State:
    """Add one fact."""
    return _counted(_with_apologies(_with_fact(state, event)))


def founded(state: State) -> list[tuple[Message, Cause]]:
    """Messages whose cause is known, with it."""
    return [(one, one.cause) for one in state.messages if one.cause is not None]


def missed(state: State) -> dict[datetime, tuple[Message, Cause]]:
    """The deadlines that were missed and still count as missed, each with its apology.

    An overdue that is raised again may arrive before the first one is retracted: of two apologies for one date, the
    one that is further on its way stands.
    """
    found: dict[datetime, tuple[Message, Cause]] = {}
    for message, cause in sorted(founded(state), key=lambda pair: (-pair[0].attempts, pair[0].id)):
        if message.template == "apology" and message.details.due and cause.id not in state.retracted:
            found.setdefault(message.details.due, (message, cause))
    return found


def owed(dates: Iterable[datetime], served: Iterable[datetime]) -> list[datetime]:
    """Of the dates missed, those that nothing was done for yet.

    What was done for a date that no longer counts as missed stands for the date that took its place: an overdue
    that is retracted and raised again is one lateness to the citizen.
    """
    missed_dates, served_dates = set(dates), set(served)
    return sorted(missed_dates - served_dates)[len(served_dates - missed_dates) :]


def _with_fact(state: State, event: AnyEvent) -> State:
    match event.data:
        case DossierReceived() | DossierRefused() | DossierSupplementRequested():
            return _with_cause(_addressed(state, event.data), event)
        case DossierOverdueRetracted() as data:
            return replace(state, retracted=(*state.retracted, data.overdue_id))
        case LetterIssued() as data:
            return replace(state, lettered=(*state.lettered, data.due))
        case NotificationSent() | NotificationFailed():
            return _with_outcome(state, event.time, event.data)
        case _:
            return _with_cause(state, event)


def _addressed(state: State, data: DossierReceived | DossierRefused | DossierSupplementRequested) -> State:
    recipient = Recipient(data.applicant_ref, data.language, data.receiving_unit, data.procedure)
    return replace(state, recipient=state.recipient or recipient)


def _with_cause(state: State, event: AnyEvent) -> State:
    """Add the message that an event makes necessary, if it does."""
    if (text := _text(event)) is None:
        return state
    template, details = text
    message_id = event_id("message", event.subject, template, event.id)
    message = _find(state, message_id) or Message(message_id, template)
    cause = Cause(event.id, event.subject, event.time, event.correlationid, event.timeline)
    return _put(state, replace(message, cause=message.cause or cause, details=details))


def _text(event: AnyEvent) -> tuple[Template, Details] | None:
    """Which template tells of an event, and what goes in."""
    match event.data:
        case DossierReceived() as data:
            return "receipt", Details(amount=data.fee, due=data.appointment_date, agency=data.competent_agency)
        case DossierSupplementRequested() as data:
            return "supplement-request", Details(reason=data.reason, missing=data.missing)
        case DossierRefused() as data:
            return "refusal", Details(reason=data.reason)
        case DossierSuspended(cause="payment") as data:
            return "payment-request", Details(reason=data.reason, amount=data.amount, agency=data.agency)
        case DossierCompleted() as data:
            return "completion", Details(agency=data.agency, outcome=data.outcome)
        case DossierOverdue(deadline=deadline) as data if deadline == WHOLE:
            return "apology", Details(due=data.due, agency=data.agency)
        case DossierWithdrawn():
            return "withdrawal", Details()
        case _:
            return None


def _with_outcome(state: State, at: datetime, data: NotificationSent | NotificationFailed) -> State:
    """Sent stays sent, whatever another attempt came to."""
    message = _find(state, data.message_id) or Message(data.message_id, data.template)
    if isinstance(data, NotificationSent):
        attempts = max(message.attempts, data.attempt)
        return _put(state, replace(message, status="sent", attempts=attempts, medium=data.medium))
    if message.status == "sent" or data.attempt <= message.attempts:
        return state
    status: Status = "failed" if data.final else message.status
    return _put(state, replace(message, status=status, attempts=data.attempt, tried_at=at, medium=data.medium))


def _with_apologies(state: State) -> State:
    """Drop the apologies that are not owed: retracted ones, and those that the citizen already has in hand."""
    standing = missed(state)
    apologies = [one for one in state.messages if one.template == "apology"]
    in_hand = [one.details.due for one in apologies if one.status == "sent" and one.details.due]
    wanted = {standing[date][0].id for date in owed(standing, in_hand)}
    return replace(state, messages=tuple(_dropped_unless(one, wanted) for one in state.messages))


def _dropped_unless(message: Message, wanted: set[str]) -> Message:
    """An apology without its cause is not sent anyway, and nothing is known to drop it for."""
    if message.template != "apology" or message.cause is None or message.status not in {"pending", "dropped"}:
        return message
    status: Status = "pending" if message.id in wanted else "dropped"
    return replace(message, status=status)


def _counted(state: State) -> State:
    statuses = [one.status for one in state.messages]
    return replace(
        state,
        sent=statuses.count("sent"),
        pending=statuses.count("pending"),
        failed=statuses.count("failed"),
        letters=len(state.lettered),
    )


def _find(state: State, message_id: str) -> Message | None:
    return next((one for one in state.messages if one.id == message_id), None)


def _put(state: State, message: Message) -> State:
    """Add a message, or put it in the place of the one with its id."""
    if _find(state, message.id) is None:
        return replace(state, messages=(*state.messages, message))
    return replace(state, messages=tuple(message if one.id == message.id else one for one in state.messages))
