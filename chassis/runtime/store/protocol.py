"""The store as the loop sees it. `MongoStore` and `MemoryStore` have it; one test suite holds both to it."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from chassis.core.document import Document
from chassis.core.stream_time import Timeline, Told


class TimelineStore(Protocol):
    """The progress of one service on each timeline, shared by all its instances."""

    async def hear(self, told: Sequence[Told]) -> None:
        """Remember the ticks of timelines, and how far the services upstream are; nobody goes back."""

    async def timeline(self, name: str) -> Timeline:
        """The progress on one timeline."""

    async def open_timelines(self) -> set[str]:
        """Names of the timelines on which a tick was told and may not be passed on yet."""

    async def digested(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        """Note the ticks up to which everything is on record, by partition."""

    async def passed_on(self, timeline: str, tick: datetime) -> None:
        """Note that those downstream were told of a tick. It, and those before it, need not be kept."""

    async def acted(self, timeline: str, moments: Mapping[int, datetime]) -> None:
        """Note the ticks up to which everything due is done, by partition. None goes back."""

    async def clocks(self, partitions: Iterable[int]) -> dict[tuple[str, int], datetime]:
        """The present on every timeline but the live one, by timeline and partition."""


class Store(TimelineStore, Protocol):
    """The documents of one service, and how far it is on each timeline."""

    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        """The documents that exist, by key; with their facts if their history is wanted."""

    async def save(self, documents: Sequence[Document]) -> set[str]:
        """Write each document, which has new facts, unless somebody was faster; raise its version.

        Returns the keys that lost. A save that raises may have been carried out or not, for all documents alike.
        """

    async def due(self, partitions: Iterable[int], timeline: str, now: datetime, limit: int) -> list[str]:
        """Keys of documents whose time has come, at most `limit`: by partition, then most urgent first, then by key."""

    async def move_due(self, documents: Sequence[Document]) -> None:
        """Store `due`, `timeline` and `unsent` of documents that nobody else has saved since."""

    async def outdated(self, code: str, after: str, limit: int) -> list[str]:
        """Keys of documents that were folded under other versions than these, by key, beginning after one."""

    async def count_outdated(self, code: str) -> int:
        """Number of documents that were folded under other versions than these."""

    async def put_states(self, documents: Sequence[Document]) -> set[str]:
        """Write what folding anew changes in each document, its line and `due` too, unless somebody has saved it since.

        Returns the keys that lost. No version is raised: facts and what was said stay as they are, and whoever has
        loaded the document can still save it. So this may be broken off anywhere, and come beside anybody.
        """

    async def allot(self, series: str, holders: Sequence[str]) -> dict[str, int]:
        """Numbers of a series from 1, one for each holder, without gaps; a holder keeps its number."""

    def report_rows(self, first: str, last: str, *, most: bool = False) -> AsyncIterator[list[str]]:
        """Texts that documents keep for reports, in pages: all whose places lie between two, both included.

        `most` says that these are most of all there are. It changes how they are looked for, not what is found.
        """
