"""Removes from the mail spool what lies there of an erased applicant, where the spool may be a copy from before."""

from collections.abc import Mapping
from typing import Any, Protocol

from contracts.envelope import Event
from contracts.intake import ApplicantErased
from services.notify import queries
from services.notify.adapters.delivery import Forget


class States(Protocol):
    """The part of the store that tells the messages of a dossier."""

    async def state_of(self, query: Mapping[str, Any], /) -> dict[str, Any] | None:
        """The stored state of one matching document; None if there is none."""


class SpoolEraser:
    """Applies erasures to the mail spool."""

    def __init__(self, states: States, forget: Forget) -> None:
        self._states = states
        self._forget = forget

    async def apply(self, event: Event[ApplicantErased]) -> None:
        """Remove what lies there of the messages to this applicant that were caused before the erasure.

        Raises:
            StoreError: the store is down.
            OSError: the folder does not let go of a file.
        """
        state = await self._states.state_of(queries.of_document(event.subject))
        await self._forget(queries.told_until(state, event.time))
