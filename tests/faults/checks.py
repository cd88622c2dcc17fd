"""The laws of a real shop at rest: those of any run, and those that only a real shop can judge."""

from collections import Counter
from collections.abc import Callable, Iterator

from contracts import claims, notify, rating
from tests.faults.evidence import Evidence
from tests.laws.all import LAWS

Check = Callable[[Evidence], Iterator[str]]


def every_acknowledged_submission_is_in_the_streams(found: Evidence) -> Iterator[str]:
    there = {event.subject for event in found.of(claims.IntakeSubmitted)}
    yield from sorted(found.acknowledged.submissions - there)
    rated = {event.id for event in found.of(rating.RatingSubmitted)}
    yield from sorted(found.acknowledged.ratings - rated)


def every_replay_equals_its_store(found: Evidence) -> Iterator[str]:
    for name, one in found.comparisons.items():
        yield from (f"{name}: {key} differs {both}" for key, both in one.different.items())
        yield from (f"{name}: {key} is missing in the store" for key in one.missing_live)
        yield from (f"{name}: {key} is missing in the streams" for key in one.missing_streams)


def no_record_is_bad_but_those_sent_so(found: Evidence) -> Iterator[str]:
    if found.sent_bad is not None:
        yield from (f"{place} can not be read" for place in found.bad - found.sent_bad)
        yield from (f"{place} was sent as bad and is read" for place in found.sent_bad - found.bad)


def every_message_sent_lies_in_the_outbox_once(found: Evidence) -> Iterator[str]:
    lying = Counter(found.outbox)
    yield from (f"{name} lies there {count} times" for name, count in lying.items() if count > 1)
    sent = [event.data.message_id for event in found.of(notify.NotificationSent)]
    yield from (f"{name} was sent {count} times" for name, count in Counter(sent).items() if count > 1)
    yield from (f"{name} was sent and does not lie there" for name in set(sent) - lying.keys())


CHECKS: tuple[Check, ...] = (
    every_acknowledged_submission_is_in_the_streams,
    *LAWS,
    every_replay_equals_its_store,
    no_record_is_bad_but_those_sent_so,
    every_message_sent_lies_in_the_outbox_once,
)


def breaches(found: Evidence) -> dict[str, list[str]]:
    """The breaches of every law; empty lists where it holds."""
    return {check.__name__.replace("_", " "): list(check(found)) for check in CHECKS}
