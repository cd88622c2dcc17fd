"""What has to be true of personal data: it is kept as long as the law says, not a day longer, and told to nobody."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chassis.core.document import Document
from contracts import claims, intake
from contracts.envelope import AnyEvent
from contracts.rule_days import refuses_personal_data
from domain.personal_data import load_retentions, personal_data_of
from domain.procedures import load_directory
from tests.laws.findings import Findings

ENDS = (intake.DossierRefused, intake.DossierWithdrawn, intake.DossierDelivered)


def over_at(doc: Document, procedure: str) -> datetime | None:
    """The moment from which nothing of the applicant may be kept; None while the matter is not over."""
    ended_at = min((event.time for event in doc.events if isinstance(event.data, ENDS)), default=None)
    return None if ended_at is None else load_retentions().on(ended_at).over_at(procedure, ended_at)


def applications(found: Findings) -> Iterator[tuple[Document, Any]]:
    """Every submission whose applicant gave personal data, with the application that counts."""
    service = found.services["intake"]
    for doc in found.documents("intake").values():
        application = service.fold(doc.events).application
        if application is not None and application.applicant_ref is not None:
            yield doc, application


def requests(doc: Document, reference: str) -> list[AnyEvent]:
    """Who wanted this applicant's data erased."""
    asked = (event for event in doc.events if isinstance(event.data, intake.ErasureRequested))
    return [event for event in asked if event.data.reference == reference]


def erasures(doc: Document, reference: str) -> list[AnyEvent]:
    """What was said of the erasure of this applicant."""
    said = (event for event in doc.events if isinstance(event.data, intake.ApplicantErased))
    return [event for event in said if event.data.reference == reference]


def nobodys_data_is_gone_before_the_time_to_keep_it_is_over(found: Findings) -> Iterator[str]:
    for doc, application in applications(found):
        reference = application.applicant_ref
        moments = {event.time for event in requests(doc, reference)} | {over_at(doc, application.procedure)}
        for event in erasures(doc, reference):
            if event.time not in moments:
                yield f"{event.subject} at {event.time}, which is none of {moments}"


def after_the_time_to_keep_it_nobodys_data_is_there(found: Findings) -> Iterator[str]:
    """Nor after somebody asked for its erasure."""
    for doc, application in applications(found):
        due = over_at(doc, application.procedure)
        is_over = due is not None and due <= found.present(doc.home or doc.timeline)
        asked = requests(doc, application.applicant_ref)
        if (is_over or asked) and not erasures(doc, application.applicant_ref):
            yield f"{doc.key}: {application.applicant_ref}, since {due}, asked by {len(asked)}"


def no_word_of_a_person_is_passed_on(found: Findings) -> Iterator[str]:
    """From the day on from which that counts, by when the bus took in what it follows from."""
    claimed = {event.id: event for event in found.of(claims.AgencyReported)}
    for event in found.events.values():
        cause = claimed.get(event.causationid)
        if cause is None or event is cause or not refuses_personal_data(cause.bounded_by):
            continue
        if told := personal_data_of(event.data):
            yield f"{event.type} of {event.subject}: {told.path} holds {told.kind}"
        if (officer := getattr(event.data, "officer", None)) and not load_directory().is_officer_code(officer):
            yield f"{event.type} of {event.subject}: names an officer otherwise than by a code"


ERASURE = (
    nobodys_data_is_gone_before_the_time_to_keep_it_is_over,
    after_the_time_to_keep_it_nobodys_data_is_there,
    no_word_of_a_person_is_passed_on,
)
