"""The state of one dossier as routing sees it: what began, what ended, what waits, what has no answer yet.

An agency's report moves nothing: it waits for its answer. The answer moves the dossier, because it is on record. So a
report that comes late can not undo what was answered before it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.core.changeable import Changeable
from contracts import claims, intake
from services.routing.records import Asked, Begun, Brought, Ended, Leg, Report, Resumed, Stopped


@dataclass(frozen=True)
class State(Changeable):
    """One dossier as routing sees it.

    What is on record moves it, in whatever order it is read: each list is kept in the order of time.

    Attributes:
        dossier: its code.
        birth: id of `dossier.received`; empty as long as only reports are known.
        correlation: the submission it began with.
        timeline: the clock that its times are told by.
        received_at: when it was accepted, by `unit`.
        plan: the pinned route; an empty plan is a free route.
        unanswered: reports that have no answer yet, in the order in which they were made.
        begun, ended: every attempt at every step.
        stopped, resumed: every time the clock stood.
        brought: what the citizen brought.
        asked: opinions that were asked for.
        given: ids of the opinions that were given.
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
        ends = {(ended.step, ended.attempt): ended for ended in self.ended}
        legs = [Leg(begun, ends.get((begun.step, begun.attempt))) for begun in self.begun]
        over = self.ended_at
        if over is not None:
            legs = [leg if leg.ended else Leg(leg.begun, Ended(over, leg.step, leg.attempt)) for leg in legs]
        return tuple(legs)

    @property
    def ended_at(self) -> datetime | None:
        """The moment at which the result was signed, or the dossier withdrawn; not before anything known of it."""
        over = self.completed_at or self.withdrawn_at
        if over is None:
            return None
        return max([over, *(begun.since for begun in self.begun), *(ended.at for ended in self.ended)])

    @property
    def holders(self) -> tuple[Leg, ...]:
        """The attempts by which the dossier is held now: one leg for each open branch."""
        return tuple(leg for leg in self.legs if leg.open)

    @property
    def paused(self) -> Stopped | None:
        """The reason why the clock stands; None while it runs."""
        over = {resumed.report for resumed in self.resumed}
        return next((stopped for stopped in self.stopped if stopped.report not in over), None)

    @property
    def resumed_at(self) -> datetime | None:
        """The moment since which the clock runs again; None if it never stood."""
        return self.resumed[-1].at if self.resumed else None

    @property
    def owed(self) -> tuple[Asked, ...]:
        """Opinions that were asked for and are not given."""
        return tuple(asked for asked in self.asked if asked.id not in self.given)

    def owes(self, agency: str, claim: claims.GivesOpinion) -> Asked | None:
        """The first opinion that the agency still owes and that this claim can be; None if there is none."""
        fitting = (
            asked
            for asked in self.owed
            if asked.agency == agency and claim.consultation in (None, asked.id) and claim.step in (None, asked.step)
        )
        return next(fitting, None)

    def latest(self, step: str) -> Leg | None:
        """The last attempt at a step."""
        return max((leg for leg in self.legs if leg.step == step), key=lambda leg: leg.attempt, default=None)

    def recalled_to(self, claim: claims.Recalls) -> intake.RouteStep | None:
        """The step that a recall begins again: the one it names, or the route's first; none on a free route."""
        if claim.to_step:
            return next((step for step in self.plan if step.id == claim.to_step), None)
        return next((step for step in self.plan if not step.after), None)

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


INITIAL = State()


def _settles(
    step: intake.RouteStep, leg: Leg | None, settled: Mapping[str, tuple[datetime, int]]
) -> tuple[datetime, int] | None:
    """The moment and place in which a step was finished after these; None if it was not, or before one of them."""
    if leg is None or leg.ended is None or leg.ended.returned:
        return None
    done = (leg.ended.at, leg.ended.order)
    return done if all(before in settled and settled[before] < done for before in step.after) else None
