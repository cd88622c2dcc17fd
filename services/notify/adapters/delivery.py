"""Carries out the orders of `decide`, and tells what came of each. Nothing that fails out there is an error here."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import structlog

from chassis.clock import now
from chassis.fault import is_of_process
from contracts.decision import Effect
from contracts.envelope import LIVE, AnyEvent, Payload, new_event
from contracts.notify import Medium, NotificationFailed, NotificationSent
from services.notify.adapters.carrier import Carrier, CarrierError, Parcel
from services.notify.adapters.contacts import Contact, Contacts
from services.notify.adapters.writing import Writer
from services.notify.decide import SOURCE, Order

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Orders carried out side by side."""

DEAD_AFTER = 3
"""Failures of a line after which the rest of a batch does not wait for it: the batch holds its partitions meanwhile."""

T = TypeVar("T")
Carriers = Mapping[Medium, Carrier]


@dataclass
class _Round:
    """What one batch has learnt of the lines it uses."""

    gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    failures: Counter[str] = field(default_factory=Counter)

    async def over(self, line: str, doing: Callable[[], Awaitable[T]]) -> T:
        """Use a line unless it is known to be dead."""
        if self.failures[line] >= DEAD_AFTER:
            raise CarrierError(f"{line}: not tried, the line is down")
        try:
            return await doing()
        except CarrierError as error:
            self.failures[line] += error.down
            raise


class Delivery:
    """Resolves the address, writes, sends.

    Args:
        contacts: who knows the addresses.
        writer: who has the words.
        live: carriers for what happens now.
        folders: carriers for every other timeline: an import of history must never send real mail.
        clock: the present, on the live timeline; on others an order says when it is carried out.
    """

    def __init__(
        self,
        contacts: Contacts,
        writer: Writer,
        live: Carriers,
        folders: Carriers,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._contacts = contacts
        self._writer = writer
        self._live = live
        self._folders = folders
        self._clock = clock

    async def perform(self, effects: Sequence[Effect]) -> list[AnyEvent]:
        """Carry out all orders; every one has an outcome."""
        orders = [effect.order for effect in effects if isinstance(effect.order, Order)]
        batch = _Round()
        return list(await asyncio.gather(*(self._attempt(order, batch) for order in orders)))

    async def _attempt(self, order: Order, batch: _Round) -> AnyEvent:
        medium: Medium = "counter"
        async with batch.gate:
            try:
                try:
                    contact = await self._contact(order, batch)
                except CarrierError as error:
                    return self._failed(order, medium, str(error), final=False, ours=True)
                medium = _medium(contact)
                await self._send(order, contact, medium, batch)
            except CarrierError as error:
                return self._failed(order, medium, str(error), final=error.permanent or order.last)
            except Exception as error:
                # One message must not hold up all dossiers of its partition; a broken process must not fail them all.
                if is_of_process(error):
                    raise
                # Only the class: the text, and the trace with it, may hold an address.
                log.error(  # noqa: TRY400
                    "notification.fault",
                    message=order.message_id,
                    dossier=order.cause.subject,
                    causation=order.cause.id,
                    error=type(error).__name__,
                )
                return self._failed(order, medium, f"fault: {type(error).__name__}", final=order.last)
        return self._sent(order, medium)

    async def _contact(self, order: Order, batch: _Round) -> Contact | None:
        reference = order.recipient.applicant_ref
        return await batch.over("contacts", lambda: self._contacts.find(reference)) if reference else None

    async def _send(self, order: Order, contact: Contact | None, medium: Medium, batch: _Round) -> None:
        live = order.cause.timeline == LIVE
        carrier = (self._live if live else self._folders)[medium]
        letter = self._writer.write(order, contact)
        to = _address(contact, medium)
        parcel = Parcel(order.message_id, to, letter.subject, letter.short, letter.body, self._now(order), letter.paper)
        await batch.over(medium if live else f"{medium}-folder", lambda: carrier.send(parcel))

    def _sent(self, order: Order, medium: Medium) -> AnyEvent:
        data = NotificationSent(
            message_id=order.message_id, template=order.template, medium=medium, attempt=order.attempt
        )
        return self._outcome(order, data)

    def _failed(self, order: Order, medium: Medium, error: str, *, final: bool, ours: bool = False) -> AnyEvent:
        data = NotificationFailed(
            message_id=order.message_id,
            template=order.template,
            medium=medium,
            attempt=order.attempt,
            error=error[:300],
            final=final,
            ours=ours,
        )
        return self._outcome(order, data)

    def _now(self, order: Order) -> datetime:
        return order.at or self._clock()

    def _outcome(self, order: Order, data: Payload) -> AnyEvent:
        cause = order.cause
        return new_event(
            data,
            source=SOURCE,
            subject=cause.subject,
            time=self._now(order),
            correlationid=cause.correlationid,
            unique=(order.message_id, order.attempt),
            causationid=cause.id,
            timeline=cause.timeline,
        )


def _medium(contact: Contact | None) -> Medium:
    """The best way to reach somebody; without any, the notice lies at the counter of the receiving unit."""
    if contact is None:
        return "counter"
    return "email" if contact.email else "sms" if contact.phone else "counter"


def _address(contact: Contact | None, medium: Medium) -> str:
    addresses = {"email": contact.email, "sms": contact.phone} if contact else {}
    return addresses.get(medium) or ""
