"""Which apologies are owed, which new date each of them tells, and which new dates need a notice of their own.

One missed date, one apology: with the new date that was given together with it, for which it waits.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from contracts.notify import Template
from services.notify.state import Cause, Message, NewDate, State, Status

NOTICES = ("rescheduled", "resumption")
"""The messages that tell of another date without an apology."""

WITHDRAWAL: Template = "apology-withdrawn"
"""The message that an apology was for nothing."""


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
        if _is_apology(message) and message.details.due and cause.id not in state.retracted:
            found.setdefault(message.details.due, (message, cause))
    return found


def _is_apology(message: Message) -> bool:
    """An apology in its own right: what is sent once more on request is no second one."""
    return message.template == "apology" and not message.repeats


def owed(dates: Iterable[datetime], served: Iterable[datetime]) -> list[datetime]:
    """Of the dates missed, those that nothing was done for yet.

    What was done for a date that no longer counts as missed stands for the date that took its place: an overdue
    that is retracted and raised again is one lateness to the citizen.
    """
    missed_dates, served_dates = set(dates), set(served)
    return sorted(missed_dates - served_dates)[len(served_dates - missed_dates) :]


def unlettered(state: State) -> list[datetime]:
    """The missed dates that a letter of apology is owed for. One that was withdrawn stands for no other date."""
    standing, withdrawn = missed(state), _withdrawn(state)
    void = {one.details.due for one in _withdrawals(state) if one.details.overdue_id in withdrawn}
    return owed(standing, (one.due for one in state.lettered if one.due in standing or one.due not in void))


def date_given(state: State, message: Message, cause: Cause) -> NewDate | None:
    """The new date given for what an apology is about, if there is one."""
    for one in state.new_dates:
        if one.overdue_id == cause.id or one.old == message.details.due:
            return one
    return None


def date_told(state: State, message: Message, cause: Cause) -> NewDate | None:
    """The new date that an apology tells: what its letter says, once that is on record, and till then what is given.

    What is given later has a notice of its own.
    """
    if message.details.due in unlettered(state):
        return date_given(state, message, cause)
    told = {letter.rescheduled_id for letter in state.lettered if letter.due == message.details.due}
    return next((one for one in state.new_dates if one.id in told), None)


def waits(state: State, message: Message, cause: Cause) -> bool:
    """Whether an apology has to wait: its new date was given together with the overdue, and is still on its way."""
    promised = message.template == "apology" and cause.id in state.promised
    return promised and message.details.due in unlettered(state) and date_given(state, message, cause) is None


def with_apologies(state: State) -> State:
    """Drop the apologies that are not owed: retracted ones, and those that the citizen already has in hand."""
    standing = missed(state)
    wanted = {standing[date][0].id for date in owed(standing, _in_hand(state))}
    return replace(state, messages=tuple(_dropped_unless(state, one, wanted) for one in state.messages))


def with_withdrawals(state: State) -> State:
    """Withdraw the apologies that went out for nothing, each once, and only while they stand for no other date."""
    if not _withdrawals(state):
        return state
    standing, in_hand = set(missed(state)), _in_hand(state)
    uncovered = len(standing - set(in_hand))
    void = set(sorted(set(in_hand) - standing)[uncovered:])
    overdue_ids = {one for due, ids in in_hand.items() if due in void for one in ids}
    return replace(state, messages=tuple(_withdrawn_if(one, overdue_ids) for one in state.messages))


def _in_hand(state: State) -> dict[datetime, list[str]]:
    """The dates that the citizen holds an apology for, with the overdues they were told for."""
    withdrawn, found = _withdrawn(state), dict[datetime, list[str]]()
    for message, cause in founded(state):
        if message.template == "apology" and message.is_out and message.details.due and cause.id not in withdrawn:
            found.setdefault(message.details.due, []).append(cause.id)
    return found


def _withdrawn(state: State) -> set[str]:
    """The overdues whose apology was withdrawn: the citizen knows, or may."""
    return {one.details.overdue_id for one in _withdrawals(state) if one.is_out}


def _withdrawals(state: State) -> list[Message]:
    return [one for one in state.messages if one.template == WITHDRAWAL]


def _withdrawn_if(message: Message, overdue_ids: set[str]) -> Message:
    if message.template != WITHDRAWAL or message.repeats or message.status not in {"pending", "dropped"}:
        return message
    status: Status = "pending" if message.details.overdue_id in overdue_ids else "dropped"
    return replace(message, status=status)


def with_notices(state: State) -> State:
    """Drop the notices of new dates that a letter of apology tells, or will tell, and of those that hold no longer."""
    notices = [one for one in state.messages if one.template in NOTICES]
    if not notices:
        return state
    quiet = {one.id for one in state.new_dates} - _untold(state)
    quiet |= _outdated(state, [one for one in notices if one.cause and one.cause.id not in quiet])
    return replace(state, messages=tuple(_dropped_if(one, quiet) for one in state.messages))


def _outdated(state: State, notices: list[Message]) -> set[str]:
    """What another calendar, or a pause, moved on since: of such dates the last one holds.

    None is ever brought forward, unless an announcement is taken back: from then on what was told last counts.

    A pause that moved a new date given for lateness tells nothing once there was no lateness.
    """
    of_late = {one.id for one in state.new_dates}
    moved = [one for one in notices if one.cause and one.cause.id not in of_late]
    standing = [one for one in moved if one.details.overdue_id not in state.retracted]
    dates = [(one.cause.time, one.details.new_date) for one in standing if one.cause and one.details.new_date]
    taken_back = any(one.details.taken_back for one in standing)
    last = max(dates)[1] if dates and taken_back else max((date for _, date in dates), default=None)
    return {one.cause.id for one in moved if one.cause and (one not in standing or one.details.new_date != last)}


def _untold(state: State) -> set[str]:
    """New dates for lateness that need a notice: given before the old date passed, or too late for the letter."""
    ahead = set(unlettered(state))
    told = {letter.rescheduled_id for letter in state.lettered}
    late = [date_given(state, *pair) for due, pair in missed(state).items() if due not in ahead]
    early = [one for one in state.new_dates if not one.overdue_id]
    return {one.id for one in (*late, *early) if one} - told


def _dropped_if(message: Message, quiet: set[str]) -> Message:
    if message.template not in NOTICES or message.cause is None or message.status not in {"pending", "dropped"}:
        return message
    status: Status = "dropped" if message.cause.id in quiet else "pending"
    return replace(message, status=status)


def _dropped_unless(state: State, message: Message, wanted: set[str]) -> Message:
    """An apology without its cause is not sent anyway, and nothing is known to drop it for."""
    if message.template != "apology" or message.cause is None or message.status not in {"pending", "dropped"}:
        return message
    holds = message.cause.id not in state.retracted if message.repeats else message.id in wanted
    status: Status = "pending" if holds else "dropped"
    return replace(message, status=status)
