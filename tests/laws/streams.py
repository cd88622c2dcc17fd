"""What has to be true of everything that was said, on whatever bus."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from contracts import claims, intake, notify, rating, sla
from tests.laws.findings import Findings

ANSWERS = (
    intake.DossierReceived,
    intake.DossierRefused,
    intake.DossierSupplementRequested,
    intake.DossierWithdrawn,
)
"""What an application is answered with."""

ANSWERS_TO_WAITS = (intake.DossierSupplemented,)
"""One act of a citizen may answer two agencies: two events that differ in their ids alone."""

OF_CITIZENS = (rating.RatingSubmitted,)
"""What citizens say by a service's desk: they may give the same answers as often as they like."""


def every_submission_is_answered(found: Findings) -> Iterator[str]:
    answered = {event.correlationid for event in found.events.values() if isinstance(event.data, ANSWERS)}
    for event in found.of(claims.IntakeSubmitted):
        if isinstance(event.data.claim, claims.Application) and event.correlationid not in answered:
            yield event.correlationid


def the_same_event_has_the_same_bytes(found: Findings) -> Iterator[str]:
    first: dict[str, Any] = {}
    for record, event in found.said:
        said = event.data if (event.source, event.type) in found.stamped_anew else record.value
        if first.setdefault(event.identity, said) != said:
            yield f"{event.type} {event.identity}"


def nothing_is_said_twice_under_two_ids(found: Findings) -> Iterator[str]:
    """What is said again after it was taken back has an id of its own."""
    meant: dict[tuple[object, ...], str] = {}
    for event in found.events.values():
        own = event.source.startswith("/lienthong/") and not isinstance(event.data, (*ANSWERS_TO_WAITS, *OF_CITIZENS))
        if not own or event.id in found.taken_back:
            continue
        meaning = (event.type, event.subject, event.time, event.causationid, event.data.model_dump_json())
        if meant.setdefault(meaning, event.id) != event.id:
            yield f"{event.type} of {event.subject}"


def at_most_one_overdue_holds_for_a_deadline(found: Findings) -> Iterator[str]:
    yield from _more_than_once(Counter((event.subject, event.data.deadline) for event in found.standing))


def each_rung_is_climbed_once(found: Findings) -> Iterator[str]:
    climbed = Counter(
        (event.subject, event.data.deadline, event.data.due, event.data.rung, event.data.reason)
        for event in found.of(sla.DossierEscalated)
    )
    yield from _more_than_once(climbed)


def no_missed_date_has_two_letters(found: Findings) -> Iterator[str]:
    yield from _more_than_once(Counter((event.subject, event.data.due) for event in found.of(notify.LetterIssued)))


def every_missed_date_has_a_letter(found: Findings) -> Iterator[str]:
    letters = Counter(event.subject for event in found.of(notify.LetterIssued))
    missed = {(event.subject, event.data.due) for event in found.standing if event.data.deadline == sla.WHOLE}
    for subject, dates in Counter(subject for subject, _ in missed).items():
        if letters[subject] < dates:
            yield f"{subject}: {letters[subject]} letters for {dates} dates"


def no_rating_counts_twice(found: Findings) -> Iterator[str]:
    """One for each dossier and holder, and none that was never submitted."""
    submitted = {event.id: event for event in found.of(rating.RatingSubmitted)}
    counted = [event.data.rating_id for event in found.of(rating.RatingCounted)]
    yield from (f"{rating_id}: never submitted" for rating_id in counted if rating_id not in submitted)
    origins = [submitted[rating_id] for rating_id in counted if rating_id in submitted]
    yield from _more_than_once(Counter((event.subject, event.data.holder) for event in origins))


def daily_numbers_have_no_gap_and_no_repeat(found: Findings) -> Iterator[str]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in found.of(intake.DossierReceived):
        series, _, number = event.subject.rpartition("-")
        numbers[series].append(int(number))
    for series, given in numbers.items():
        if sorted(given) != list(range(1, len(given) + 1)):
            yield f"{series}: {sorted(given)}"


def _more_than_once(counted: Counter[Any]) -> Iterator[str]:
    yield from (f"{what} {count} times" for what, count in counted.items() if count > 1)


STREAMS = (
    every_submission_is_answered,
    the_same_event_has_the_same_bytes,
    nothing_is_said_twice_under_two_ids,
    at_most_one_overdue_holds_for_a_deadline,
    each_rung_is_climbed_once,
    no_missed_date_has_two_letters,
    every_missed_date_has_a_letter,
    no_rating_counts_twice,
    daily_numbers_have_no_gap_and_no_repeat,
)
