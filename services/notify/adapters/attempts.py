"""Attempts under way: a batch waits for them a little, and is told later what has become of the rest.

A batch holds its partitions while it waits, and a mail server may take ten minutes to answer.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts.envelope import LIVE
from contracts.notify import Medium
from services.notify.adapters.carrier import CarrierError, NotAskedError
from services.notify.decide import Order

AT_ONCE = 8
"""Attempts on one line at the same time. More, and mail servers refuse us; fewer, and a slow one holds up the rest."""

DEAD_AFTER = 3
"""Failures of a line after which the rest of a batch does not wait for it: the batch holds its partitions meanwhile."""

STALL_SECONDS = 5.0
"""A batch goes on waiting only if in so many seconds some attempt came to its end. Shorter, and what takes a moment
costs a second look; longer, and one slow server holds up every dossier of its partitions."""

STALLS = 6
"""The longest wait of a batch, in `STALL_SECONDS`: half a minute, whatever progress there is."""

LEASE = timedelta(minutes=2)
"""An attempt that was not ordered again for so long gives nothing to its carrier: its dossier has gone to another
instance, or needs it no more. Shorter than the longest time between two sweeps, and slow servers are never reached."""

KEPT = timedelta(days=1)
"""How long it is remembered what came of an attempt that nobody asks after. Shorter than a backlog takes, during which
no sweep asks, and it is begun again; longer, and what went to other instances takes up memory."""


@dataclass(frozen=True)
class Result:
    """What came of an attempt.

    Attributes:
        medium: how it was to go out.
        at: when this was known.
        segments: of a text message, how many.
        error: why it failed; None: it was sent.
    """

    medium: Medium
    at: datetime
    segments: int = 0
    error: CarrierError | None = None


@dataclass(eq=False)
class Attempt:
    """One attempt to carry out orders: one order of a citizen's, or all of an agency's that came together.

    Attributes:
        orders: what it carries out.
        ordered_at: when it was ordered last.
        line: on which line it is, or waits to be.
        handed: whether its carrier may have it.
        left: whether it has outlived the batch that began it.
    """

    orders: tuple[Order, ...]
    ordered_at: datetime
    line: "Line | None" = None
    handed: bool = False
    left: bool = False
    task: "asyncio.Task[Result]" = field(init=False)

    @property
    def is_live(self) -> bool:
        """Whether the wall clock tells its time; on timelines that ticks tell, no tick may overtake an outcome."""
        return self.orders[0].cause.timeline == LIVE

    @property
    def begun(self) -> bool:
        """Whether it has its place on the line."""
        return self.line is not None and self in self.line.holders


class Line:
    """One way out, such as email, shared by all batches of this process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.holders = set[Attempt]()
        self._gate = asyncio.Semaphore(AT_ONCE)

    @asynccontextmanager
    async def place(self, attempt: Attempt) -> AsyncIterator[None]:
        """Wait for a place.

        Raises:
            NotAskedError: attempts that outlived their batches have them all, and nobody knows for how long.
        """
        if sum(one.left for one in self.holders) >= AT_ONCE:
            raise NotAskedError(f"{self.name}: busy")
        attempt.line = self
        async with self._gate:
            self.holders.add(attempt)
            try:
                yield
            finally:
                self.holders.discard(attempt)


class Lines:
    """All lines of this process, by name."""

    def __init__(self) -> None:
        self._lines = dict[str, Line]()

    def __getitem__(self, name: str) -> Line:
        """The line of this name."""
        return self._lines.setdefault(name, Line(name))


class Round:
    """What one batch has learnt of the lines it uses."""

    def __init__(self) -> None:
        self._failures = Counter[str]()

    @asynccontextmanager
    async def on(self, line: Line, attempt: Attempt) -> AsyncIterator[None]:
        """Use a line unless it is known to be dead.

        Raises:
            CarrierError: it is.
        """
        async with line.place(attempt):
            if self._failures[line.name] >= DEAD_AFTER:
                raise CarrierError(f"{line.name}: not tried, the line is down")
            try:
                yield
            except CarrierError as error:
                self._failures[line.name] += error.down
                raise


async def wait_for(attempts: Collection[Attempt]) -> None:
    """Wait until all are through, or none was for a while; on timelines that ticks tell, until all are."""
    if history := {attempt.task for attempt in attempts if not attempt.is_live}:
        await asyncio.wait(history)
    pending = {attempt.task for attempt in attempts if attempt.is_live}
    for _ in range(STALLS):
        if not pending:
            return
        done, pending = await asyncio.wait(pending, timeout=STALL_SECONDS)
        if not done:
            return


Key = tuple[str, int]
"""Message and number of the attempt."""


class UnderWay:
    """The attempts that were begun and not told of yet."""

    def __init__(self) -> None:
        self._attempts = dict[Key, Attempt]()

    def get(self, key: Key) -> Attempt | None:
        """The attempt, if it is one of this process's."""
        return self._attempts.get(key)

    def add(self, attempt: Attempt) -> None:
        """Remember it under each of its orders."""
        for order in attempt.orders:
            self._attempts[order.message_id, order.attempt] = attempt

    def drop(self, key: Key) -> None:
        """It was told of."""
        self._attempts.pop(key, None)

    def forget(self, now: datetime, asked: Collection[Key]) -> None:
        """Drop what nobody has asked after for long, nor asks after now, and what came to nothing."""
        for key, attempt in list(self._attempts.items()):
            task = attempt.task
            if not task.done():
                continue
            if task.cancelled() or task.exception() or (key not in asked and task.result().at + KEPT < now):
                self.drop(key)

    async def close(self) -> None:
        """Stop what is under way. What a carrier may have is on record as doubtful; the rest will be begun anew."""
        tasks = {attempt.task for attempt in self._attempts.values()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
