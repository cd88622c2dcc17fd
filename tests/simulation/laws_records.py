"""What has to come of records that lie: each is put aside, its sender hears why, and nobody's dossier has it."""

from collections.abc import Iterator

from chassis.runtime.bus.record import sender_of
from contracts.intake import SubmissionRejected
from contracts.routing import ReportRejected
from contracts.rule_days import bounds_claims
from tests.simulation.findings import WorldFindings
from tests.simulation.services import services


def who_sent_what_is_put_aside_hears_why(found: WorldFindings) -> Iterator[str]:
    """One answer for each record, and none about anything else."""
    wanted: dict[str, str] = {}
    records = {record.origin: record for record in found.world.bus.records}
    for shop in found.world.shops:
        tell = services()[shop.service.name].answer
        for origin, reason in found.reasons[shop.service.name]:
            sender = sender_of(records[origin], reason) if bounds_claims(records[origin].at) else None
            answer = tell(sender) if tell and sender else None
            if answer is not None:
                wanted[answer.identity] = f"{origin}: {reason}"
    said = {one.identity for one in found.of(SubmissionRejected)}
    said |= {one.identity for one in found.of(ReportRejected) if one.data.code == "malformed"}
    yield from (f"nobody was told of {wanted[one]}" for one in sorted(wanted.keys() - said))
    yield from (f"somebody was told {one}" for one in sorted(said - wanted.keys()))


def dossiers_are_as_if_nobody_had_lied(found: WorldFindings) -> Iterator[str]:
    told = found.world.people.record_liars.told
    lies = {(record.value or b"").decode(errors="replace") for record in found.world.bus.records if told(record)}
    for shop in found.world.shops:
        service = shop.service
        for key, doc in shop.store.documents.items():
            honest = [fact.event for fact in doc.facts.values() if fact.raw not in lies]
            if len(honest) < len(doc.facts) and service.dump(service.fold(honest)) != doc.state:
                yield f"{service.name} of {key}"


RECORDS = (who_sent_what_is_put_aside_hears_why, dossiers_are_as_if_nobody_had_lied)
