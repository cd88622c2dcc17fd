"""What happens to one document in one round: facts are added, folded, decided upon. No waiting, no outside world."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from chassis.core.arrival import Arrival
from chassis.core.decision import Decision
from chassis.core.document import MAX_CHARACTERS, MAX_FACTS, Document, Fact
from chassis.core.fault import ProcessFaultError, is_of_process
from chassis.core.service import Placed, Service
from contracts.envelope import LIVE, AnyEvent

MAX_ROUNDS = 20
"""Decisions that may follow from each other at one moment; more is a fault of `decide`."""


_NOTHING = object()
"""No state at all."""

_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""At this moment nothing is true yet that only time makes true."""


class PartialError(Exception):
    """What is here of the document is not enough: load it whole and begin again."""


@dataclass
class Latest:
    """The facts that were folded last, and what was before them: a fact may come that belongs among them.

    What one moment brought comes by several topics, and so in any order, often in two batches.
    """

    state: Any
    tip: str
    own_tip: str
    facts: list[Placed] = field(default_factory=list)


@dataclass
class Job:
    """One document, what arrived for it, and what follows.

    Attributes:
        doc: the document.
        state: what its facts so far fold to.
        latest: what was folded last, if that is still known.
        decision: what follows from it.
        repeats: the saves that brought in what arrived again.
        fresh: what arrived and was not known.
        refused: what can not be taken in, and why.
        strangers: facts of others on another timeline than the birth that comes now, which can not stay.
        failed: why nothing can be decided, if so.
        error: what was raised then.
        broker_timestamp: when the bus took in the last of what arrived on the live timeline and was not refused.
        parked: whether it has to wait for a tick until something is decided.
    """

    doc: Document
    state: Any = None
    latest: Latest | None = None
    decision: Decision = field(default_factory=Decision)
    repeats: list[int] = field(default_factory=list)
    fresh: list[Arrival] = field(default_factory=list)
    refused: list[tuple[Arrival, str]] = field(default_factory=list)
    strangers: list[Fact] = field(default_factory=list)
    failed: str = ""
    error: Exception | None = None
    broker_timestamp: datetime | None = None
    parked: bool = False
    _later: list[AnyEvent] = field(default_factory=list)
    _begun: bool = False
    _anew: bool = False
    _stored: Any = field(init=False)

    def __post_init__(self) -> None:
        self._stored = self.state

    @property
    def rejected(self) -> list[tuple[Arrival, str]]:
        """What could not be taken in, and why; of a document that can not be decided, all that is new."""
        return [*self.refused, *((arrival, self.failed) for arrival in self.fresh if self.failed)]

    @property
    def changed(self) -> bool:
        """Whether there is anything to save."""
        return not self.failed and bool(self.doc.fresh)

    def take(self, arrivals: Sequence[Arrival], service: Service[Any]) -> None:
        """Add what arrived.

        Raises:
            PartialError: the document is not whole, and has to be.
        """
        if self.doc.unsent is not None and not self.doc.whole:
            raise PartialError
        if service.settles:
            self._settle(arrivals, service, service.settles)
        for arrival in arrivals:
            if reason := self._foreign(arrival) or self._admit(arrival):
                self.refused.append((arrival, reason))
            elif arrival.event.timeline == LIVE:
                at = arrival.broker_timestamp
                self.broker_timestamp = at if self.broker_timestamp is None else max(at, self.broker_timestamp)

    def _settle(self, arrivals: Sequence[Arrival], service: Service[Any], settles: Callable[[AnyEvent], bool]) -> None:
        """A birth settles the timeline. What came before it on another one is found again whenever the birth comes."""
        doc, events = self.doc, [arrival.event for arrival in arrivals if not arrival.own]
        if not any(map(settles, events)):
            return
        if not doc.whole:
            raise PartialError
        if not doc.home:
            doc.home = service.home_of([*doc.events, *events])
        here = {event.identity for event in events}
        self.strangers = [
            fact
            for identity, fact in doc.facts.items()
            if doc.home and not fact.own and fact.event.timeline != doc.home and identity not in here
        ]

    def _foreign(self, arrival: Arrival) -> str:
        """Why an arrival of another timeline is refused; nothing where it is of this one, or none is settled."""
        event, home = arrival.event, self.doc.home
        if not home or event.timeline == home or arrival.own:
            return ""
        return f"timeline: {self.doc.key} is on the timeline {home}; what is said of it has to be, too"

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
            self._add(event, raw, own=arrival.own, cause=arrival.cause)
            self.fresh.append(arrival)
            return ""
        if event.identity not in doc.facts:
            raise PartialError
        if doc.facts[event.identity].event.data != event.data:
            return f"id {event.id} of {event.source} was used before with other content; give every event its own id"
        if version <= doc.version:
            self.repeats.append(version)
        if not arrival.own and doc.heard_earlier(event.identity, arrival.broker_timestamp):
            self._later, self._anew = [], True
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
            ProcessFaultError: what is wrong is wrong with this process, not with the document.
        """
        try:
            self._decide(service, now, number)
        except PartialError:
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
            self._say(allotment.then(number))
        if doc.watermark is None:
            return  # a document without facts
        # On other timelines only ticks tell the time (docs/decisions/0026). On the live one, too, what only time makes
        # true is left to sweeps: they come when all is read, and what is not read may tell that it never was (0010).
        if now is None and self.broker_timestamp is None:
            self.parked = True
            self.state = self._fold(service)
            self._show(service)
            return
        now = now or _BEFORE_ALL
        decided = _NOTHING
        for _ in range(MAX_ROUNDS):
            self.state = self._fold(service)
            if self.state is not decided:
                self.decision = service.decide(self.state, now)
                decided = self.state
                if sum(map(self._say, self.decision.events)):  # all of them, not only the first
                    continue
            self._show(service)
            return
        raise RuntimeError(f"decisions did not come to rest in {MAX_ROUNDS} rounds")

    def _show(self, service: Service[Any]) -> None:
        """Put the state into the document, for queries and for the next fold."""
        if self.changed:
            self.doc.state, self.doc.code = service.dump(self.state), service.code
            self.doc.line = service.line(self.state, self._stored) if service.line else None

    def _say(self, event: AnyEvent) -> bool:
        if event.identity in self.doc.known:
            return False
        # What is only said now that a batch comes again (by new code, say) has to come again with it, too.
        cause = min(self.repeats) if self.repeats and not self.fresh else None
        return self._add(event, event.to_json(), own=True, cause=cause)

    def _fold(self, service: Service[Any]) -> Any:
        """The state of all facts: from the last one or the one before it if what is new comes later, else of all."""
        doc, later = self.doc, [service.placed(event) for event in self._later]
        self._later = []
        # Only a save tells the store by which versions the state was folded; until then it holds what others folded.
        current = doc.code in ("", service.code) or self._begun
        if self._anew or not current:
            self._anew = False
            return self._fold_whole(service)
        if not _come_later(later, doc):
            if self.latest is None or not _come_later(later, self.latest):
                return self._fold_whole(service)
            later = self._take_back(self.latest, later)
        if not self._begun:
            self._begin(service)
        return self._fold_on(service, later) if later else self.state

    def _take_back(self, latest: Latest, later: list[Placed]) -> list[Placed]:
        """Go back to before the facts that were folded last; they are to be folded again with these."""
        self.state, self.doc.tip, self.doc.own_tip = latest.state, latest.tip, latest.own_tip
        taken, latest.facts = latest.facts, []
        self._begun = True
        return [*taken, *later]

    def _begin(self, service: Service[Any]) -> None:
        doc = self.doc
        if self.state is None:
            self.state = self._stored = service.restore(doc.state) if doc.state else service.initial
        self.latest = Latest(self.state, doc.tip, doc.own_tip)
        self._begun = True

    def _fold_on(self, service: Service[Any], later: list[Placed]) -> Any:
        if self.latest is not None:
            self.latest.facts += later
        self._move_tips(later)
        return service.unfold(self.state, later)

    def _fold_whole(self, service: Service[Any]) -> Any:
        doc = self.doc
        if not doc.whole:
            raise PartialError
        doc.tip = doc.own_tip = ""
        self.latest, self._begun = None, True
        facts = [service.placed(event) for event in service.at_home(doc.events, doc.home)]
        self._move_tips(facts)
        return service.unfold(service.initial, facts)

    def _move_tips(self, facts: Iterable[Placed]) -> None:
        doc = self.doc
        for one in facts:
            if one.own:
                doc.own_tip = max(doc.own_tip, one.order)
            else:
                doc.tip = max(doc.tip, one.order)


def _come_later(facts: Iterable[Placed], than: Document | Latest) -> bool:
    """Whether these come, in fold order, after all that was folded then."""
    return all(one.order > (than.own_tip if one.own else than.tip) for one in facts)
