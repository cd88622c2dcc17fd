"""What has to be true of a world at rest, whatever happened on the way."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from chassis.core.service import NOWHERE
from contracts import claims, intake, rating, sla
from contracts.envelope import LIVE, AnyEvent
from contracts.watermarks import TELL_TIME
from tests.simulation.findings import Findings
from tests.simulation.laws_deadlines import DEADLINES
from tests.simulation.laws_outside import OUTSIDE
from tests.simulation.laws_records import RECORDS
from tests.simulation.laws_routing import ROUTING
from tests.simulation.laws_rules import BOUNDED
from tests.simulation.laws_timelines import TIMELINES
from tests.simulation.voice import BEHIND
from tests.simulation.world import World

ANSWERS = (
    intake.DossierReceived,
    intake.DossierRefused,
    intake.DossierSupplementRequested,
    intake.DossierWithdrawn,
)


ANSWERS_TO_WAITS = (intake.DossierSupplemented,)
"""One act of a citizen may answer two agencies: two events that differ in their ids alone."""

OF_CITIZENS = (rating.RatingSubmitted,)
"""What citizens say by a service's desk, as often as they like."""


def check(world: World) -> Findings:
    """Judge a world at rest, by what was found there.

    Raises:
        AssertionError: at the first law that is broken.
    """
    findings = Findings(world)
    for law in (*BOUNDED, *LAWS, *ROUTING, *DEADLINES, *OUTSIDE, *TIMELINES, *RECORDS):
        for complaint in law(findings):
            raise AssertionError(f"{law.__name__.replace('_', ' ')}: {complaint}")
    return findings


def nothing_is_committed_before_it_is_done(found: Findings) -> Iterator[str]:
    """Nor before all that was read before it."""
    for shop in found.world.shops:
        if early := shop.group.committed_too_early:
            yield f"{shop.service.name} {early}"


def everything_is_committed(found: Findings) -> Iterator[str]:
    for shop in found.world.shops:
        if shop.group.lag:
            yield f"{shop.service.name} has {shop.group.lag} records to go"


def every_submission_is_answered(found: Findings) -> Iterator[str]:
    answered = {event.correlationid for event in found.events.values() if isinstance(event.data, ANSWERS)}
    for event in found.of(claims.IntakeSubmitted):
        if isinstance(event.data.claim, claims.Application) and event.correlationid not in answered:
            yield event.correlationid


def the_same_event_has_the_same_bytes(found: Findings) -> Iterator[str]:
    values: dict[str, bytes | None] = {}
    for record, event in found.said:
        if values.setdefault(event.identity, record.value) != record.value:
            yield f"{event.type} {event.identity}"


def nothing_is_said_twice_under_two_ids(found: Findings) -> Iterator[str]:
    meant: dict[tuple[object, ...], str] = {}
    taken_back = {event.data.overdue_id for event in found.of(sla.DossierOverdueRetracted)}
    for event in found.events.values():
        if event.id in taken_back:
            continue  # what is said again after that has an id of its own
        if not event.source.startswith("/lienthong/") or isinstance(event.data, (*ANSWERS_TO_WAITS, *OF_CITIZENS)):
            continue
        if isinstance(event.data, rating.RatingSubmitted):
            continue  # rating's desk says it for citizens, who may give the same answers twice
        meaning = (event.type, event.subject, event.time, event.causationid, event.data.model_dump_json())
        if meant.setdefault(meaning, event.id) != event.id:
            yield f"{event.type} of {event.subject}"


def at_most_one_overdue_holds_for_a_deadline(found: Findings) -> Iterator[str]:
    taken_back = {event.data.overdue_id for event in found.of(sla.DossierOverdueRetracted)}
    holding = Counter(
        (event.subject, event.data.deadline) for event in found.of(sla.DossierOverdue) if event.id not in taken_back
    )
    yield from (f"{deadline} {count} times" for deadline, count in holding.items() if count > 1)


