"""Where a dossier is: which steps are open, who holds them, and what each report came to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from contracts import intake, routing

FREE_STEP = "free"
"""The one step of a free route: the dossier is with somebody, and they do what has to be done."""


@dataclass(frozen=True)
class Leg:
    """One attempt at a step by one agency (khâu xử lý).

    Attributes:
        clock_since: when the step's time began, where that is not `since`: a forwarded step has no more time.
        movement: how it came here; for a return or a forward `from_step` and `from_attempt` are what ended by it.
        ended: the how-manieth leg of this dossier to end; 0 while open. Several may end at one moment, in this order.
        returned: whether it ended by sending the dossier back.
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
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_cause: str = ""
    done_at: datetime | None = None
    ended: int = 0
    returned: bool = False

    @property
    def open(self) -> bool:
        """Not done yet."""
        return self.done_at is None


@dataclass(frozen=True)
class Answer:
    """What one report came to: `kind` names the event that answers it, the rest is what that event says."""

    report: str
    agency: str
    officer: str | None
    at: datetime
    kind: str
    step: str = ""
    attempt: int = 0
    code: str = ""
    reason: str = ""
    missing: tuple[str, ...] = ()
    amount: int = 0
    owner: str = ""
    plan: str = ""
    target: datetime | None = None


@dataclass(frozen=True)
class Pause:
    """The dossier waits for the citizen (dừng tính thời hạn)."""

    cause: routing.PauseCause
    since: datetime
    report: str
    until: datetime | None = None
    ended_by: str = ""


@dataclass(frozen=True)
class State:
    """One dossier as routing sees it.

    Attributes:
        dossier: its code.
        birth: id of `dossier.received`; empty as long as only reports are known.
        plan: the pinned route; empty is a free route.
        legs: every attempt at every step, in the order they began.
        answers: what each report came to, in fold order.
        pauses: every wait for the citizen.
        waiting: reports that came before their dossier.
        told_unknown: reports answered with "unknown dossier".
        ended_at: when the result was signed or the dossier withdrawn.
        phase: unknown, processing, suspended, completed or withdrawn; for queries.
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
    waiting: tuple[Answer, ...] = ()
    told_unknown: tuple[str, ...] = ()
    ended_at: datetime | None = None
    ended_by: str = ""
    outcome: str = ""
    completed_by: str = ""
    completed_officer: str | None = None
    phase: str = "unknown"
    holding: tuple[str, ...] = ()

    @property
    def holders(self) -> tuple[Leg, ...]:
        """Who holds the dossier now: one leg for each open branch."""
        return tuple(leg for leg in self.legs if leg.open)

    @property
    def paused(self) -> Pause | None:
        """The wait that has not ended."""
        return next((pause for pause in self.pauses if pause.until is None), None)

    def latest(self, step: str) -> Leg | None:
        """The last attempt at a step."""
        return next((leg for leg in reversed(self.legs) if leg.step == step), None)

    @property
    def settled(self) -> frozenset[str]:
        """Steps that are done and need not be done again: each was finished after all before it were."""
        found: dict[str, int] = {}
        while fresh := {step.id: ended for step in self.plan if (ended := self._settles(step, found))}:
            found |= fresh
        return frozenset(found)

    def before(self, step: str) -> frozenset[str]:
        """All steps of the route that come before one."""
        after = {planned.id: planned.after for planned in self.plan}
        found: set[str] = set()
        while fresh := {earlier for later in (step, *found) for earlier in after.get(later, ())} - found:
            found |= fresh
        return frozenset(found)

    def _settles(self, step: intake.RouteStep, settled: Mapping[str, int]) -> int:
        """When a step was finished upon these, as the how-manieth; 0 if it was not, or is among them."""
        leg = self.latest(step.id)
        if leg is None or leg.open or leg.returned or step.id in settled:
            return 0
        return leg.ended if all(0 < settled.get(before, 0) < leg.ended for before in step.after) else 0
