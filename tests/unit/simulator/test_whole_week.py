from collections import Counter

import pytest

from domain.procedures import Catalogue, Directory
from domain.worktime import Calendar
from tests.unit.simulator.conftest import Week, live_through
from tools.simulator import Plan
from tools.simulator.week import WEEK


def test_nothing_is_dead_lettered(week: Week) -> None:
    assert week.harness.dead_letters == []


def test_every_received_dossier_is_handed_over_for_its_first_step(week: Week) -> None:
    received = {event.subject for event in week.harness.events("dossier.received")}
    assert received
    assert received == {event.subject for event in week.harness.events("dossier.transferred")}


def test_every_submission_has_an_outcome(week: Week) -> None:
    outcomes = Counter(state["outcome"] for state in week.harness.states("intake").values())
    assert outcomes.total() == week.plan.dossiers
    assert not outcomes["new"]


def test_some_are_late_and_somebody_has_to_apologise(week: Week) -> None:
    whole = [event for event in week.harness.events("dossier.overdue") if event.data.deadline == "dossier"]
    assert 0 < len(whole) < 0.2 * week.summary.received
    assert week.harness.events("dossier.due-soon")
    assert week.harness.events("dossier.escalated")
    assert week.harness.events("letter.issued")


def test_every_kind_of_event_of_the_first_three_services_is_seen(week: Week) -> None:
    said = {topic for topic, records in week.harness.topics.items() if records}
    for name in ("intake", "routing", "sla"):
        owned = {payload.TYPE for payload in week.harness.members[name].loop.service.emits}
        rare = {
            "dossier.withdrawn",
            "dossier.refused",
            "dossier.overdue-retracted",
            "apology.withdrawn",
            "dossier.paid",
            "report.rejected",
            "applicant.erased",
            "submission.rejected",
        }
        assert owned - rare <= said


def test_most_short_dossiers_end_and_are_collected_and_rated(week: Week) -> None:
    assert week.summary.completed > 0.5 * week.summary.received
    assert week.summary.collected == len({event.id for event in week.harness.events("dossier.delivered")})
    assert week.summary.rated == len(week.harness.events("rating.counted")) > 0


def test_replay_from_the_topics_gives_the_same_states(week: Week) -> None:
    for name in week.harness.members:
        assert week.harness.replayed(name) == week.harness.states(name), name


def test_the_week_ends_on_the_next_monday(week: Week) -> None:
    assert week.summary.until == week.plan.start + WEEK
    assert week.moments[-1].at == week.summary.until
    assert week.moments[-1].share == 1
    assert str(week.moments[-1]) == "Mon 2026-01-19 07:30"


@pytest.mark.slow  # the week is lived through a second time
def test_the_same_seed_gives_the_same_events(
    week: Week, catalogue: Catalogue, directory: Directory, calendar: Calendar
) -> None:
    again = live_through(week.plan, catalogue, directory, calendar)
    assert again.summary == week.summary
    assert again.harness.topics == week.harness.topics


def test_another_seed_gives_other_events(
    week: Week, catalogue: Catalogue, directory: Directory, calendar: Calendar
) -> None:
    other = live_through(Plan(5, 2, week.plan.start, week.plan.timeline), catalogue, directory, calendar)
    assert {event.to_json() for event in other.harness.events("intake.submitted")}.isdisjoint(
        event.to_json() for event in week.harness.events("intake.submitted")
    )
