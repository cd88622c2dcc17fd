"""What is to be sent now, when to try again, and which letters of apology have to exist."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from contracts.decision import Decision, Effect, Timer
from contracts.envelope import LIVE, AnyEvent, new_event
from contracts.notify import LetterIssued, Template
from contracts.sla import WHOLE
from services.notify.apologies import date_told, founded, missed, unlettered, waits
from services.notify.dossier import Cause, Details, Message, Recipient, State

SOURCE = "/lienthong/notify"


@dataclass(frozen=True)
class Rules:
    """How patiently a message is repeated.

    Attributes:
        backoff: how long to wait after the first, the second, … failed attempt; after the last one all is said.
        outage: the longest wait while our own service does not answer and no carrier has been asked yet.
    """

    backoff: tuple[timedelta, ...] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=8),
    )
    outage: timedelta = timedelta(minutes=15)


PATIENT = Rules()


@dataclass(frozen=True)
class Order:
    """One attempt to send one message; all that the outside world has to know.

    Attributes:
        message_id: the same for every attempt, so that carriers recognise a repeat.
        template: which text.
        attempt: 1 for the first.
        last: no other attempt follows.
        cause: what the message tells of.
        recipient: whom to tell.
        details: for the text.
        at: on a timeline that ticks tell, when the attempt is made; None on the live one, where the wall clock says so.
    """

    message_id: str
    template: Template
    attempt: int
    last: bool
    cause: Cause
    recipient: Recipient
    details: Details
    at: datetime | None = None


def decide(state: State, now: datetime, rules: Rules = PATIENT) -> Decision:
    """Send what is due, wait for the rest, issue the letters that are missing."""
    times = {order: _not_before(message, rules) for message, order in _open_orders(state, rules)}
    waiting = [at for at in times.values() if at is not None and at > now]
    ripe = [order for order, at in times.items() if at is None or at <= now]
    return Decision(
        events=_letters(state),
        timer=Timer(min(waiting), _timeline(state)) if waiting else None,
        effects=tuple(Effect(order.message_id, replace(order, at=_told_at(order, now))) for order in ripe),
    )


def _timeline(state: State) -> str:
    """Which clock tells when to try again: the one by which the outcomes are stamped."""
    return next((cause.timeline for _, cause in founded(state)), LIVE)


def _told_at(order: Order, now: datetime) -> datetime | None:
    return None if order.cause.timeline == LIVE else now


def _open_orders(state: State, rules: Rules) -> list[tuple[Message, Order]]:
    """The next attempt of every message that is still to be sent; none while nobody is known to send it to."""
    if (recipient := state.recipient) is None:
        return []
    pending = [(one, cause) for one, cause in founded(state) if one.status == "pending"]
    return [
        (one, _order(one, cause, recipient, _details(state, one, cause), rules))
        for one, cause in pending
        if not waits(state, one, cause)
    ]


def _order(message: Message, cause: Cause, recipient: Recipient, details: Details, rules: Rules) -> Order:
    attempt = message.attempts + 1
    last = message.asked >= len(rules.backoff)
    return Order(message.id, message.template, attempt, last, cause, recipient, details)


def _details(state: State, message: Message, cause: Cause) -> Details:
    """For the text; those of an apology with the new date that it tells."""
    if message.template != "apology" or (told := date_told(state, message, cause)) is None:
        return message.details
    return replace(
        message.details,
        reason=told.cause,
        reason_en=told.cause_en,
        new_date=told.new,
        signer=told.signer,
        in_person=told.in_person,
        working_out=told.working_out,
    )


def _not_before(message: Message, rules: Rules) -> datetime | None:
    """When the next attempt may be made; None for the first, which is made at once."""
    if message.tried_at is None:
        return None
    pause = rules.backoff[min(message.asked or message.attempts, len(rules.backoff)) - 1]
    return message.tried_at + (pause if message.asked else min(pause, rules.outage))


def _letters(state: State) -> tuple[AnyEvent, ...]:
    """Letters of apology (thư xin lỗi), one for each deadline missed, as soon as it is known what they have to tell."""
    standing = missed(state)
    ready = [date for date in unlettered(state) if not waits(state, *standing[date])]
    return tuple(_letter(state, *standing[date], date) for date in ready)


def _letter(state: State, message: Message, cause: Cause, due: datetime) -> AnyEvent:
    told, details = date_told(state, message, cause), _details(state, message, cause)
    data = LetterIssued(
        letter="apology",
        message_id=message.id,
        overdue_id=cause.id,
        agency=details.agency,
        due=due,
        rescheduled_id=told.id if told else "",
        new_date=details.new_date,
        cause=details.reason,
        cause_en=details.reason_en,
        signer=details.signer,
        in_person=details.in_person,
    )
    return new_event(
        data,
        source=SOURCE,
        subject=cause.subject,
        time=cause.time,
        correlationid=cause.correlationid,
        unique=(WHOLE, due.isoformat()),
        causationid=cause.id,
        timeline=cause.timeline,
    )
