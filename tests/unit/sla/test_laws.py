"""What holds for the deadline watch whatever happened and in whatever order it is heard."""

from datetime import UTC, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from contracts import sla as events
from contracts.sla import DossierEscalated, DossierOverdue, DossierOverdueRetracted
from services.sla.decide import due_moment
from services.sla.state import Deadline, Pause, State
from tests.given import OFFICE, arrivals, at, fact, given, received, suppose, told
from tests.unit.sla.telling import (
    CHECKER,
    SLA,
    acknowledged,
    completed,
    resumed,
    step_done,
    suspended,
    transferred,
    withdrawn,
)

END = at(30)

MOMENTS = st.builds(at, st.integers(1, 9), st.sampled_from(["00:00", "07:30", "10:00", "17:00", "20:00"]))
"""Few, in and out of office hours, at weekends too, so that things happen at once and at the due moment."""

NAMES = st.sampled_from(["check", "sign"])
ATTEMPTS = st.integers(1, 2)
BIRTHS = st.builds(lambda time, due: received(time, appointment=due, key=f"{time}{due}"), MOMENTS, MOMENTS)
TRANSFERS = st.builds(
    lambda time, name, attempt, due, ended: transferred(time, name, attempt, deadline=due, ended=ended),
    MOMENTS,
    NAMES,
    ATTEMPTS,
    st.one_of(st.none(), MOMENTS),
    st.sampled_from([(None, 0), ("check", 1), ("sign", 1)]),
)
WORK = st.one_of(
    TRANSFERS,
    TRANSFERS,
    st.builds(acknowledged, MOMENTS, st.sampled_from(["CC-1", None]), st.just(CHECKER), NAMES, ATTEMPTS),
    st.builds(step_done, MOMENTS, NAMES, ATTEMPTS),
)
ENDS = st.one_of(st.builds(completed, MOMENTS), st.builds(withdrawn, MOMENTS))
CAUSES = st.sampled_from(["supplement", "payment"])


@st.composite
def pauses(draw):
    """The clock stands and runs again, in turn, sometimes at once; the last pause may not end."""
    found = []
    for number, moment in enumerate(sorted(draw(st.lists(MOMENTS, max_size=5)))):
        if number % 2 == 0:
            cause = draw(CAUSES)
        found.append((resumed if number % 2 else suspended)(moment, cause, number))
    return found


def distinct(life):
    """A step is begun once an attempt: routing's ids say so."""
    return list({one.id: one for one in life}.values())


LIVES = st.builds(
    lambda birth, work, waits, ends: distinct([birth, *work, *waits, *ends]),
    BIRTHS,
    st.lists(WORK, max_size=6),
    pauses(),
    st.lists(ENDS, max_size=1),
)
"""What one dossier may live through."""

OWN = st.builds(
    fact,
    st.one_of(
        st.builds(DossierOverdue, deadline=st.just("dossier"), due=MOMENTS, agency=st.just("H29")),
        st.builds(
            DossierOverdueRetracted, deadline=st.just("dossier"), due=MOMENTS, overdue_id=st.sampled_from(["a", "b"])
        ),
        st.builds(events.DossierDueSoon, deadline=st.just("dossier"), due=MOMENTS, agency=st.just("H29")),
        st.builds(events.ExplanationRequired, deadline=st.just("dossier"), agency=st.just("H29"), by=MOMENTS),
    ),
    MOMENTS,
)
CHAOS = st.lists(
    st.one_of(BIRTHS, WORK, ENDS, st.builds(suspended, MOMENTS, CAUSES), st.builds(resumed, MOMENTS, CAUSES), OWN),
    max_size=12,
).map(distinct)
"""Anything at all, mostly impossible."""


def standing(story):
    """What is late and was not retracted."""
    retracted = {one.overdue_id for one in story.ever(DossierOverdueRetracted)}
    late = [one for one in story.record if isinstance(one.data, DossierOverdue) and one.id not in retracted]
    return sorted((one.data.deadline, one.data.due) for one in late)


