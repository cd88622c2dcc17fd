"""How those who play to the services speak: records of events, and the clock of a timeline."""

from datetime import datetime

from chassis.loop import Message
from contracts.claims import ClockTicked
from contracts.envelope import AnyEvent, new_event


def message_of(event: AnyEvent) -> Message:
    """The record of an event, keyed by its subject."""
    return Message(event.type, event.subject.encode(), event.to_json().encode())


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
    return Message(event.type, None, event.to_json().encode(), partition=partition)
