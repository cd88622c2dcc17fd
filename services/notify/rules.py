"""The rules that notify goes by: how patiently a message is repeated, and since when agencies are told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.rule_days import ANY_RECORD

TELLS_MORE = ANY_RECORD
"""Agencies are told, and apologies withdrawn, for what happens from this day on, whenever it is heard of. If the day
were earlier, old letters would go out when a dossier of the year before is touched; if it were later, heads would
learn nothing until then."""


def tells_more(at: datetime) -> bool:
    """Tell whether something that became true at this moment falls under the rules of `TELLS_MORE`."""
    return at >= TELLS_MORE


@dataclass(frozen=True)
class Rules:
    """How patiently a message is repeated.

    Attributes:
        backoff: the waits after the first, the second, … failed attempt. The attempt after the last wait is the last.
            With shorter waits, messages fail for good while a mail server restarts; with longer ones, a citizen
            learns of a receipt a day late.
        outage: the longest wait while no carrier was asked, because our own service did not answer or a line was
            busy. Such a failure uses up no attempt.
        answer: how long a carrier that has a message may still answer for it. It is longer than a carrier's own
            patience (RFC 5321: ten minutes after the final dot); if it were shorter, late answers would not be
            recorded.
        round: letters to agencies wait for the next multiple of this span, counted from midnight UTC, so that many
            dossiers make one letter. If it were longer, heads would learn too late to act the same morning.
    """

    backoff: tuple[timedelta, ...] = (
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=8),
    )
    outage: timedelta = timedelta(minutes=15)
    answer: timedelta = timedelta(minutes=11)
    round: timedelta = timedelta(minutes=30)


PATIENT = Rules()
"""The rules of production."""
