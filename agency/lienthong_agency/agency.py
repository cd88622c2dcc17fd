"""An agency at the one-stop shop's bus: it hears what is handed to it, reports, and is told what became of that."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from contracts.claims import AgencyReported, Claim
from contracts.envelope import AnyEvent, following
from lienthong_agency.answers import Answer, Answers
from lienthong_agency.credentials import KEY_FILE, Bus
from lienthong_agency.reading import Reading
from lienthong_agency.sending import Sender
from lienthong_agency.signing import HEADER, SigningKey, read_key, sign

ANSWER_SECONDS = 30.0
"""Seconds that an answer is waited for. Nearly all come within one; a report that is early has to wait some minutes for
what it follows from. With less, a busy installation looks silent; with more, a program stands still for nothing."""

STRUCTURED = ("content-type", b"application/cloudevents+json; charset=UTF-8")
"""Header by which the SDKs of CloudEvents know that the value is the whole event."""

NAMES_THE_AGENCY = {
    "dossier.transferred": "to_agency",
    "consultation.requested": "agency",
    "explanation.required": "agency",
    "feedback.submitted": "agency",
}
"""The field by which an event asks an agency for something."""


@dataclass
class Agency:
    """One agency (cơ quan). Use it as `async with Agency.from_folder(folder) as agency`.

    Attributes:
        bus: how the bus is reached, and as whom.
        key: signs every report; None at an installation where nobody has to sign.
        name: of the consumer group. Programs of an agency with the same name share the work; each other name gets all.
    """

    bus: Bus
    key: SigningKey | None = None
    name: str = "kit"

    def __post_init__(self) -> None:
        self._sender, self._answers = Sender(self.bus), Answers(self.bus)

    @classmethod
    def from_folder(cls, folder: str | Path, name: str = "kit") -> Self:
        """The agency whose credentials lie in a folder: `bus.json`, and `key.json` where it signs.

        Raises:
            CredentialsError: a file is missing, open to others, or can not be used.
            KeyFileError: the same of the signing key.
        """
        place = Path(folder)
        key = read_key(place / KEY_FILE) if (place / KEY_FILE).exists() else None
        return cls(Bus.read(place), key, name)

    @property
    def code(self) -> str:
        """The agency's code in the directory (mã định danh)."""
        return self.bus.agency

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._answers.stop()
        await self._sender.stop()

    def events(self) -> AsyncIterator[AnyEvent]:
        """Every event that the agency can read, of other agencies' dossiers too where it has no inbox.

        An event is handled when the next one is asked for. A program that ends before that is given it again, so the
        same event may come twice; what is reported on it twice has the same id, and is one report.
        """
        return Reading(self.bus, self.name).events()

    async def asked(self) -> AsyncIterator[AnyEvent]:
        """The events that ask this agency for something: a dossier's step, an opinion, an explanation, an answer."""
        async for event in self.events():
            if self.is_asked_by(event):
                yield event

    async def transfers(self) -> AsyncIterator[AnyEvent]:
        """The events `dossier.transferred` that hand a dossier to this agency (phiếu kiểm soát, mẫu 06)."""
        async for event in self.asked():
            if event.type == "dossier.transferred":
                yield event

    def is_asked_by(self, event: AnyEvent) -> bool:
        """Tell whether an event asks this agency for something."""
        field = NAMES_THE_AGENCY.get(event.type)
        return field is not None and getattr(event.data, field) == self.code

    def report_on(
        self,
        heard: AnyEvent,
        claim: Claim,
        *,
        officer: str | None = None,
        reference: str = "",
        occurred_at: datetime | None = None,
    ) -> AnyEvent:
        """The report of a claim, not sent yet. See `report`, which makes and sends it."""
        said = {"agency": self.code, "officer": officer, "occurred_at": occurred_at, "claim": claim.model_dump()}
        return following(
            heard,
            AgencyReported.model_validate(said),
            *(self.code, getattr(claim, "kind", ""), reference or heard.id),
            source=f"/agency/{self.code}",
            time=datetime.now(UTC),  # noqa: TID251 - an agency has a clock of its own
        )

    async def report(
        self,
        heard: AnyEvent,
        claim: Claim,
        *,
        officer: str | None = None,
        reference: str = "",
        occurred_at: datetime | None = None,
        wait: float = ANSWER_SECONDS,
    ) -> Answer:
        """Report what the agency did, and wait for the answer.

        Args:
            heard: the event that this answers. Dossier, correlation and timeline are taken from it.
            claim: what happened, a class of `contracts.claims`.
            officer: service code of the officer (mã cán bộ), never a name.
            reference: the agency's own name for this report, such as a number of its register. The same reference with
                the same kind of claim on a dossier is the same report, however often it is sent. Without one, what is
                said of one event is: so a second claim of the same kind on it needs a reference.
            occurred_at: when it happened, where that is earlier than now; with a zone.
            wait: seconds to wait for the answer.

        Raises:
            NotSentError: the bus did not take it; send the same again.
        """
        report = self.report_on(heard, claim, officer=officer, reference=reference, occurred_at=occurred_at)
        return await self.send(report, since=heard.taken_in, wait=wait)

    async def send(self, report: AnyEvent, since: datetime | None = None, wait: float = ANSWER_SECONDS) -> Answer:
        """Sign and send a report as it is, and wait for the answer.

        Args:
            report: made by `report_on`.
            since: when the bus took in the event that it answers; None: just now.
            wait: seconds to wait for the answer.

        Raises:
            NotSentError: the bus did not take it; send the same again.
        """
        await self._answers.listen(since or report.time)
        value = report.to_json().encode()
        signed = [(HEADER, sign(value, self.key))] if self.key else []
        place = await self._sender.send(report.subject.encode(), value, [STRUCTURED, *signed])
        return Answer(report, await self._answers.to(report.id, place, wait))
