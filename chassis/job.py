"""What happens to one document in one round: facts are added, folded, decided upon. No waiting, no outside world."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from chassis.document import MAX_CHARACTERS, MAX_FACTS, Document
from chassis.logs import about
from chassis.record import Record
from chassis.service import Service
from contracts.decision import Decision
from contracts.envelope import AnyEvent

log = structlog.get_logger(__name__)

MAX_ROUNDS = 20
"""Decisions that may follow from each other at one moment; more is a fault of `decide`."""


_NOTHING = object()
"""No state at all."""


class PartialError(Exception):
    """What is here of the document is not enough: load it whole and begin again."""


@dataclass(frozen=True)
class Arrival:
    """An event on its way into a document: from a record of the bus, or what came of an effect that a save ordered."""

    event: AnyEvent
    record: Record | None = None
    cause: int | None = None

    @property
    def raw(self) -> str:
        """The record's value as it will be kept."""
        return self.event.to_json() if self.record is None else (self.record.value or b"").decode()


@dataclass
class Job:
    """One document, what arrived for it, and what follows.

    Attributes:
        doc: the document.
        state: what its facts so far fold to.
        decision: what follows from it.
        repeats: the saves that brought in what arrived again.
        fresh: what arrived and was not known.
        refused: what can not be taken in, and why.
        failed: why nothing can be decided, if so.
    """

    doc: Document
    state: Any = None
    decision: Decision = field(default_factory=Decision)
    repeats: list[int] = field(default_factory=list)
    fresh: list[Arrival] = field(default_factory=list)
    refused: list[tuple[Arrival, str]] = field(default_factory=list)
    failed: str = ""
    _later: list[AnyEvent] = field(default_factory=list)
    _stored: Any = field(init=False)

    def __post_init__(self) -> None:
        self._stored = self.state

    @property
    def saves(self) -> set[int]:
        """The saves whose own events have to go out: this one, and those of facts that came again."""
        return {*self.repeats, *([self.doc.version] if self.fresh and not self.failed else [])}

    @property
    def rejected(self) -> list[tuple[Arrival, str]]:
        """What could not be taken in, and why; of a document that can not be decided, all that is new."""
        return [*self.refused, *((arrival, self.failed) for arrival in self.fresh if self.failed)]

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return not self.failed and any(fact.version > self.doc.version for fact in self.doc.facts.values())

    def take(self, arrivals: Sequence[Arrival]) -> None:
        """Add what arrived.

        Raises:
            PartialError: the document is not whole, and has to be.
        """
        if self.doc.unsent is not None and not self.doc.whole:
            raise PartialError
        for arrival in arrivals:
            if reason := self._admit(arrival):
                self.refused.append((arrival, reason))

    def _admit(self, arrival: Arrival) -> str:
        """Add one arrival; the reason why not, where it can not be taken."""
        doc, event = self.doc, arrival.event
        version = doc.known.get(event.identity)
        if version is None:
            raw = arrival.raw
            if len(doc.known) >= MAX_FACTS:
                return f"{doc.key} already has {MAX_FACTS} events; its sender runs wild"
            if doc.characters + len(raw) > MAX_CHARACTERS:
                return f"{doc.key} would have more than {MAX_CHARACTERS} characters; send documents by reference"
            self._add(event, raw, own=arrival.record is None, cause=arrival.cause)
            self.fresh.append(arrival)
            return ""
        if event.identity not in doc.facts:
            raise PartialError
        if doc.facts[event.identity].event.data != event.data:
            return f"id {event.id} of {event.source} was used before with other content; give every event its own id"
        if version <= doc.version:
            self.repeats.append(version)
        return ""

    def _add(self, event: AnyEvent, raw: str, *, own: bool, cause: int | None = None) -> bool:
        added = self.doc.add(event, raw, own=own, cause=cause)
        if added:
            self._later.append(event)
        return added

    def decide(self, service: Service[Any], now: datetime | None, number: int = 0) -> None:
        """Fold, decide, and fold what was decided, until nothing new follows; with the number that was asked for.

        Raises:
            PartialError: the document is not whole, and has to be.
        """
        try:
            self._decide(service, now, number)
        except PartialError:
            raise
        except Exception as error:
            # One dossier that can not be decided must not stop the others of its partition.
            latest = self.fresh[-1].event if self.fresh else None
            log.exception("decision.failed", **{**about(latest), "dossier": self.doc.key})
            self.failed = f"{service.name} can not decide: {type(error).__name__}: {error}"[:500]
            self.decision = Decision()

    def _decide(self, service: Service[Any], now: datetime | None, number: int) -> None:
        doc, allotment = self.doc, self.decision.allotment
        if allotment and number:
            self._say(allotment.then(number))
        now = now or doc.watermark
        if now is None:
            return  # a document without facts
        decided = _NOTHING
        for _ in range(MAX_ROUNDS):
            self.state = self._fold(service)
            if self.state is not decided:
                self.decision = service.decide(self.state, now)
                decided = self.state
                if sum(map(self._say, self.decision.events)):  # all of them, not only the first
                    continue
            if self.changed:
                doc.state = service.dump(self.state)
                doc.line = service.line(self.state, self._stored) if service.line else None
            return
        raise RuntimeError(f"decisions did not come to rest in {MAX_ROUNDS} rounds")

    def _say(self, event: AnyEvent) -> bool:
        return event.identity not in self.doc.known and self._add(event, event.to_json(), own=True)

    def _fold(self, service: Service[Any]) -> Any:
        """The state of all facts: from the last one if all that is new comes later, else of the whole document."""
        doc, later = self.doc, self._later
        self._later = []
        folds_on = doc.code in ("", service.code) and all(self._comes_later(service, event) for event in later)
        if not folds_on and not doc.whole:
            raise PartialError
        if not folds_on:
            doc.tip = doc.own_tip = ""
        doc.code = service.code
        for event in later if folds_on else doc.events:
            self._move_tip(service, event)
        if not folds_on:
            return service.fold(doc.events)
        if self.state is None:
            self.state = self._stored = service.restore(doc.state) if doc.state else service.initial
        return service.unfold(self.state, later) if later else self.state

    def _comes_later(self, service: Service[Any], event: AnyEvent) -> bool:
        return service.order(event) > (self.doc.own_tip if service.is_own(event) else self.doc.tip)

    def _move_tip(self, service: Service[Any], event: AnyEvent) -> None:
        if service.is_own(event):
            self.doc.own_tip = max(self.doc.own_tip, service.order(event))
        else:
            self.doc.tip = max(self.doc.tip, service.order(event))
