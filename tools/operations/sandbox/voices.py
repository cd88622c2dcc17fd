"""Voices: citizens at a counter and agencies, who say what they do on the live timeline; signed where that is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.runtime import clock
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of
from contracts.claims import AgencyReported, Claim, IntakeSubmitted
from contracts.envelope import AnyEvent, following, new_event
from lienthong_agency.signing import HEADER, SigningKey, sign

PORTAL = "/portal/sandbox"
"""The source of all that citizens do."""


@dataclass
class Voices:
    """Everybody who is played.

    Attributes:
        publisher: who makes it stops it.
        keys: by agency; empty where nobody has to sign.
        said: ids of all that was said by them.
    """

    publisher: Publisher
    keys: Mapping[str, SigningKey] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)

    async def submit(self, submission: str, claim: Claim, at: datetime | None = None) -> None:
        """A citizen does something at a counter (nộp, bổ sung, nộp phí, rút hồ sơ).

        Args:
            submission: id of the submission that it all began with.
            claim: what the citizen does.
            at: since when it is true; None: now.
        """
        data = IntakeSubmitted.model_validate({"submission_id": submission, "claim": claim.model_dump()})
        event = new_event(
            data,
            source=PORTAL,
            subject=submission,
            time=at or clock.now(),
            correlationid=submission,
            unique=(submission, claim.model_dump_json()),
        )
        await self._say([message_of(event)], event)

    async def report(self, heard: AnyEvent, agency: str, *claims: Claim, at: datetime | None = None) -> None:
        """An agency reports on what it heard, all claims in one go.

        Args:
            heard: the event that it answers.
            agency: who reports.
            claims: what it did, in this order.
            at: when it happened, where that is earlier than now.
        """
        events = [self._report(heard, agency, claim, at) for claim in claims]
        await self._say([self._signed(message_of(event), agency) for event in events], *events)

    @staticmethod
    def _report(heard: AnyEvent, agency: str, claim: Claim, at: datetime | None) -> AnyEvent:
        said = {"agency": agency, "officer": f"{agency}-cb01", "occurred_at": at, "claim": claim.model_dump()}
        return following(
            heard,
            AgencyReported.model_validate(said),
            *(agency, heard.id, claim.model_dump_json()),
            source=f"/agency/{agency}",
            time=clock.now(),
        )

    def _signed(self, message: Message, agency: str) -> Message:
        key = self.keys.get(agency)
        if key is None:
            return message
        signature = (HEADER, sign(message.value or b"", key))
        return Message(message.topic, message.key, message.value, (*message.headers, signature))

    async def _say(self, messages: Sequence[Message], *events: AnyEvent) -> None:
        self.said.update(event.id for event in events)
        await self.publisher(messages)
