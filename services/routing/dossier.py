"""Where a dossier is, as the events on record tell it: what began, what ended, what waits, what is still unanswered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from chassis.core.changeable import Changeable
from contracts import claims, intake, routing

FREE_STEP = "free"
"""The one step of a free route: the dossier is with somebody, and they do what has to be done."""


@dataclass(frozen=True)
class Report:
    """What an agency reported, as long as it has no answer.

    Attributes:
        id: of the event.
        told_at: when the report was made.
        occurred_at: when it happened, where it says so.
        heard: when the bus took it in, where that bounds what it may claim (`Event.bounded_by`).
    """

    id: str
    agency: str
    officer: str | None
    told_at: datetime
    occurred_at: datetime | None
    claim: claims.AgencyClaim
    heard: datetime | None = None

    @property
    def claimed_at(self) -> datetime:
        """When it happened, as it says."""
        return self.occurred_at or self.told_at


@dataclass(frozen=True, order=True)
class Begun:
    """An attempt at a step was handed to an agency.

    Attributes:
        clock_since: when the step's time began: with a forward it began before `since`.
        movement: how it came here.
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
        order: the how-manieth step to be finished; 0 where it was not finished, but handed to somebody else.
        returned: whether by sending the dossier back, or by a recall.
        next_agency: who was named for what follows; empty for who is planned.
    """

    at: datetime
    step: str
    attempt: int
    order: int = 0
    returned: bool = False
    next_agency: str = ""


@dataclass(frozen=True, order=True)
class Stopped:
    """The clock stands (dừng tính thời hạn), because of what this report of `agency` says."""

    since: datetime
    report: str
    cause: routing.PauseCause
    agency: str


@dataclass(frozen=True, order=True)
class Resumed:
    """What a report had stopped goes on, because of the event `by`."""

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


class Ordered(Protocol):
    """What sorts."""

    def __lt__(self, other: Any, /) -> bool:
        """Whether it comes before another of its kind."""


OnRecord = TypeVar("OnRecord", bound=Ordered)
"""Something that happened, which sorts by its moment, or the id of something."""


@dataclass(frozen=True)
class Leg:
    """One attempt at a step by one agency (khâu xử lý), with its end if it has one."""

    begun: Begun
    ended: Ended | None = None

    @property
    def step(self) -> str:
        """Of the route."""
        return self.begun.step

    @property
    def attempt(self) -> int:
        """How often the step was begun, with this one."""
        return self.begun.attempt

    @property
    def agency(self) -> str:
        """Who has it."""
        return self.begun.agency

    @property
    def since(self) -> datetime:
        """Since when."""
        return self.begun.since

    @property
    def done_at(self) -> datetime | None:
        """When it was over."""
        return self.ended.at if self.ended else None

    @property
    def open(self) -> bool:
        """Not over yet."""
        return self.ended is None


@dataclass(frozen=True)
class State(Changeable):
    """One dossier as routing sees it.

    What is on record moves it, in whatever order it is read: each list is kept in the order of time.

    Attributes:
        dossier: its code.
        birth: id of `dossier.received`; empty as long as only reports are known.
        plan: the pinned route; empty is a free route.
        unanswered: reports that have no answer yet, in the order in which they were made.
        begun, ended: every attempt at every step.
        stopped, resumed: every time the clock stood.
        brought: what the citizen brought.
        asked: opinions that were asked for.
        given: ids of those that were given.
        completed_at, outcome: when the result was signed, and how it turned out.
        withdrawn_at: when the citizen took it back; a result that was signed stays signed.
        phase: unknown (its receipt may still come), stray (reports on it were rejected: no such dossier), processing,
            suspended, completed or withdrawn; for queries.
        holding: agencies that hold it now; for queries.
    """

    dossier: str = ""
    birth: str = ""
    correlation: str = ""
    timeline: str = ""
    received_at: datetime | None = None
    unit: str = ""
    plan: tuple[intake.RouteStep, ...] = ()
    unanswered: tuple[Report, ...] = ()
    begun: tuple[Begun, ...] = ()
    ended: tuple[Ended, ...] = ()
    stopped: tuple[Stopped, ...] = ()
    resumed: tuple[Resumed, ...] = ()
    brought: tuple[Brought, ...] = ()
    asked: tuple[Asked, ...] = ()
    given: tuple[str, ...] = ()
    completed_at: datetime | None = None
    outcome: str = ""
    withdrawn_at: datetime | None = None
    phase: str = "unknown"
    holding: tuple[str, ...] = ()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Every attempt at every step, as they began; the end of the dossier ends those that are open."""
        ends = {(one.step, one.attempt): one for one in self.ended}
        legs = [Leg(one, ends.get((one.step, one.attempt))) for one in self.begun]
        over = self.ended_at
        if over is not None:
            legs = [leg if leg.ended else Leg(leg.begun, Ended(over, leg.step, leg.attempt)) for leg in legs]
        return tuple(legs)

    @property
    def ended_at(self) -> datetime | None:
        """When the result was signed, or the dossier withdrawn; not before anything that is known of it."""
        over = self.completed_at or self.withdrawn_at
        if over is None:
            return None
        return max([over, *(one.since for one in self.begun), *(one.at for one in self.ended)])

    @property
    def holders(self) -> tuple[Leg, ...]:
        """Who holds the dossier now: one leg for each open branch."""
        return tuple(leg for leg in self.legs if leg.open)

    @property
    def paused(self) -> Stopped | None:
        """Why the clock stands, if it does."""
        over = {one.report for one in self.resumed}
        return next((one for one in self.stopped if one.report not in over), None)

    @property
    def resumed_at(self) -> datetime | None:
        """When the clock last went on."""
        return self.resumed[-1].at if self.resumed else None

    @property
    def owed(self) -> tuple[Asked, ...]:
        """Opinions that were asked for and are not given."""
        return tuple(one for one in self.asked if one.id not in self.given)

    def owes(self, agency: str, claim: claims.GivesOpinion) -> Asked | None:
        """The first opinion that an agency still owes, and that this can be."""
        return next(
            (
                one
                for one in self.owed
                if one.agency == agency and claim.consultation in (None, one.id) and claim.step in (None, one.step)
            ),
            None,
        )

    def latest(self, step: str) -> Leg | None:
        """The last attempt at a step."""
        return max((leg for leg in self.legs if leg.step == step), key=lambda leg: leg.attempt, default=None)

    def recalled_to(self, claim: claims.Recalls) -> intake.RouteStep | None:
        """The step that a recall begins again: the one it names, or the route's first; none on a free route."""
        return next((one for one in self.plan if (one.id == claim.to_step if claim.to_step else not one.after)), None)

    @property
    def settled(self) -> frozenset[str]:
        """Steps that are done and need not be done again: each was finished after all before it were."""
        latest = {leg.step: leg for leg in sorted(self.legs, key=lambda leg: leg.attempt)}
        found: dict[str, tuple[datetime, int]] = {}
        size = -1
        while size < len(found):
            size = len(found)
            for step in self.plan:
                if step.id not in found and (done := _settles(step, latest.get(step.id), found)):
                    found[step.id] = done
        return frozenset(found)

    def before(self, step: str) -> frozenset[str]:
        """All steps of the route that come before one."""
        after = {planned.id: planned.after for planned in self.plan}
        found: set[str] = set()
        while fresh := {earlier for later in (step, *found) for earlier in after.get(later, ())} - found:
            found |= fresh
        return frozenset(found)


def _settles(
    step: intake.RouteStep, leg: Leg | None, settled: Mapping[str, tuple[datetime, int]]
) -> tuple[datetime, int] | None:
    """When a step was finished upon these, and as the how-manieth; None if it was not."""
    if leg is None or leg.ended is None or leg.ended.returned:
        return None
    done = (leg.ended.at, leg.ended.order)
    return done if all(before in settled and settled[before] < done for before in step.after) else None


def with_one(known: tuple[OnRecord, ...], one: OnRecord) -> tuple[OnRecord, ...]:
    """These and one more, in order, whichever was read first."""
    return tuple(sorted([*known, one]))
