"""Decide what is sent now, when to try again, which letters of apology have to exist, and what is to be forgotten."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chassis.core.decision import Decision, Effect, Timer
from contracts.envelope import LIVE, AnyEvent
from contracts.notify import LetterIssued, Medium, Template
from services.notify.events import letter_issued
from services.notify.folding_apologies import APOLOGY, WITHDRAWAL, owed
from services.notify.forgetting import forgetting
from services.notify.rules import PATIENT, Rules
from services.notify.state import Apology, Cause, Desk, Details, Message, Recipient, State

NOBODY = Recipient(None, "vi", "", "")
"""The recipient of a message to an agency about a dossier whose citizen is not known yet."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    """One attempt to send one message: all that the outside world has to know.

    Attributes:
        message_id: the same for every attempt, so that carriers recognise a repeat.
        template: the text.
        attempt: 1 for the first.
        last: no other attempt follows.
        cause: the event that the message tells of.
        recipient: the citizen; for a message to an agency, the citizen whose dossier it is about.
        details: what the text needs.
        given_up: media that are not tried any more.
        desk: the post at an agency that is told; None: the citizen is.
        at: the moment of the attempt on a timeline that ticks tell; None on the live one, where the wall clock says so.
    """

    message_id: str
    template: Template
    attempt: int
    last: bool
    cause: Cause
    recipient: Recipient
    details: Details
    given_up: tuple[Medium, ...] = ()
    desk: Desk | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Inquiry:
    """A question after an attempt that was begun and has no outcome on record yet.

    Attributes:
        message_id: the message.
        attempt: the number of the attempt.
        wanted: the attempt may still go out, if its carrier does not have it yet.
    """

    message_id: str
    attempt: int
    wanted: bool


def decide(state: State, now: datetime, rules: Rules = PATIENT) -> Decision:
    """Send what is due, wait for the rest, ask after what is on its way, issue the letters that are missing."""
    times = {order: _not_before(message, order, rules) for message, order in _open_orders(state, rules)}
    ripe = [order for order, at in times.items() if at is None or at <= now]
    inquiries = {inquiry: since for inquiry, since in _inquiries(state) if now < since + rules.answer}
    # What is ripe stays due until its outcome is on record: an attempt may outlast the batch that began it.
    wake = [at or order.cause.time for order, at in times.items()]
    wake += [since for inquiry, since in inquiries.items() if inquiry.wanted]
    forgotten = forgetting(state)
    if forgotten is not None:
        wake.append(forgotten.told.time)
    return Decision(
        events=_letters(state),
        timer=Timer(min(wake), _timeline(state)) if wake else None,
        effects=(
            *(Effect(order.message_id, replace(order, at=_told_at(order, now))) for order in ripe),
            *(Effect(inquiry.message_id, inquiry) for inquiry in inquiries),
            *([Effect(forgotten.told.id, forgotten)] if forgotten is not None else ()),
        ),
    )


def _inquiries(state: State) -> list[tuple[Inquiry, datetime]]:
    """Attempts that may have an outcome that is not recorded yet, and since when nothing was heard of them.

    An attempt to send a message that was dropped since may be under way all the same: it is stopped, or its outcome is
    recorded. On a timeline that ticks tell, attempts are waited for, so nothing has to be asked.
    """
    live = [(message, cause) for message, cause in _founded(state) if cause.timeline == LIVE]
    waiting = [
        (Inquiry(message.id, message.attempts, wanted=True), message.tried_at)
        for message, _ in live
        if message.status == "doubtful" and message.tried_at
    ]
    withdrawn_at = {message.details.overdue_id: cause.time for message, cause in live if message.template == WITHDRAWAL}
    dropped = [
        (Inquiry(message.id, message.attempts + 1, wanted=False), withdrawn_at[message.details.overdue_id])
        for message, _ in live
        if message.status == "dropped" and message.template == APOLOGY and message.details.overdue_id in withdrawn_at
    ]
    return waiting + dropped


def _timeline(state: State) -> str:
    """The clock that tells when to try again: the one by which the outcomes are stamped."""
    return next((cause.timeline for _, cause in _founded(state)), LIVE)


def _told_at(order: Order, now: datetime) -> datetime | None:
    return None if order.cause.timeline == LIVE else now


def _open_orders(state: State, rules: Rules) -> list[tuple[Message, Order]]:
    """The next attempt of every message that is still to be sent; to a citizen, once it is known who that is."""
    pending = [(message, cause) for message, cause in _founded(state) if message.status == "pending"]
    return [
        (message, _order(message, cause, state.recipient or NOBODY, rules))
        for message, cause in pending
        if message.desk or state.recipient
    ]


def _order(message: Message, cause: Cause, recipient: Recipient, rules: Rules) -> Order:
    attempt = message.attempts + 1
    last = message.asked >= len(rules.backoff)
    return Order(
        message.id, message.template, attempt, last, cause, recipient, message.details, message.given_up, message.desk
    )


def _not_before(message: Message, order: Order, rules: Rules) -> datetime | None:
    """The earliest moment of the next attempt, or None: at once.

    The first attempt by each medium is made at once; messages to agencies wait for the end of a round.
    """
    if message.tried_at is not None:
        pause = rules.backoff[min(message.asked or message.attempts, len(rules.backoff)) - 1]
        return message.tried_at + (pause if message.asked else min(pause, rules.outage))
    since = order.cause.time
    return None if message.desk is None else since + (_EPOCH - since) % rules.round


def _letters(state: State) -> tuple[AnyEvent, ...]:
    """Letters of apology (thư xin lỗi): one for each missed date that an apology is owed for."""
    on_record = {letter.due for letter in state.lettered}
    written = [_letter(state, apology) for apology in owed(state)]
    return tuple(letter for letter in written if letter.data.due not in on_record)


def _letter(state: State, apology: Apology) -> AnyEvent:
    message, cause = _first_sent(state, apology)
    details = message.details
    data = LetterIssued(
        letter="apology",
        message_id=message.id,
        overdue_id=apology.overdue_id,
        agency=details.agency,
        due=details.due,
        rescheduled_id=apology.rescheduled_id,
        new_date=details.new_date,
        cause=details.reason,
        cause_en=details.reason_en,
        signer=details.signer,
        in_person=details.in_person,
    )
    return letter_issued(cause, data)


def _first_sent(state: State, apology: Apology) -> tuple[Message, Cause]:
    """The message of an apology, with its cause; what is sent once more on request is no second one."""
    return next(
        (message, cause)
        for message, cause in _founded(state)
        if message.template == APOLOGY and message.details.overdue_id == apology.overdue_id and not message.repeats
    )


def _founded(state: State) -> list[tuple[Message, Cause]]:
    """The messages whose cause is known, with it."""
    return [(message, message.cause) for message in state.messages if message.cause is not None]
