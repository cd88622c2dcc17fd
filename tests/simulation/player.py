"""Who plays the second timeline: window by window, and no further before everybody has passed the last tick on."""

from dataclasses import dataclass
from datetime import datetime

from chassis.runtime.bus.record import Message
from contracts.topics import read_event
from contracts.watermarks import TELLERS
from tests.simulation.bus import PARTITIONS, Bus, Place
from tests.simulation.voice import SIMULATED
from tools.ticking import ticks


@dataclass(frozen=True)
class Window:
    """What was told, and the tick that came after it."""

    messages: tuple[Message, ...]
    tick: datetime


class Player:
    """Holds back what is told until the next tick."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._held: list[Message] = []
        self.windows: list[Window] = []

    @property
    def holds(self) -> bool:
        """Whether something waits to be told."""
        return bool(self._held)

    def hold(self, message: Message) -> None:
        """Tell it before the next tick."""
        self._held.append(message)

    def tick(self, now: datetime) -> None:
        """Tell what was held back, and then what time it is; unless somebody is not through with the last tick."""
        told = self.windows and now <= self.windows[-1].tick
        if told or not all(map(self._has_passed, TELLERS)):
            return
        for message in self._held:
            self._bus.append(message)
        for message in ticks(SIMULATED, now, PARTITIONS):
            self._bus.append(message)
        self.windows.append(Window(tuple(self._held), now))
        self._held = []

    def _has_passed(self, mark: str) -> bool:
        """Whether a service has told of the last tick that it passed it; repeats of older marks may come behind."""
        told = (read_event(mark, record.value or b"").time for record in reversed(self._bus.logs[Place(mark, 0)]))
        return not self.windows or self.windows[-1].tick in told
