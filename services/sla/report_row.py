"""The rows that reports read: one for a dossier, and one for each attempt at a step.

They are kept as one short text of two lines of JSON, the dossier's and its steps', so that a report that needs no steps
reads none. That text is the chassis' `ReportRow`.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from pydantic_core import from_json, to_json

from chassis.core.decision import ReportRow
from services.sla.deadline import Deadline
from services.sla.state import Pause, State

OPEN = "open"
"""What has not ended yet; what ended has its verdict, which is empty where it was broken off or had no limit."""


class Waited(NamedTuple):
    """How often somebody was waited for by one cause, and for how many seconds of working time, once it was over."""

    cause: str
    times: int
    seconds: int


class Lost(NamedTuple):
    """A late attempt at a step: seconds of working time beyond its limit."""

    step: str
    agency: str
    seconds: int


class DossierRow(NamedTuple):
    """One dossier.

    Attributes:
        month: of its receipt in Vietnam.
        agency: the competent one.
        how: open, early, on-time, late, or empty: withdrawn.
        due: epoch seconds of its appointment date; None while its clock stands.
        used: seconds of working time, once it ended.
        allowed: seconds of working time in all.
        returns: how often a step had to be done again.
    """

    month: str
    procedure: str
    agency: str
    how: str
    due: int | None
    used: int
    allowed: int
    returns: int
    pauses: list[Waited]
    losses: list[Lost]


class StepRow(NamedTuple):
    """One attempt at a step; as a dossier.

    Attributes:
        returns: 1 where the dossier had been sent back to this step, else 0.
        pauses: those that its agency asked for while it held the dossier.
    """

    step: str
    agency: str
    how: str
    due: int | None
    used: int
    allowed: int
    returns: int
    pauses: list[Waited]


def row_of(state: State, stored: State | None = None) -> ReportRow | None:
    """The rows of a dossier; None for a complaint, before the receipt, and where the stored state has the same."""
    whole = state.main
    if state.kind != "dossier" or whole is None or (stored is not None and _same(stored, state)):
        return None
    steps = [deadline for deadline in state.deadlines if deadline.kind == "step"]
    losses = [(step.step, step.agency, lost) for step in steps if (lost := _lost(step))]
    dossier = (
        *(state.month, state.procedure, state.competent),
        *(*_course(whole), state.returns, _waited(state.pauses), losses),
    )
    attempts = [
        (step.step, step.agency, *_course(step), _again(step), _waited(_of(step, state) if state.pauses else ()))
        for step in steps
    ]
    return ReportRow(place(state.timeline, state.month), f"{to_json(dossier).decode()}\n{to_json(attempts).decode()}")


def _same(one: State, other: State) -> bool:
    """Whether nothing changed that a row tells of: most events change nothing."""
    return (
        one.pauses == other.pauses
        and one.returns == other.returns
        and one.month == other.month
        and len(one.deadlines) == len(other.deadlines)
        and all(map(_same_course, one.deadlines, other.deadlines))
    )


def _same_course(one: Deadline, other: Deadline) -> bool:
    return one is other or (one.key, one.since, _course(one)) == (other.key, other.since, _course(other))


def place(timeline: str, month: str) -> str:
    """Where the rows of one month's dossiers on one timeline are; places sort as months do."""
    return f"{timeline}|{month}"


def dossier_in(text: str) -> DossierRow:
    """The dossier's row of a text."""
    return DossierRow(*from_json(text.partition("\n")[0]))


def steps_in(text: str) -> list[StepRow]:
    """The rows of a text for attempts at steps, as they began."""
    return [StepRow(*step) for step in from_json(text.partition("\n")[2])]


def _course(deadline: Deadline) -> tuple[str, int | None, int, int]:
    how = OPEN if deadline.ended is None else deadline.verdict
    return how, _seconds(deadline.due), deadline.used, deadline.allowed


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _lost(deadline: Deadline) -> int:
    return max(0, deadline.used - deadline.allowed) if deadline.verdict == "late" else 0


def _again(deadline: Deadline) -> int:
    """Whether it was sent back: a later attempt with all its time; a forwarded one goes on with the time that was."""
    return int(not deadline.key.endswith("#1") and deadline.started >= deadline.since)


def _of(deadline: Deadline, state: State) -> list[Pause]:
    """What its agency asked for while it held the dossier."""
    return [
        pause
        for pause in state.pauses
        if pause.by == deadline.agency
        and deadline.since <= pause.since
        and (deadline.ended is None or pause.since < deadline.ended)
    ]


def _waited(pauses: Iterable[Pause]) -> list[tuple[str, int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for pause in pauses:
        count, seconds = found.get(pause.cause, (0, 0))
        found[pause.cause] = count + 1, seconds + pause.seconds
    return [(cause, *sums) for cause, sums in found.items()]
