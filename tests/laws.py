"""What has to be true of everything that was said, on whatever bus. A law yields a complaint for each breach."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Any, Protocol

from contracts import claims, intake, notify, rating, sla
from contracts.envelope import AnyEvent

ANSWERS = (
    intake.DossierReceived,
    intake.DossierRefused,
    intake.DossierSupplementRequested,
    intake.DossierWithdrawn,
)
"""What an application is answered with."""

STAMPED_ANEW = {("/portal/http", "intake.submitted"), ("/lienthong/rating", "rating.submitted")}
"""Claims that an HTTP API makes: a request sent again gets the same id and content, but the time of its arrival."""


class Record(Protocol):
    """One record of a bus."""

    @property
    def value(self) -> bytes | None:
        """The event."""


class Streams:
    """All events on the bus, in the order of each partition; what nobody could read is left out."""

    def __init__(self, said: Sequence[tuple[Record, AnyEvent]]) -> None:
        self.said = said

    @cached_property
    def events(self) -> dict[str, AnyEvent]:
        """Every event once, by identity."""
        found: dict[str, AnyEvent] = {}
        for _, event in self.said:
            found.setdefault(event.identity, event)
        return found

    def of(self, kind: type) -> list[AnyEvent]:
        """Every event of one kind, once."""
        return [event for event in self.events.values() if isinstance(event.data, kind)]


Law = Callable[[Streams], Iterator[str]]


def every_application_is_answered(found: Streams) -> Iterator[str]:
    answered = {event.correlationid for event in found.events.values() if isinstance(event.data, ANSWERS)}
    for event in found.of(claims.IntakeSubmitted):
        if isinstance(event.data.claim, claims.Application) and event.correlationid not in answered:
            yield event.correlationid


def the_same_event_has_the_same_bytes(found: Streams) -> Iterator[str]:
    first: dict[str, Any] = {}
    for record, event in found.said:
        said = event.data if (event.source, event.type) in STAMPED_ANEW else record.value
        if first.setdefault(event.identity, said) != said:
            yield f"{event.type} {event.identity}"


def nothing_is_said_twice_under_two_ids(found: Streams) -> Iterator[str]:
    meant: dict[tuple[object, ...], str] = {}
    for event in found.events.values():
        if not event.source.startswith("/lienthong/"):
            continue
        meaning = (event.type, event.subject, event.time, event.causationid, event.data.model_dump_json())
        if meant.setdefault(meaning, event.id) != event.id:
            yield f"{event.type} of {event.subject}"


def at_most_one_overdue_holds_for_a_deadline(found: Streams) -> Iterator[str]:
    yield from _more_than_once(Counter((event.subject, event.data.deadline) for event in _standing(found)))


def each_rung_is_climbed_once(found: Streams) -> Iterator[str]:
    escalated = found.of(sla.DossierEscalated)
    yield from _more_than_once(
        Counter((one.subject, one.data.deadline, one.data.due, one.data.rung, one.data.reason) for one in escalated)
    )


def one_letter_for_a_missed_date(found: Streams) -> Iterator[str]:
    letters = found.of(notify.LetterIssued)
    yield from _more_than_once(Counter((one.subject, one.data.due) for one in letters))
    written = Counter(one.subject for one in letters)
    missed = Counter(one.subject for one in _standing(found) if one.data.deadline == sla.WHOLE)
    yield from (f"{dossier}: no letter" for dossier, dates in missed.items() if written[dossier] < dates)


def no_message_is_sent_twice(found: Streams) -> Iterator[str]:
    yield from _more_than_once(Counter(event.data.message_id for event in found.of(notify.NotificationSent)))


def a_rating_counts_once_for_a_dossier_and_holder(found: Streams) -> Iterator[str]:
    submitted = {event.id: event for event in found.of(rating.RatingSubmitted)}
    published = found.of(rating.RatingCounted)
    yield from (f"{one.data.rating_id}: never submitted" for one in published if one.data.rating_id not in submitted)
    origins = [submitted[one.data.rating_id] for one in published if one.data.rating_id in submitted]
    yield from _more_than_once(Counter((one.subject, one.data.holder) for one in origins))


def daily_numbers_have_no_gap_and_no_repeat(found: Streams) -> Iterator[str]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in found.of(intake.DossierReceived):
        series, _, number = event.subject.rpartition("-")
        numbers[series].append(int(number))
    for series, given in numbers.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield f"{series}: {sorted(given)}"


def _standing(found: Streams) -> list[AnyEvent]:
    """Every overdue that was not taken back."""
    taken_back = {event.data.overdue_id for event in found.of(sla.DossierOverdueRetracted)}
    return [event for event in found.of(sla.DossierOverdue) if event.id not in taken_back]


def _more_than_once(counted: Counter[Any]) -> Iterator[str]:
    yield from (f"{what} {count} times" for what, count in counted.items() if count > 1)


LAWS: tuple[Law, ...] = (
    every_application_is_answered,
    the_same_event_has_the_same_bytes,
    nothing_is_said_twice_under_two_ids,
    at_most_one_overdue_holds_for_a_deadline,
    each_rung_is_climbed_once,
    one_letter_for_a_missed_date,
    no_message_is_sent_twice,
    a_rating_counts_once_for_a_dossier_and_holder,
    daily_numbers_have_no_gap_and_no_repeat,
)
