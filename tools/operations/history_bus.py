"""The bus as those need it who play history: publish, and tell the time of a timeline."""

from collections.abc import Sequence
from datetime import datetime

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message
from chassis.runtime.settings import Settings
from contracts.watermarks import ClockTicked
from tools.signing import keys_in, signing
from tools.ticking import OnWait, Ticking


class HistoryBus:
    """A bus whose clock is told from outside.

    Args:
        settings: say where Kafka answers.
        admin: knows how many partitions there are.
        publisher: who makes it stops it.
        on_wait: told for which services a tick waits, when that takes long.

    Raises:
        KeyFileError: a key that `LIENTHONG_SIGNING_KEYS` names can not be used.
    """

    def __init__(
        self, settings: Settings, admin: Admin, publisher: Publisher, on_wait: OnWait = lambda _: None
    ) -> None:
        self.bus = settings.bus
        self._publish = signing(publisher, keys_in(settings.signing_keys))
        self._admin = admin
        self._publisher = publisher
        self._on_wait = on_wait

    async def publish(self, messages: Sequence[Message]) -> None:
        """Return when all are acknowledged; an import's claims are signed where it has a key."""
        await self._publish(messages)

    async def tick(self, timeline: str, time: datetime) -> None:
        """Tell what time it is; return when every service has passed that on."""
        partitions = (await self._admin.topics())[ClockTicked.TYPE]
        async with Ticking(self.bus, self._publisher, timeline, partitions, self._on_wait) as ticking:
            await ticking.tick(time)
