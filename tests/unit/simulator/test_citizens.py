from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from contracts import claims
from contracts.intake import DossierSupplementRequested
from domain.procedures import Catalogue, Directory
from domain.worktime import ZONE, Calendar, Span
from tests.unit.simulator.conftest import MONDAY
from tests.unit.simulator.test_agents import said
from tools.simulator import Plan, next_plan, save_checkpoint
from tools.simulator.actions import Action
from tools.simulator.agents import Office
from tools.simulator.applications import applications, market
from tools.simulator.checkpoint import FILE
from tools.simulator.citizens import supplement
from tools.simulator.draws import draw
from tools.simulator.week import WEEK, at_leisure, following_monday, windows

MANY = 3000


@pytest.fixture(scope="module")
def handed_in(plan: Plan, catalogue: Catalogue, directory: Directory, calendar: Calendar) -> list[Action]:
    many = replace(plan, dossiers=MANY)
    return list(applications(many, market(many, catalogue, directory, calendar)))


def claim_of(action: Action) -> claims.Application:
    claim = getattr(action.data, "claim", None)
    assert isinstance(claim, claims.Application)
    return claim


def brings(action: Action) -> claims.Supplement:
    claim = getattr(action.data, "claim", None)
    assert isinstance(claim, claims.Supplement)
    return claim


def test_applications_come_from_monday_to_friday_by_all_channels(handed_in: list[Action]) -> None:
    assert {action.at.astimezone(ZONE).weekday() for action in handed_in} == {0, 1, 2, 3, 4}
    assert {claim_of(action).channel for action in handed_in} == {"counter", "online", "post"}


def test_short_procedures_are_asked_for_most_but_not_only(handed_in: list[Action], catalogue: Catalogue) -> None:
    asked = Counter(str(catalogue[claim_of(action).procedure].limit) for action in handed_in)
    assert asked["1 working-days"] > MANY / 3
    assert len({claim_of(action).procedure for action in handed_in}) > 30


def test_some_are_incomplete_some_not_eligible_some_sent_twice(handed_in: list[Action], catalogue: Catalogue) -> None:
    procedures = [catalogue[claim_of(action).procedure] for action in handed_in]
    pairs = list(zip(handed_in, procedures, strict=True))
    incomplete = sum(
        any(item.required and item.id not in claim_of(action).components for item in procedure.checklist)
        for action, procedure in pairs
    )
    refused = sum(
        claim_of(action).channel not in procedure.channels
        or not all(rule.holds(claim_of(action).attributes) for rule in procedure.eligibility)
        for action, procedure in pairs
    )
    assert 0.05 < incomplete / MANY < 0.2
    assert 0.005 < refused / MANY < 0.04
    assert 0.01 < (len(handed_in) - MANY) / MANY < 0.03


def test_what_is_sent_twice_is_the_same_event(handed_in: list[Action]) -> None:
    twice = next(action for action in handed_in if action.happened)
    first = next(action for action in handed_in if action.submission == twice.submission)
    assert first.at < twice.at
    assert first.event("sim-1-1") == twice.event("sim-1-1")


def test_units_are_one_stop_units_and_the_own_commune_is_named_elsewhere(
    handed_in: list[Action], directory: Directory
) -> None:
    for claim in map(claim_of, handed_in):
        assert "one-stop" in directory.agencies[claim.receiving_unit].roles
    assert any(claim_of(action).competent_agency for action in handed_in)


def test_most_citizens_bring_what_is_missing_in_the_daytime(calendar: Calendar) -> None:
    office = Office(1, calendar, MONDAY)
    answers = []
    for number in range(200):
        data = DossierSupplementRequested(
            submission_id=f"sim-1-1-{number:05d}",
            missing=("form", "identity"),
            reason="r",
            procedure="p",
            receiving_unit="u",
        )
        answers.append(supplement(said(data, MONDAY), "online", office))
    brought = [action for actions in answers for action in actions]
    assert 160 < len(brought) < 200
    assert {len(brings(action).components) for action in brought} == {1, 2}
    assert all(6 < action.at.astimezone(ZONE).hour < 22 for action in brought)


def test_windows_are_short_at_work_and_long_at_night_and_leave_no_gap(calendar: Calendar) -> None:
    found = list(windows(MONDAY, calendar))
    assert found[0].start == MONDAY
    assert found[-1].end == MONDAY + WEEK
    assert all(before.end == after.start for before, after in pairwise(found))
    assert {window.end - window.start for window in found if not window.quiet} == {timedelta(minutes=30)}
    assert max(window.end - window.start for window in found) == timedelta(hours=2)
    assert len(found) < 160


def test_a_week_of_holidays_is_played_too(plan: Plan, catalogue: Catalogue, directory: Directory) -> None:
    tet = replace(plan, start=datetime(2026, 2, 16, 7, 30, tzinfo=ZONE), dossiers=20)
    found = market(tet, catalogue, directory, _always_closed())
    assert {action.at.weekday() for action in applications(tet, found)} <= {0, 1, 2, 3, 4}


def _always_closed() -> Calendar:
    return Calendar((morning := (Span(28_800, 36_000),)), week=(*[()] * 6, morning))


def test_nobody_acts_in_the_night() -> None:
    rng = draw(1, "night")
    assert at_leisure(MONDAY, rng) == MONDAY
    early = MONDAY.replace(hour=3)
    assert at_leisure(early, rng).date() == MONDAY.date()
    late = at_leisure(MONDAY.replace(hour=23), rng)
    assert (late.date() - MONDAY.date()).days == 1


def test_the_next_week_follows_the_last_one(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    wednesday = datetime(2026, 1, 7, 12, tzinfo=ZONE)
    first = next_plan(folder, 10, 5, wednesday)
    assert first == Plan(10, 5, MONDAY, "sim-5-1")
    save_checkpoint(folder, first)
    second = next_plan(folder, 10, 5, wednesday)
    assert second == Plan(10, 5, MONDAY + WEEK, "sim-5-2")
    (folder / FILE).write_text("{", encoding="utf-8")
    assert next_plan(folder, 10, 5, wednesday) == first


def test_a_monday_morning_is_its_own_monday() -> None:
    assert following_monday(MONDAY) == MONDAY
    assert following_monday(MONDAY + timedelta(minutes=1)) == MONDAY + WEEK
