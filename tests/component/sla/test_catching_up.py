"""A watch that was down finds hours of events, and reads them topic by topic: it calls late only what was."""

from datetime import datetime

from chassis.runtime.bus.record import Message
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from contracts.envelope import LIVE, AnyEvent
from contracts.sla import DossierOverdue
from tests.component.chassis.toy import record
from tests.given import at, received
from tests.unit.sla.telling import DUE, MONDAY, SLA, completed, resumed, suspended, transferred

UP_AGAIN = at(6, "09:00")


class Watch:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.loop = Loop(SLA, MemoryStore(), self.publish)

    async def publish(self, messages: list[Message]) -> None:
        self.said += [message.topic for message in messages]

    async def reads(self, *events: AnyEvent) -> None:
        heard = int(UP_AGAIN.timestamp() * 1000)
        await self.loop.process([record(one, timestamp=heard) for one in events])

    async def looks(self, now: datetime) -> None:
        await self.loop.sweep([0], LIVE, now)


async def test_what_was_done_in_time_is_not_called_late_because_its_topic_is_read_last() -> None:
    watch = Watch()
    await watch.reads(received(MONDAY, appointment=DUE), transferred(at(5, "10:00")))
    await watch.reads(completed(at(5, "08:00")))
    await watch.looks(UP_AGAIN)
    assert DossierOverdue.TYPE not in watch.said


async def test_nor_because_the_pause_of_what_ended_late_is_read_last() -> None:
    watch = Watch()
    await watch.reads(received(MONDAY, appointment=DUE), completed(at(6, "08:30")))
    await watch.reads(suspended(at(4, "08:00")), resumed(at(6, "08:00")))
    await watch.looks(UP_AGAIN)
    assert DossierOverdue.TYPE not in watch.said


async def test_what_was_late_is_called_so_when_all_is_read() -> None:
    watch = Watch()
    await watch.reads(received(MONDAY, appointment=DUE), transferred(at(5, "10:00")))
    assert watch.said == []
    await watch.looks(UP_AGAIN)
    assert watch.said.count(DossierOverdue.TYPE) == 1
