"""What has to be true towards the world outside: portals, the post, citizens who rate, and the machines themselves."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from contracts import notify, rating, sla
from contracts.envelope import LIVE, AnyEvent, event_id
from contracts.notify import Template
from services.notify.folding_agencies import TO_AGENCIES
from services.notify.rules import PATIENT
from tests.simulation.findings import Findings

_TELLING: dict[type, Template] = {
    sla.DossierDueSoon: "due-soon",
    sla.DossierEscalated: "escalation",
    sla.ExplanationRequired: "explanation-required",
}
"""What agencies are told of, and by which message."""


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
    delivered = found.world.post.delivered
    together = Counter(step for deliveries in delivered.values() for step in {one.step for one in deliveries})
    for event in found.of(notify.NotificationSent):
        if event.data.message_id not in delivered and event.data.template not in TO_AGENCIES:
            yield f"{event.data.template} of {event.subject}"
    if any(event.data.template in TO_AGENCIES for event in found.of(notify.NotificationSent)) and not together:
        yield "letters to agencies"


def every_message_comes_to_an_end(found: Findings) -> Iterator[str]:
    shop = next(one for one in found.world.shops if one.service.name == "notify")
    for key, doc in shop.store.documents.items():
        for message in doc.state["messages"]:
            if message["status"] not in _told(found, message["id"]):
                yield f"{message['template']} of {key}: {message['status']}"


def _told(found: Findings, message: str) -> set[str]:
    """How a message may stand in the end by what was said of it: where carriers disagree, the better word counts."""
    if message in _ids(found, notify.NotificationSent):
        return {"sent"}
    ends = {"dropped"}
    for event in found.of(notify.NotificationFailed):
        if event.data.message_id == message and event.data.final:
            ends.add("unaddressed" if event.data.unaddressed else "failed")
    return ends | ({"doubtful"} if message in _ids(found, notify.NotificationDoubtful) else set())


def _ids(found: Findings, payload: type) -> set[str]:
    return {event.data.message_id for event in found.of(payload)}


def who_was_refused_by_one_medium_is_told_by_the_next(found: Findings) -> Iterator[str]:
    """A citizen whom no carrier reaches finds the message at the counter."""
    for event in found.of(notify.NotificationFailed):
        data = event.data
        if data.final and data.template not in TO_AGENCIES and data.medium != "counter":
            yield f"{data.template} of {event.subject}, by {data.medium}"


def what_may_have_arrived_is_not_repeated(found: Findings) -> Iterator[str]:
    """Without its carrier's answer, and without anybody's asking."""
    for event in found.of(notify.NotificationDoubtful):
        data = event.data
        answered = [
            one
            for one in found.of(notify.NotificationFailed)
            if (one.data.message_id, one.data.attempt) == (data.message_id, data.attempt)
        ]
        later = [
            one
            for one in (*found.of(notify.NotificationSent), *found.of(notify.NotificationFailed))
            if one.data.message_id == data.message_id and one.data.attempt > data.attempt
        ]
        if later and not answered:
            yield f"{data.template} of {event.subject}"


def who_wants_a_message_again_gets_it_once_more(found: Findings) -> Iterator[str]:
    """As one message of its own, however often that was asked for."""
    for event in found.of(notify.ResendRequested):
        messages = found.documents("notify")[event.subject].state["messages"]
        if [one["repeats"] for one in messages].count(event.data.message_id) != 1:
            yield f"{event.data.message_id} of {event.subject}"


def an_apology_for_nothing_is_withdrawn(found: Findings) -> Iterator[str]:
    """Unless another date was missed in its place: then the apology stands for that one."""
    out = _ids(found, notify.NotificationSent) | _ids(found, notify.NotificationDoubtful)
    taken_back = {event.data.overdue_id: event for event in found.of(sla.DossierOverdueRetracted)}
    standing = {
        event.subject for event in found.of(sla.DossierOverdue) if _counts(event) and event.id not in taken_back
    }
    for overdue in found.of(sla.DossierOverdue):
        if not _counts(overdue) or overdue.id not in taken_back or overdue.subject in standing:
            continue
        apology = event_id("message", overdue.subject, "apology", overdue.id)
        withdrawal = event_id("message", overdue.subject, "apology-withdrawn", taken_back[overdue.id].id)
        if (apology in out) != (withdrawal in out | _ids(found, notify.NotificationFailed)):
            yield f"{overdue.subject}: apology {apology in out}"


def _counts(overdue: AnyEvent) -> bool:
    return overdue.data.deadline in (sla.WHOLE, sla.NEW_DATE)


def agencies_are_told_of_their_deadlines(found: Findings) -> Iterator[str]:
    """Once for each event on the live timeline, or it is on record that they take no letters."""
    ended = [
        event.data.message_id
        for event in (*found.of(notify.NotificationSent), *found.of(notify.NotificationFailed))
        if event.type == "notification.sent" or event.data.final
    ]
    known = set(ended) | _ids(found, notify.NotificationDoubtful)
    shop = next(one for one in found.world.shops if one.service.name == "notify")
    dropped = {
        message["id"]
        for doc in shop.store.documents.values()
        for message in doc.state["messages"]
        if message["status"] == "dropped"
    }
    for payload, template in _TELLING.items():
        for event in found.of(payload):
            message = event_id("message", event.subject, template, event.id)
            if event.timeline == LIVE and message not in known | dropped:
                yield f"{template} of {event.subject}"
            if event.timeline != LIVE and message in known:
                yield f"{template} of {event.subject}, which is history"


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
        moved = max((n for n, one in enumerate(before, 1) if one.data.moves_on), default=0)
        asked = sum(not one.data.ours for one in before[moved:])
        pause = PATIENT.backoff[min(asked or len(before) or 1, len(PATIENT.backoff)) - 1]
        if before[moved:] and event.time < before[-1].time + (pause if asked else min(pause, PATIENT.outage)):
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
    who_was_refused_by_one_medium_is_told_by_the_next,
    what_may_have_arrived_is_not_repeated,
    who_wants_a_message_again_gets_it_once_more,
    an_apology_for_nothing_is_withdrawn,
    agencies_are_told_of_their_deadlines,
    nothing_is_sent_twice_without_a_fault,
    no_message_is_tried_again_too_early,
    no_process_ends_by_itself,
)
