"""The workload: whole histories of real dossiers, many under way at once. Seeded, so always the same.

Histories are slow to make, because intake and routing decide every step of them. So some are made, and every dossier is
a copy of one, with a code and event ids of its own.
"""

import itertools
import json
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from bench.histories import History, make_history

HISTORIES = 120
"""How many different ones."""

START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
"""A Monday, 08:30 in Hanoi."""

EVENTS_OF_A_DOSSIER = 16
"""Roughly. So many times fewer dossiers are under way at once than there are events: most come to their end."""


@dataclass(frozen=True)
class Sent:
    """One record to be published, or, with partition and offset, as it is read."""

    topic: str
    key: bytes
    value: bytes
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Dossiers:
    """Dossiers by number, each a copy of one of a few histories."""

    seed: int = 1
    histories: list[History] = field(init=False)

    def __post_init__(self) -> None:
        self.histories = [
            make_history(number, self.seed, START + timedelta(minutes=number)) for number in range(HISTORIES)
        ]

    @staticmethod
    @cache
    def usual() -> "Dossiers":
        """Those that everything is measured with, made once."""
        return Dossiers()

    def records(self, number: int) -> list[Sent]:
        """The whole history of one dossier, as the deadline watch hears of it."""
        history = self.histories[number % HISTORIES]
        code = f"{history.code[:-4]}{number:07d}"
        return [Sent(topic, code.encode(), _copied(text, code)) for _, topic, text in history.events]

    def moments(self, number: int) -> list[list[Sent]]:
        """The same, what happened at one time together."""
        times = (time for time, *_ in self.histories[number % HISTORIES].events)
        timed = zip(times, self.records(number), strict=True)
        return [[record for _, record in together] for _, together in itertools.groupby(timed, lambda pair: pair[0])]


def _copied(text: str, code: str) -> bytes:
    event = json.loads(text)
    for name in ("id", "causationid"):
        if event[name]:
            event[name] = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{code}{event[name]}"))
    event["subject"], event["correlationid"] = code, f"s-{code}"
    if "submission_id" in event["data"]:
        event["data"]["submission_id"] = f"s-{code}"
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def under_way(events: int) -> int:
    """How many dossiers are under way at once in a stream of so many events: the distance between events of one."""
    return max(20, events // EVENTS_OF_A_DOSSIER)


def stream(dossiers: Dossiers, events: int, first: int = 0) -> Iterator[Sent]:
    """So many events of dossiers from this number on; two of the same one are as far apart as there are under way.

    Only what one moment brought stays together, as it is on the bus: whoever said it said it in one go.
    """
    numbers = itertools.count(first)
    turns = deque(deque(dossiers.moments(next(numbers))) for _ in range(under_way(events)))
    while events > 0:
        turn = turns.popleft()
        moment = turn.popleft()[:events]
        yield from moment
        events -= len(moment)
        turns.append(turn or deque(dossiers.moments(next(numbers))))
