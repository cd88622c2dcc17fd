"""Where a dossier is: which steps are open, who holds them, and what each report came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts import claims, intake, routing

FREE_STEP = "free"
"""The one step of a free route: the dossier is with somebody, and they do what has to be done."""


@dataclass(frozen=True)
class Cause:
    """What makes a dossier move.

    Attributes:
        event: id of the event that says so.
        at: since when it counts.
        claimed_at: the earlier moment that it claims, where that does not count.
    """

    event: str
    at: datetime
    claimed_at: datetime | None = None


@dataclass(frozen=True)
class Leg:
    """One attempt at a step by one agency (khâu xử lý).

    Attributes:
        clock_since: when the step's time began, where that is not `since`: a forwarded step has no more time.
        movement: how it came here; but for one that goes on, `from_step` and `from_attempt` are what ended by it.
        also_ended: what else a recall ended, as step and attempt.
        claimed_at: the earlier moment at which it is claimed to have come here by a return, a forward or a recall.
        ended: the how-manieth leg of this dossier to end; 0 while open. Several may end at one moment, in this order.
        returned: whether it ended by sending the dossier back, or by a recall.
        next_agency: who it names for what follows; empty for who is planned.
    """

    step: str
    attempt: int
    agency: str
    from_agency: str
    since: datetime
    cause: str
    limit: str = ""
    clock_since: datetime | None = None
    movement: routing.Movement = "onward"
    from_step: str | None = None
    from_attempt: int = 0
    also_ended: tuple[tuple[str, int], ...] = ()
    claimed_at: datetime | None = None
    done_at: datetime | None = None
    ended: int = 0
    returned: bool = False
    next_agency: str = ""

    @property
    def open(self) -> bool:
        """Not done yet."""
        return self.done_at is None


@dataclass(frozen=True)
class Answer:
    """What one report came to.

    Attributes:
        report: id of the report.
        agency: who reported.
        at: since when it counts.
        kind: names the event that answers it; for a hand-over and for the end that is the move itself.
        claimed_at: the earlier moment that it claims, where that does not count.
        code, reason: why it was rejected.
        claim: what it says, where the answer repeats that.
    """

    report: str
    agency: str
    officer: str | None
    at: datetime
    kind: str
    step: str = ""
    attempt: int = 0
    claimed_at: datetime | None = None
    code: str = ""
    reason: str = ""
    claim: claims.AgencyClaim | None = None


@dataclass(frozen=True)
class Pause:
    """The clock stands (dừng tính thời hạn).

    Attributes:
        report: id of the report that stopped it, by `agency`.
        until: when it went on, because of the event `ended_by`.
        claimed_at: the earlier moment at which it is claimed to have gone on.
    """

    cause: routing.PauseCause
    since: datetime
    report: str
    agency: str
    until: datetime | None = None
    ended_by: str = ""
    claimed_at: datetime | None = None


@dataclass(frozen=True)
class Brought:
    """The citizen brought something while nothing waited for it: a wait may be reported late."""

    cause: routing.PauseCause
    at: datetime
    event: str


@dataclass(frozen=True)
class Consultation:
    """An opinion that one agency asked of another (lấy ý kiến); `id` is the report that asked."""

    id: str
    step: str
    attempt: int
    agency: str
    asked_by: str
    since: datetime
    answered_by: str = ""


@dataclass(frozen=True)
class State:
    """One dossier as routing sees it.

    Attributes:
        dossier: its code.
        birth: id of `dossier.received`; empty as long as only reports are known.
        plan: the pinned route; empty is a free route.
        legs: every attempt at every step, in the order they began.
        answers: what each report came to, in fold order.
        pauses: every time the clock stood.
        brought: what the citizen brought while nothing waited for it.
        consultations: opinions that were asked for.
        waiting: reports that came before their dossier.
        said: own events on record, by the keys of `services.routing.said`.
        ended_at: when the result was signed or the dossier withdrawn.
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
    competent: str = ""
    plan: tuple[intake.RouteStep, ...] = ()
    legs: tuple[Leg, ...] = ()
    answers: tuple[Answer, ...] = ()
    pauses: tuple[Pause, ...] = ()
    brought: tuple[Brought, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    waiting: tuple[Answer, ...] = ()
    said: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_by: str = ""
    outcome: str = ""
    phase: str = "unknown"
    holding: tuple[str, ...] = ()

    @property
    def holders(self) -> tuple[Leg, ...]:
        """Who holds the dossier now: one leg for each open branch."""
        return tuple(leg for leg in self.legs if leg.open)

    @property
    def paused(self) -> Pause | None:
        """The pause that has not ended."""
        return next((pause for pause in self.pauses if pause.until is None), None)

    @property
    def resumed_at(self) -> datetime | None:
        """When the clock last went on."""
        return max((pause.until for pause in self.pauses if pause.until is not None), default=None)

    def latest(self, step: str) -> Leg | None:
        """The last attempt at a step."""
        return next((leg for leg in reversed(self.legs) if leg.step == step), None)

    def recalled_to(self, claim: claims.Recalls) -> intake.RouteStep | None:
        """The step that a recall begins again: the one it names, or the route's first; none on a free route."""
        return next((one for one in self.plan if (one.id == claim.to_step if claim.to_step else not one.after)), None)

    def owed(self, agency: str, claim: claims.GivesOpinion) -> Consultation | None:
        """The first opinion that an agency still owes, and that this can be."""
        return next(
            (
                one
                for one in self.consultations
                if one.agency == agency
                and not one.answered_by
                and claim.consultation in (None, one.id)
                and claim.step in (None, one.step)
            ),
            None,
        )

    @property
    def settled(self) -> frozenset[str]:
        """Steps that are done and need not be done again: each was finished after all before it were."""
        latest = {leg.step: leg for leg in self.legs}
        found: dict[str, int] = {}
        size = -1
        while size < len(found):
            size = len(found)
            for step in self.plan:
                if step.id not in found and (ended := _settles(step, latest.get(step.id), found)):
                    found[step.id] = ended
        return frozenset(found)

    def before(self, step: str) -> frozenset[str]:
        """All steps of the route that come before one."""
        after = {planned.id: planned.after for planned in self.plan}
        found: set[str] = set()
        while fresh := {earlier for later in (step, *found) for earlier in after.get(later, ())} - found:
            found |= fresh
        return frozenset(found)


def _settles(step: intake.RouteStep, leg: Leg | None, settled: Mapping[str, int]) -> int:
    """When a step was finished upon these, as the how-manieth; 0 if it was not."""
    if leg is None or leg.open or leg.returned:
        return 0
    return leg.ended if all(0 < settled.get(before, 0) < leg.ended for before in step.after) else 0
