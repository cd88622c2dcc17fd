"""What only the simulated world can judge: portals, the post, and the machines themselves."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from contracts import intake, notify, rating
from contracts.envelope import LIVE
from services.notify.folding_agencies import TO_AGENCIES
from tests.simulation.findings import WorldFindings
from tests.simulation.voice import BEHIND


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


def what_is_said_to_be_erased_is_gone(found: WorldFindings) -> Iterator[str]:
    """And nothing is gone of which nobody says so."""
    archive = found.world.archive
    applicants = {event.data.reference for event in found.of(intake.ApplicantErased)}
    messages = {one for event in found.of(notify.NotificationErased) for one in event.data.message_ids}
    yield from (f"applicant {reference}" for reference in applicants ^ archive.applicants.keys())
    yield from (f"message {message}" for message in messages ^ archive.messages.keys())


def no_row_is_gone_before_its_time(found: WorldFindings) -> Iterator[str]:
    """By the clock on the wall: a row is erased when that is due, and never as a precaution."""
    for event in found.of(intake.ApplicantErased):
        behind = timedelta() if event.timeline == LIVE else BEHIND
        gone_at = found.world.archive.applicants[event.data.reference]
        if event.data.reason == "retention" and gone_at < event.time + behind:
            yield f"{event.data.reference} at {gone_at}"


def what_was_told_an_erased_applicant_is_kept_nowhere(found: WorldFindings) -> Iterator[str]:
    """What was caused before the erasure is gone at notify's."""
    for event in found.of(intake.ApplicantErased):
        doc = found.documents("notify").get(event.subject)
        messages = found.services["notify"].fold(doc.events).messages if doc else ()
        told = (message for message in messages if message.cause and message.cause.time <= event.time)
        for message in told:
            to_citizen = message.status == "sent" and message.desk is None
            if to_citizen and message.id not in found.world.archive.messages:
                yield f"{message.template} of {event.subject}"


def words_are_gone_with_their_applicant(found: WorldFindings) -> Iterator[str]:
    """Of all feedback that was known when the dossier's applicant was erased; and nobody else's."""
    erased = {event.subject for event in found.of(intake.ApplicantErased)}
    for event in found.of(rating.FeedbackSubmitted):
        if event.subject in found.world.archive.words and event.data.dossier not in erased:
            yield f"words of {event.subject}"
    told = {event.subject for event in found.of(rating.FeedbackErased)}
    received = {event.subject for event in found.of(intake.DossierReceived)}
    yield from (f"words about {dossier}" for dossier in sorted((erased & received) ^ told))


OUTSIDE = (
    every_acknowledged_message_is_on_the_bus,
    what_is_said_to_be_sent_was_sent,
    nothing_is_sent_twice_without_a_fault,
    no_process_ends_by_itself,
    what_is_said_to_be_erased_is_gone,
    no_row_is_gone_before_its_time,
    what_was_told_an_erased_applicant_is_kept_nowhere,
    words_are_gone_with_their_applicant,
)