def each_rung_is_climbed_once(found: Findings) -> Iterator[str]:
    climbed = Counter(
        (event.subject, event.data.deadline, event.data.due, event.data.rung, event.data.reason)
        for event in found.of(sla.DossierEscalated)
    )
    yield from (f"{rung} {count} times" for rung, count in climbed.items() if count > 1)


def nothing_is_said_before_its_instant(found: Findings) -> Iterator[str]:
    for record, event in found.said:
        behind = timedelta() if event.timeline == LIVE else BEHIND
        if event.source == "/lienthong/sla" and event.time > record.at - behind:
            yield f"{event.type} of {event.time} at {record.at - behind}"


def daily_numbers_have_no_gaps(found: Findings) -> Iterator[str]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in found.of(intake.DossierReceived):
        series, _, number = event.subject.rpartition("-")
        numbers[series].append(int(number))
    for series, given in numbers.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield f"{series}: {sorted(given)}"


def the_streams_fold_to_what_is_stored(found: Findings) -> Iterator[str]:
    for shop in found.world.shops:
        service = shop.service
        streams: dict[str, list[AnyEvent]] = defaultdict(list)
        for event in found.events.values():
            if event.type in service.recorded_topics and not isinstance(event.data, TELL_TIME):
                streams[service.key(event)].append(event)
        streams.pop(NOWHERE, None)
        if streams.keys() != shop.store.documents.keys():
            yield f"{service.name} keeps {set(shop.store.documents)} for {set(streams)}"
        for key, doc in shop.store.documents.items():
            if service.dump(service.fold(streams[key])) != doc.state:
                yield f"{service.name} of {key}"


def what_follows_from_the_facts_is_on_the_bus(found: Findings) -> Iterator[str]:
    for shop in found.world.shops:
        for key, doc in shop.store.documents.items():
            now = max(doc.watermark, found.world.present(doc.timeline))
            decision = shop.service.decide(shop.service.fold(doc.events), now)
            for event in decision.events:
                if event.identity not in found.events:
                    yield f"{shop.service.name} never said {event.type} of {key}"
            if decision.effects:
                yield f"{shop.service.name} never did {decision.effects} for {key}"
            if decision.timer and decision.timer.at <= found.world.present(decision.timer.timeline):
                yield f"{shop.service.name} never woke up for {key} at {decision.timer.at}"


def nothing_is_lost(found: Findings) -> Iterator[str]:
    for shop in found.world.shops:
        kept = {identity for doc in shop.store.documents.values() for identity in doc.facts}
        for record, event in found.said:
            wanted = record.topic in shop.service.topics and not isinstance(event.data, TELL_TIME)
            if wanted and event.identity not in kept:
                yield f"{shop.service.name} does not know {event.type} {record.origin}"


def the_dead_letters_are_the_bad_records(found: Findings) -> Iterator[str]:
    people = found.world.people
    lies = {record.origin for record in found.world.bus.records if people.record_liars.told(record)}
    for shop in found.world.shops:
        bad = {origin for origin in people.bad | lies if origin[0] in shop.service.topics}
        if bad != found.letters[shop.service.name]:
            yield f"{shop.service.name}: {found.letters[shop.service.name]} instead of {bad}"


def no_sweep_is_left_open(found: Findings) -> Iterator[str]:
    for shop in found.world.shops:
        yield from (f"{shop.service.name} of {key}" for key, d in shop.store.documents.items() if d.unsent is not None)


Law = Callable[[Findings], Iterator[Any]]

LAWS: tuple[Law, ...] = (
    nothing_is_committed_before_it_is_done,
    everything_is_committed,
    the_dead_letters_are_the_bad_records,
    nothing_is_lost,
    every_submission_is_answered,
    the_same_event_has_the_same_bytes,
    nothing_is_said_twice_under_two_ids,
    at_most_one_overdue_holds_for_a_deadline,
    each_rung_is_climbed_once,
    nothing_is_said_before_its_instant,
    daily_numbers_have_no_gaps,
    the_streams_fold_to_what_is_stored,
    what_follows_from_the_facts_is_on_the_bus,
    no_sweep_is_left_open,
)
