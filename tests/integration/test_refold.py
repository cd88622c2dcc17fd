"""`refold` on a real bus and store, beside the service at work: afterwards the store follows from the streams again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.core.service import Service
from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import Message, message_of
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import AnyEvent
from tests.component.chassis.toy import Record
from tests.given import at, received
from tests.unit.sla.telling import completed, step_done, transferred
from tools.cli.main import app
from tools.operations.refold import refold_all
from tools.operations.registry import all_services
from tools.operations.replay import Comparison, replay
from tools.operations.status import figures

pytestmark = pytest.mark.stack

DOSSIERS = 300
"""Enough for several pages of a refold."""

HEARD = int(at(31).timestamp() * 1000)


class Sla:
    """sla in this test's own store; what it says goes to the bus, as does what it reads."""

    def __init__(self, settings: Settings, store: MongoStore, publisher: Publisher) -> None:
        self.service: Service[Any] = all_services(settings)["sla"]
        self.store = store
        self.publisher = publisher
        self.codes = [f"H29.16-260302-{settings.database_prefix}{n:03}" for n in range(DOSSIERS)]

    async def hear(self, service: Service[Any], events: Sequence[AnyEvent]) -> None:
        await self.publisher([message_of(one) for one in events])
        records = [
            Record(one.type, one.to_json().encode(), n, one.subject.encode(), 0, HEARD) for n, one in enumerate(events)
        ]
        await Loop(service, self.store, self.publish).process(records)

    async def publish(self, messages: Sequence[Message]) -> None:
        await self.publisher(messages)

    def of(self, event: AnyEvent, codes: Sequence[str]) -> list[AnyEvent]:
        return [event.model_copy(update={"subject": code}) for code in codes]

    @property
    def older(self) -> Service[Any]:
        """The service before: it took no notice of hand-overs, and its states had another version."""
        deaf = {payload: fold for payload, fold in self.service.folds.items() if payload.TYPE != "dossier.transferred"}
        folds = {**deaf, type(transferred(at(2)).data): lambda state, _: state}
        return replace(self.service, folds=folds, fold_version=0)


@pytest.fixture
async def sla(settings: Settings, command_line: None) -> AsyncIterator[Sla]:
    store = MongoStore(settings.mongo_for("sla"), settings.database_prefix + "sla")
    publisher = Publisher(settings.bus)
    found = Sla(settings, store, publisher)
    await store.prepare(found.service.indexes)
    older = found.older
    await found.hear(older, found.of(received(at(2, "09:00"), appointment=at(5, "09:00")), found.codes))
    await found.hear(older, found.of(transferred(at(2, "10:00"), limit="1 working-days"), found.codes))
    yield found
    await publisher.stop()
    store.close()


@asynccontextmanager
async def at_work(sla: Sla) -> AsyncIterator[None]:
    """Meanwhile the service of now hears of every other dossier, a few at a time."""

    async def work() -> None:
        for n in range(0, DOSSIERS, 20):
            await sla.hear(sla.service, sla.of(step_done(at(6, "09:00")), sla.codes[n : n + 20 : 2]))

    working = asyncio.create_task(work())
    yield
    await working


async def outdated(settings: Settings) -> int:
    return (await figures(settings))["outdated"]["sla"]


async def compared(sla: Sla, settings: Settings) -> Comparison:
    """The store against the streams: other tests have dossiers on the same bus, which are in another store."""
    found = await replay(settings, "sla", None, with_store=True, on_total=lambda _: None, on_records=lambda _: None)
    assert isinstance(found, Comparison)
    found.missing_live = [key for key in found.missing_live if key in sla.codes]
    return found


async def test_after_a_refold_beside_the_running_service_the_store_follows_from_the_streams(
    sla: Sla, settings: Settings
) -> None:
    assert await outdated(settings) == DOSSIERS
    assert len((await compared(sla, settings)).different) == DOSSIERS
    async with at_work(sla):
        found = await refold_all(sla.store, sla.service, lambda _: None)
    assert (found.total, found.failed, found.left) == (DOSSIERS, {}, 0)
    assert DOSSIERS / 2 <= found.done <= DOSSIERS  # half of them have no event, so that nobody else folds them
    assert await outdated(settings) == 0
    equal = await compared(sla, settings)
    assert (equal.same, equal.equal) == (True, DOSSIERS)
    codes = {head.code async for head in sla.store.heads({})}
    assert codes == {sla.service.code}


async def test_the_command_tells_what_it_did_and_finds_nothing_the_second_time(sla: Sla, settings: Settings) -> None:
    await sla.hear(sla.service, sla.of(completed(at(4)), sla.codes[:10]))
    first = await asyncio.to_thread(CliRunner().invoke, app, ["refold", "sla"])
    assert first.exit_code == 0, first.output
    told = f"sla: {DOSSIERS - 10} documents folded anew under {sla.service.code} · 0 can not be folded · 0 left"
    assert told in first.output
    second = await asyncio.to_thread(CliRunner().invoke, app, ["refold", "sla"])
    assert "sla: 0 documents folded anew" in second.output
