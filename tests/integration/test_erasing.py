"""`lienthong erase` on a real bus and store: intake erases, and says so."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of
from chassis.runtime.bus.streams import records
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts import claims
from contracts.envelope import new_event
from contracts.intake import ApplicantErased, ErasureRequested
from domain.procedures import load_catalogue, load_directory
from domain.worktime import load_calendar
from services.intake.adapters import Eraser, PersonalDataStore
from services.intake.adapters.personal_data import Applicant
from services.intake.rules import Rules
from services.intake.service import service
from tools.cli.main import app
from tools.operations.erasing import ErasureError

pytestmark = pytest.mark.stack

HOA = Applicant(name="Nguyễn Thị Hoa", email="hoa@example.vn")


class Intake:
    """Intake on this test's own store; what it says goes to the bus, and what operators say comes from there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = MongoStore(settings.mongo_for("intake"), settings.database_prefix + "intake")
        self.publisher = Publisher(settings.bus)
        self.persons = PersonalDataStore(self.store)
        directory = load_directory()
        rules = Rules(load_catalogue(directory=directory), directory, load_calendar(None, directory.agencies))
        self.loop = Loop(service(rules, Eraser(self.persons).perform), self.store, self.publish)
        self.submission = f"submission-{settings.database_prefix}1"

    async def publish(self, messages: Sequence[Message]) -> None:
        await self.publisher(messages)

    async def hear(self, topic: str) -> None:
        """Whatever is there of this test's submission."""
        found = [record async for record in records(self.settings.bus, [topic])]
        await self.loop.process([record for record in found if self.submission.encode() in (record.value or b"")])

    async def lodge(self) -> str:
        """A dossier is received; returns its applicant's reference."""
        reference = await self.persons.put(self.submission, HOA, "vi")
        application = claims.Application(
            procedure="1.001193",
            channel="counter",
            receiving_unit="H29.16.01",
            components=("form", "birth-proof", "identity"),
            applicant_ref=reference,
        )
        data = claims.IntakeSubmitted(submission_id=self.submission, claim=application)
        told = new_event(
            data,
            source="/portal/test",
            subject=self.submission,
            time=datetime.now(UTC),  # noqa: TID251 - as the bus stamps it
            correlationid=self.submission,
            unique=(),
        )
        await self.publish([message_of(told)])
        await self.hear(claims.IntakeSubmitted.TYPE)
        return reference

    async def code(self) -> str:
        (head,) = [state async for _, state in self.store.states()]
        return str(head["code"])

    async def erased(self) -> list[dict[str, object]]:
        found = [record async for record in records(self.settings.bus, [ApplicantErased.TYPE])]
        told = [json.loads(record.value or b"{}") for record in found]
        return [one for one in told if one["correlationid"] == self.submission]


@pytest.fixture
async def intake(settings: Settings, command_line: None) -> AsyncIterator[Intake]:
    found = Intake(settings)
    await found.store.prepare(found.loop.service.indexes)
    await found.persons.prepare()
    yield found
    await found.publisher.stop()
    found.store.close()


async def run(*words: str):
    """The command in a thread, because it has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, app, ["erase", *words])


@pytest.mark.parametrize("by_code", [True, False])
async def test_an_applicant_is_erased_by_command(intake, by_code):
    reference = await intake.lodge()
    code = await intake.code()
    named = ["--dossier", code] if by_code else [reference]
    told = await run(*named, "--by", "CB-0007", "--basis", "Đơn ngày 28/11/2026")
    assert (told.exit_code, reference in told.output) == (0, True)
    await intake.hear(ErasureRequested.TYPE)
    assert await intake.persons.get(reference) is None
    (event,) = await intake.erased()
    assert event["subject"] == code
    assert event["data"] == {
        "submission_id": intake.submission,
        "reference": reference,
        "reason": "request",
        "basis": "Đơn ngày 28/11/2026",
        "by": "CB-0007",
    }
    again = await run(reference, "--basis", "again")
    assert isinstance(again.exception, ErasureError)


async def test_who_can_not_be_erased_is_told_why(intake):
    reference = await intake.lodge()
    for words, reason in (
        ((reference, "--dossier", "x", "--basis", "?"), "either"),
        (("--basis", "?"), "either"),
        ((reference, "--basis", " "), "on which basis"),
        ((reference, "--basis", "x" * 201), "on which basis"),
        ((reference, "--basis", "gọi 0912345678"), "a phone number"),
        (("nobody", "--basis", "?"), "no applicant"),
        (("--dossier", "H29.99-000000-0000", "--basis", "?"), "no dossier"),
    ):
        told = await run(*words)
        assert isinstance(told.exception, ErasureError), (words, told.output)
        assert reason in str(told.exception)
    assert await intake.persons.get(reference) is not None
