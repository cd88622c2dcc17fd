"""Attempts under way: a batch waits for them a little, and hears of the others later.

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
"""Attempts on one line at the same time. With more, mail servers refuse connections; with fewer, a slow server holds up
all other messages."""

DEAD_AFTER = 3
"""Failures of a line in one batch after which the rest of the batch does not try it. If it were larger, a batch would
hold its partitions while it waits for a dead server; if it were smaller, one refused mail would stop all others."""

STALL_SECONDS = 5.0
"""A batch goes on waiting only if in so many seconds some attempt came to its end. If it were shorter, attempts that
take a moment would have to be asked after; if it were longer, one slow server would hold up every dossier of the
batch's partitions."""

STALLS = 6
"""The longest wait of a batch, in units of `STALL_SECONDS`: half a minute, whatever progress there is. If it were
larger, a steady trickle of slow mails would hold the batch's partitions for minutes."""

LEASE = timedelta(minutes=2)
"""An attempt that was not ordered again for so long gives nothing to its carrier: its dossier has gone to another
instance, or needs it no more. If it were shorter than the time between two sweeps, slow servers would never be reached;
if it were longer, two instances could send one message."""

KEPT = timedelta(days=1)
"""The time for which the result of an attempt is remembered that nobody asks after. While a backlog is worked off, no
sweep asks: if the time were shorter than that takes, the attempt would be begun again. If it were longer, results of
dossiers that went to other instances would take up memory."""


@dataclass(frozen=True)
class Result:
    """The result of an attempt.

    Attributes:
        medium: the medium that was tried.
        at: the moment since which this is known, by the wall clock.
        segments: for a text message, the number of its segments.
        error: why it failed; None: it was sent.
    """

    medium: Medium
    at: datetime
    segments: int = 0
    error: CarrierError | None = None


@dataclass(eq=False)
class Attempt:
    """One attempt to carry out orders: one order to a citizen, or all orders to one post that came together.

    Attributes:
        orders: the orders that it carries out.
        ordered_at: the moment at which it was ordered last.
        line: the line that it uses, or waits for.
        handed: its carrier may have the message.
        left: it has outlived the batch that began it.
    """

    orders: tuple[Order, ...]
    ordered_at: datetime
    line: "Line | None" = None
    handed: bool = False
    left: bool = False
    task: "asyncio.Task[Result]" = field(init=False)

    @property
    def is_live(self) -> bool:
        """The wall clock tells its time. On timelines that ticks tell, no tick may overtake an outcome."""
        return self.orders[0].cause.timeline == LIVE

    @property
    def begun(self) -> bool:
        """It has its place on the line."""
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
        if sum(holder.left for holder in self.holders) >= AT_ONCE:
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
    """Counts the failures of one batch on each line that it uses."""

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
"""The id of the message and the number of the attempt."""


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
