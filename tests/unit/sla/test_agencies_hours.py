"""A deadline goes by the calendar of the agency whose work it is."""

from dataclasses import replace
from datetime import datetime

import pytest

from contracts.envelope import AnyEvent
from services.sla.rules import Rules
from services.sla.service import service
from tests.given import OFFICE, at, given, received
from tests.unit.sla.telling import changed, transferred

SATURDAYS = replace(OFFICE, week=(*[OFFICE.hours] * 5, (OFFICE.hours[0],), ()))
SLA = service(Rules(replace(OFFICE, agencies={"H29.07": SATURDAYS})))
FRIDAY = at(6, "16:00")


def due(agency: str, *facts: AnyEvent) -> datetime | None:
    handed = transferred(FRIDAY, to=agency, deadline=None, limit="1 working-days")
    story = given(SLA, received(at(2), appointment=at(20)), handed, *facts)
    return next(one.due for one in story.state.deadlines if one.kind == "step")


@pytest.mark.parametrize(("agency", "wanted"), [("H29.05", at(9, "16:00")), ("H29.07", at(9, "10:30"))])
def test_a_step_is_due_by_the_hours_of_the_agency_that_does_it(agency: str, wanted: datetime) -> None:
    assert due(agency) == wanted


def test_a_day_off_that_is_announced_moves_it_there_too() -> None:
    assert due("H29.07", changed(at(6, "16:30"), ("2026-03-07", ()))) == at(9, "16:00")
