"""How those who play to the services tell the clock of a timeline."""

from dataclasses import replace
from datetime import datetime

from chassis.record import Message, message_of
from contracts.claims import ClockTicked
from contracts.envelope import new_event


def ticks(timeline: str, time: datetime, partitions: int) -> list[Message]:
    """One `clock.ticked` for every partition: on this timeline it is now `time`."""
    return [_tick(timeline, time, partition) for partition in range(partitions)]


def _tick(timeline: str, time: datetime, partition: int) -> Message:
    event = new_event(
        ClockTicked(partition=partition),
        source=f"/clock/{timeline}",
        subject=timeline,
        time=time,
        correlationid=timeline,
        unique=(partition, time.isoformat()),
        timeline=timeline,
    )
    return replace(message_of(event), key=None, partition=partition)
