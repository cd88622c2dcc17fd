"""States for readers outside the loop, HTTP above all: never one that other code has folded.

After an update, a document keeps the state that the old code folded until its next event comes, or `lienthong refold`
has come by. The shape of that state may be another one. So whoever asks for the document before then gets its facts
folded by the code of now. The answer is not stored: that is left to the loop and to `refold`, which write under guard.

A query still looks for what is stored. A document may be missed because the old code put a field elsewhere, and a
figure that the store adds up counts the old states; `outdated` tells how many there are.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from chassis.core.document import Document
from chassis.core.refold import fold_anew, is_outdated
from chassis.core.service import Service

RECOUNT_SECONDS = 30
"""How old the number of outdated documents may be, in seconds. A store may have to go through all documents to count
them. With less, questions that are asked often wait for that; with more, a refold that is over is believed later."""


class Head(NamedTuple):
    """A document as it is stored, without its facts: its key, the versions that folded its state, and the state."""

    key: str
    code: str
    state: dict[str, Any]


class Stored(Protocol):
    """The part of a store that is read."""

    def heads(self, query: Mapping[str, Any], limit: int = 0) -> AsyncIterator[Head]:
        """Every matching document; with a limit, not more than that, by key."""

    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        """The documents that exist, by key; with their facts if their history is wanted."""

    async def count_outdated(self, code: str) -> int:
        """How many documents were folded under other versions than these."""

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Figures over the documents."""


class States:
    """The states of one service's documents, as its code of now folds them.

    Args:
        service: by whose code and data a state has to be folded.
        store: where the documents are.
        seconds: a clock that never goes back.
    """

    def __init__(self, service: Service[Any], store: Stored, seconds: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._store = store
        self._seconds = seconds
        self._counting = asyncio.Lock()
        self._counted = 0
        self._recount_at = float("-inf")

    async def state_of(self, query: Mapping[str, Any]) -> dict[str, Any] | None:
        """The state of one matching document."""
        async for head in self._store.heads(query, 1):
            return await self._current(head)
        return None

    async def states(self, query: Mapping[str, Any], limit: int = 0) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Key and state of every matching document; with a limit, of not more than that, by key.

        A state that was folded anew for this may no longer match.
        """
        async for head in self._store.heads(query, limit):
            yield head.key, await self._current(head)

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Figures over the documents as they are stored: the store adds them up, and knows no fold."""
        return await self._store.aggregate(pipeline)

    async def outdated(self) -> int:
        """How many documents wait for their next event or a refold, with a state that other code has folded.

        The number is at most `RECOUNT_SECONDS` old. Who asks while it is counted waits for that count.
        """
        async with self._counting:
            if self._seconds() >= self._recount_at:
                self._counted = await self._store.count_outdated(self._service.code)
                self._recount_at = self._seconds() + RECOUNT_SECONDS
            return self._counted

    async def _current(self, head: Head) -> dict[str, Any]:
        if head.code == self._service.code:
            return head.state
        doc = (await self._store.load([head.key], with_history=True))[head.key]
        if is_outdated(doc, self._service):  # else the loop or a refold was faster
            fold_anew(doc, self._service)
        return doc.state
