"""Records that can not be taken in become dead letters for operators. Their senders get an answer."""

from dataclasses import replace
from typing import Any

import structlog

from chassis.core.job import Job
from chassis.core.service import Service
from chassis.core.signatures import signer
from chassis.runtime.bus.record import Kept, Message, Record, dead_letter, message_of, place_of, sender_of, taken_in_at
from chassis.runtime.bus.signed import BadSignatureError, Signatures
from chassis.runtime.telemetry.logs import about
from contracts.claims import IntakeSubmitted
from contracts.envelope import AnyEvent
from contracts.refused import Refused
from contracts.rule_days import bounds_claims
from contracts.topics import BadEventError

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
    sender = sender_of(record, reason) if answered and service.answer else None
    return _letters(service, record, reason, sender, event)


def letters_about_unreadable(
    service: Service[Any], record: Record, error: Exception, signatures: Signatures
) -> list[Message]:
    """The same about a record that could not be read, or that lacks the signature of its agency.

    A record that can not be read may lack its signature, too. Then nobody knows who sent it: it is answered as such, so
    that no forgery makes a service speak of a dossier.
    """
    reason, sender = refusal(record, error, signatures) if service.answer else (_reason(error), None)
    return _letters(service, record, reason, sender)


def _letters(
    service: Service[Any], record: Record, reason: str, sender: Refused | None, event: AnyEvent | None = None
) -> list[Message]:
    log.warning("event.dead-letter", **about(event), **place_of(record))
    letter = dead_letter(record, reason, service.name)
    if sender is None or service.answer is None or not bounds_claims(taken_in_at(record)):
        return [letter]
    answer = service.answer(sender)
    return [letter, message_of(answer)] if answer else [letter]


def refusal(record: Record, error: Exception, signatures: Signatures) -> tuple[str, Refused | None]:
    """The reason why a record is put aside, and as whose it is answered; None: nobody is."""
    reason = _reason(error)
    sender, taken_in = sender_of(record, reason), taken_in_at(record)
    if isinstance(error, BadSignatureError):
        return reason, sender and sender.without_proof(error.agency, taken_in, _written(place_of(record)), reason)
    if sender is None or not signatures.required(record.topic, taken_in):
        return reason, sender
    agency = signer(sender.source)
    if not agency:  # portals sign nothing, and have a topic on which nobody else may write
        return reason, sender if record.topic == IntakeSubmitted.TYPE else None
    try:
        signatures.require(agency, record.headers, record.value or b"", taken_in)
    except BadSignatureError as lacking:
        return refusal(record, lacking, signatures)
    return reason, replace(sender, agency=agency)


def _reason(error: Exception) -> str:
    """The reader's own words; of what no reader raised only the class, for its text may quote the record."""
    return str(error) if isinstance(error, BadEventError) else f"can not be read: {type(error).__name__}"


def _written(place: dict[str, str | int]) -> str:
    return "/".join(map(str, place.values()))


def letters_of(service: Service[Any], job: Job) -> list[Message]:
    """The letters about facts on record that turned out to be of another timeline than their document."""
    letters = list[Message]()
    for fact in job.strangers if not job.failed else ():
        event, reason = fact.event, f"timeline: {job.doc.key} is on the timeline {job.doc.home}, as its birth says"
        stamp = int((event.taken_in or event.time).timestamp() * 1000)
        kept = Kept(event.type, job.doc.partition, stamp, event.subject.encode(), fact.raw.encode())
        letters += letters_about(service, kept, reason, event)
    return letters
