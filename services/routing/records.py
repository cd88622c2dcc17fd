"""The parts of routing's state: one record for each thing that happened to a dossier."""

from dataclasses import dataclass
from datetime import datetime

from contracts import claims, routing

FREE_STEP = "free"
"""The only step of a free route: the dossier is with somebody, and they do what has to be done."""


@dataclass(frozen=True)
class Report:
    """A report of an agency that has no answer yet.

    Attributes:
        id: of the event.
        agency: who reports; `officer` who of them, if that is said.
        told_at: when the report was made.
        occurred_at: when it happened, where the report says so.
        claim: what is reported.
        heard: the broker's timestamp, where that bounds what the report may claim (`Event.bounded_by`).
        signed_by: the key that signed it; empty where nobody had to.
    """

    id: str
    agency: str
    officer: str | None
    told_at: datetime
    occurred_at: datetime | None
    claim: claims.AgencyClaim
    heard: datetime | None = None
    signed_by: str = ""

    @property
    def claimed_at(self) -> datetime:
        """The moment at which it happened, as the report says."""
        return self.occurred_at or self.told_at


@dataclass(frozen=True, order=True)
class Begun:
    """An attempt at a step was handed to an agency.

    Attributes:
        since: when it was handed over.
        step: of the route; `attempt` counts from 1.
        agency: who has to do it.
        clock_since: when the step's time began: with a forward it began before `since`.
        limit: the time for the step, for example ``3 working-days``; empty without one.
        movement: how the dossier came here.
    """

    since: datetime
    step: str
    attempt: int
    agency: str
    clock_since: datetime
    limit: str = ""
    movement: routing.Movement = "onward"


@dataclass(frozen=True, order=True)
class Ended:
    """An attempt at a step is over.

    Attributes:
        at: when it ended.
        step: of the route; `attempt` counts from 1.
        order: its place among the finished steps, from 1; 0 where it was not finished, but handed to somebody else.
        returned: it ended because the dossier was sent back, or recalled.
        next_agency: the agency that was named for what follows; empty where the planned one does it.
    """

    at: datetime
    step: str
    attempt: int
    order: int = 0
    returned: bool = False
    next_agency: str = ""


@dataclass(frozen=True, order=True)
class Stopped:
    """The clock was stopped (dừng tính thời hạn), because of this report of `agency`."""

    since: datetime
    report: str
    cause: routing.PauseCause
    agency: str


@dataclass(frozen=True, order=True)
class Resumed:
    """The clock that `report` had stopped runs again, because of the event `by`."""

    at: datetime
    report: str
    by: str


@dataclass(frozen=True, order=True)
class Brought:
    """The citizen brought something, perhaps for a wait that will be reported late."""

    at: datetime
    event: str
    cause: routing.PauseCause


@dataclass(frozen=True, order=True)
class Asked:
    """An opinion that one agency asked of another (lấy ý kiến); `id` is the report that asked."""

    since: datetime
    id: str
    step: str
    attempt: int
    agency: str
    asked_by: str


@dataclass(frozen=True)
class Leg:
    """One attempt at a step by one agency (khâu xử lý), with its end if it has one."""

    begun: Begun
    ended: Ended | None = None

    @property
    def step(self) -> str:
        """The step of the route."""
        return self.begun.step

    @property
    def attempt(self) -> int:
        """The number of the attempt at its step, from 1."""
        return self.begun.attempt

    @property
    def agency(self) -> str:
        """The agency that has to do it."""
        return self.begun.agency

    @property
    def since(self) -> datetime:
        """The moment at which it was handed over."""
        return self.begun.since

    @property
    def done_at(self) -> datetime | None:
        """The moment at which it ended; None while it is open."""
        return self.ended.at if self.ended else None

    @property
    def open(self) -> bool:
        """It has not ended."""
        return self.ended is None
