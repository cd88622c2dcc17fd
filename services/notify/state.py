"""How facts become a dossier as notify sees it.

Outcomes are told by the wall clock, causes by the dossier's own timeline, so that an outcome may be folded before its
cause. Every fact therefore only adds to a message known by its id, whichever of the two comes first.
"""

from dataclasses import replace
from datetime import datetime

from contracts.envelope import AnyEvent, event_id
from contracts.intake import DossierReceived, DossierRefused, DossierSupplementRequested, DossierWithdrawn
from contracts.notify import LetterIssued, NotificationFailed, NotificationSent, Template
from contracts.routing import DossierCompleted, DossierSuspended
from contracts.rule_days import bounds_claims
from contracts.sla import FEEDBACK, NEW_DATE, WHOLE, DossierOverdue, DossierOverdueRetracted, DossierRescheduled
from contracts.worktime import Lines
from services.notify.apologies import with_apologies, with_notices
from services.notify.dossier import Cause, Details, Letter, Message, NewDate, Recipient, State, Status


def evolve(state: State, event: AnyEvent) -> State:
    """Add one fact."""
    return _counted(with_notices(with_apologies(_with_fact(state, event))))


def _with_fact(state: State, event: AnyEvent) -> State:
    match event.data:
        case DossierReceived() if state.recipient and state.recipient.received and bounds_claims(event.taken_in):
            return state  # nobody is born twice
        case DossierReceived() | DossierRefused() | DossierSupplementRequested() | DossierWithdrawn(procedure=str()):
            return _with_cause(_addressed(state, event), event)
        case DossierOverdueRetracted() as data:
            return replace(state, retracted=(*state.retracted, data.overdue_id))
        case LetterIssued() as data:
            return replace(state, lettered=(*state.lettered, Letter(data.due, data.rescheduled_id)))
        case DossierOverdue(rescheduled=True):
            return _with_cause(replace(state, promised=(*state.promised, event.id)), event)
        case DossierRescheduled(kind="late") as data:
            return _with_cause(replace(state, new_dates=(*state.new_dates, _new_date(event.id, data))), event)
        case NotificationSent() | NotificationFailed():
            return _with_outcome(state, event.time, event.data)
        case _:
            return _with_cause(state, event)


def _new_date(event_id: str, data: DossierRescheduled) -> NewDate:
    return NewDate(
        id=event_id,
        overdue_id=data.overdue_id,
        old=data.old_date,
        new=data.new_date,
        cause=data.cause,
        cause_en=data.cause_en,
        signer=data.signer or "agency-head",
        in_person=data.in_person,
        working_out=data.working_out or Lines(),
    )


def _addressed(state: State, event: AnyEvent) -> State:
    data, received = event.data, event.time if isinstance(event.data, DossierReceived) else None
    recipient = Recipient(data.applicant_ref, data.language, data.receiving_unit, data.procedure, received)
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
            return "receipt", Details(
                amount=data.fee,
                due=data.appointment,
                agency=data.competent_agency,
                working_out=data.working_out or Lines(),
            )
        case DossierSupplementRequested() as data:
            return "supplement-request", Details(reason=data.reason, missing=data.missing)
        case DossierRefused() as data:
            return "refusal", Details(reason=data.reason)
        case DossierSuspended(cause="payment") as data:
            return "payment-request", Details(reason=data.reason, amount=data.amount, agency=data.agency)
        case DossierCompleted() as data:
            return "completion", Details(agency=data.agency, outcome=data.outcome)
        case DossierOverdue(deadline=deadline) as data if deadline in (WHOLE, NEW_DATE):
            return "apology", Details(due=data.due, agency=data.agency)
        case DossierRescheduled(deadline=deadline) as data if deadline != FEEDBACK:
            paused = data.kind == "pause"
            return "resumption" if paused else "rescheduled", Details(
                reason=data.waited_for if paused else data.cause,
                reason_en="" if paused else data.cause_en,
                due=data.old_date,
                agency=data.agency,
                new_date=data.new_date,
                overdue_id=data.overdue_id,
                taken_back=data.taken_back,
                working_out=data.working_out or Lines(),
            )
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
    told = replace(message, status=status, attempts=data.attempt, tried_at=at, medium=data.medium)
    return _put(state, replace(told, ours=message.ours + data.ours))


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
    """Add a message, or put it in the place of the one with its id; the order follows from their causes alone."""
    others = [one for one in state.messages if one.id != message.id]
    return replace(state, messages=tuple(sorted([*others, message], key=_place)))


def _place(message: Message) -> tuple[bool, str, str]:
    """By the cause's moment; what has no cause yet comes last."""
    told = message.cause.time.isoformat(timespec="microseconds") if message.cause else ""
    return message.cause is None, told, message.id
