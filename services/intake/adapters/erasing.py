"""Carries out erasures in intake's own store. What can not be erased now is ordered again: the error goes up."""

from collections.abc import Sequence
from typing import Protocol

from chassis.core.decision import Effect
from contracts.envelope import AnyEvent, Event
from contracts.intake import ApplicantErased
from services.intake.erasing import Erasing


class Erasable(Protocol):
    """The part of the store of persons that erases."""

    async def erase(self, submission: str, reference: str, /) -> None:
        """Erase the applicant of a submission; again, it changes nothing."""


class Eraser:
    """Erases applicants, and says so once they are gone."""

    def __init__(self, personal_data: Erasable) -> None:
        self._personal_data = personal_data

    async def apply(self, event: Event[ApplicantErased]) -> None:
        """Apply once more what was said, to a store that may be a copy from before.

        Raises:
            StoreError: the store is down.
        """
        await self._personal_data.erase(event.data.submission_id, event.data.reference)

    async def perform(self, effects: Sequence[Effect]) -> list[AnyEvent]:
        """Carry out orders to erase.

        Raises:
            StoreError: the store is down; nothing is said, and the orders come again.
        """
        told = list[AnyEvent]()
        for order in [effect.order for effect in effects if isinstance(effect.order, Erasing)]:
            await self._personal_data.erase(order.submission, order.reference)
            told += order.told
        return told
