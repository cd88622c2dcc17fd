"""Fold notify's own events: the outcomes of attempts, and the letters of apology on record."""

from dataclasses import replace
from datetime import datetime

from contracts.envelope import AnyEvent
from contracts.notify import NotificationFailed
from services.notify.events import AttemptOutcome
from services.notify.folding_messages import find, put
from services.notify.state import Letter, Message, State, Status


def letter_issued(state: State, event: AnyEvent) -> State:
    """A letter of apology (thư xin lỗi) is on record."""
    return replace(state, lettered=(*state.lettered, Letter(event.data.due, event.data.rescheduled_id)))


def sent(state: State, event: AnyEvent) -> State:
    """The carrier took the message: it stays sent, whatever another attempt came to."""
    data = event.data
    message = _told_of(state, data)
    attempts = max(message.attempts, data.attempt)
    return put(state, replace(message, status="sent", attempts=attempts, medium=data.medium))


def doubtful(state: State, event: AnyEvent) -> State:
    """The carrier has the message and has not answered: the doubt stands until the same attempt's answer comes.

    Another process may have made the same attempt after a crash, and have failed before it asked the carrier. Its
    failure may be known first, and leaves the doubt.
    """
    message = _told_of(state, event.data)
    if message.status == "sent" or event.data.attempt <= message.answered:
        return state
    return put(state, replace(_tried(message, event.data, event.time), status="doubtful"))


def failed(state: State, event: AnyEvent) -> State:
    """An attempt failed; of an attempt that was in doubt, a carrier's failure is the answer.

    A failure of our own answers no doubt: another process made an attempt after a crash, and asked no carrier.
    """
    data, message = event.data, _told_of(state, event.data)
    in_doubt = message.status == "doubtful"
    if in_doubt and data.ours:
        return put(state, replace(message, attempts=max(message.attempts, data.attempt)))
    answers = in_doubt and data.attempt == message.attempts
    if message.status == "sent" or (data.attempt <= message.attempts and not answers):
        return state
    return put(state, _after_failure(_tried(message, data, event.time), data))


def _told_of(state: State, data: AttemptOutcome) -> Message:
    """The message that an outcome speaks of; its cause may still be on its way."""
    return find(state, data.message_id) or Message(data.message_id, data.template)


def _tried(message: Message, data: AttemptOutcome, at: datetime) -> Message:
    return replace(message, attempts=max(message.attempts, data.attempt), tried_at=at, medium=data.medium)


def _after_failure(message: Message, data: NotificationFailed) -> Message:
    """Go on after a failed attempt: not at all, by the same medium later, or by the next medium at once."""
    asked = message.asked + (not data.ours)
    message = message if data.ours else replace(message, answered=data.attempt)
    if data.final:
        ended: Status = "unaddressed" if data.unaddressed else "failed"
        return replace(message, status=ended, asked=asked)
    open_again: Status = "dropped" if message.status == "dropped" else "pending"
    if data.moves_on:
        given_up = (*message.given_up, data.medium)
        return replace(message, status=open_again, asked=0, tried_at=None, given_up=given_up)
    return replace(message, status=open_again, asked=asked)
