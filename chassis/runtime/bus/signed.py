"""Records of claims and their signatures: how a reader tells whose a record is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chassis.core.agency_keys import NO_KEYS, Keys, Trust
from chassis.core.signatures import Objection, Spoken, check, signatures_in, signer
from chassis.runtime.bus.content_mode import Headers, in_binary_mode
from contracts.claims import AgencyReported, IntakeSubmitted
from contracts.envelope import AnyEvent
from contracts.topics import BadEventError

SIGNED = frozenset((AgencyReported.TYPE, IntakeSubmitted.TYPE))
"""The topics on which agencies speak. On all others a service or an operator does, by the rights that it has there."""


class BadSignatureError(BadEventError):
    """A record lacks the signature of the agency in whose name it speaks.

    Attributes:
        agency: the code that its source names.
    """

    def __init__(self, agency: str, objection: Objection) -> None:
        super().__init__(str(objection))
        self.agency = agency


@dataclass(frozen=True)
class Signatures:
    """What the signatures of some records are checked by.

    Attributes:
        keys: all that were told of when the last of these records was taken in.
        trust: the root and the cluster; None in plain mode, where nobody has to sign.
    """

    keys: Keys = NO_KEYS
    trust: Trust | None = None

    def required(self, topic: str, taken_in: datetime) -> bool:
        """Tell whether agencies have to sign what they say on a topic, in a record of this timestamp."""
        return self.trust is not None and topic in SIGNED and self.keys.requires(taken_in)

    def prove(self, event: AnyEvent, topic: str, headers: Headers, value: bytes, taken_in: datetime) -> None:
        """Keep with an event the signature of its record, where it has to have one.

        Raises:
            BadSignatureError: it lacks its agency's signature; says what of it.
        """
        if self.required(topic, taken_in) and (agency := signer(event.source)):
            event.keep_signature(*self.require(agency, headers, value, taken_in))

    def require(self, agency: str, headers: Headers, value: bytes, taken_in: datetime) -> tuple[str, str]:
        """The key by which an agency signed a record, and the signature as it was written.

        Raises:
            BadSignatureError: it lacks the agency's signature; says what of it.
        """
        assert self.trust is not None  # noqa: S101 - asked before
        written = signatures_in(headers)
        spoken = Spoken(agency, value, written, taken_in, whole=not in_binary_mode(headers))
        found = check(self.keys, self.trust, spoken)
        if isinstance(found, Objection):
            raise BadSignatureError(agency, found)
        return found.kid, written[0].decode()


NOT_CHECKED = Signatures()
"""Plain mode: whoever may write to the bus is believed."""


class KeyTable(Protocol):
    """Knows all keys that were told of."""

    async def now(self) -> Signatures:
        """What to check signatures by: all that was on the bus when this was asked.

        Raises:
            KafkaError, TimeoutError: the bus does not answer. Nothing may be judged then.
        """


class Believing:
    """Plain mode."""

    async def now(self) -> Signatures:
        """Check nothing."""
        return NOT_CHECKED


BELIEVING = Believing()
