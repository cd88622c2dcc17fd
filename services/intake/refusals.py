"""What portals hear of records that are no submissions. It is about the record: no submission's story has it."""

from contracts.claims import IntakeSubmitted
from contracts.envelope import AnyEvent
from contracts.intake import SubmissionRejected
from contracts.refused import Refused
from services.intake.decide import SOURCE


def answer(refused: Refused) -> AnyEvent | None:
    """`submission.rejected` to the record's source."""
    if refused.topic != IntakeSubmitted.TYPE:
        return None
    data = SubmissionRejected(record_id=refused.id, sender=refused.source, code="malformed", reason=refused.reason)
    return refused.answered(data, SOURCE)
