"""From which days on stricter rules count, so that older streams still fold to what they folded to.

A rule of this kind counts for the records that the bus took in on its day or later, by the broker's own stamp. What
was taken in before, and what was kept before the stamp was, follows the older rule, at any replay.
"""

from datetime import UTC, datetime

ANY_RECORD = datetime(2026, 11, 28, tzinfo=UTC)
"""From here on the claims of a record are bounded: its time, a second birth, history, far targets, agencies that nobody
knows. An early report waits; and CloudEvents in binary mode are read, which were put aside before. An earlier day would
change what streams fold to; a later one would believe the liars longer."""

NO_PERSONAL_DATA = datetime(2026, 11, 28, 12, tzinfo=UTC)
"""From here on a claim whose words hold an e-mail address, a phone number or an identity number is refused, as are
officer codes and attributes that nobody declared. An earlier moment would refuse reports that wait for their answer in
older streams; a later one would let personal data spread to all readers for longer."""


def bounds_claims(taken_in: datetime | None) -> bool:
    """Tell whether the rules of `ANY_RECORD` count for a record, by when the bus took it in; None: not kept."""
    return taken_in is not None and taken_in >= ANY_RECORD


def refuses_personal_data(taken_in: datetime | None) -> bool:
    """Tell whether the rules of `NO_PERSONAL_DATA` count for a record, by when the bus took it in; None: not kept."""
    return taken_in is not None and taken_in >= NO_PERSONAL_DATA
