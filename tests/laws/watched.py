"""Which deadlines there are, by facts about one dossier: what begins each of them, and what ends it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from contracts import intake, rating, routing, sla
from contracts.envelope import AnyEvent
from domain.rules import Kind


@dataclass
class Watched:
    """One deadline.

    Attributes:
        names: what it is called where its end is spoken of.
        ends: every end that anything speaks of; the first one counts.
    """

    key: str
    names: tuple[str, ...]
    kind: Kind
    step: str
    started: datetime
    limit: str
    promised: datetime | None
    ends: list[datetime] = field(default_factory=list)

    @property
    def ended(self) -> datetime | None:
        """When it was over."""
        return min(self.ends, default=None)

    def open_at(self, moment: datetime) -> bool:
        """Whether it was missed, if this was its moment."""
        return self.ended is None or self.ended > moment


def begun(event: AnyEvent) -> Watched | None:
    """The deadline that an event begins."""
    data, at = event.data, event.time
    match data:
        case intake.DossierReceived():
            return Watched(sla.WHOLE, (), "dossier", "", at, data.limit, data.appointment)
        case rating.FeedbackSubmitted():
            return Watched(sla.FEEDBACK, (), "feedback", "", at, data.limit or "", data.due)
        case routing.DossierTransferred():
            since, key = data.clock_since or at, f"step:{data.step}#{data.attempt}"
            return Watched(key, (key,), "step", data.step, since, data.limit, data.deadline)
        case routing.ConsultationRequested():
            key, attempt = f"consultation:{data.consultation}", f"step:{data.step}#{data.attempt}"
            return Watched(key, (key, attempt), "consultation", data.step, at, data.limit, None)
        case _:
            return None


def ended(event: AnyEvent) -> Iterator[str]:
    """What an event ends: a step's deadline, or a consultation."""
    data = event.data
    match data:
        case routing.DossierStepCompleted():
            yield f"step:{data.step}#{data.attempt}"
        case routing.DossierTransferred(from_step=str()):
            yield f"step:{data.from_step}#{data.from_attempt}"
            yield from (f"step:{one.step}#{one.attempt}" for one in data.also_ended)
        case routing.ConsultationAnswered():
            yield f"consultation:{data.consultation}"


def ends_all(event: AnyEvent) -> Iterator[datetime]:
    """When an event ended everything about its dossier or complaint, if it does."""
    match event.data:
        case routing.DossierCompleted() | intake.DossierWithdrawn():
            yield event.time
        case rating.FeedbackAnswered() as data:
            yield data.answered_at
