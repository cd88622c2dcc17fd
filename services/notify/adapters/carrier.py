"""The interface of a carrier, which is one way to reach a citizen or an agency, and the errors on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.notify import Medium


class CarrierError(Exception):
    """Something on the way to the citizen failed. The text holds no personal data: it is published.

    Attributes:
        permanent: another attempt would fail the same way.
        down: the whole line failed, not this one message.
        doubtful: the carrier has it, and its answer was lost: it may have reached the citizen.
    """

    def __init__(self, text: str, *, permanent: bool = False, down: bool = False, doubtful: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.down = down
        self.doubtful = doubtful


class NotAskedError(CarrierError):
    """No carrier was asked: our own service did not answer, or the line was busy. Such attempts go on without end."""


@dataclass(frozen=True)
class Parcel:
    """A message, written and addressed.

    Attributes:
        message_id: the same for every attempt.
        to: e-mail address or phone number; empty for the counter.
        subject: one line.
        short: all of it in one line, for a text message.
        body: all of it.
        pdf: the official form, where the message has one; empty for the others.
        at: when it is sent.
    """

    message_id: str
    to: str
    subject: str
    short: str
    body: str
    at: datetime
    pdf: bytes = b""


Handing = Callable[[], None]
"""A carrier calls it right before it gives away what may reach the citizen although no answer comes.

Carriers that know a repeat by its id never call it: with them, no answer is no doubt.
"""


class Carrier(Protocol):
    """One way to reach a citizen."""

    @property
    def medium(self) -> Medium:
        """The medium that the reader gets."""

    async def send(self, parcel: Parcel, handing: Handing) -> None:
        """Hand it over; returns when the carrier has answered for it, raises CarrierError otherwise."""
