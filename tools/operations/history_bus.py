"""The bus as those need it who play history: publish, and tell the time of a timeline."""

from collections.abc import Sequence
from datetime import datetime

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.record import Message, Publish
from chassis.runtime.settings import Settings
from contracts.watermarks import ClockTicked
from tools.ticking import OnWait, Ticking


class HistoryBus:
    """A bus whose clock is told from outside.

    Args:
        settings: say where Kafka answers.
        admin: knows how many partitions there are.
        publish: puts messages on the bus, signed where their sender signs.
        on_wait: told for which services a tick waits, when that takes long.
    """

    def __init__(self, settings: Settings, admin: Admin, publish: Publish, on_wait: OnWait = lambda _: None) -> None:
        self.bus = settings.bus
        self._admin = admin
        self._publish = publish
        self._on_wait = on_wait

    async def publish(self, messages: Sequence[Message]) -> None:
        """Return when all are acknowledged."""
        await self._publish(messages)

    async def tick(self, timeline: str, time: datetime) -> None:
        """Tell what time it is; return when every service has passed that on."""
        partitions = (await self._admin.topics())[ClockTicked.TYPE]
        async with Ticking(self.bus, self._publish, timeline, partitions, self._on_wait) as ticking:
            await ticking.tick(time)
