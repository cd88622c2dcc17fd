import re
from collections import Counter

import pytest

from domain.procedures import flaws, load_catalogue, load_directory
from domain.worktime import Limit

CATALOGUE = load_catalogue()
DIRECTORY = load_directory()
ALL = pytest.mark.parametrize("procedure", CATALOGUE.values(), ids=list(CATALOGUE))


def working_hours(limit: Limit) -> float:
    """Calendar units at five working days a week, without holidays."""
    a_unit = {"working-hours": 1.0, "working-days": 8.0, "calendar-days": 8 * 5 / 7, "months": 8 * 21.0}
    return limit.value * a_unit[limit.unit]


def longest_path(procedure):
    ends = {}
    for step in procedure.steps:
        ends[step.id] = max((ends[before] for before in step.after), default=0) + working_hours(step.limit)
    return max(ends.values())


def joins(procedure):
    return [step for step in procedure.steps if len(step.after) > 1]


def test_there_are_enough_procedures():
    assert len(CATALOGUE) >= 28
    assert len(CATALOGUE.fields) >= 11
    assert sum(1 for procedure in CATALOGUE.values() if joins(procedure)) >= 5


def test_every_field_has_procedures():
    assert {procedure.field for procedure in CATALOGUE.values()} == set(CATALOGUE.fields)


def test_several_procedures_involve_other_agencies():
    roles = Counter(role for procedure in CATALOGUE.values() for role in {step.role for step in procedure.steps})
    assert all(roles[role] >= 1 for role in ("tax", "justice", "residence-police", "land-registry", "fire-safety"))


def test_well_known_procedures_are_found_by_code():
    birth = CATALOGUE.get("1.001193")
    assert birth is not None
    assert (birth.name.vi, birth.field, birth.level) == ("Đăng ký khai sinh", "civil-status", "commune")
    assert CATALOGUE.get("9.999999") is None


@ALL
def test_the_steps_fit_into_the_whole_limit(procedure):
    assert longest_path(procedure) <= working_hours(procedure.limit)


@ALL
def test_the_workflow_is_sound_and_its_roles_are_played(procedure):
    assert list(flaws(procedure.steps)) == []
    assert procedure.role in {step.role for step in procedure.steps}
    for step in procedure.steps:
        assert DIRECTORY.resolve(step.role, "H29.16.05") in DIRECTORY.agencies


@ALL
def test_the_one_stop_unit_begins(procedure):
    assert [step.role for step in procedure.steps if not step.after] == ["one-stop"]


def test_the_directory_is_a_province():
    levels = Counter(agency.level for agency in DIRECTORY.agencies.values())
    assert levels["commune"] >= 12
    assert levels["province"] >= 14
    assert all(re.fullmatch(r"H29(\.\d{2}){0,2}", code) for code in DIRECTORY.agencies)


def test_every_role_is_played_by_some_agency():
    assert {role for agency in DIRECTORY.agencies.values() for role in agency.roles} == set(DIRECTORY.roles)
