"""What the streams and the stores of the services owe each other."""

from collections import defaultdict
from collections.abc import Iterator

from chassis.core.service import NOWHERE
from contracts.envelope import AnyEvent
from contracts.watermarks import TELL_TIME
from tests.laws.findings import Findings


def the_dead_letters_are_the_bad_records(found: Findings) -> Iterator[str]:
    for name, service in found.services.items():
        bad, dead = {origin for origin in found.bad if origin[0] in service.topics}, set(found.dead[name])
        yield from (f"{name} put aside {origin}, which is good" for origin in sorted(dead - bad))
        yield from (f"{name} did not put aside {origin}" for origin in sorted(bad - dead))


def nothing_is_lost(found: Findings) -> Iterator[str]:
    """Every event is known to every service that it concerns."""
    for name, service in found.services.items():
        kept = {identity for document in found.documents(name).values() for identity in document.facts}
        for identity, event in found.events.items():
            wanted = event.type in service.topics and not isinstance(event.data, TELL_TIME)
            if wanted and identity in found.taken and identity not in kept:
                yield f"{name} does not know {event.type} of {event.subject}, {event.id}"


def the_streams_fold_to_what_is_stored(found: Findings) -> Iterator[str]:
    """What a service said itself it keeps, even where others can not take it because its clock ran ahead."""
    for name, service in found.services.items():
        own = {payload.TYPE for payload in service.emits}
        streams: dict[str, list[AnyEvent]] = defaultdict(list)
        for identity, event in found.events.items():
            recorded = event.type in service.recorded_topics and not isinstance(event.data, TELL_TIME)
            if recorded and (identity in found.taken or event.type in own):
                streams[service.key(event)].append(event)
        streams.pop(NOWHERE, None)
        documents = found.documents(name)
        for key in sorted(streams.keys() ^ documents.keys()):
            yield f"{name} of {key} is missing in the {'store' if key in streams else 'streams'}"
        for key in streams.keys() & documents.keys():
            if service.dump(service.fold(streams[key])) != documents[key].state:
                yield f"{name} of {key}"


def what_follows_from_the_facts_is_on_the_bus(found: Findings) -> Iterator[str]:
    """Nor is an effect left undone, or a timer asleep."""
    for service, key, document in found.all_documents():
        assert document.stream_time is not None
        present = found.present(document.timeline)
        decision = service.decide(service.fold(document.events), max(document.stream_time, present))
        for event in decision.events:
            if event.identity not in found.events:
                yield f"{service.name} never said {event.type} of {key}"
        if decision.effects:
            yield f"{service.name} never did {decision.effects} for {key}"
        if decision.timer and decision.timer.at <= found.present(decision.timer.timeline):
            yield f"{service.name} never woke up for {key} at {decision.timer.at}"


def no_sweep_is_left_open(found: Findings) -> Iterator[str]:
    for service, key, document in found.all_documents():
        if document.unsent is not None:
            yield f"{service.name} of {key}"


STORES = (
    the_dead_letters_are_the_bad_records,
    nothing_is_lost,
    the_streams_fold_to_what_is_stored,
    what_follows_from_the_facts_is_on_the_bus,
    no_sweep_is_left_open,
)
