"""One deadline, and what is heard of one before it is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chassis.core.changeable import Changeable
from contracts import sla
from domain.rules import Kind

DeadlineKind = Literal[Kind, "new-date"]
"""The kinds that rule sets name, and the new date that form 04 gives for the whole dossier."""


@dataclass(frozen=True)
class Deadline(Changeable):
    """One deadline: of the dossier, its new date, one attempt at a step, a consultation, an answer to a citizen.

    A step on a free route has an entry too, without limit and date, for who held it.

    Attributes:
        key: as in the events; of a step `step:<id>#<attempt>`. Only new dates may share theirs: one stands at most.
        agency: whose work it is.
        since: when it came to that agency; of a new date, when it was given.
        started: when its time began: a step that was forwarded has no more time.
        cause: id of the event that began it.
        limit: the time for it; empty where only a date is known.
        promised: the date that was given.
        sender: who handed it over, or who asks.
        asked_for: of a consultation, the attempt at a step that it is for, by its key.
        overdue_id: of a new date, the lateness that it was given for.
        officer: who took it last.
        takers: every officer who took it, since when.
        ended: when the work was over, or left to others.
        due: when it is due, in UTC; None while its clock stands, and for a new date that does not hold.
        soon: when it is due soon.
        allowed: its whole time, seconds of working time.
        used: what of it was used when it ended.
        verdict: early (before the due day), on-time or late; empty while it runs or when it was broken off.
    """

    key: str
    kind: DeadlineKind
    agency: str
    since: datetime
    started: datetime
    cause: str
    step: str = ""
    limit: str = ""
    promised: datetime | None = None
    sender: str = ""
    asked_for: str = ""
    overdue_id: str = ""
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

    @property
    def work(self) -> str:
        """The key of the work that is due: a new date is for the work of the whole dossier."""
        return sla.WHOLE if self.kind == "new-date" else self.key

    @property
    def ruled_as(self) -> Kind:
        """The kind whose rules it goes by: a new date goes by those of the dossier."""
        return "dossier" if self.kind == "new-date" else self.kind


@dataclass(frozen=True, slots=True)
class Early:
    """Custody was taken of a step, or it ended, and its hand-over is not folded: they are of one moment, or it is none.

    Attributes:
        agency: who took custody, and its officer; of what ended neither matters.
        ended: whether it ended.
    """

    key: str
    at: datetime
    agency: str = ""
    officer: str | None = None
    ended: bool = False
