"""What only the simulated world can judge: portals, the post, and the machines themselves."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from contracts import notify
from services.notify.folding_agencies import TO_AGENCIES
from tests.simulation.findings import WorldFindings


def every_acknowledged_message_is_on_the_bus(found: WorldFindings) -> Iterator[str]:
    there = {(record.topic, record.value) for record in found.world.bus.records}
    for message in found.world.portal.acknowledged:
        if (message.topic, message.value) not in there:
            yield f"{message.topic} {message.key!r}"


def what_is_said_to_be_sent_was_sent(found: WorldFindings) -> Iterator[str]:
    delivered = found.world.post.delivered
    together = Counter(step for deliveries in delivered.values() for step in {one.step for one in deliveries})
    for event in found.of(notify.NotificationSent):
        if event.data.message_id not in delivered and event.data.template not in TO_AGENCIES:
            yield f"{event.data.template} of {event.subject}"
    if any(event.data.template in TO_AGENCIES for event in found.of(notify.NotificationSent)) and not together:
        yield "letters to agencies"


def nothing_is_sent_twice_without_a_fault(found: WorldFindings) -> Iterator[str]:
    """Between a carrier's yes and its record lies a moment: only what goes wrong there sends twice."""
    faults = [step for step, who in found.world.faults if who.startswith("notify")]
    for message, deliveries in found.world.post.delivered.items():
        for one, next_one in pairwise(deliveries):
            place = bisect_left(faults, one.step)
            excused = place < len(faults) and faults[place] <= next_one.step
            if one.in_turn and next_one.in_turn and not excused:
                yield message


def no_process_ends_by_itself(found: WorldFindings) -> Iterator[str]:
    yield from found.world.asyncio.complaints
    for process in found.world.processes:
        if process.life.done() and not process.dead:
            yield f"{process.name}: {process.life!r}"


OUTSIDE = (
    every_acknowledged_message_is_on_the_bus,
    what_is_said_to_be_sent_was_sent,
    nothing_is_sent_twice_without_a_fault,
    no_process_ends_by_itself,
)
