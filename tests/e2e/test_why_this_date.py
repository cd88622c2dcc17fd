"""On the real bus and store: why a date is what it is, an announced storm, and the register of the backlog."""

import asyncio
from datetime import date

import httpx
import pytest

from chassis.runtime.bus.publisher import Publisher
from chassis.runtime.bus.record import message_of
from contracts.envelope import new_event
from contracts.intake import DossierReceived
from domain.worktime import Exceptional, Limit, Text, due_at, load_calendar
from tests.given import at
from tools.operations.announcing import Announcement, tell
from tools.ticking import ticks

pytestmark = [pytest.mark.stack, pytest.mark.slow, pytest.mark.timeout(180)]

TIMELINE = "march-2026"
REGISTER = f"/v1/register?timeline={TIMELINE}"
CODES = [f"H29.16-260302-{n:04}" for n in range(1, 4)]
LIMIT = "3 working-days"
STORM = Exceptional(date(2026, 3, 4), Text(vi="Nghỉ bão", en="Storm"))


def received(code: str, limit: str = LIMIT):
    data = DossierReceived(
        submission_id=f"submission-{code}",
        procedure="1.001193",
        procedure_version=1,
        channel="counter",
        receiving_unit="H29.16",
        competent_agency="H29.05",
        limit=limit,
        appointment_date=due_at(load_calendar(), at(2, "09:00"), Limit.parse(limit)),
    )
    return new_event(
        data,
        source="/lienthong/intake",
        subject=code,
        time=at(2, "09:00"),
        correlationid=f"submission-{code}",
        unique=(code,),
        timeline=TIMELINE,
    )


@pytest.fixture
async def publish(shop):
    publisher = Publisher(shop.settings.bus)
    yield publisher
    await publisher.stop()


async def read(shop, path: str) -> dict:
    async with httpx.AsyncClient(timeout=20) as http:
        answer = await http.get(shop.url("sla", path))
        return answer.raise_for_status().json() if answer.status_code != 404 else {}


async def due(shop, code: str) -> str:
    found = await read(shop, f"/v1/dossiers/{code}/deadlines")
    return found["deadlines"][0]["due"] if found else ""


async def eventually(found, wanted) -> None:
    async with asyncio.timeout(60):
        while await found() != wanted:  # noqa: ASYNC110 - what is awaited is in another process
            await asyncio.sleep(0.05)


async def test_a_storm_moves_every_open_date_and_the_late_are_in_the_register(shop, publish):
    await publish([message_of(received(code)) for code in CODES])
    await eventually(lambda: due(shop, CODES[2]), "2026-03-05T02:00:00Z")
    storm = Announcement("office", (STORM,), "Bão số 1", at(3), TIMELINE)
    assert await tell(shop.settings, storm) == 3
    await eventually(lambda: due(shop, CODES[0]), "2026-03-06T02:00:00Z")
    await shop.settled()
    assert await tell(shop.settings, storm) == 0, "a second time nobody is told"
    (whole,) = (await read(shop, f"/v1/dossiers/{CODES[0]}/deadlines"))["deadlines"]
    assert "Not counted, 2026-03-04: Storm" in whole["working_out"]["en"]
    assert (await read(shop, REGISTER))["entries"] == []
    await publish(ticks(TIMELINE, at(6, "09:30"), 6))

    async def late():
        return [one["dossier"] for one in (await read(shop, REGISTER))["entries"]]

    await eventually(late, CODES)
    first = await read(shop, f"{REGISTER}&limit=2")
    assert ([one["due"] for one in first["entries"]], first["next"]) == (["2026-03-06T02:00:00Z"] * 2, CODES[1])
    rest = await read(shop, f"{REGISTER}&limit=2&after={CODES[1]}&explained=false")
    assert ([one["dossier"] for one in rest["entries"]], rest["next"]) == (CODES[2:], None)
