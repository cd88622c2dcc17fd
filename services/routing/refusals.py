"""What agencies hear of records that are no reports. It is about the record: no dossier's story has it."""

from chassis.core.service import NOWHERE, by_subject
from contracts.claims import AgencyReported
from contracts.envelope import AnyEvent
from contracts.refused import Refused
from contracts.routing import ReportRejected
from services.routing.events import SOURCE


def answer(refused: Refused) -> AnyEvent | None:
    """`report.rejected` to whom the record names as its agency; None where it names nobody."""
    if refused.topic != AgencyReported.TYPE or not refused.agency:
        return None
    data = ReportRejected(report_id=refused.id, agency=refused.agency, code="malformed", reason=refused.reason)
    return refused.answered(data, SOURCE)


def document(event: AnyEvent) -> str:
    """The dossier that an event is a fact of."""
    about_a_record = isinstance(event.data, ReportRejected) and event.data.code == "malformed"
    return NOWHERE if about_a_record else by_subject(event)
