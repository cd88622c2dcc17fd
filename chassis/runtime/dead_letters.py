"""Records that can not be taken in become dead letters for operators. Their senders get an answer."""

from typing import Any

import structlog

from chassis.core.job import Job
from chassis.core.service import Service
from chassis.runtime.bus.record import Kept, Message, Record, dead_letter, message_of, place_of, sender_of, taken_in_at
from chassis.runtime.telemetry.logs import about
from contracts.envelope import AnyEvent
from contracts.rule_days import bounds_claims

log = structlog.get_logger(__name__)


def letters_about(
    service: Service[Any], record: Record, reason: str, event: AnyEvent | None = None, *, answered: bool = True
) -> list[Message]:
    """The letter about a record for operators, and the answer to its sender, where there is one to be given.

    Args:
        service: which service can not take it in.
        record: the record.
        reason: why, in words that its sender may read.
        event: what the record says, if it could be read.
        answered: whether the sender may hear of it: not where the fault is ours.
    """
    log.warning("event.dead-letter", **about(event), **place_of(record))
    letter = dead_letter(record, reason, service.name)
    if not answered or service.answer is None or not bounds_claims(taken_in_at(record)):
        return [letter]
    sender = sender_of(record, reason)
    answer = service.answer(sender) if sender else None
    return [letter, message_of(answer)] if answer else [letter]


def letters_of(service: Service[Any], job: Job) -> list[Message]:
    """The letters about facts on record that turned out to be of another timeline than their document."""
    letters = list[Message]()
    for fact in job.strangers if not job.failed else ():
        event, reason = fact.event, f"timeline: {job.doc.key} is on the timeline {job.doc.home}, as its birth says"
        stamp = int((event.taken_in or event.time).timestamp() * 1000)
        kept = Kept(event.type, job.doc.partition, stamp, event.subject.encode(), fact.raw.encode())
        letters += letters_about(service, kept, reason, event)
    return letters
