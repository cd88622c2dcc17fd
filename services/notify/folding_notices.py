"""Fold new appointment dates: each has a notice of its own, unless an apology tells it or it holds no longer."""

from dataclasses import replace

from contracts.envelope import AnyEvent
from contracts.notify import Template
from contracts.sla import FEEDBACK
from domain.worktime import Lines
from services.notify.folding_apologies import is_covered
from services.notify.folding_messages import dropped_if, with_message
from services.notify.state import Details, Message, NewDate, State

NOTICES: tuple[Template, ...] = ("rescheduled", "resumption")
"""The messages that tell another date without an apology."""


def rescheduled(state: State, event: AnyEvent) -> State:
    """The notice of another appointment (hẹn lại), after a pause in words of its own.

    A deadline that is no appointment, such as the one of an answer to a complaint, has none.
    """
    data = event.data
    if data.kind == "late":
        given_later = not data.overdue_id or event.time > data.old_date
        new_date = NewDate(event.id, data.overdue_id, given_later=given_later)
        state = replace(state, new_dates=(*state.new_dates, new_date))
    if data.deadline == FEEDBACK:
        return state
    paused = data.kind == "pause"
    details = Details(
        reason=data.waited_for if paused else data.cause,
        reason_en="" if paused else data.cause_en,
        due=data.old_date,
        agency=data.agency,
        new_date=data.new_date,
        overdue_id=data.overdue_id,
        taken_back=data.taken_back,
        working_out=data.working_out or Lines(),
    )
    return with_message(state, event, "resumption" if paused else "rescheduled", details)


def with_notices(state: State) -> State:
    """Drop the notices of new dates that an apology tells, and of those that hold no longer."""
    notices = [message for message in state.messages if message.template in NOTICES and message.cause]
    if not notices:
        return state
    late = {new_date.id for new_date in state.new_dates}
    quiet = _told_by_an_apology(state) | _outdated(
        state, [notice for notice in notices if _cause_id(notice) not in late]
    )
    return replace(state, messages=tuple(_dropped_if_quiet(message, quiet) for message in state.messages))


def _told_by_an_apology(state: State) -> set[str]:
    """New dates for lateness that need no notice: an apology tells them, or there was no lateness."""
    covered = {apology.rescheduled_id for apology in state.apologies if is_covered(state, apology)}
    told = {apology.rescheduled_id for apology in state.apologies} - covered
    told |= {letter.rescheduled_id for letter in state.lettered}
    return {
        new_date.id
        for new_date in state.new_dates
        if new_date.id in told
        or new_date.overdue_id in state.retracted
        or not (new_date.given_later or new_date.id in covered)
    }


def _outdated(state: State, moved: list[Message]) -> set[str]:
    """Dates that another calendar, or a pause, moved on since: of such dates the last one holds.

    No date is ever brought forward, unless an announcement is taken back: from then on the date told last counts. A
    pause that moved a new date given for lateness tells nothing once there was no lateness.
    """
    standing = [message for message in moved if message.details.overdue_id not in state.retracted]
    dates = [
        (message.cause.time, message.details.new_date)
        for message in standing
        if message.cause and message.details.new_date
    ]
    taken_back = any(message.details.taken_back for message in standing)
    last = max(dates)[1] if dates and taken_back else max((date for _, date in dates), default=None)
    return {_cause_id(message) for message in moved if message not in standing or message.details.new_date != last}


def _cause_id(message: Message) -> str:
    return message.cause.id if message.cause else ""


def _dropped_if_quiet(message: Message, quiet: set[str]) -> Message:
    if message.template not in NOTICES or message.cause is None:
        return message
    return dropped_if(message, unwanted=message.cause.id in quiet)
