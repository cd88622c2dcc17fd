"""What has to come of records that lie: each is put aside, its sender hears why, and nobody's dossier has it."""

from collections.abc import Iterator

from chassis.runtime.dead_letters import refusal
from contracts.claims import AgencyReported
from contracts.intake import SubmissionRejected
from contracts.routing import DossierAcknowledged, DossierSuspended, ReportRejected
from contracts.rule_days import bounds_claims
from contracts.topics import BadEventError
from services.intake.events import ABOUT_RECORDS
from tests.simulation.findings import WorldFindings
from tests.simulation.services import services


def who_sent_what_is_put_aside_hears_why(found: WorldFindings) -> Iterator[str]:
    """One answer for each record, and none about anything else."""
    wanted: dict[str, str] = {}
    records = {record.origin: record for record in found.world.bus.records}
    proving = found.world.keyring.signatures
    for shop in found.world.shops:
        tell = services()[shop.service.name].answer
        for origin, reason in found.reasons[shop.service.name]:
            record = records[origin]
            sender = refusal(record, BadEventError(reason), proving)[1] if bounds_claims(record.at) else None
            answer = tell(sender) if tell and sender else None
            if answer is not None:
                wanted[answer.identity] = f"{origin}: {reason}"
    answers = (*found.of(SubmissionRejected), *found.of(ReportRejected))
    said = {one.identity for one in answers if one.data.code in ABOUT_RECORDS}
    yield from (f"nobody was told of {wanted[one]}" for one in sorted(wanted.keys() - said))
    yield from (f"somebody was told {one}" for one in sorted(said - wanted.keys()))


def dossiers_are_as_if_nobody_had_lied(found: WorldFindings) -> Iterator[str]:
    told = found.world.people.lied
    lies = {(record.value or b"").decode(errors="replace") for record in found.world.bus.records if told(record)}
    for shop in found.world.shops:
        service = shop.service
        for key, doc in shop.store.documents.items():
            honest = [fact.event for fact in doc.facts.values() if fact.raw not in lies]
            if len(honest) < len(doc.facts) and service.dump(service.fold(honest)) != doc.state:
                yield f"{service.name} of {key}"


def what_an_agency_said_is_signed_by_it(found: WorldFindings) -> Iterator[str]:
    """The key is kept beside the fact, and the answer names it."""
    signed = {event.id: event.signed_by for event in found.of(AgencyReported)}
    for key, doc in found.documents("routing").items():
        for fact in doc.facts.values():
            if fact.event.signed_by != signed.get(fact.event.id, ""):
                yield f"routing keeps {fact.event.id} of {key} as signed by {fact.event.signed_by}"
    for event in (*found.of(DossierAcknowledged), *found.of(DossierSuspended)):
        if (event.data.signed_by or "") != signed[event.causationid]:
            yield f"{event.type} of {event.subject} is signed by {event.data.signed_by}"


RECORDS = (
    who_sent_what_is_put_aside_hears_why,
    dossiers_are_as_if_nobody_had_lied,
    what_an_agency_said_is_signed_by_it,
)
