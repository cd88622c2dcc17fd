"""The journal of a play: for each dossier what the agency could hear, and what it said. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.claims import AgencyReported
from contracts.envelope import AnyEvent
from contracts.routing import DossierTransferred


@dataclass(frozen=True)
class Said:
    """One record that the agency put on `agency.reported`.

    Attributes:
        at: when the bus took it in, UTC.
        key: of the record.
        signed: whether it carries a signature.
        event: the report; None where the record is none.
        fault: why it is none; empty where it is one.
        source, id, correlation: as far as they could be read from a record that is no report.
    """

    at: datetime
    key: bytes | None
    signed: bool
    event: AnyEvent | None
    fault: str = ""
    source: str = ""
    id: str = ""
    correlation: str = ""

    @property
    def claim(self) -> Any:
        """What is claimed; None where the record is no report."""
        data = self.event.data if self.event else None
        return data.claim if isinstance(data, AgencyReported) else None

    @property
    def kind(self) -> str:
        """The kind of claim; empty where the record is no report."""
        return getattr(self.claim, "kind", "")

    @property
    def step(self) -> str:
        """The step that it speaks of; empty where it speaks of none."""
        return getattr(self.claim, "step", "") or ""


@dataclass
class Course:
    """The course of one dossier.

    Attributes:
        turn: the unusual turn that it takes, a name of `points.TURNS`.
        agency: who is tested.
        submission: id that it began with.
        code: of the dossier; empty before its receipt.
        heard: events that were said of it, in the order of the bus's stamps.
        said: what the agency said of it, in the order of the bus's stamps.
        before_repeat: ids of what the agency had said when a hand-over was said once more; None: it was not.
    """

    turn: str
    agency: str
    submission: str
    code: str = ""
    heard: list[AnyEvent] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    before_repeat: frozenset[str] | None = None

    def events(self, kind: str) -> Iterator[AnyEvent]:
        """The events of one type."""
        return (event for event in self.heard if event.type == kind)

    @property
    def hand_overs(self) -> list[AnyEvent]:
        """The events that hand the dossier to the agency, each once."""
        return [event for event in self.events(DossierTransferred.TYPE) if event.data.to_agency == self.agency]

    @property
    def opinions_asked(self) -> list[AnyEvent]:
        """The events that ask the agency for its opinion."""
        return [event for event in self.events("consultation.requested") if event.data.agency == self.agency]

    @property
    def explanations_asked(self) -> list[AnyEvent]:
        """The events that ask the agency to explain a delay."""
        return [event for event in self.events("explanation.required") if event.data.agency == self.agency]

    @property
    def rejections(self) -> list[AnyEvent]:
        """The rejections of what the agency said."""
        mine = {said.id for said in self.said}
        return [event for event in self.events("report.rejected") if event.data.report_id in mine]

    def answered(self, kind: str) -> bool:
        """Tell whether something that the agency said is accepted by an event of this type."""
        mine = {said.id for said in self.said}
        return any(event.causationid in mine for event in self.events(kind))

    def during(self, hand_over: AnyEvent) -> list[Said]:
        """What the agency said of a step since a hand-over, until the next one of the same step."""
        step, since = hand_over.data.step, taken_in(hand_over)
        later = [taken_in(other) for other in self.hand_overs if other.data.step == step and taken_in(other) > since]
        until = min(later, default=None)
        return [
            said for said in self.said if said.step == step and said.at >= since and (until is None or said.at < until)
        ]


def taken_in(event: AnyEvent) -> datetime:
    """When the bus took an event in."""
    return event.taken_in or event.time


def has(said: Iterable[Said], *kinds: str) -> bool:
    """Tell whether something of one of these kinds was said."""
    return any(report.kind in kinds for report in said)
