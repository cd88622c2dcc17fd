"""What is publicly known of each dossier: what an agency reads in the streams before it acts."""

from dataclasses import dataclass, field

from contracts import sla
from contracts.envelope import AnyEvent
from contracts.intake import DossierReceived, DossierWithdrawn, RouteStep
from contracts.routing import DossierCompleted, DossierResumed, DossierSuspended, DossierTransferred
from contracts.sla import DossierOverdue, DossierOverdueRetracted
from tools.simulator.actions import Rest


@dataclass
class Dossier:
    """One dossier.

    Attributes:
        received: form 01; None as long as it has not been heard.
        holders: who has each step now, or had it last.
        waits: the clock stands, the dossier waits for the citizen.
        ended: completed or withdrawn.
        late: its appointment was missed, waits for the citizen not counted.
        held: what agencies will do when it goes on.
    """

    code: str
    received: DossierReceived | None = None
    holders: dict[str, str] = field(default_factory=dict)
    waits: bool = False
    ended: bool = False
    late: bool = False
    held: list[Rest] = field(default_factory=list)

    @property
    def route(self) -> tuple[RouteStep, ...]:
        """The pinned steps; empty on a free route."""
        return self.received.route if self.received else ()

    def before(self, step: str) -> list[str]:
        """The steps that must be finished for this one to be open, in the order of the route."""
        after = {one.id: one.after for one in self.route}
        found: set[str] = set()
        frontier = set(after.get(step, ()))
        while frontier:
            found |= frontier
            frontier = {earlier for one in frontier for earlier in after[one]} - found
        return [one.id for one in self.route if one.id in found]

    def release(self) -> list[Rest]:
        """Take out what was held back."""
        held, self.held = self.held, []
        return held


class Book:
    """All dossiers by their code."""

    def __init__(self) -> None:
        self.dossiers: dict[str, Dossier] = {}

    def __getitem__(self, code: str) -> Dossier:
        return self.dossiers.setdefault(code, Dossier(code))

    def note(self, event: AnyEvent) -> None:
        """Write down what an event says."""
        match event.data:
            case DossierReceived() as data:
                self[event.subject].received = data
            case DossierTransferred() as data:
                self[event.subject].holders[data.step] = data.to_agency
            case DossierSuspended() | DossierResumed():
                self[event.subject].waits = isinstance(event.data, DossierSuspended)
            case DossierCompleted() | DossierWithdrawn():
                self[event.subject].ended = True
            case DossierOverdue(deadline=sla.WHOLE) | DossierOverdueRetracted(deadline=sla.WHOLE):
                self[event.subject].late = isinstance(event.data, DossierOverdue)
            case _:
                pass
