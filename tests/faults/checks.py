"""The laws of a real shop at rest: of the streams (tests.laws), and what streams, stores and outbox owe each other."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from chassis.core.document import Document
from contracts import claims, notify, rating
from contracts.envelope import LIVE
from contracts.watermarks import TELL_TIME
from tests import laws
from tests.faults.evidence import Evidence

Check = Callable[[Evidence], Iterator[str]]


def every_acknowledged_submission_is_in_the_streams(found: Evidence) -> Iterator[str]:
    there = {event.subject for event in found.of(claims.IntakeSubmitted)}
    yield from sorted(found.acknowledged.submissions - there)
    rated = {event.id for event in found.of(rating.RatingSubmitted)}
    yield from sorted(found.acknowledged.ratings - rated)


def every_event_is_known_to_whom_it_concerns(found: Evidence) -> Iterator[str]:
    for name, service in found.services.items():
        known = {identity for document in found.documents[name].values() for identity in document.known}
        for event in found.events.values():
            wanted = event.type in service.topics and not isinstance(event.data, TELL_TIME)
            if wanted and event.identity in found.taken and event.identity not in known:
                yield f"{name} does not know {event.type} of {event.subject}"


def what_follows_from_the_facts_is_in_the_streams(found: Evidence) -> Iterator[str]:
    for name, service in found.services.items():
        for key, document in found.documents[name].items():
            decision = service.decide(service.fold(document.events), _present(found, document))
            for event in decision.events:
                if event.identity not in found.events:
                    yield f"{name} never said {event.type} of {key}"


def _present(found: Evidence, document: Document) -> datetime:
    """By the last tick; on the live timeline no later than what the dossier itself speaks of."""
    watermark = document.watermark
    return watermark if document.timeline == LIVE else max(watermark, found.clocks.get(document.timeline, watermark))


def no_sweep_is_left_open(found: Evidence) -> Iterator[str]:
    for name, documents in found.documents.items():
        yield from (f"{name} of {key}" for key, one in documents.items() if one.unsent is not None)


def every_replay_equals_its_store(found: Evidence) -> Iterator[str]:
    for name, one in found.comparisons.items():
        yield from (f"{name}: {key} differs {both}" for key, both in one.different.items())
        yield from (f"{name}: {key} is missing in the store" for key in one.missing_live)
        yield from (f"{name}: {key} is missing in the streams" for key in one.missing_streams)


def the_dead_letters_are_the_bad_records(found: Evidence) -> Iterator[str]:
    for name, service in found.services.items():
        bad = {place for place in found.unreadable if place[0] in service.topics}
        yield from (f"{name} put aside {place}, which is good" for place in set(found.dead[name]) - bad)
        yield from (f"{name} did not put aside {place}" for place in bad - set(found.dead[name]))


def no_record_is_bad_but_those_sent_so(found: Evidence) -> Iterator[str]:
    if found.sent_bad is not None:
        yield from (f"{place} can not be read" for place in found.unreadable - found.sent_bad)
        yield from (f"{place} was sent as bad and is read" for place in found.sent_bad - found.unreadable)


def every_message_sent_lies_in_the_outbox_once(found: Evidence) -> Iterator[str]:
    lying = Counter(found.outbox)
    yield from (f"{name} lies there {count} times" for name, count in lying.items() if count > 1)
    sent = {event.data.message_id for event in found.of(notify.NotificationSent)}
    yield from (f"{name} was sent and does not lie there" for name in sent - lying.keys())


CHECKS: tuple[Check, ...] = (
    every_acknowledged_submission_is_in_the_streams,
    *laws.LAWS,
    every_event_is_known_to_whom_it_concerns,
    what_follows_from_the_facts_is_in_the_streams,
    no_sweep_is_left_open,
    every_replay_equals_its_store,
    the_dead_letters_are_the_bad_records,
    no_record_is_bad_but_those_sent_so,
    every_message_sent_lies_in_the_outbox_once,
)


def breaches(found: Evidence) -> dict[str, list[str]]:
    """The breaches of every law; empty lists where it holds."""
    return {check.__name__.replace("_", " "): list(check(found)) for check in CHECKS}
