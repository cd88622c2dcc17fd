"""The events that notify owns, and the one place where they are made."""

from datetime import datetime

from contracts.envelope import AnyEvent, new_event
from contracts.notify import (
    LetterIssued,
    NotificationDoubtful,
    NotificationErased,
    NotificationFailed,
    NotificationSent,
)
from contracts.sla import WHOLE
from services.notify.state import Cause

SOURCE = "/lienthong/notify"
OWNED = (NotificationSent, NotificationDoubtful, NotificationFailed, LetterIssued, NotificationErased)

AttemptOutcome = NotificationSent | NotificationDoubtful | NotificationFailed
"""The payloads that tell the outcome of one attempt to send one message."""


def attempt_ended(cause: Cause, data: AttemptOutcome, at: datetime) -> AnyEvent:
    """Make the event that tells what came of an attempt; one attempt has one outcome of each type."""
    return new_event(
        data,
        source=SOURCE,
        subject=cause.subject,
        time=at,
        correlationid=cause.correlationid,
        unique=(data.message_id, data.attempt),
        causationid=cause.id,
        timeline=cause.timeline,
    )


def letter_issued(cause: Cause, data: LetterIssued) -> AnyEvent:
    """Make the event that puts a letter of apology (thư xin lỗi) on record: one for each missed date of a dossier."""
    return new_event(
        data,
        source=SOURCE,
        subject=cause.subject,
        time=cause.time,
        correlationid=cause.correlationid,
        unique=(WHOLE, data.due.isoformat()),
        causationid=cause.id,
        timeline=cause.timeline,
    )


def messages_erased(cause: Cause, data: NotificationErased) -> AnyEvent:
    """Make the event that says that nothing is kept of some messages any more; the applicant's erasure is its cause."""
    return new_event(
        data,
        source=SOURCE,
        subject=cause.subject,
        time=cause.time,
        correlationid=cause.correlationid,
        unique=(data.reference, *data.message_ids),
        causationid=cause.id,
        timeline=cause.timeline,
    )
