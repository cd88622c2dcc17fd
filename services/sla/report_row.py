"""What reports need of one dossier, as one short text: how it went, and how each attempt at a step did.

The text is two lines of JSON, the dossier's and its steps', so that a report that needs no steps reads none.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from pydantic_core import from_json, to_json

from chassis.core.decision import Line
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


class DossierLine(NamedTuple):
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


class StepLine(NamedTuple):
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


def line_of(state: State, stored: State | None = None) -> Line | None:
    """The line of a dossier, unless the stored state has the same; None for a complaint, and before the receipt."""
    whole = state.main
    if state.kind != "dossier" or whole is None or (stored is not None and _same(stored, state)):
        return None
    steps = [one for one in state.deadlines if one.kind == "step"]
    losses = [(one.step, one.agency, lost) for one in steps if (lost := _lost(one))]
    dossier = (
        *(state.month, state.procedure, state.competent),
        *(*_course(whole), state.returns, _waited(state.pauses), losses),
    )
    attempts = [
        (one.step, one.agency, *_course(one), _again(one), _waited(_of(one, state) if state.pauses else ()))
        for one in steps
    ]
    return Line(place(state.timeline, state.month), f"{to_json(dossier).decode()}\n{to_json(attempts).decode()}")


def _same(one: State, other: State) -> bool:
    """Whether nothing changed that a line tells of: most events change nothing."""
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
    """Where the lines of one month's dossiers on one timeline are; places sort as months do."""
    return f"{timeline}|{month}"


def dossier_in(text: str) -> DossierLine:
    """The dossier that a line tells of."""
    return DossierLine(*from_json(text.partition("\n")[0]))


def steps_in(text: str) -> list[StepLine]:
    """The attempts at steps that a line tells of, as they began."""
    return [StepLine(*one) for one in from_json(text.partition("\n")[2])]


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
        one
        for one in state.pauses
        if one.by == deadline.agency
        and deadline.since <= one.since
        and (deadline.ended is None or one.since < deadline.ended)
    ]


def _waited(pauses: Iterable[Pause]) -> list[tuple[str, int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for one in pauses:
        count, seconds = found.get(one.cause, (0, 0))
        found[one.cause] = count + 1, seconds + one.seconds
    return [(cause, *sums) for cause, sums in found.items()]
