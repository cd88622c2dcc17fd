"""The state of one dossier as the deadline watch sees it: its deadlines, its pauses, and the watch's own events.

A complaint or suggestion (phản ánh, kiến nghị) has a document of its own, with one deadline.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chassis.core.changeable import Changeable
from contracts import sla
from domain.worktime import Exceptional
from services.sla.deadline import Deadline, Early


@dataclass(frozen=True, slots=True)
class Pause:
    """The dossier waits, by cause, from `since` to `until`; `seconds` of working time, asked for by an agency.

    Attributes:
        ended_by: id of the event that ended it.
    """

    cause: str
    since: datetime
    until: datetime | None = None
    by: str = ""
    seconds: int = 0
    ended_by: str = ""


@dataclass(frozen=True, slots=True)
class Amendment:
    """Days that are worked otherwise than the calendar said, as it was announced.

    Attributes:
        id: of the announcement.
        source: who announced it.
    """

    id: str
    days: tuple[Exceptional, ...]
    source: str = ""


@dataclass(frozen=True, slots=True)
class Retraction:
    """An announcement was taken back, at a moment, if it was `source` who had made it; else it changes nothing."""

    announcement: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rescheduling:
    """An announcement, or a pause that is over, gave the appointment another date.

    Attributes:
        id: of the announcement, or of the event that ended the pause.
        at: when that was.
        old: the date that held before, as the citizen was told it.
        reason: of the announcement; of a pause its cause.
        by: who asked for the pause; empty for an announcement.
        taken_back: whether it comes from taking an announcement back.
    """

    id: str
    at: datetime
    old: datetime
    new: datetime
    reason: str
    by: str = ""
    taken_back: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Overdue:
    """An overdue event on record, and since when it was known that it does not hold; None: it holds."""

    due: datetime
    key: str
    id: str
    agency: str
    officer: str | None = None
    retracted: datetime | None = None


@dataclass(frozen=True, slots=True, order=True)
class Apology:
    """An apology on record that the citizen is owed for a missed date (thư xin lỗi).

    Attributes:
        due: the date that was missed.
        overdue_id: of the overdue event that it is for.
        new_date: the new date that it tells.
        covered_by: the overdue of an earlier apology that stands for this date too; empty: it is an apology of its own.
        withdrawn: whether it was for nothing.
    """

    due: datetime
    overdue_id: str
    agency: str
    new_date: datetime | None = None
    covered_by: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Required:
    """An explanation is required from an agency, for a missed moment, by a date."""

    due: datetime
    key: str
    id: str
    agency: str
    by: datetime


@dataclass(frozen=True, slots=True)
class Explanation:
    """An agency explained a delay (giải trình)."""

    step: str
    agency: str
    at: datetime
    cause: str
    owner: str
    plan: str
    target: datetime

    @property
    def complete(self) -> bool:
        """Whether cause, owner, plan and target are all there; the target always is."""
        return all(text.strip() for text in (self.cause, self.owner, self.plan))


@dataclass(frozen=True)
class State(Changeable):
    """One dossier, or one complaint, as the deadline watch sees it.

    Attributes:
        kind: dossier or feedback; empty as long as its birth is not known.
        month: of its receipt in Vietnam, for example 2026-01.
        rule_set: name of the rules it was received under.
        warn_before: its own warning time, if it came with one.
        deadlines: the whole dossier's first, then its new dates, then the others as they began.
        early: what is not attached to a step yet.
        resumed_early: resumptions, by cause and moment, whose suspension is not folded yet.
        amendments: what was announced about the calendar.
        retractions: what was taken back of it, or of what nobody announced.
        reschedulings: how announcements and pauses changed the appointment date.
        raised, retracted, required, apologies, emitted: own events on record, sorted: overdue; of those that do not
            hold the ids, since when; explanations that are owed; apologies; and the others by what they say
            (`emitted_key`).
        returns: how often a step had to be done again.
        outcome: granted, denied, withdrawn or answered; for queries.
        phase: unknown, open or ended; for queries.
        overdue: the main deadline was missed and that was not retracted; for queries, where of what is open it is the
            backlog (hồ sơ tồn đọng).
        due_soon: the main deadline came near; for queries.
        explained: some explanation has cause, owner, plan and target; for queries.
        escalations: how many rungs were climbed; for queries.
    """

    dossier: str = ""
    kind: Literal["", "dossier", "feedback"] = ""
    birth: str = ""
    correlation: str = ""
    timeline: str = ""
    unit: str = ""
    competent: str = ""
    procedure: str = ""
    month: str = ""
    rule_set: str = ""
    warn_before: str = ""
    deadlines: tuple[Deadline, ...] = ()
    early: tuple[Early, ...] = ()
    pauses: tuple[Pause, ...] = ()
    resumed_early: tuple[tuple[str, datetime], ...] = ()
    amendments: tuple[Amendment, ...] = ()
    retractions: tuple[Retraction, ...] = ()
    reschedulings: tuple[Rescheduling, ...] = ()
    raised: tuple[Overdue, ...] = ()
    retracted: tuple[tuple[str, datetime], ...] = ()
    required: tuple[Required, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    apologies: tuple[Apology, ...] = ()
    emitted: tuple[str, ...] = ()
    received_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    returns: int = 0
    phase: str = "unknown"
    overdue: bool = False
    due_soon: bool = False
    explained: bool = False
    escalations: int = 0

    @property
    def taken_back(self) -> dict[str, datetime]:
        """The announcements that were taken back, since when; of several times the first counts."""
        found: dict[str, datetime] = {}
        for retraction in self.retractions if self.amendments else ():
            announcement = retraction.announcement, retraction.source
            if any((amendment.id, amendment.source) == announcement for amendment in self.amendments):
                found.setdefault(retraction.announcement, retraction.at)
        return found

    @property
    def main(self) -> Deadline | None:
        """The deadline of the whole: the appointment date, or the answer to a complaint."""
        return next((found for found in self.deadlines if found.key in MAIN), None)

    @property
    def new_dates(self) -> list[Deadline]:
        """Every new date that form 04 gave; at most one of them is due, the others hold no longer."""
        return [found for found in self.deadlines if found.kind == "new-date"]


MAIN = (sla.WHOLE, sla.FEEDBACK)
"""Keys of the deadlines of a whole document."""

INITIAL = State()


def step_key(step: str, attempt: int) -> str:
    """The deadline of one attempt at a step."""
    return f"step:{step}#{attempt}"


def emitted_key(what: str, *unique: object) -> str:
    """How an own event is remembered: by what it says, not by its id."""
    return "|".join((what, *map(str, unique)))
