"""One document in one round: facts are added, folded, decided upon. Pure: nothing waits, nothing outside is touched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chassis.core.arrival import Arrival
from chassis.core.decision import Decision
from chassis.core.document import MAX_CHARACTERS, MAX_FACTS, Document, Fact
from chassis.core.fault import ProcessFaultError, is_of_process
from chassis.core.folding import HistoryNeededError, IncrementalFold
from chassis.core.service import Service
from contracts.envelope import LIVE, AnyEvent

MAX_ROUNDS = 20
"""Decisions that may follow from each other at one moment. More is a fault of `decide`, which would go on for ever.
With fewer than a service needs, good documents would become dead letters."""

_NOTHING = object()
"""No state at all."""

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""At this moment nothing is true yet that only time makes true."""


@dataclass
class Job:
    """One document, what arrived for it, and what follows. `chassis.core.settle` says what then has to be done.

    Attributes:
        doc: the document.
        folding: keeps its state.
        decision: what follows from the state.
        repeats: the saves that brought in the facts that arrived again.
        fresh: the arrivals that were not known.
        refused: the arrivals that can not be taken in, and why.
        strangers: facts of others on another timeline than the birth that comes now; they can not stay.
        failed: why nothing can be decided; empty if something can.
        error: what was raised then.
        broker_timestamp: when the bus took in the last arrival on the live timeline that was not refused, UTC.
        parked: whether nothing is decided before the next tick of the arrivals' timeline.
    """

    doc: Document
    folding: IncrementalFold
    decision: Decision = field(default_factory=Decision)
    repeats: list[int] = field(default_factory=list)
    fresh: list[Arrival] = field(default_factory=list)
    refused: list[tuple[Arrival, str]] = field(default_factory=list)
    strangers: list[Fact] = field(default_factory=list)
    failed: str = ""
    error: Exception | None = None
    broker_timestamp: datetime | None = None
    parked: bool = False

    @property
    def rejected(self) -> list[tuple[Arrival, str]]:
        """The arrivals that become dead letters, and why; all new ones of a document that can not be decided."""
        return [*self.refused, *((arrival, self.failed) for arrival in self.fresh if self.failed)]

    @property
    def changed(self) -> bool:
        """True if there is anything to save."""
        return not self.failed and bool(self.doc.fresh)

    def take(self, arrivals: Sequence[Arrival], service: Service[Any]) -> None:
        """Add what arrived.

        Raises:
            HistoryNeededError: the document is here without its facts, and they are needed.
        """
        if self.doc.unsent is not None and not self.doc.with_history:
            raise HistoryNeededError  # its unsent facts have to be published
        if service.settles:
            self._settle_home(arrivals, service, service.settles)
        for arrival in arrivals:
            if reason := self._foreign(arrival) or self._admit(arrival):
                self.refused.append((arrival, reason))
            elif arrival.event.timeline == LIVE:
                at = arrival.broker_timestamp
                if self.broker_timestamp is None or at > self.broker_timestamp:
                    self.broker_timestamp = at

    def _settle_home(
        self, arrivals: Sequence[Arrival], service: Service[Any], settles: Callable[[AnyEvent], bool]
    ) -> None:
        """A birth settles the timeline. What came before it on another one is found again whenever the birth comes."""
        doc, events = self.doc, [arrival.event for arrival in arrivals if not arrival.own]
        if not any(map(settles, events)):
            return
        if not doc.with_history:
            raise HistoryNeededError
        if not doc.home:
            doc.home = service.home_of([*doc.events, *events])
        here = {event.identity for event in events}
        self.strangers = [
            fact
            for identity, fact in doc.facts.items()
            if doc.home and not fact.own and fact.event.timeline != doc.home and identity not in here
        ]

    def _foreign(self, arrival: Arrival) -> str:
        """The reason for refusing an arrival of another timeline; empty if it is on this one, or none is settled."""
        event, home = arrival.event, self.doc.home
        if not home or event.timeline == home or arrival.own:
            return ""
        return f"timeline: {self.doc.key} is on the timeline {home}; what is said of it has to be, too"

    def _admit(self, arrival: Arrival) -> str:
        """Add one arrival. Returns the reason if it can not be taken in, else an empty text."""
        doc, event = self.doc, arrival.event
        version = doc.fact_versions.get(event.identity)
        if version is None:
            return self._admit_new(arrival)
        if event.identity not in doc.facts:
            raise HistoryNeededError
        if doc.facts[event.identity].event.data != event.data:
            return f"id {event.id} of {event.source} was used before with other content; give every event its own id"
        if version <= doc.version:
            self.repeats.append(version)
        if not arrival.own and doc.restamp(event, arrival.broker_timestamp):
            self.folding.start_over()
        return ""

    def _admit_new(self, arrival: Arrival) -> str:
        doc, raw = self.doc, arrival.raw
        if len(doc.fact_versions) >= MAX_FACTS:
            return f"{doc.key} already has {MAX_FACTS} events; its sender runs wild"
        if doc.characters + len(raw) > MAX_CHARACTERS:
            return f"{doc.key} would have more than {MAX_CHARACTERS} characters; send documents by reference"
        self._add(arrival.event, raw, own=arrival.own, cause=arrival.cause)
        self.fresh.append(arrival)
        return ""

    def _add(self, event: AnyEvent, raw: str, *, own: bool, cause: int | None) -> bool:
        added = self.doc.add(event, raw, own=own, cause=cause)
        if added:
            self.folding.add(event)
        return added

    def decide(self, service: Service[Any], now: datetime | None, number: int = 0) -> None:
        """Fold, decide, and fold what was decided, until nothing new follows.

        Args:
            service: whose document it is.
            now: the moment of a sweep; None where only what arrived counts.
            number: the one that the decision asked for, from 1; 0 if it asked for none yet.

        Raises:
            HistoryNeededError: the document is here without its facts, and they are needed.
            ProcessFaultError: what is wrong is wrong with this process, not with the document.
        """
        try:
            self._decide(service, now, number)
        except HistoryNeededError:
            raise
        except Exception as error:
            if is_of_process(error):
                raise ProcessFaultError(f"{service.name}: {type(error).__name__}: {error}") from error
            # One dossier that can not be decided must not stop the others of its partition.
            self.error = error
            self.failed = f"{service.name} can not decide: {type(error).__name__}: {error}"[:500]
            self.decision = Decision()

    def _decide(self, service: Service[Any], now: datetime | None, number: int) -> None:
        doc, allotment = self.doc, self.decision.allotment
        if allotment and number:
            self._emit(allotment.then(number))
        if doc.stream_time is None:
            return  # a document without facts
        # On other timelines only ticks tell the time (docs/decisions/0026). On the live one, too, what only time makes
        # true is left to sweeps: they come when all is read, and what is not read may tell that it never was (0010).
        if now is None and self.broker_timestamp is None:
            self.parked = True
            self.folding.fold(service)
            self._show(service)
            return
        now = now or _BEFORE_ALL
        decided = _NOTHING
        for _ in range(MAX_ROUNDS):
            state = self.folding.fold(service)
            if state is not decided:
                self.decision = service.decide(state, now)
                decided = state
                if sum(map(self._emit, self.decision.events)):  # all of them, not only the first
                    continue
            self._show(service)
            return
        raise RuntimeError(f"decisions did not come to rest in {MAX_ROUNDS} rounds")

    def _show(self, service: Service[Any]) -> None:
        """Put the state into the document, for queries and for the next fold."""
        if self.changed:
            self.doc.state, self.doc.report_row = self.folding.dump(service)
            self.doc.code = service.code

    def _emit(self, event: AnyEvent) -> bool:
        """Add an event of the service's own, to be published once it is saved; False if it is known."""
        if event.identity in self.doc.fact_versions:
            return False
        # What is only emitted now that a batch comes again (by new code, say) has to come again with it, too.
        cause = min(self.repeats) if self.repeats and not self.fresh else None
        return self._add(event, event.to_json(), own=True, cause=cause)
