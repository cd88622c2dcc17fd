"""Removes what notify keeps of an erased applicant: what lies in the mail spool of the messages to them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog

from chassis.core.decision import Effect
from chassis.core.fault import is_of_process
from chassis.core.service import Perform
from contracts.envelope import AnyEvent, Event
from contracts.intake import ApplicantErased
from services.notify import queries
from services.notify.forgetting import Forgetting

log = structlog.get_logger(__name__)

Forget = Callable[[Sequence[str]], Awaitable[None]]
"""Removes what is kept of messages, by their ids; what is not there is no error. Raises OSError where it can not."""


class Forgetter:
    """Carries out orders to forget, beside those to deliver.

    Args:
        forget: removes what is kept of messages.
        deliver: carries out all other orders.
    """

    def __init__(self, forget: Forget, deliver: Perform) -> None:
        self._forget = forget
        self._deliver = deliver

    async def perform(self, effects: Sequence[Effect]) -> list[AnyEvent]:
        """Deliver, then remove: a message of this batch may be one that is to be removed."""
        outcomes = await self._deliver(effects)
        orders = [effect.order for effect in effects if isinstance(effect.order, Forgetting)]
        told = [await self._forgotten(order) for order in orders]
        return [*outcomes, *(event for event in told if event)]

    async def _forgotten(self, order: Forgetting) -> AnyEvent | None:
        """Remove what is kept of some messages; None where that could not be done, so that it is ordered again."""
        try:
            await self._forget(order.message_ids)
        except OSError as error:
            if is_of_process(error):
                raise
            told = order.told
            # Only the class: the text names a file, and the trace with it.
            log.error(  # noqa: TRY400
                "notification.kept", dossier=told.subject, causation=told.causationid, error=type(error).__name__
            )
            return None
        return order.told


class States(Protocol):
    """The part of the store that tells the messages of a dossier."""

    async def state_of(self, query: Mapping[str, Any], /) -> dict[str, Any] | None:
        """The stored state of one matching document; None if there is none."""


class SpoolEraser:
    """Applies erasures to the mail spool once more, where that may be a copy from before."""

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
