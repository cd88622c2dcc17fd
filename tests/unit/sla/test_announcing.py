"""What `lienthong calendar announce` publishes, and what it refuses."""

from dataclasses import replace

import pytest

from domain.worktime import CalendarError, load_changes
from domain.worktime.announced import exceptional
from tests.given import CODE, OFFICE, SUBMISSION, at
from tests.unit.sla.telling import MONDAY, SLA, dossier
from tools.operations.announcing import Announcement

STORM = """
announced_at: 2026-03-03 08:00
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


def announced(changes):
    return Announcement("office", changes.days, "Bão số 1", changes.announced_at)


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
    assert exceptional(event.data.days[1]) == storm().days[1]


def test_a_dossier_that_was_told_is_not_told_again(storm):
    story = dossier()
    event = announced(storm()).for_dossier(CODE, SLA.dump(story.state))
    told = story.when(event)
    assert told.state.deadlines[0].due == at(6, "09:00")
    assert announced(storm()).for_dossier(CODE, SLA.dump(told.state)) is None


def test_a_dossier_that_is_told_again_before_the_watch_has_read_is_told_the_same_to_the_byte(storm):
    state = SLA.dump(dossier().state)
    once, again = (announced(storm()).for_dossier(CODE, state) for _ in range(2))
    assert once.to_json() == again.to_json()


def test_whose_receipt_came_after_the_announcement_is_told_from_then_on(storm):
    early = storm(STORM.replace("2026-03-03 08:00", "2026-02-27"))
    story = dossier()
    event = announced(early).for_dossier(CODE, SLA.dump(story.state))
    assert event.time == MONDAY
    assert story.when(event).state.deadlines[0].due == at(6, "09:00")


def test_another_announcement_is_another_event(storm):
    state = SLA.dump(dossier().state)
    first = announced(storm())
    others = [replace(first, days=first.days[:1]), replace(first, reason="Another"), replace(first, at=at(9))]
    assert len({one.for_dossier(CODE, state).id for one in (first, *others)}) == 4


def test_the_same_days_announced_once_more_move_nothing_and_are_not_told(storm):
    story = dossier().when(announced(storm()).for_dossier(CODE, SLA.dump(dossier().state)))
    again = replace(announced(storm()), at=at(3, "10:00")).for_dossier(CODE, SLA.dump(story.state))
    assert story.when(again).said == ()


@pytest.mark.parametrize(
    "moment", ["2026-03-03 08:00", "2026-03-03 08:00:00", "2026-03-03T01:00:00Z", "'2026-03-03T08:00+07:00'"]
)
def test_the_moment_of_an_announcement_is_in_vietnam_unless_it_says_otherwise(storm, moment):
    assert storm(STORM.replace("2026-03-03 08:00", moment)).announced_at == at(3)


def test_only_what_is_open_on_its_clock_is_asked_for_complaints_included(storm):
    assert announced(storm()).query() == {"state.phase": "open", "state.timeline": "live"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("announced_at: 2026-03-03", "no day is changed"),
        ("{announced_at: 2026-03-03, days_off: []}", "no day is changed"),
        ("days_off: [{date: 2026-03-04, vi: a, en: b}]", "Field required"),
        ("announced_at: yesterday", "not a moment"),
        ("announced_at: 12", "not a moment"),
        ("announced_at: 0001-01-01", "not a moment"),
        ("days_off: [{date: 2026-02-30, vi: a, en: b}]", "day is out of range"),
        ("{announced_at: 2026-03-03, holidays: []}", "Extra inputs"),
        ("working_days: [{date: 2026-03-07, vi: a, en: b, hours: {morning: 11:30-07:30}}]", "does not come after"),
    ],
)
def test_a_file_that_announces_nothing_sensible_is_named_with_the_remedy(storm, text, problem):
    with pytest.raises(CalendarError, match=problem) as caught:
        storm(text)
    assert (caught.value.file, bool(caught.value.remedy)) == ("storm.yaml", True)
