"""What holds for the deadline watch whatever happened and in whatever order it is heard."""

from datetime import timedelta

from hypothesis import strategies as st

from contracts import sla as events
from contracts.claims import ClockTicked
from contracts.sla import DossierEscalated, DossierOverdue, DossierOverdueRetracted, DossierRescheduled
from tests.given import arrivals, at, comes_back, fact, given, interleavings, received, suppose, told, told_in_order
from tests.unit.sla.telling import (
    CHECKER,
    SLA,
    acknowledged,
    asked,
    changed,
    completed,
    explained,
    opinion,
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
CAUSES = st.sampled_from(["supplement", "payment", "force-majeure"])
AGENCIES = st.sampled_from(["H29.11", CHECKER])
OPINIONS = st.one_of(
    st.builds(asked, MOMENTS, AGENCIES, st.sampled_from(["1 working-hours", "1 working-days"]), ATTEMPTS),
    st.builds(opinion, MOMENTS, AGENCIES, ATTEMPTS),
)
EXPLANATIONS = st.builds(explained, MOMENTS, MOMENTS, NAMES, st.sampled_from([CHECKER, "H29.05"]), st.just("Bận"))
DAYS = st.tuples(st.sampled_from(["2026-03-04", "2026-03-05", "2026-03-07"]), st.sampled_from([(), ("07:30-11:30",)]))
CHANGES = st.builds(changed, MOMENTS, DAYS)


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
    lambda birth, work, more, waits, ends: distinct([birth, *work, *more, *waits, *ends]),
    BIRTHS,
    st.lists(WORK, max_size=6),
    st.lists(st.one_of(OPINIONS, EXPLANATIONS, CHANGES), max_size=3),
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
    st.one_of(
        BIRTHS,
        WORK,
        OPINIONS,
        EXPLANATIONS,
        CHANGES,
        ENDS,
        st.builds(suspended, MOMENTS, CAUSES),
        st.builds(resumed, MOMENTS, CAUSES),
        OWN,
    ),
    max_size=12,
).map(distinct)
"""Anything at all, mostly impossible."""


def standing(story):
    """What is late and was not retracted; but for the new date of form 04, which is what it was when it was given."""
    retracted = {one.overdue_id for one in story.ever(DossierOverdueRetracted)}
    late = [one for one in story.record if isinstance(one.data, DossierOverdue) and one.id not in retracted]
    assert sum(one.data.deadline == events.NEW_DATE for one in late) <= 1
    return sorted((one.data.deadline, one.data.due) for one in late if one.data.deadline != events.NEW_DATE)


@suppose(data=st.data(), life=LIVES)
def test_any_shuffle_with_any_repeats_folds_to_the_same_state_byte_for_byte(data, life):
    facts = given(SLA, *life).when(now=END).record
    assert told(SLA, data.draw(arrivals(facts))) == told(SLA, facts)


@suppose(data=st.data(), facts=CHAOS)
def test_so_does_any_shuffle_of_what_can_not_be(data, facts):
    assert told(SLA, data.draw(arrivals(facts))) == told(SLA, facts)


@suppose(life=st.one_of(LIVES, CHAOS))
def test_the_state_comes_back_from_the_store_as_it_was(life):
    assert comes_back(SLA, given(SLA, *life).when(now=END).record)


@suppose(data=st.data(), life=st.one_of(LIVES, CHAOS))
def test_own_events_may_be_folded_in_any_order_before_or_after_what_others_say(data, life):
    facts = given(SLA, *life).when(now=END).record
    mixed = data.draw(interleavings(SLA, facts))
    own = iter(data.draw(st.permutations([one for one in mixed if SLA.placed(one).own])))
    assert told_in_order(SLA, [next(own) if SLA.placed(one).own else one for one in mixed]) == told(SLA, facts)


@suppose(life=st.one_of(LIVES, CHAOS))
def test_what_changes_nothing_gives_back_the_very_state(life):
    state = given(SLA, *life).when(now=END).state
    tick = fact(ClockTicked(partition=0), END)
    assert SLA.evolve(state, tick) is state
    assert SLA.evolve(state, received(END, appointment=END, key="another")) is state or not state.birth


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
    moved = [one for one in own if isinstance(one.data, DossierRescheduled) and one.data.kind != "late"]
    assert all(one.time < latest for one in own if one not in moved)
    assert all(one.time <= latest for one in moved)
    rungs = [(one.deadline, one.due, one.rung, one.reason) for one in story.ever(DossierEscalated)]
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


@suppose(data=st.data(), life=LIVES)
def test_a_new_date_comes_with_every_missed_appointment_and_with_nothing_else(data, life):
    story = given(SLA)
    for event in data.draw(st.permutations(life)):
        story = story.when(event, now=END)
    late = [one for one in story.record if isinstance(one.data, DossierOverdue) and one.data.deadline == "dossier"]
    assert all(one.data.rescheduled for one in late)
    forms = [one for one in story.ever(DossierRescheduled) if one.kind == "late"]
    assert sorted(one.overdue_id for one in forms) == sorted(one.id for one in late)
    assert all(one.new_date > one.old_date for one in forms)


def in_the_order_of_its_topic(life):
    """Events of one dossier and one topic come in order, those of different topics do not."""
    topics = {one.type: iter(sorted((e for e in life if e.type == one.type), key=SLA.placed)) for one in life}
    return [next(topics[one.type]) for one in life]


@suppose(data=st.data(), life=LIVES)
def test_the_last_date_told_is_the_one_that_holds_whatever_is_heard_when(data, life):
    story = given(SLA)
    for event in in_the_order_of_its_topic(data.draw(st.permutations(life))):
        story = story.when(event, now=END)
    told = [one for one in story.ever(DossierRescheduled) if one.kind != "late" and not one.overdue_id]
    main, promised = story.state.main, story.state.main.promised
    if main.ended is None and main.due is not None:
        assert max((one.new_date for one in told), default=promised) == main.due
    assert all(one.new_date > one.old_date for one in story.ever(DossierRescheduled))


@suppose(life=LIVES)
def test_what_is_known_at_once_moves_the_date_in_one_chain_and_once_for_each_cause(life):
    story = given(SLA, *life).when(now=END)
    told = [one for one in story.record if isinstance(one.data, DossierRescheduled) and one.data.kind != "late"]
    assert len({one.causationid for one in told}) == len(told)
    of_the_whole = [one.data for one in sorted(told, key=SLA.placed) if not one.data.overdue_id]
    dates = [story.state.main.promised, *(one.new_date for one in sorted(of_the_whole, key=lambda one: one.new_date))]
    assert [one.old_date for one in sorted(of_the_whole, key=lambda one: one.new_date)] == dates[:-1]
