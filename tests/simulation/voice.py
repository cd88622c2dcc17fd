"""How everybody outside speaks: on a calendar of their own, through the portal, late and more than once."""

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from chassis.runtime.bus.record import Message, message_of
from contracts.envelope import LIVE, AnyEvent, Payload, new_event
from tests.simulation.bus import Bus

SIMULATED = "simulated"
"""A second timeline, told by ticks."""

BEHIND = timedelta(days=28)
"""How far the second timeline is behind the live one."""

REPEATED = 0.2
LATE = 0.2

Action = Callable[[], None]
Submit = Callable[[str, Message], None]
"""Hands in a message of a timeline."""


class Voice:
    """What people have in common: a calendar, and a way to say things."""

    def __init__(
        self, rng: Random, bus: Bus, submit: Submit, written: Callable[[AnyEvent], Message] = message_of
    ) -> None:
        self.rng = rng
        self.bus = bus
        self._submit = submit
        self.written = written
        self._calendar: list[tuple[datetime, int, Action]] = []
        self._serial = itertools.count(1)

    @property
    def next_action(self) -> datetime | None:
        """When somebody does something again."""
        return self._calendar[0][0] if self._calendar else None

    def act(self) -> None:
        """Do what the calendar says."""
        while self._calendar and self._calendar[0][0] <= self.bus.clock():
            heapq.heappop(self._calendar)[2]()

    def later(self, action: Callable[..., None], *given: Any, after: timedelta | None = None) -> None:
        """Somebody will do this; by default after some minutes, hours or days."""
        at = self.bus.clock() + (self.delay() if after is None else after)
        heapq.heappush(self._calendar, (at, next(self._serial), lambda: action(*given)))

    def delay(self) -> timedelta:
        """How long people take for something: up to two days and a half."""
        unit = self.rng.choice((timedelta(minutes=1), timedelta(minutes=20), timedelta(hours=2)))
        return unit * self.rng.randint(1, 30)

    def chance(self, likely: float) -> bool:
        """Whether something of this likelihood happens."""
        return self.rng.random() < likely

    def now(self, timeline: str) -> datetime:
        """The clock of a timeline."""
        return self.bus.clock() - (timedelta() if timeline == LIVE else BEHIND)

    def hand_in(self, message: Message) -> None:
        """Hand a record of the live timeline in as it is."""
        self._submit(LIVE, message)

    def send(self, event: AnyEvent) -> None:
        """Hand it in, perhaps twice."""
        self._submit(event.timeline, self.written(event))
        if self.chance(REPEATED):
            self.later(self._submit, event.timeline, self.written(event))

    def say(self, data: Payload, source: str, subject: str, correlation: str, timeline: str = LIVE) -> None:
        """Something that is true now; perhaps it travels for days."""
        event = new_event(
            data,
            source=source,
            subject=subject,
            time=self.now(timeline),
            correlationid=correlation,
            unique=(next(self._serial),),
            timeline=timeline,
        )
        self.later(self.send, event, after=self.delay() if self.chance(LATE) else timedelta())
