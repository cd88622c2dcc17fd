"""One late dossier, from receipt to apology, played on a timeline of its own: docs/tour.md prints it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from chassis.runtime.bus.admin import Admin
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of, read_record
from chassis.runtime.bus.streams import records
from chassis.runtime.clock import random_reference
from chassis.runtime.settings import Settings
from contracts import claims
from contracts.envelope import AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.topics import BadEventError, UnknownTypeError
from domain.worktime import ZONE
from tools.operations.history_bus import HistoryBus
from tools.ticking import OnWait

UNIT, REGISTRY = "H29.16.01", "H29.04.01"


class Bus(Protocol):
    """The bus, as far as the play needs it."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Return when all are acknowledged."""

    async def tick(self, timeline: str, time: datetime) -> None:
        """Tell what time it is; return when every service has passed that on."""

    async def said(self, topic: str) -> list[AnyEvent]:
        """Every event of a topic."""


class _ListeningBus(HistoryBus):
    """A bus whose records can be read as well."""

    async def said(self, topic: str) -> list[AnyEvent]:
        """Every event of a topic that can be read."""
        found = []
        async for record in records(self.bus, [topic]):
            try:
                found.append(read_record(record, own=True))
            except (BadEventError, UnknownTypeError):
                continue
        return found


def _at(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{day:02}T{clock}").replace(tzinfo=ZONE)


EXPLAINED = claims.ExplainsDelay(
    step="register",
    cause="Chờ trích lục bản đồ địa chính",
    owner="CB-0117",
    plan="Trích lục xong trong ngày 06/03",
    target=_at(9, "10:00"),
)
ACTS: tuple[tuple[datetime, str, str, claims.Claim], ...] = (
    (_at(2, "09:30"), UNIT, "CB-0007", claims.TookCustody(step="forward")),
    (_at(2, "11:00"), UNIT, "CB-0007", claims.FinishedStep(step="forward")),
    (_at(2, "14:00"), REGISTRY, "CB-0117", claims.TookCustody(step="register")),
    (_at(4, "15:00"), REGISTRY, "CB-0117", EXPLAINED),
    (_at(9, "09:30"), REGISTRY, "CB-0117", claims.FinishedStep(step="register")),
)
"""The agencies' reports: the land registry misses its two days, says why and until when, and keeps that."""


async def play_example(settings: Settings, on_wait: OnWait) -> str:
    """Play it to the services that are running, on a timeline that nobody has used; the dossier's code.

    Args:
        settings: say where Kafka answers.
        on_wait: told for which services the clock waits, when that takes long.
    """
    publisher = Publisher(settings.bus)
    try:
        async with Admin(settings.bus) as admin:
            bus = _ListeningBus(settings, admin, publisher, on_wait)
            return await play_late_dossier(bus, f"tour-{random_reference()}")
    finally:
        await publisher.stop()


async def play_late_dossier(bus: Bus, timeline: str) -> str:
    """Play it; the dossier's code. What became true meanwhile is said at its own moment, whenever the clock is told."""
    application = claims.Application(
        procedure="1.011441",
        channel="counter",
        receiving_unit=UNIT,
        components=("form", "mortgage-contract", "land-certificate"),
        language="en",
    )
    submitted = claims.IntakeSubmitted(submission_id=timeline, claim=application)
    await bus.publish([_message(submitted, _at(2, "09:00"), timeline, timeline, "/portal/tour")])
    await bus.tick(timeline, _at(2, "09:00"))
    code = next(event.subject for event in await bus.said(DossierReceived.TYPE) if event.correlationid == timeline)
    for at, agency, officer, claim in ACTS:
        report = claims.AgencyReported.model_validate(
            {"agency": agency, "officer": officer, "claim": claim.model_dump()}
        )
        await bus.publish([_message(report, at, code, timeline, f"/agency/{agency}")])
        await bus.tick(timeline, at)
    return code


def _message(data: Payload, at: datetime, subject: str, timeline: str, source: str) -> Message:
    event = new_event(
        data,
        source=source,
        subject=subject,
        time=at,
        correlationid=timeline,
        unique=(timeline, at.isoformat()),
        timeline=timeline,
    )
    return message_of(event)
