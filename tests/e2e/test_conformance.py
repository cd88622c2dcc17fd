"""Conformance, played at a right agency and at agencies that are wrong in one way each, on real services."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from domain.procedures import load_directory
from domain.worktime import load_calendar
from lienthong_agency import Agency, Bus
from lienthong_agency.signing import new_key
from tests.e2e import clerks
from tools.operations.conformance.judging import Verdict
from tools.operations.conformance.play import Surroundings, play
from tools.operations.conformance.report import RIGHT, UNTRIED, WRONG, outcomes

pytestmark = [pytest.mark.stack, pytest.mark.slow]

AUDIENCE = "lienthong-test"
WRONGS = {
    "H29.02": ("no key", "key", clerks.Clerk, {"key": False}),
    "H29.03": ("another's source", "source", clerks.Clerk, {"fields": {"source": "/agency/H29.02"}}),
    "H29.04": ("a new id for a repeat", "repeat", clerks.Forgetful, {"id": "random"}),
    "H29.05": ("no correlation", "correlation", clerks.Clerk, {"fields": {"correlationid": "0"}}),
    "H29.06": ("unsigned", "signature", clerks.Clerk, {"signs": False}),
    "H29.07": ("finishes before custody", "order", clerks.Hasty, {}),
    "H29.08": ("never explains", "explains", clerks.Silent, {}),
    "H29.09": ("answers others' dossiers", "others", clerks.Meddler, {}),
    "H29.10": ("one id for two attempts", "again", clerks.Clerk, {"id": "by step"}),
    "H29.11": ("does not look", "withdrawn", clerks.Deaf, {}),
    "H29.12": ("has no opinion", "opinion", clerks.Blank, {}),
}
RIGHTS = "H29.04.01"


@asynccontextmanager
async def working(code, kafka, clerk, changes):
    """An agency's program that runs."""
    async with Agency(Bus(agency=code, servers=kafka), new_key(code, AUDIENCE)) as agency:
        if changes:
            clerks.Changed(agency, **changes)
        task = asyncio.create_task(clerk(agency).work())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(scope="module")
async def found(shop):
    """What conformance finds about every agency; all of them are played beside each other."""
    bus, directory = shop.settings.bus, load_directory()
    keys = {code: new_key(code, AUDIENCE) for code in directory.agencies}
    surroundings = Surroundings(bus, bus, "", keys, directory, load_calendar())

    async def one(code, clerk, changes):
        async with working(code, bus.servers, clerk, changes):
            return outcomes(await play(code, surroundings, patience=12))

    programs = {RIGHTS: (clerks.Clerk, {})} | {code: (clerk, more) for code, (_, _, clerk, more) in WRONGS.items()}
    results = await asyncio.gather(*(one(code, *program) for code, program in programs.items()))
    return dict(zip(programs, results, strict=True))


def points(outcomes_, state):
    return {one.point for one in outcomes_ if one.state == state}


def test_a_right_agency_has_every_point_right(found):
    assert [one for one in found[RIGHTS] if one.state == WRONG] == []
    assert points(found[RIGHTS], UNTRIED) <= {"rejected"}
    assert {"explains", "opinion", "recall", "suspended", "unknown"} <= points(found[RIGHTS], RIGHT)


@pytest.mark.parametrize("code", WRONGS, ids=lambda code: WRONGS[code][0])
def test_what_is_wrong_is_found_and_named(found, code):
    _, point, _, _ = WRONGS[code]
    wrong = points(found[code], WRONG)
    assert point in wrong
    assert all(isinstance(one, Verdict) and one.came for out in found[code] for one in out.findings)
