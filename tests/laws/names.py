"""Nobody speaks in another's name: what a thief says as somebody else moves nobody's clock."""

from collections.abc import Iterator

from contracts.intake import SubmissionRejected
from contracts.routing import ReportRejected
from tests.laws.findings import Findings


def a_thief_moves_nobodys_clock(found: Findings) -> Iterator[str]:
    """With one agency's key he says nothing in another's name: no document has it, and nothing follows from it."""
    for service, key, doc in found.all_documents():
        heard = sorted(fact.event.id for fact in doc.facts.values() if fact.event.id in found.stolen)
        yield from (f"{service.name} of {key} has {one}" for one in heard)
    for event in found.events.values():
        answer = isinstance(event.data, ReportRejected | SubmissionRejected) and event.data.code == "bad-signature"
        if event.causationid in found.stolen and not answer:
            yield f"{event.type} of {event.subject} follows from {event.causationid}"


NAMES = (a_thief_moves_nobodys_clock,)
