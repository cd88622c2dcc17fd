"""The personal data of the simulated world: what was erased, when, and what is written after that."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from chassis.core.service import Perform
from chassis.runtime.store.memory import MemoryStore
from services.intake.adapters.erasing import Eraser
from services.notify.adapters.erasing import Forgetter
from services.rating.adapters.erasing import WordEraser
from tests.simulation.wire import Wire


class Archive:
    """What all services have erased of persons, by the wall clock.

    Attributes:
        applicants: since when the row of each reference is gone.
        words: the same of the words of each feedback.
        messages: the same of what was kept of each message.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.applicants: dict[str, datetime] = {}
        self.words: dict[str, datetime] = {}
        self.messages: dict[str, datetime] = {}
        self._clock = clock

    def erase(self, kind: dict[str, datetime], names: Collection[str]) -> None:
        """It is gone; again, it changes nothing."""
        for name in names:
            kind.setdefault(name, self._clock())


class FarArchive:
    """One process's way to the archive."""

    def __init__(self, archive: Archive, wire: Wire) -> None:
        self._archive = archive
        self._wire = wire

    async def erase_applicant(self, _submission: str, reference: str) -> None:
        """What intake's store of persons does."""
        await self._erase(self._archive.applicants, [reference])

    async def erase_words(self, references: Collection[str]) -> None:
        """What rating's store of words does."""
        await self._erase(self._archive.words, references)

    async def forget(self, message_ids: Sequence[str]) -> None:
        """What notify's spool does."""
        await self._erase(self._archive.messages, message_ids)

    async def _erase(self, kind: dict[str, datetime], names: Collection[str]) -> None:
        await self._wire.store("erase")
        self._archive.erase(kind, names)
        await self._wire.store("erased")


class Applicants:
    """Intake's store of persons, as far as erasing asks it."""

    def __init__(self, far: FarArchive) -> None:
        self.erase = far.erase_applicant


class Words:
    """Rating's store of words, as far as erasing asks it."""

    def __init__(self, far: FarArchive) -> None:
        self.erase = far.erase_words


class Feedback:
    """Rating's documents, as far as erasing asks them."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def states(self, query: Mapping[str, Any]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """All feedback about one dossier."""
        (wanted,) = query.values()
        for key, doc in sorted(self._store.documents.items()):
            if (doc.state.get("feedback") or {}).get("dossier") == wanted:
                yield key, doc.state


def applicant_eraser(archive: Archive, wire: Wire) -> Eraser:
    """What intake does outside, through one process's wire."""
    return Eraser(Applicants(FarArchive(archive, wire)))


def forgetter(archive: Archive, wire: Wire, deliver: Perform) -> Forgetter:
    """What notify does outside beside delivering, through one process's wire."""
    return Forgetter(FarArchive(archive, wire).forget, deliver)


def word_eraser(archive: Archive, wire: Wire, store: MemoryStore) -> WordEraser:
    """What rating does outside, through one process's wire."""
    return WordEraser(Feedback(store), Words(FarArchive(archive, wire)))
