"""Conformance, played at a right agency and at agencies that are wrong in one way each, on real services."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from domain.procedures import load_directory
from domain.worktime import load_calendar
from lienthong_agency import Agency, Bus
from lienthong_agency.signing import new_key
from tests.e2e import clerks
from tools.operations.conformance.play import Surroundings, play
from tools.operations.conformance.report import UNTRIED, WRONG, as_text, is_right, outcomes

pytestmark = [pytest.mark.stack, pytest.mark.long, pytest.mark.timeout(900)]

AUDIENCE = "lienthong-test"
PATIENCE = 30.0
"""Seconds, on a machine that is busy with other tests."""

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
    "H29.11": ("does not look at what happens meanwhile", "withdrawn", clerks.Deaf, {}),
    "H29.12": ("has no opinion", "opinion", clerks.Blank, {}),
}
"""Agencies that are wrong in one way each: how, the point that names it, the program, what is changed."""

SEEN_IN = {"others": "opinion"} | {name: name for name in ("repeat", "explains", "again", "withdrawn", "opinion")}
"""The turn in which a point is seen, where that is not the plain one."""

RIGHT_ONE = "H29.04.01"
AT_ONCE = asyncio.Semaphore(3)
"""Agencies that are played beside each other: more only wait for each other on two cores."""


@asynccontextmanager
async def working(code, bus, clerk, changes):
    """An agency's program that runs, with the rights of the bus's administrator: this is not about rights."""
    told = {name: getattr(bus, name) for name in ("servers", "security", "mechanism", "user", "password", "ca")}
    async with Agency(Bus(agency=code, **told), new_key(code, AUDIENCE)) as agency:
        if changes:
            clerks.Changed(agency, **changes)
        task = asyncio.create_task(clerk(agency).work())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(scope="module")
def surroundings(shop):
    directory = load_directory()
    keys = {code: new_key(code, AUDIENCE) for code in directory.agencies}
    return Surroundings(shop.settings.bus, shop.settings.bus, "", keys, directory, load_calendar())


async def test_a_right_agency_has_every_point_right(surroundings):
    async with working(RIGHT_ONE, surroundings.bus, clerks.Clerk, {}):
        found = outcomes(await play(RIGHT_ONE, surroundings, PATIENCE))
    assert [outcome for outcome in found if outcome.state == WRONG] == [], "\n".join(as_text(RIGHT_ONE, found))
    assert {outcome.point for outcome in found if outcome.state == UNTRIED} <= {"rejected"}
    assert is_right(found)


@pytest.fixture(scope="module")
async def found(surroundings):
    """What conformance finds about every wrong agency."""

    async def examined(code):
        _, point, clerk, changes = WRONGS[code]
        async with AT_ONCE, working(code, surroundings.bus, clerk, changes):
            return outcomes(await play(code, surroundings, PATIENCE, [SEEN_IN.get(point, "plain")]))

    return dict(zip(WRONGS, await asyncio.gather(*map(examined, WRONGS)), strict=True))


@pytest.mark.parametrize("code", WRONGS, ids=lambda code: WRONGS[code][0])
def test_what_is_wrong_is_found_and_named(found, code):
    _, point, _, _ = WRONGS[code]
    wrong = {outcome.point: outcome for outcome in found[code] if outcome.state == WRONG}
    assert point in wrong, "\n".join(as_text(code, found[code]))
    assert all(finding.came and finding.dossier for finding in wrong[point].findings)
    assert not is_right(found[code])


async def test_a_program_that_is_not_there_is_told_after_one_dossier(surroundings):
    found = {outcome.point: outcome.state for outcome in outcomes(await play("H29.16.02", surroundings, 1.0))}
    assert (found["custody"], found["finish"], found["explains"]) == (WRONG, WRONG, UNTRIED)
