"""The read model: what an agency can know of each dossier, by the streams, before it acts."""

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
        after = {step.id: step.after for step in self.route}
        found: set[str] = set()
        frontier = set(after.get(step, ()))
        while frontier:
            found |= frontier
            frontier = {earlier for later in frontier for earlier in after[later]} - found
        return [step.id for step in self.route if step.id in found]

    def release(self) -> list[Rest]:
        """Take out what was held back."""
        held, self.held = self.held, []
        return held


class ReadModel:
    """All dossiers by their code, as the events so far tell of them."""

    def __init__(self) -> None:
        self.dossiers: dict[str, Dossier] = {}

    def __getitem__(self, code: str) -> Dossier:
        return self.dossiers.setdefault(code, Dossier(code))

    def apply(self, event: AnyEvent) -> None:
        """Take in an event."""
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
