"""A dossier of history of which no appointment date is known: nothing is watched, nobody is ever late."""

from contracts.intake import NO_APPOINTMENT
from contracts.routing import DossierCompleted
from services.sla.report_row import OPEN, dossier_in, row_of
from services.sla.rules import Rules
from services.sla.views import deadlines_of
from tests.given import OFFICE, at, fact, given, received
from tests.unit.sla.telling import MONDAY, SLA

BORN = received(MONDAY, limit="", appointment=NO_APPOINTMENT, appointed=False)
NEVER = NO_APPOINTMENT.replace(year=2300)


def test_it_is_never_overdue():
    story = given(SLA, BORN).when(now=NEVER)
    assert story.said == ()
    assert story.timer is None
    assert not story.state.overdue


def test_it_ends_without_a_verdict():
    story = given(SLA, BORN, fact(DossierCompleted(outcome="granted", agency="H29.05"), at(9)))
    assert (story.state.phase, story.state.deadlines[0].verdict) == ("ended", "")
    assert dossier_in(row_of(story.state).text).how == ""


def test_under_way_it_counts_as_in_time():
    line = dossier_in(row_of(given(SLA, BORN).state).text)
    assert (line.how, line.due) == (OPEN, None)


def test_its_deadlines_can_be_asked_for():
    assert deadlines_of(given(SLA, BORN).state, Rules(OFFICE)).deadlines == ()
