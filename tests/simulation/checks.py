"""What has to be true of a world at rest, whatever happened on the way."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from contracts import claims, intake, sla
from contracts.envelope import LIVE, AnyEvent
from contracts.topics import BadEventError, UnknownTypeError, dead_letter_topic, read_event
from tests.simulation.bus import BusRecord
from tests.simulation.instance import Group
from tests.simulation.people import BEHIND
from tests.simulation.world import World

ANSWERS = (
    intake.DossierReceived,
    intake.DossierRefused,
    intake.DossierSupplementRequested,
    intake.DossierWithdrawn,
)


class Findings:
    """Everything on the bus, read once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.letters = {group.service.name: _letters(world, group) for group in world.groups}
        dead = set().union(*self.letters.values())
        self.said = [(record, event) for record in world.bus.records if (event := _event(record, dead))]

    @cached_property
    def events(self) -> dict[str, AnyEvent]:
        """Every event, by identity."""
        return {event.identity: event for _, event in self.said}

    def of(self, kind: type) -> list[AnyEvent]:
        """Every event of one kind."""
        return [event for event in self.events.values() if isinstance(event.data, kind)]


def check(world: World) -> None:
    """Raise AssertionError at the first law that is broken."""
    findings = Findings(world)
    for law in LAWS:
        for complaint in law(findings):
            raise AssertionError(f"{law.__name__.replace('_', ' ')}: {complaint}")


def _letters(world: World, group: Group) -> set[tuple[str, int, int]]:
    """Where the dead letters of a service came from."""
    topic = dead_letter_topic(group.service.name)
    found = (dict(record.headers) for record in world.bus.records if record.topic == topic)
    return {(h["topic"].decode(), int(h["partition"]), int(h["offset"])) for h in found}


def _event(record: BusRecord, dead: set[tuple[str, int, int]]) -> AnyEvent | None:
    if record.origin in dead or record.topic.endswith("dead-letter") or record.value is None:
        return None
    try:
        return read_event(record.topic, record.value)
    except (BadEventError, UnknownTypeError):
        return None


def everything_is_committed(found: Findings) -> Iterator[str]:
    for group in found.world.groups:
        if group.lag:
            yield f"{group.service.name} has {group.lag} records to go"


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
    for event in found.events.values():
        if not event.source.startswith("/lienthong/"):
            continue
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
    for group in found.world.groups:
        service = group.service
        streams: dict[str, list[AnyEvent]] = defaultdict(list)
        for event in found.events.values():
            if event.type in service.recorded_topics and not isinstance(event.data, claims.ClockTicked):
                streams[service.key(event)].append(event)
        if streams.keys() != group.store.documents.keys():
            yield f"{service.name} keeps {set(group.store.documents)} for {set(streams)}"
        for key, doc in group.store.documents.items():
            if service.dump(service.fold(streams[key])) != doc.state:
                yield f"{service.name} of {key}"


def what_follows_from_the_facts_is_on_the_bus(found: Findings) -> Iterator[str]:
    for group in found.world.groups:
        for key, doc in group.store.documents.items():
            now = max(doc.watermark, _present(found.world, doc.timeline))
            decision = group.service.decide(group.service.fold(doc.events), now)
            for event in decision.events:
                if event.identity not in found.events:
                    yield f"{group.service.name} never said {event.type} of {key}"


def _present(world: World, timeline: str) -> datetime:
    return world.now - (timedelta() if timeline == LIVE else BEHIND)


def nothing_is_lost(found: Findings) -> Iterator[str]:
    for group in found.world.groups:
        kept = {identity for doc in group.store.documents.values() for identity in doc.facts}
        for record, event in found.said:
            wanted = record.topic in group.service.topics and not isinstance(event.data, claims.ClockTicked)
            if wanted and event.identity not in kept:
                yield f"{group.service.name} does not know {event.type} {record.origin}"


def the_dead_letters_are_the_bad_records(found: Findings) -> Iterator[str]:
    for group in found.world.groups:
        bad = {origin for origin in found.world.people.bad if origin[0] in group.service.topics}
        if bad != found.letters[group.service.name]:
            yield f"{group.service.name}: {found.letters[group.service.name]} instead of {bad}"


def no_sweep_is_left_open(found: Findings) -> Iterator[str]:
    for group in found.world.groups:
        yield from (
            f"{group.service.name} of {key}" for key, d in group.store.documents.items() if d.unsent is not None
        )


Law = Callable[[Findings], Iterator[Any]]

LAWS: tuple[Law, ...] = (
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
