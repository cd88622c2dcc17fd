"""What has to be true towards the world outside: portals, the post, citizens who rate, and the machines themselves."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from contracts import notify, rating, sla
from services.notify.decide import PATIENT
from tests.simulation.findings import Findings


def every_acknowledged_message_is_on_the_bus(found: Findings) -> Iterator[str]:
    there = {(record.topic, record.value) for record in found.world.bus.records}
    for message in found.world.portal.acknowledged:
        if (message.topic, message.value) not in there:
            yield f"{message.topic} {message.key!r}"


def no_rating_counts_twice(found: Findings) -> Iterator[str]:
    holders = {event.id: (event.subject, event.data.holder) for event in found.of(rating.RatingSubmitted)}
    counted = Counter(holders[event.data.rating_id] for event in found.of(rating.RatingCounted))
    yield from (f"{holder} {count} times" for holder, count in counted.items() if count > 1)


def no_missed_date_has_two_letters(found: Findings) -> Iterator[str]:
    letters = Counter((event.subject, event.data.due) for event in found.of(notify.LetterIssued))
    yield from (f"{date} {count} times" for date, count in letters.items() if count > 1)


def every_missed_date_has_a_letter(found: Findings) -> Iterator[str]:
    taken_back = {event.data.overdue_id for event in found.of(sla.DossierOverdueRetracted)}
    missed = {
        (event.subject, event.data.due)
        for event in found.of(sla.DossierOverdue)
        if event.data.deadline == sla.WHOLE and event.id not in taken_back
    }
    letters = Counter(event.subject for event in found.of(notify.LetterIssued))
    for subject, count in Counter(subject for subject, _ in missed).items():
        if letters[subject] < count:
            yield f"{subject}: {letters[subject]} letters for {count} dates"


def what_is_said_to_be_sent_was_sent(found: Findings) -> Iterator[str]:
    for event in found.of(notify.NotificationSent):
        if event.data.message_id not in found.world.post.delivered:
            yield f"{event.data.template} of {event.subject}"


def every_message_comes_to_an_end(found: Findings) -> Iterator[str]:
    sent = {event.data.message_id for event in found.of(notify.NotificationSent)}
    failed = {event.data.message_id for event in found.of(notify.NotificationFailed) if event.data.final}
    shop = next(one for one in found.world.shops if one.service.name == "notify")
    for key, doc in shop.store.documents.items():
        for message in doc.state["messages"]:
            known = message["id"] in sent or message["id"] in failed or message["status"] == "dropped"
            if not known or message["status"] == "pending":
                yield f"{message['template']} of {key}"


def nothing_is_sent_twice_without_a_fault(found: Findings) -> Iterator[str]:
    """Between a carrier's yes and its record lies a moment: only what goes wrong there sends twice."""
    faults = [step for step, who in found.world.faults if who.startswith("notify")]
    for message, deliveries in found.world.post.delivered.items():
        for one, next_one in pairwise(deliveries):
            place = bisect_left(faults, one.step)
            excused = place < len(faults) and faults[place] <= next_one.step
            if one.in_turn and next_one.in_turn and not excused:
                yield message


def no_message_is_tried_again_too_early(found: Findings) -> Iterator[str]:
    outcomes = (*found.of(notify.NotificationSent), *found.of(notify.NotificationFailed))
    tried = {(event.data.message_id, event.data.attempt): event for event in outcomes}
    for (message, attempt), event in tried.items():
        before = [tried[message, n] for n in range(1, attempt) if (message, n) in tried]
        asked = sum(not one.data.ours for one in before)
        pause = PATIENT.backoff[min(asked or len(before) or 1, len(PATIENT.backoff)) - 1]
        if before and event.time < before[-1].time + (pause if asked else min(pause, PATIENT.outage)):
            yield f"{message}, attempt {attempt}"


def no_process_ends_by_itself(found: Findings) -> Iterator[str]:
    yield from found.world.asyncio.complaints
    for process in found.world.processes:
        if process.life.done() and not process.dead:
            yield f"{process.name}: {process.life!r}"


OUTSIDE: tuple[Any, ...] = (
    every_acknowledged_message_is_on_the_bus,
    no_rating_counts_twice,
    no_missed_date_has_two_letters,
    every_missed_date_has_a_letter,
    what_is_said_to_be_sent_was_sent,
    every_message_comes_to_an_end,
    nothing_is_sent_twice_without_a_fault,
    no_message_is_tried_again_too_early,
    no_process_ends_by_itself,
)
