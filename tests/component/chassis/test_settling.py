"""A process may die at any call: nothing is published unsaved, and nothing that is saved stays unpublished."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st
from typing_extensions import override

from chassis.core.document import Document
from chassis.runtime.bus.record import Message
from chassis.runtime.store.memory import MemoryStore
from contracts import claims
from contracts.envelope import AnyEvent
from tests.component.chassis.toy import (
    HOUR,
    START,
    DownError,
    Record,
    Toy,
    application,
    claim,
    payment,
    record,
    withdrawal,
)
from tests.given import suppose

EVENTS: list[AnyEvent] = [
    *(payment(amount) for amount in (1, 2)),
    *(withdrawal(time=START + HOUR * hours) for hours in (0, 2)),
    *(claim(claims.Collection(channel=channel)) for channel in ("counter", "post")),
    application(),
    payment(1, "D.2"),
]
CALLS = 8
"""More calls to store, bus and outside world than any batch or sweep of these makes, before and after each."""


def read(event: AnyEvent) -> Record:
    return record(event, timestamp=int((START + HOUR * 3).timestamp() * 1000))


batches = st.lists(st.sampled_from(EVENTS), min_size=1, max_size=3)
sweeps = st.integers(0, 4).map(lambda hours: START + HOUR * hours)
deaths = st.none() | st.integers(0, 2 * CALLS)
steps = st.lists(st.tuples(batches | sweeps, deaths), max_size=6)


@dataclass
class World:
    """One service on a store and a bus; its process dies at the call that it is told."""

    store: "MortalStore" = field(init=False)
    published: set[bytes] = field(default_factory=set)
    calls_left: int | None = None

    def __post_init__(self) -> None:
        self.store = MortalStore(self)

    def call(self) -> None:
        if self.calls_left == 0:
            self.calls_left = None
            raise DownError
        if self.calls_left is not None:
            self.calls_left -= 1

    def own(self) -> list[bytes]:
        """What is saved of its own."""
        return [fact.raw.encode() for doc in self.store.documents.values() for fact in doc.facts.values() if fact.own]

    async def do(self, step: Any, death: int | None) -> None:
        """A batch or a sweep; a batch is redelivered until it went all the way."""
        self.calls_left = death
        while True:
            process = MortalToy(self)
            try:
                await (process.process(*map(read, step)) if isinstance(step, list) else process.sweep(step))
            except DownError:
                continue
            return


class MortalStore(MemoryStore):
    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        self.world.call()
        lost = await super().save(documents)
        self.world.call()
        return lost

    @override
    async def move_due(self, documents: Sequence[Document]) -> None:
        self.world.call()
        await super().move_due(documents)
        self.world.call()


class MortalToy(Toy):
    def __init__(self, world: World) -> None:
        self.world = world
        super().__init__(store=world.store)

    @override
    async def publish(self, messages: Sequence[Message]) -> None:
        self.world.call()
        unsaved = {message.value for message in messages} - set(self.world.own())
        assert not unsaved
        self.world.published.update(message.value or b"" for message in messages)
        self.world.call()


async def lived(steps: Any) -> World:
    world = World()
    for step, death in steps:
        await world.do(step, death)
    await world.do(START + HOUR * 9, None)
    return world


@suppose(steps=steps)
def test_whatever_dies_all_that_is_saved_is_published_and_no_timer_is_left_behind(steps: Any) -> None:
    world = asyncio.run(lived(steps))
    assert world.published == set(world.own())
    assert [doc.unsent for doc in world.store.documents.values() if doc.unsent is not None] == []
