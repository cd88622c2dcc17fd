import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chassis.core.service import Perform
from chassis.runtime.bus.record import Message
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from contracts.envelope import LIVE, AnyEvent, Payload, new_event
from contracts.intake import DossierReceived
from contracts.notify import Medium
from contracts.topics import read_event
from domain.procedures import load_catalogue, load_directory
from services.notify.adapters.contacts import Contact
from services.notify.adapters.delivery import Carriers, Delivery
from services.notify.adapters.digest import Digests
from services.notify.adapters.erasing import Forget, Forgetter
from services.notify.adapters.mail import Sender
from services.notify.adapters.mail_spool import MailSpool, forget
from services.notify.adapters.names import Names
from services.notify.adapters.pdf import PdfRenderer
from services.notify.adapters.writing import Writer
from services.notify.service import service

START = datetime(2026, 1, 5, 2, tzinfo=UTC)
CODE = "H29.16-260105-0001"


@dataclass
class BusRecord:
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class People:
    """Contacts whose answers, or errors, are given in advance; the last one goes on."""

    answers: list[Contact | Exception | None]
    asked: int = 0

    async def find(self, applicant_ref: str) -> Contact | None:
        assert applicant_ref == "person-1"
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Office:
    """Notify in one process, with a list as bus and a clock that stands until told."""

    people: People
    folder: Path
    live: dict[Medium, Any] = field(default_factory=dict)
    at: datetime = START + timedelta(hours=1)
    bus: list[Message] = field(default_factory=list)
    store: MemoryStore = field(default_factory=MemoryStore)
    perform: Perform | None = None
    marks: bool = True
    forget: Forget | None = None

    def __post_init__(self) -> None:
        self.offsets = itertools.count()
        folders: Carriers = {medium: MailSpool(self.folder, medium, SENDER) for medium in ("email", "sms", "counter")}
        delivery = Delivery(
            self.people,
            WRITER if self.marks else UNMARKED,
            DIGESTS,
            {**folders, **self.live},
            folders,
            clock=lambda: self.at,
        )
        forgetter = Forgetter(self.forget or partial(forget, self.folder), delivery.perform)
        self.loop = Loop(service(self.perform or forgetter.perform), self.store, self.publish)
        self.delivery = delivery

    async def publish(self, messages: Sequence[Message]) -> None:
        self.bus += messages

    def record(self, event: AnyEvent) -> BusRecord:
        taken_in = round(self.at.timestamp() * 1000)
        return BusRecord(event.type, 0, next(self.offsets), taken_in, event.subject.encode(), event.to_json().encode())

    async def hear(self, *events: AnyEvent) -> None:
        await self.loop.process([self.record(event) for event in events])

    async def wait(self, **span: float) -> None:
        """Let time pass, and sweep."""
        self.at += timedelta(**span)
        await self.loop.sweep([0], LIVE, self.at)

    @property
    def said(self) -> list[AnyEvent]:
        return [read_event(one.topic, one.value or b"") for one in self.bus]

    @property
    def outcomes(self) -> list[tuple[Any, ...]]:
        """What notify said of its messages, in short."""
        told = {event.id: (event.type.removeprefix("notification."), event.data) for event in self.said}
        return [
            (kind, data.medium, data.attempt, *((data.error, data.final) if kind == "failed" else ()))
            for kind, data in told.values()
            if kind in {"sent", "doubtful", "failed"}
        ]

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []


DIRECTORY = load_directory()
NAMES = Names(DIRECTORY, load_catalogue(directory=DIRECTORY))
WRITER = Writer(NAMES, PdfRenderer())
UNMARKED = Writer(NAMES, PdfRenderer(), marks=False)
DIGESTS = Digests(DIRECTORY, NAMES)
SENDER = Sender("", "x@y.vn")
CITIZEN = Contact(name="Nguyễn Thị Hoa", email="hoa@example.vn", phone="+84 912 345 678", language="vi")


@pytest.fixture
def office(tmp_path: Path) -> Callable[..., Office]:
    def build(*answers: Contact | Exception | None, **given: Any) -> Office:
        return Office(People(list(answers or (CITIZEN,))), **{"folder": tmp_path / "outbox", **given})

    return build


@pytest.fixture(scope="session")
def citizen() -> Contact:
    return CITIZEN


@pytest.fixture(scope="session")
def digests() -> Digests:
    return DIGESTS


@pytest.fixture(scope="session")
def writer() -> Writer:
    return WRITER


@pytest.fixture(scope="session")
def event() -> Callable[..., AnyEvent]:
    return make_event


def make_event(data: Payload, hours: float = 0, **envelope: Any) -> AnyEvent:
    given = {"subject": CODE, "correlationid": "submission-1", "time": START + timedelta(hours=hours), **envelope}
    return new_event(data, source="/lienthong/test", unique=(hours,), **given)


@pytest.fixture(scope="session")
def received() -> Callable[..., AnyEvent]:
    def build(*, applicant_ref: str | None = "person-1", **envelope: Any) -> AnyEvent:
        data = DossierReceived(
            submission_id="submission-1",
            procedure="1.001193",
            procedure_version=1,
            channel="counter",
            receiving_unit="H29.16.01",
            competent_agency="H29.02",
            applicant_ref=applicant_ref,
            fee=50_000,
            limit="1 working-day",
            appointment_date=START + timedelta(hours=8),
        )
        return make_event(data, **envelope)

    return build
