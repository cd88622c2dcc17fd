"""What has to be said on a timeline that ticks tell: the same windows, lived through one thing after the other.

No bus, no batches, no instances, no faults, and nothing of the loop: facts are put down, and at a tick each service
decides in its turn, each document in its turn.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.core.service import Service
from chassis.runtime.bus.record import Message
from contracts.envelope import AnyEvent
from contracts.topics import read_event
from services.intake.erasing import Erasing
from services.notify.decide import Order
from services.notify.forgetting import Forgetting
from services.rating.decide import ErasingWords
from tests.simulation.bus import place_of
from tests.simulation.player import Window

Said = dict[tuple[str, str], list[str]]
"""Values by topic and subject, in order."""

Perform = Callable[[Order], AnyEvent]


@dataclass
class Page:
    """A document: its facts, and those that arrived since it was decided last."""

    partition: int
    facts: dict[str, AnyEvent] = field(default_factory=dict)
    due: datetime | None = None


class Desk:
    """One service."""

    def __init__(self, service: Service[Any], perform: Perform) -> None:
        self.service = service
        self._perform = perform
        self._pages: dict[str, Page] = {}
        self._numbers: dict[str, int] = defaultdict(int)
        self._inbox: list[tuple[int, AnyEvent]] = []
        self._last: datetime | None = None

    def take(self, partition: int, event: AnyEvent) -> None:
        """Something arrives."""
        if event.type in self.service.topics:
            self._inbox.append((partition, event))

    def act(self, tick: datetime) -> list[AnyEvent]:
        """Put down what arrived, and decide what is due: by partition, by the time of what is new, by key."""
        fresh: dict[str, datetime] = {}
        for partition, event in self._inbox:
            key = self.service.key(event)
            page = self._pages.setdefault(key, Page(partition))
            if event.identity not in page.facts:
                page.facts[event.identity] = event
                fresh[key] = min(event.time, fresh.get(key, event.time))
        self._inbox = []
        return [event for page in self._due(fresh, tick) for event in self._decide(page, tick)]

    def _due(self, fresh: dict[str, datetime], tick: datetime) -> list[Page]:
        """In the order in which they are decided; a fact from before the last tick is as urgent as that tick."""
        last, found = self._last, list[tuple[int, datetime, str]]()
        for key, page in self._pages.items():
            if key in fresh:
                at = fresh[key] if last is None else max(fresh[key], last)
                page.due = at if page.due is None else min(at, page.due)
            if page.due is not None and page.due <= tick:
                found.append((page.partition, page.due, key))
        self._last = tick
        return [self._pages[key] for *_, key in sorted(found)]

    def _decide(self, page: Page, tick: datetime) -> list[AnyEvent]:
        said: list[AnyEvent] = []
        while True:
            decision = self.service.decide(self.service.fold(page.facts.values()), tick)
            new = [event for event in decision.events if event.identity not in page.facts]
            if not new and (wish := decision.allotment):
                self._numbers[wish.series] += 1
                new = [wish.then(self._numbers[wish.series])]
            if not new:
                new = [event for one in decision.effects for event in self._done(one.order)]
            if not new:
                page.due = decision.timer.at if decision.timer else None
                return said
            page.facts.update((event.identity, event) for event in new)
            said += new

    def _done(self, order: object) -> Sequence[AnyEvent]:
        """What comes of an order: messages as they are delivered here, erasures at once."""
        match order:
            case Order():
                return [self._perform(order)]
            case Erasing():
                return order.told
            case ErasingWords() | Forgetting():
                return [order.told]
        return []


def lived_through(
    windows: Sequence[Window], services: Iterable[Service[Any]], perform: Perform, taken: Mapping[str, AnyEvent]
) -> Said:
    """What the services say, each after all that it reads of the others was said.

    Args:
        windows: what was told.
        services: all of them, upstream first.
        perform: what comes of a message.
        taken: every event by identity, as the bus took it in: that says by which key it had to be signed.
    """
    desks, said = [Desk(service, perform) for service in services], defaultdict[tuple[str, str], list[str]](list)
    for window in windows:
        for message in window.messages:
            _tell(desks, message, taken)
        for desk in desks:
            for event in desk.act(window.tick):
                said[event.type, event.subject].append(event.to_json())
                _tell(desks, Message(event.type, event.subject.encode(), event.to_json().encode()), taken)
    return dict(said)


def _tell(desks: Sequence[Desk], message: Message, taken: Mapping[str, AnyEvent]) -> None:
    partition, event = place_of(message).partition, read_event(message.topic, message.value or b"")
    if as_taken := taken.get(event.identity):
        event.keep_signature(as_taken.signed_by, as_taken.signature)
    for desk in desks:
        desk.take(partition, event)
