"""A late step is explained by an agency that held the dossier (giải trình)."""

import pytest

from contracts.routing import DelayExplained
from tests.given import at
from tests.unit.routing.telling import (
    CHAIN,
    SIGNER,
    UNIT,
    explains,
    lacks,
    objection,
    on,
    withdrawn,
)


@pytest.mark.parametrize("since", [(), (lacks(UNIT, "forward", at(4)),), (withdrawn(at(4)),)])
def test_a_delay_is_explained_by_who_held_the_dossier_even_when_all_is_over(since):
    excuse = explains(UNIT, "forward", at(5))
    story = on(CHAIN, *since).when(excuse)
    story.then(
        DelayExplained(step="forward", agency=UNIT, cause="Quá tải", owner="CC-1", plan="Làm thêm giờ", target=at(20))
    )
    assert (story.said[0].time, story.said[0].causationid) == (at(5), excuse.id)


@pytest.mark.parametrize(
    ("route", "step", "reason"),
    [
        (CHAIN, "dance", "the route has no step dance; its steps: forward, check, sign"),
        ((), "dance", "the route has no step dance; its steps: free"),
    ],
)
def test_the_delay_of_a_step_that_there_is_not_is_not_explained(route, step, reason):
    assert objection(on(route).when(explains(UNIT, step, at(5)))) == ("unknown-step", reason)


def test_the_delay_of_a_step_that_has_not_begun_is_not_explained():
    assert objection(on(CHAIN).when(explains(UNIT, "sign", at(5)))) == (
        "step-not-open",
        "step sign has not begun: there is no delay to explain yet",
    )


def test_on_a_free_route_the_one_step_can_be_explained():
    assert on(()).when(explains(UNIT, "free", at(5))).says(DelayExplained)


def test_who_never_held_the_dossier_has_nothing_to_explain():
    assert objection(on(CHAIN).when(explains(SIGNER, "sign", at(5)))) == (
        "not-the-holder",
        f"{SIGNER} never held this dossier, nor was it asked for its opinion",
    )


def test_the_plan_of_an_explanation_lies_ahead():
    story = on(CHAIN).when(explains(UNIT, "forward", at(5), target=at(5)))
    assert objection(story) == (
        "target-in-the-past",
        "target 2026-03-05T01:00:00+00:00 has passed: give the date by which it will be done",
    )


def test_a_step_that_does_not_exist_has_no_delay():
    assert objection(on(CHAIN).when(explains(UNIT, "dance", at(5)))) == (
        "unknown-step",
        "the route has no step dance; its steps: forward, check, sign",
    )
