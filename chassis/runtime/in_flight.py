"""A batch in flight, and the one before it, which may still be at work."""

import asyncio
from collections.abc import Set as AbstractSet
from typing import Self


class BehindError(Exception):
    """The batch before was given up: what has to come after it can not be done."""


class InFlightBatch:
    """A batch that was read and is not saved, published and committed yet.

    Attributes:
        owned: the partitions of this instance, as they were assigned when it was given the batch.
        keys: the documents that the batch works at; None while that is not known, and it may be any.
        done: whether everything of it is saved and published.
    """

    def __init__(self, owned: frozenset[int] = frozenset(), predecessor: Self | None = None) -> None:
        self.owned = owned
        self.keys: AbstractSet[str] | None = None
        self.done = False
        self._predecessor = predecessor
        self._ended = asyncio.Event()

    def end(self, *, done: bool) -> None:
        """Everything is saved and published; or, if not `done`, given up."""
        self.done, self._predecessor = done, None
        self._ended.set()

    async def ended(self) -> bool:
        """Wait until everything is saved and published (True), or given up (False)."""
        await self._ended.wait()
        return self.done

    def waits_for(self, key: str) -> bool:
        """True if the batch before this one has this document, too, and is not done."""
        before = self._predecessor
        return before is not None and not before.done and (before.keys is None or key in before.keys)

    async def predecessor_done(self) -> None:
        """Wait until the batch before this one is done.

        Raises:
            BehindError: it was given up.
        """
        if self._predecessor is not None and not await self._predecessor.ended():
            raise BehindError("the batch before this one was given up")
