"""`report` on a real store, filled by the loop that fills it in production."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from typer.testing import CliRunner

from chassis.runtime.bus.record import Message
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import AnyEvent
from tests.component.chassis.toy import Record
from tests.given import at, received
from tests.unit.sla.telling import SLA, acknowledged, completed, step_done, transferred
from tools.cli.main import app
from tools.operations.rebuild_report_rows import rewrite_report_rows

pytestmark = pytest.mark.stack
HEARD = int(at(31).timestamp() * 1000)
LATE = [transferred(at(2, "09:00"), limit="1 working-days"), step_done(at(6, "09:00")), completed(at(6, "11:00"))]


@pytest.fixture
async def store(settings: Settings, command_line: None) -> AsyncIterator[MongoStore]:
    opened = MongoStore(settings.mongo_for("sla"), settings.database_prefix + "sla")
    await opened.prepare(SLA.indexes)
    yield opened
    opened.close()


def records(code: str, *events: AnyEvent, timeline: str = "live") -> list[Record]:
    named = [one.model_copy(update={"subject": code, "timeline": timeline}) for one in events]
    return [Record(one.type, one.to_json().encode(), n, code.encode(), 0, HEARD) for n, one in enumerate(named)]


async def take(store: MongoStore, *batch: Record) -> None:
    async def publish(messages: list[Message]) -> None:
        """Nobody listens."""

    await Loop(SLA, store, publish).process(batch)


def receipt(at_: datetime | None = None) -> AnyEvent:
    return received(at_ or at(2, "09:00"), appointment=at(5, "09:00"))


async def report(*arguments: str) -> dict[str, object]:
    found = await asyncio.to_thread(CliRunner().invoke, app, ["report", "deadlines", "--format", "json", *arguments])
    assert found.exit_code == 0, found.output
    told: dict[str, object] = json.loads(found.stdout)
    return told


async def counted(*arguments: str) -> tuple[int, int, int]:
    total = (await report(*arguments))["total"]
    return total["received"], total["late"], total["overdue"]


async def test_an_empty_store_has_figures_too(store: MongoStore) -> None:
    assert (await report())["rows"] == []


async def test_the_figures_follow_what_happens(store: MongoStore) -> None:
    await take(store, *records("D.1", receipt()), *records("D.2", receipt()))
    assert await counted() == (2, 0, 2)
    await take(store, *records("D.1", *LATE))
    assert await counted("--by", "procedure") == (2, 1, 1)
    assert (await report("--by", "step"))["rows"][0]["lost_hours"] == 24.0
    await take(store, *records("D.1", acknowledged(at(3), "CC-1")))
    assert await counted() == (2, 1, 1)


async def test_months_and_timelines_are_told_apart(store: MongoStore) -> None:
    await take(store, *records("D.1", receipt()), *records("D.2", receipt(datetime.fromisoformat("2026-02-02T08:00Z"))))
    await take(store, *records("D.3", receipt(), timeline="history"))
    assert await counted("--month", "2026-02") == (1, 0, 1)
    assert await counted("--month", "2026-02..2026-03") == (2, 0, 2)
    assert await counted("--month", "2026-04") == (0, 0, 0)
    assert await counted("--timeline", "history") == (1, 0, 1)


async def test_on_another_timeline_it_is_what_its_clock_says(store: MongoStore) -> None:
    await take(store, *records("D.1", receipt(), timeline="history"))
    await store.acted("history", {3: at(3)})
    assert await counted("--timeline", "history") == (1, 0, 0)
    await store.acted("history", {4: at(6)})
    assert await counted("--timeline", "history") == (1, 0, 1)


async def test_lines_that_are_missing_are_written_anew(store: MongoStore) -> None:
    await take(store, *records("D.1", receipt(), *LATE), *records("D.2", completed(at(4))))
    before = await report("--by", "step")
    await store.database.lines.delete_many({})
    assert await counted() == (0, 0, 0)
    assert await rewrite_report_rows(store, SLA, ["D.1", "D.2"]) == 1
    assert (await report("--by", "step"))["rows"] == before["rows"]


async def test_a_line_that_was_loaded_before_a_save_does_not_replace_the_newer_one(store: MongoStore) -> None:
    await take(store, *records("D.1", receipt()))
    old = (await store.load(["D.1"], with_history=True))["D.1"]
    await take(store, *records("D.1", *LATE))
    old.report_row = SLA.report_row(SLA.fold(old.events), None)
    await store.rewrite_report_rows([old])
    assert await counted() == (1, 1, 0)
