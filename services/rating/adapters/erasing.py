"""Carries out erasures in rating's own store. What can not be erased now is ordered again: the error goes up."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, Protocol

from chassis.core.decision import Effect
from contracts.envelope import AnyEvent, Event
from contracts.intake import ApplicantErased
from services.rating import queries
from services.rating.decide import ErasingWords


class Documents(Protocol):
    """The part of the store that tells which feedback is about a dossier."""

    def states(self, query: Mapping[str, Any], /) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Key and stored state of every matching document."""


class ErasableWords(Protocol):
    """The part of the store of words that erases."""

    async def erase(self, references: Collection[str], /) -> None:
        """Erase the words of these feedbacks; again, it changes nothing."""


class WordEraser:
    """Erases the words of feedback about the dossiers of erased applicants."""

    def __init__(self, documents: Documents, words: ErasableWords) -> None:
        self._documents = documents
        self._words = words

    async def apply(self, event: Event[ApplicantErased]) -> None:
        """Apply once more what was said, to a store that may be a copy from before.

        Raises:
            StoreError: the store is down.
        """
        await self._erase(event.subject)

    async def _erase(self, dossier: str) -> None:
        await self._words.erase([key async for key, _ in self._documents.states(queries.feedback_about(dossier))])

    async def perform(self, effects: Sequence[Effect]) -> list[AnyEvent]:
        """Carry out orders to erase.

        Raises:
            StoreError: the store is down; nothing is said, and the orders come again.
        """
        told = list[AnyEvent]()
        for order in [effect.order for effect in effects if isinstance(effect.order, ErasingWords)]:
            await self._erase(order.dossier)
            told.append(order.told)
        return told
