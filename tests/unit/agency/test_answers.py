"""Answers: each report finds its own, whenever it came, and nobody else's."""

import asyncio

import pytest

from contracts.claims import TookCustody
from lienthong_agency import Agency, Bus, answers
from tests.unit.agency.records import answer, hand_over

BUS = Bus(agency="H29.04.01", servers="127.0.0.1:9")
PLACE = "agency.reported/3/42"


@pytest.fixture
async def heard():
    """Answers that are told of by the test."""
    found = answers.Answers(BUS)
    found._listening = asyncio.create_task(asyncio.sleep(60))
    yield found
    found._listening.cancel()


def report():
    return Agency(BUS).report_on(hand_over(), TookCustody(step="register"))


async def test_an_answer_that_comes_while_it_is_waited_for_is_found(heard):
    made = report()
    waiting = asyncio.create_task(heard.to(made.id, PLACE, 5))
    await asyncio.sleep(0)
    await heard._keep(answer(made))
    assert (await waiting).type == "dossier.acknowledged"


async def test_an_answer_that_came_before_is_found_at_once(heard):
    made = report()
    await heard._keep(answer(made, "step-not-open"))
    assert (await heard.to(made.id, PLACE, 5)).data.code == "step-not-open"


async def test_of_two_answers_the_first_counts(heard):
    made = report()
    await heard._keep(answer(made))
    await heard._keep(answer(made, "malformed"))
    assert (await heard.to(made.id, PLACE, 5)).type == "dossier.acknowledged"


async def test_where_none_comes_there_is_none(heard):
    assert await heard.to(report().id, PLACE, 0.01) is None


async def test_a_refused_record_is_ours_only_at_the_place_where_the_bus_has_ours(heard):
    made = report()
    await heard._keep(answer(made, "bad-signature", "agency.reported/3/41"))
    assert await heard.to(made.id, PLACE, 0.01) is None
    await heard._keep(answer(made, "bad-signature", PLACE))
    assert (await heard.to(made.id, PLACE, 5)).data.code == "bad-signature"


async def test_no_more_answers_are_kept_than_there_is_room_for(heard, monkeypatch):
    monkeypatch.setattr(answers, "MOST_KEPT", 2)
    made = [Agency(BUS).report_on(hand_over(), TookCustody(step="register"), reference=f"{n}") for n in range(3)]
    for told in made:
        await heard._keep(answer(told))
    assert await heard.to(made[0].id, PLACE, 0.01) is None
    assert await heard.to(made[2].id, PLACE, 0.01) is not None


async def test_a_bus_that_lets_nobody_listen_any_more_is_told_and_asked_anew_next_time(heard):
    async def refused():
        raise PermissionError("no right")

    heard._listening.cancel()
    heard._listening = asyncio.create_task(refused())
    await asyncio.wait([heard._listening])
    with pytest.raises(PermissionError):
        await heard.to(report().id, PLACE, 1)
    assert heard._since is None
