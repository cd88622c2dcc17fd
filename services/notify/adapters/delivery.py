"""Carries out the orders of `decide`, and tells the outcome of each.

A failure out there is an outcome, not an error of this service.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog

from chassis.core.decision import Effect
from chassis.core.fault import is_of_process
from chassis.runtime.clock import now
from contracts.envelope import LIVE, AnyEvent, event_id
from contracts.notify import Medium
from services.notify.adapters.attempts import (
    LEASE,
    Attempt,
    Lines,
    Result,
    Round,
    UnderWay,
    wait_for,
)
from services.notify.adapters.carrier import Carrier, CarrierError, NotAskedError, Parcel
from services.notify.adapters.contacts import Contact, Contacts
from services.notify.adapters.digest import Digests
from services.notify.adapters.gsm import segments
from services.notify.adapters.outcomes import LAST, UnaddressedError, busy, doubtful, outcome
from services.notify.adapters.writing import Writer
from services.notify.decide import Inquiry, Order
from services.notify.state import Desk

log = structlog.get_logger(__name__)

Carriers = Mapping[Medium, Carrier]
_MEDIA: tuple[Medium, ...] = ("email", "sms")
"""The ways to reach a citizen, best first; last comes the counter of the receiving unit."""


class _Target(NamedTuple):
    """The address of an attempt; the contact is None for an agency, and where nobody knows the citizen."""

    medium: Medium
    to: str
    contact: Contact | None


class Delivery:
    """Resolves the address, writes, sends.

    Args:
        contacts: tell the addresses of citizens.
        writer: writes to citizens.
        digests: write to agencies, and know their addresses.
        live: the carriers of the live timeline.
        spool: the carriers of every other timeline: an import of history must never send real mail.
        clock: tells the present of the live timeline; on others an order says when it is carried out.
    """

    def __init__(
        self,
        contacts: Contacts,
        writer: Writer,
        digests: Digests,
        live: Carriers,
        spool: Carriers,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._contacts = contacts
        self._writer = writer
        self._digests = digests
        self._live = live
        self._spool = spool
        self._clock = clock
        self._lines = Lines()
        self._under_way = UnderWay()

    async def perform(self, effects: Sequence[Effect]) -> list[AnyEvent]:
        """Carry out orders and answer inquiries. An outcome that is not there yet comes when it is asked for again."""
        present = self._clock()
        asked = [effect.order for effect in effects if isinstance(effect.order, Order | Inquiry)]
        self._under_way.forget(present, {(order.message_id, order.attempt) for order in asked})
        await wait_for(self._begin([order for order in asked if isinstance(order, Order)], present))
        outcomes = [self._told(order) if isinstance(order, Order) else self._heard(order) for order in asked]
        return [event for event in outcomes if event]

    async def close(self) -> None:
        """Stop what is under way."""
        await self._under_way.close()

    def _begin(self, orders: Sequence[Order], present: datetime) -> list[Attempt]:
        """Begin what is not under way; what an agency is to be told at one moment goes in one digest.

        Returns what the batch has to wait for: what it begins, and on a timeline that ticks tell all that it orders.
        """
        fresh, waited = list[Order](), list[Attempt]()
        for order in orders:
            if attempt := self._under_way.get((order.message_id, order.attempt)):
                attempt.ordered_at = present
                waited += [] if attempt.is_live else [attempt]
            else:
                fresh.append(order)
        batch, begun = Round(), [Attempt(group, present) for group in _groups(fresh)]
        for attempt in begun:
            attempt.task = asyncio.create_task(self._attempt(attempt, batch))
            self._under_way.add(attempt)
        return begun + waited

    def _told(self, order: Order) -> AnyEvent | None:
        """The outcome of an order so far; None while there is none."""
        key = order.message_id, order.attempt
        if (attempt := self._under_way.get(key)) is None:
            return None
        if attempt.task.done():
            self._under_way.drop(key)
            return outcome(order, attempt.task.result())
        if attempt.handed:
            attempt.left = True
            return doubtful(order, "email", "no answer yet", self._clock())
        if attempt.begun:
            attempt.left = True
            return None
        attempt.task.cancel()
        self._under_way.drop(key)
        return busy(order, attempt, self._clock())

    def _heard(self, inquiry: Inquiry) -> AnyEvent | None:
        """The outcome of an attempt that is not ordered any more; an unwanted one is stopped, if that is possible."""
        key = inquiry.message_id, inquiry.attempt
        if (attempt := self._under_way.get(key)) is None:
            return None
        order = next(known for known in attempt.orders if known.message_id == inquiry.message_id)
        if not attempt.task.done():
            if inquiry.wanted:
                return None
            if attempt.handed:
                return doubtful(order, "email", "no answer yet", self._clock())
            attempt.task.cancel()
        self._under_way.drop(key)
        if not attempt.task.done() or attempt.task.cancelled():
            return None
        result = attempt.task.result()
        return None if inquiry.wanted and result.error and result.error.doubtful else outcome(order, result)

    async def _attempt(self, attempt: Attempt, batch: Round) -> Result:
        medium = LAST
        try:
            target = await self._target(attempt, batch)
            medium = target.medium
            sent = await self._send(attempt, target, batch)
        except CarrierError as error:
            return Result(medium, self._clock(), error=error)
        except Exception as error:
            # One message must not hold up all dossiers of its partition; a broken process must not fail them all.
            if is_of_process(error):
                raise
            order = attempt.orders[0]
            # Only the class: the text, and the trace with it, may hold an address.
            log.error(  # noqa: TRY400
                "notification.fault",
                message=order.message_id,
                dossier=order.cause.subject,
                causation=order.cause.id,
                error=type(error).__name__,
            )
            return Result(medium, self._clock(), error=CarrierError(f"fault: {type(error).__name__}"))
        return Result(medium, self._clock(), sent)

    async def _target(self, attempt: Attempt, batch: Round) -> _Target:
        """Address an attempt: to an agency's post, or by the best way to the citizen that is not given up."""
        order = attempt.orders[0]
        if order.desk:
            if (agency := self._digests.address(order.desk)) is None:
                raise UnaddressedError("directory: no address", permanent=True)
            return _Target("email", agency, None)
        contact = await self._contact(attempt, order, batch)
        addresses = {"email": contact.email, "sms": contact.phone} if contact else {}
        ways: Iterator[tuple[Medium, str | None]] = ((medium, addresses.get(medium)) for medium in _MEDIA)
        found = next(((medium, to) for medium, to in ways if to and medium not in order.given_up), (LAST, ""))
        return _Target(*found, contact)

    async def _contact(self, attempt: Attempt, order: Order, batch: Round) -> Contact | None:
        if (reference := order.recipient.applicant_ref) is None:
            return None
        try:
            async with batch.on(self._lines["contacts"], attempt):
                return await self._contacts.find(reference)
        except CarrierError as error:
            raise NotAskedError(str(error), down=error.down) from None

    async def _send(self, attempt: Attempt, target: _Target, batch: Round) -> int:
        """Write it and give it to its carrier; for a text message, how many segments it takes."""
        order = attempt.orders[0]
        live = order.cause.timeline == LIVE
        text = self._digests.write(attempt.orders) if order.desk else self._writer.write(order, target.contact)
        parcel = Parcel(
            _message_id(attempt.orders),
            target.to,
            text.subject,
            text.short,
            text.body,
            order.at or self._clock(),
            text.pdf,
        )
        carrier = (self._live if live else self._spool)[target.medium]
        line = self._lines[target.medium if live else f"{target.medium}-spool"]
        async with batch.on(line, attempt):
            await carrier.send(parcel, lambda: self._hand(attempt))
        return segments(parcel.short) if target.medium == "sms" else 0

    def _hand(self, attempt: Attempt) -> None:
        """The carrier is about to have it."""
        if attempt.is_live and attempt.ordered_at + LEASE < self._clock():
            raise NotAskedError("delivery: not ordered any more")
        attempt.handed = True


def _groups(orders: Sequence[Order]) -> list[tuple[Order, ...]]:
    """Each citizen's order by itself, each post's together."""
    citizens = [(order,) for order in orders if order.desk is None]
    posts = defaultdict[Desk, list[Order]](list)
    for order in orders:
        if order.desk:
            posts[order.desk].append(order)
    return [*citizens, *map(tuple, posts.values())]


def _message_id(orders: Sequence[Order]) -> str:
    """Of one order, the message's own; of several, one that follows from theirs, so that a repeat has the same."""
    first, *more = sorted(order.message_id for order in orders)
    return event_id("digest", first, *more) if more else first
