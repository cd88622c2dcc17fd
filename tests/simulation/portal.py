"""The portal everybody outside talks to: a message is theirs again until it is acknowledged."""

import asyncio
import itertools

from aiokafka.errors import KafkaError

from chassis.runtime.bus.record import Message
from tests.simulation.bus import Bus
from tests.simulation.loop import Mortal, SimulatedLoop
from tests.simulation.process import FarPublisher
from tests.simulation.wire import Sky, Wire


class Portal(Mortal):
    """Publishes for people, with the real publisher; who gets no answer tries again with the same message."""

    def __init__(self, name: str, loop: SimulatedLoop, sky: Sky, bus: Bus) -> None:
        super().__init__(name, loop)
        self.wire = Wire(sky, self)
        self.dead = False
        self.pending: dict[int, Message] = {}
        self.acknowledged: list[Message] = []
        self._publish = FarPublisher(bus, self.wire)
        self._numbers = itertools.count()

    def submit(self, message: Message) -> None:
        """Somebody hands something in."""
        self.pending[next(self._numbers)] = message
        self.spawn(self._until_acknowledged(max(self.pending)))

    async def _until_acknowledged(self, number: int) -> None:
        message = self.pending[number]
        while True:
            try:
                await self._publish([message])
            except (KafkaError, TimeoutError):
                await asyncio.sleep(1)
            else:
                break
        self.acknowledged.append(message)
        del self.pending[number]

    def die(self) -> None:
        """The process of the portal ends."""
        self.dead = True
        self.halt()

    def succeed(self, before: "Portal") -> None:
        """Take over: whoever has no answer comes again."""
        self.acknowledged = before.acknowledged
        for message in before.pending.values():
            self.submit(message)