@suppose(data=st.data(), life=LIVES)
def test_any_shuffle_with_any_repeats_folds_to_the_same_state_byte_for_byte(data, life):
    facts = given(SLA, *life).when(now=END).record
    assert told(SLA, data.draw(arrivals(facts))) == told(SLA, facts)


@suppose(data=st.data(), facts=CHAOS)
def test_so_does_any_shuffle_of_what_can_not_be(data, facts):
    assert told(SLA, data.draw(arrivals(facts))) == told(SLA, facts)


@suppose(data=st.data(), life=st.one_of(LIVES, CHAOS), looks=st.lists(MOMENTS, max_size=3))
def test_deciding_again_after_its_events_are_on_record_says_nothing_new(data, life, looks):
    story = given(SLA)
    for event in data.draw(st.permutations(life)):
        story = story.when(event)
    for moment in [*looks, END]:
        story = story.when(now=moment).when(now=moment).then()


@suppose(life=LIVES, looks=st.lists(MOMENTS, max_size=4))
def test_it_does_not_matter_when_the_watch_looks(life, looks):
    patient, busy = given(SLA, *life), given(SLA, *life)
    for moment in sorted(looks):
        busy = busy.when(now=moment)
    assert {one.identity for one in busy.when(now=END).record} == {one.identity for one in patient.when(now=END).record}


@suppose(data=st.data(), life=LIVES)
def test_late_truth_corrects_early_truth_whatever_is_heard_when(data, life):
    story = given(SLA)
    for event in data.draw(arrivals(life)):
        story = story.when(event, now=END)
    truth = given(SLA, *life).when(now=END)
    assert standing(story) == standing(truth)
    assert story.state.overdue == truth.state.overdue


@suppose(life=LIVES, now=MOMENTS)
def test_nothing_is_said_early_and_no_rung_twice(life, now):
    story = given(SLA, *life).when(now=now)
    latest = max(now, *(one.time for one in life))
    own = [one for one in story.record if one.source == "/lienthong/sla"]
    assert all(one.time < latest for one in own)
    rungs = [(one.deadline, one.due, one.rung) for one in story.ever(DossierEscalated)]
    assert len(rungs) == len(set(rungs))


@suppose(life=LIVES, now=MOMENTS)
def test_the_timer_lies_ahead_and_nothing_becomes_true_before_it(life, now):
    now = max(now, *(one.time for one in life))
    story = given(SLA, *life).when(now=now)
    if story.timer:
        assert story.timer.at > now
        story.when(now=story.timer.at - timedelta(seconds=1)).then()
        assert story.when(now=story.timer.at).said
    else:
        story.when(now=END).then()


ODD_MOMENTS = st.datetimes(at(1).replace(tzinfo=None), at(14).replace(tzinfo=None), timezones=st.just(UTC))
ANY_MOMENT = st.one_of(MOMENTS, ODD_MOMENTS)
ANY_PAUSE = st.lists(ANY_MOMENT, min_size=2, max_size=2).map(lambda ends: Pause("supplement", min(ends), max(ends)))


@suppose(started=ANY_MOMENT, due=ANY_MOMENT, waits=st.lists(ANY_PAUSE, max_size=4))
def test_a_pause_never_brings_a_due_date_forward(started, due, waits):
    deadline = Deadline("dossier", started, due, CHECKER, "")
    moved = due_moment(State(pauses=tuple(waits)), deadline, OFFICE)
    assert moved is not None
    assert moved >= due
    assert not any(one.since < moved < one.until for one in apart(waits) if one.until > started)


def apart(waits):
    """The pauses, unless two of them overlap."""
    inner = sorted(waits, key=lambda one: one.since)
    return [] if any(one.until > other.since for one, other in pairwise(inner)) else inner


@suppose(started=ANY_MOMENT, due=ANY_MOMENT, waits=st.lists(ANY_PAUSE, max_size=3), since=ANY_MOMENT)
def test_a_standing_pause_stops_the_clock_or_came_too_late(started, due, waits, since):
    deadline = Deadline("dossier", started, due, CHECKER, "")
    before = [one for one in waits if one.until <= since]
    moved = due_moment(State(pauses=(*before, Pause("payment", since))), deadline, OFFICE)
    assert moved is None or since >= moved >= due
