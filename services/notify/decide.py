"""What is to be sent now, when to try again, and which letters of apology have to exist."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chassis.core.decision import Decision, Effect, Timer
from contracts.envelope import LIVE, AnyEvent
from contracts.notify import LetterIssued, Medium, Template
from services.notify.events import letter_issued
from services.notify.folding_apologies import WITHDRAWAL, date_told, founded, missed, unlettered, waits
from services.notify.rules import PATIENT, Rules
from services.notify.state import Cause, Desk, Details, Message, Recipient, State

NOBODY = Recipient(None, "vi", "", "")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Order:
    """One attempt to send one message; all that the outside world has to know.

    Attributes:
        message_id: the same for every attempt, so that carriers recognise a repeat.
        template: which text.
        attempt: 1 for the first.
        last: no other attempt follows.
        cause: what the message tells of.
        recipient: whom to tell; of an agency's letter, whose dossier it is.
        details: for the text.
        given_up: media that are not tried any more.
        desk: whom to tell at an agency; None: the citizen.
        at: on a timeline that ticks tell, when the attempt is made; None on the live one, where the wall clock says so.
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
    """What has become of an attempt that was begun and has no outcome yet?

    Attributes:
        message_id: which message.
        attempt: which attempt.
        wanted: whether it may still go out, if its carrier does not have it yet.
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
    return Decision(
        events=_letters(state),
        timer=Timer(min(wake), _timeline(state)) if wake else None,
        effects=(
            *(Effect(order.message_id, replace(order, at=_told_at(order, now))) for order in ripe),
            *(Effect(inquiry.message_id, inquiry) for inquiry in inquiries),
        ),
    )


def _inquiries(state: State) -> list[tuple[Inquiry, datetime]]:
    """Attempts that may have an outcome that is not recorded yet, and since when nothing was heard of them.

    Of what was dropped, an attempt may be under way all the same: it is stopped, or is told of. On a
    timeline that ticks tell, attempts are waited for.
    """
    waiting = [
        (Inquiry(one.id, one.attempts, wanted=True), one.tried_at)
        for one in state.messages
        if one.status == "doubtful" and one.tried_at and one.cause and one.cause.timeline == LIVE
    ]
    retracted = {one.details.overdue_id: cause.time for one, cause in founded(state) if one.template == WITHDRAWAL}
    dropped = [
        (Inquiry(one.id, one.attempts + 1, wanted=False), retracted[cause.id])
        for one, cause in founded(state)
        if one.status == "dropped" and cause.id in retracted and cause.timeline == LIVE
    ]
    return waiting + dropped


def _timeline(state: State) -> str:
    """Which clock tells when to try again: the one by which the outcomes are stamped."""
    return next((cause.timeline for _, cause in founded(state)), LIVE)


def _told_at(order: Order, now: datetime) -> datetime | None:
    return None if order.cause.timeline == LIVE else now


def _open_orders(state: State, rules: Rules) -> list[tuple[Message, Order]]:
    """The next attempt of every message that is still to be sent; to a citizen, once it is known who that is."""
    pending = [(one, cause) for one, cause in founded(state) if one.status == "pending"]
    return [
        (one, _order(one, cause, state.recipient or NOBODY, _details(state, one, cause), rules))
        for one, cause in pending
        if (one.desk or state.recipient) and not waits(state, one, cause)
    ]


def _order(message: Message, cause: Cause, recipient: Recipient, details: Details, rules: Rules) -> Order:
    attempt = message.attempts + 1
    last = message.asked >= len(rules.backoff)
    return Order(message.id, message.template, attempt, last, cause, recipient, details, message.given_up, message.desk)


def _details(state: State, message: Message, cause: Cause) -> Details:
    """For the text; those of an apology with the new date that it tells, and what withdraws one with the same."""
    if message.template == WITHDRAWAL:
        return _withdrawn(state, message.details)
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


def _withdrawn(state: State, details: Details) -> Details:
    """What withdraws an apology names its agency and signer, and the new date that it gave."""
    for apology, cause in founded(state):
        if apology.template == "apology" and cause.id == details.overdue_id:
            told = _details(state, apology, cause)
            return replace(details, agency=told.agency, signer=told.signer, new_date=told.new_date)
    return details


def _not_before(message: Message, order: Order, rules: Rules) -> datetime | None:
    """When the next attempt may be made. None: at once, as the first by each medium; agencies' letters wait a round."""
    if message.tried_at is not None:
        pause = rules.backoff[min(message.asked or message.attempts, len(rules.backoff)) - 1]
        return message.tried_at + (pause if message.asked else min(pause, rules.outage))
    since = order.cause.time
    return None if message.desk is None else since + (_EPOCH - since) % rules.round


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
    return letter_issued(cause, data)
