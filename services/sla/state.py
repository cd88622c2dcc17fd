"""What is known of a dossier's deadlines: when they began and ended, when the clock stood, what was said.

A complaint or suggestion (phản ánh, kiến nghị) has a document of its own, with one deadline.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chassis.core.changeable import Changeable
from contracts import sla
from domain.rules import Kind
from domain.worktime import Exceptional


@dataclass(frozen=True)
class Deadline(Changeable):
    """One deadline: of the whole dossier, of one attempt at a step, of a consultation, of an answer to a citizen.

    A step on a free route has an entry too, without limit and date, for who held it.

    Attributes:
        key: as in the events; of a step `step:<id>#<attempt>`.
        agency: whose work it is.
        since: when it came to that agency.
        started: when its time began: a step that was forwarded has no more time.
        cause: id of the event that began it.
        limit: the time for it; empty where only a date is known.
        promised: the date that was given.
        sender: who handed it over, or who asks.
        asked_for: of a consultation, the attempt at a step that it is for, by its key.
        officer: who took it last.
        takers: every officer who took it, since when.
        ended: when the work was over, or left to others.
        due: when it is due, in UTC; None while its clock stands.
        soon: when it is due soon.
        allowed: its whole time, seconds of working time.
        used: what of it was used when it ended.
        verdict: early (before the due day), on-time or late; empty while it runs or when it was broken off.
    """

    key: str
    kind: Kind
    agency: str
    since: datetime
    started: datetime
    cause: str
    step: str = ""
    limit: str = ""
    promised: datetime | None = None
    sender: str = ""
    asked_for: str = ""
    officer: str | None = None
    takers: tuple[tuple[datetime, str | None], ...] = ()
    ended: datetime | None = None
    due: datetime | None = None
    soon: datetime | None = None
    allowed: int = 0
    used: int = 0
    verdict: str = ""

    def taken(self, at: datetime, officer: str | None) -> "Deadline":
        """The same, when an officer has taken custody."""
        return self.but(officer=officer, takers=(*self.takers, (at, officer)))


@dataclass(frozen=True, slots=True)
class Early:
    """Custody was taken of a step, or it ended, and its hand-over is not folded: they are of one moment, or it is none.

    Attributes:
        ended: whether it ended.
    """

    key: str
    agency: str
    at: datetime
    officer: str | None = None
    ended: bool = False


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
class Move:
    """An announcement, or a pause that is over, moved the appointment date.

    Attributes:
        id: of the announcement, or of the event that ended the pause.
        at: when that was.
        old: the date that held before, as the citizen was told it.
        reason: of the announcement; of a pause its cause.
        by: who asked for the pause; empty for an announcement.
        taken_back: whether it was moved by taking an announcement back.
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
    """An overdue event on record."""

    due: datetime
    key: str
    id: str
    agency: str
    retracted: bool = False


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


@dataclass(frozen=True, slots=True, order=True)
class NewDate:
    """A new date was given for lateness (form 04)."""

    at: datetime
    id: str
    new: datetime
    overdue_id: str


@dataclass(frozen=True)
class State(Changeable):
    """One dossier, or one complaint, as the deadline watch sees it.

    Attributes:
        kind: dossier or feedback; empty as long as its birth is not known.
        month: of its receipt in Vietnam, for example 2026-01.
        rule_set: name of the rules it was received under.
        warn_before: its own warning time, if it came with one.
        deadlines: the whole dossier's first, then the others as they began.
        early: what is not attached to a step yet.
        resumed_early: resumptions, by cause and moment, whose suspension is not folded yet.
        amendments: what was announced about the calendar.
        retractions: what was taken back of it, or of what nobody announced.
        moves: how announcements and pauses moved the appointment date.
        new_dates: given for lateness.
        raised, required, new_dates, said: own events on record, sorted: overdue, explanations that are owed, form 04,
            and the others by what they say.
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
    moves: tuple[Move, ...] = ()
    raised: tuple[Overdue, ...] = ()
    required: tuple[Required, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    new_dates: tuple[NewDate, ...] = ()
    said: tuple[str, ...] = ()
    received_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    returns: int = 0
    phase: str = "unknown"
    overdue: bool = False
    due_soon: bool = False
    explained: bool = False
    escalations: int = 0

    def missed(self, overdue_id: str) -> datetime | None:
        """The moment that an overdue event on record speaks of; None if it was retracted."""
        return next((one.due for one in self.raised if one.id == overdue_id and not one.retracted), None)

    @property
    def taken_back(self) -> dict[str, datetime]:
        """The announcements that were taken back, since when; of several times the first counts."""
        found: dict[str, datetime] = {}
        for one in self.retractions if self.amendments else ():
            if any((known.id, known.source) == (one.announcement, one.source) for known in self.amendments):
                found.setdefault(one.announcement, one.at)
        return found

    @property
    def main(self) -> Deadline | None:
        """The deadline of the whole: the appointment date, or the answer to a complaint."""
        return next((one for one in self.deadlines if one.key in (sla.WHOLE, sla.FEEDBACK)), None)


INITIAL = State()


def step_key(step: str, attempt: int) -> str:
    """The deadline of one attempt at a step."""
    return f"step:{step}#{attempt}"


def said_key(what: str, *unique: object) -> str:
    """How an own event is remembered: by what it says, not by its id."""
    return "|".join((what, *map(str, unique)))
