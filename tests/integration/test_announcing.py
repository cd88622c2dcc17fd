"""`calendar announce` on a real broker and store: broken off, repeated, and repeated too early."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, Record
from chassis.runtime.bus.streams import records
from chassis.runtime.loop import Loop
from chassis.runtime.rounds import Tally
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.calendar_changes import CalendarChanged, CalendarRetracted
from tests.component.chassis.toy import Record as Told
from tests.given import at, received
from tests.unit.sla.telling import SLA
from tools.cli.main import app

pytestmark = pytest.mark.stack
STORM = "{announced_at: 2026-03-03 08:00, days_off: [{date: 2026-03-04, vi: Nghỉ bão, en: Storm}]}"


class StoppedError(Exception):
    """The command ends here."""


@pytest.fixture
async def store(settings: Settings, command_line: None) -> AsyncIterator[MongoStore]:
    opened = MongoStore(settings.mongo_for("sla"), settings.database_prefix + "sla")
    await opened.prepare(SLA.indexes)
    yield opened
    opened.close()


@pytest.fixture
def storm(tmp_path: Path) -> Path:
    """The file of an announcement."""
    file = tmp_path / "storm.yaml"
    file.write_text(STORM, encoding="utf-8")
    return file


@pytest.fixture
def codes(settings: Settings) -> list[str]:
    """Dossiers of this test's own."""
    return [f"H29.16-260302-{settings.database_prefix}{n}" for n in range(3)]


async def take(store: MongoStore, batch: Sequence[Record]) -> Tally:
    async def publish(_messages: list[Message]) -> None:
        """Nobody listens."""

    return await Loop(SLA, store, publish).process(batch)


async def lodged(store: MongoStore, codes: list[str]) -> None:
    heard = int(at(3).timestamp() * 1000)
    births = [
        received(at(2, "09:00"), appointment=at(5, "09:00")).model_copy(update={"subject": code}) for code in codes
    ]
    await take(
        store,
        [Told(one.type, one.to_json().encode(), n, one.subject.encode(), 0, heard) for n, one in enumerate(births)],
    )


async def announce(file: Path) -> str:
    words = ["calendar", "announce", str(file), "--reason", "Bão số 1"]
    return (await asyncio.to_thread(CliRunner().invoke, app, words, catch_exceptions=False)).stdout.strip()


async def told(settings: Settings, codes: list[str], topic: str = CalendarChanged.TYPE) -> list[Record]:
    found = [one async for one in records(settings.bus, [topic])]
    return [one for one in found if (one.key or b"").decode() in codes]


async def test_an_announcement_that_is_repeated_before_anybody_read_it_is_the_same_to_the_byte(
    store: MongoStore, settings: Settings, codes: list[str], storm: Path
) -> None:
    await lodged(store, codes)
    assert await announce(storm) == "1 days announced to 3 dossiers and complaints"
    assert await announce(storm) == "1 days announced to 3 dossiers and complaints"
    heard = await told(settings, codes)
    assert (len(heard), len({one.value for one in heard})) == (6, 3)
    tally = await take(store, heard)
    assert (tally.accepted, tally.dead) == (3, 0)
    assert await announce(storm) == "1 days announced to 0 dossiers and complaints"


async def test_an_announcement_that_broke_off_is_completed(
    store: MongoStore, settings: Settings, codes: list[str], storm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lodged(store, codes)
    monkeypatch.setattr("tools.operations.announcing.CHUNK", 1)
    publish, said = Publisher.__call__, list[Message]()

    async def dying(self: Publisher, messages: list[Message]) -> None:
        if said:
            raise StoppedError
        said.extend(messages)
        await publish(self, messages)

    with monkeypatch.context() as short:
        short.setattr(Publisher, "__call__", dying)
        with pytest.raises(StoppedError):
            await announce(storm)
    assert (await take(store, await told(settings, codes))).accepted == 1
    assert await announce(storm) == "1 days announced to 2 dossiers and complaints"
    tally = await take(store, await told(settings, codes))
    assert (tally.accepted, tally.dead) == (2, 0)


async def test_an_announcement_is_taken_back_once_from_all_who_were_told(
    store: MongoStore, settings: Settings, codes: list[str], storm: Path
) -> None:
    await lodged(store, codes)
    await announce(storm)
    await take(store, await told(settings, codes))
    words = ["calendar", "retract", "2026-03-04", "--reason", "Bão tan", "--at", "2026-03-03T15:00:00"]

    async def retract() -> str:
        return (await asyncio.to_thread(CliRunner().invoke, app, words, catch_exceptions=False)).stdout.strip()

    assert await retract() == "3 announcements of 2026-03-04 taken back"
    assert (await take(store, await told(settings, codes, CalendarRetracted.TYPE))).accepted == 3
    dates = {state["deadlines"][0]["due"] for key, state in [one async for one in store.states()] if key in codes}
    assert dates == {"2026-03-05T02:00:00Z"}
    assert await retract() == "0 announcements of 2026-03-04 taken back"


async def test_dossiers_under_way_and_late_ones_among_them_are_found_by_an_index(store: MongoStore) -> None:
    for wanted in ({"state.phase": "open"}, {"state.phase": "open", "state.overdue": True}):
        plan = await store.documents.find(wanted).explain()
        assert plan["queryPlanner"]["winningPlan"]["inputStage"]["indexName"] == "phase-overdue"
