"""What `lienthong calendar announce` publishes, and what it refuses."""

import pytest

from contracts.worktime import CalendarError, load_changes
from services.cli.announcing import Announcement
from tests.given import CODE, OFFICE, SUBMISSION, at
from tests.unit.sla.telling import SLA, dossier

STORM = """
days_off:
  - {date: 2026-03-04, vi: Nghỉ bão, en: Storm}
working_days:
  - {date: 2026-03-07, vi: Làm bù, en: Made up}
"""


@pytest.fixture
def storm(tmp_path):
    def changes(text=STORM):
        file = tmp_path / "storm.yaml"
        file.write_text(text, encoding="utf-8")
        return load_changes(file, OFFICE)

    return changes


def announced(days):
    return Announcement("office", days, "Bão số 1", at(3))


def test_every_dossier_under_way_is_told_the_days_and_the_reason(storm):
    state = SLA.dump(dossier().state)
    event = announced(storm()).for_dossier(CODE, state)
    assert (event.source, event.subject, event.time, event.correlationid) == (
        "/calendar/office",
        CODE,
        at(3),
        SUBMISSION,
    )
    assert [(day.on.day, day.hours, day.en) for day in event.data.days] == [
        (4, (), "Storm"),
        (7, ("07:30-11:30", "13:00-17:00"), "Made up"),
    ]
    assert event.data.days[1].exceptional == storm()[1]


def test_a_dossier_that_was_told_is_not_told_again(storm):
    story = dossier()
    event = announced(storm()).for_dossier(CODE, SLA.dump(story.state))
    told = story.when(event)
    assert told.state.deadlines[0].due == at(6, "09:00")
    assert announced(storm()).for_dossier(CODE, SLA.dump(told.state)) is None


def test_another_announcement_is_another_event(storm):
    state = SLA.dump(dossier().state)
    first = announced(storm()).for_dossier(CODE, state)
    assert announced(storm()[:1]).for_dossier(CODE, state).id != first.id
    assert Announcement("office", storm(), "Another", at(9)).for_dossier(CODE, state).id != first.id


def test_only_dossiers_of_its_clock_that_are_open_are_asked_for(storm):
    assert announced(storm()).query() == {"state.phase": "open", "state.kind": "dossier", "state.timeline": "live"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", "no day is changed"),
        ("days_off: []", "no day is changed"),
        ("days_off: [{date: 2026-02-30, vi: a, en: b}]", "day is out of range"),
        ("holidays: []", "Extra inputs"),
        ("working_days: [{date: 2026-03-07, vi: a, en: b, hours: {morning: 11:30-07:30}}]", "does not come after"),
    ],
)
def test_a_file_that_announces_nothing_sensible_is_named_with_the_remedy(storm, text, problem):
    with pytest.raises(CalendarError, match=problem) as caught:
        storm(text)
    assert (caught.value.file, bool(caught.value.remedy)) == ("storm.yaml", True)
