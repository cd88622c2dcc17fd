"""What holds for routing whatever is reported and in whatever order it is heard."""

from itertools import pairwise

from hypothesis import strategies as st

from contracts import routing as events
from contracts.claims import AgencyReported
from contracts.routing import DossierCompleted, DossierTransferred, ReportRejected
from tests.given import (
    arrivals,
    at,
    comes_back,
    given,
    interleavings,
    suppose,
    told,
    told_in_order,
)
from tests.unit.routing.histories import CHAOS, FIXED, before, done, lives, ways
from tests.unit.routing.telling import (
    MONDAY,
    ROUTING,
)


@suppose(data=st.data(), life=lives())
def test_any_shuffle_with_any_repeats_folds_to_the_same_state_byte_for_byte(data, life):
    facts = given(ROUTING).when(*life).record
    assert told(ROUTING, data.draw(arrivals(facts))) == told(ROUTING, facts)


@suppose(data=st.data(), facts=CHAOS)
def test_so_does_any_shuffle_of_what_can_not_be(data, facts):
    assert told(ROUTING, data.draw(arrivals(facts))) == told(ROUTING, facts)


@suppose(data=st.data(), facts=CHAOS, life=lives())
def test_own_events_may_be_folded_before_or_after_what_others_say(data, facts, life):
    facts = [*facts, *given(ROUTING).when(*life).record]
    assert told_in_order(ROUTING, data.draw(interleavings(ROUTING, facts))) == told(ROUTING, facts)


@suppose(facts=CHAOS, life=lives())
def test_a_state_comes_back_from_the_store_as_it_was(facts, life):
    assert comes_back(ROUTING, [*facts, *given(ROUTING).when(*life).record])


@suppose(data=st.data(), life=st.one_of(lives(), CHAOS))
def test_deciding_again_after_its_events_are_on_record_says_nothing_new(data, life):
    story = given(ROUTING)
    for event in data.draw(st.permutations(life)):
        story = story.when(event)
    if story.record:
        story.when().then()
        story.when(now=at(30)).when(now=at(30)).then()


@suppose(data=st.data(), life=lives())
def test_what_was_said_stays_said_and_is_all_there_is_to_go_by(data, life):
    """Whatever is heard later, no event on record is contradicted: what was held is held, or was left on record."""
    story = given(ROUTING)
    for event in data.draw(arrivals(life)):
        before, story = story.state, story.when(event)
        assert {*before.begun} <= {*story.state.begun}
        assert {*before.ended} <= {*story.state.ended}
        assert {*before.stopped} <= {*story.state.stopped}


@suppose(way=ways())
def test_an_open_branch_has_exactly_one_open_leg_and_an_open_dossier_is_always_with_somebody(way):
    for state in way:
        open_steps = [leg.step for leg in state.holders]
        assert len(open_steps) == len(set(open_steps))
        assert bool(open_steps) == (state.ended_at is None)
        assert state.holding == tuple(sorted({leg.agency for leg in state.holders}))


@suppose(way=ways(FIXED))
def test_no_step_begins_before_all_before_it_is_done(way):
    known = set()
    for state in way:
        for leg in state.legs:
            if leg.begun not in known and leg.begun.movement != "forward" and leg.open:
                unfinished = [
                    earlier for earlier in before(state.plan, leg.step) if under_way(state, earlier, leg.since)
                ]
                assert not unfinished, f"{leg.step} began before {unfinished}"
        known |= set(state.begun)


def under_way(state, name, moment):
    """Whether a step was still to be done at a moment; one that was begun again at that moment was done before."""
    leg = state.latest(name)
    return leg is None or (not done(state, name) and leg.since < moment)


@suppose(way=ways(FIXED))
def test_a_fixed_route_is_granted_only_when_every_step_is_done_and_none_on_outdated_ground(way):
    state = way[-1]
    if state.outcome == "granted":
        for planned in state.plan:
            assert done(state, planned.id)
            for other in planned.after:
                assert state.latest(other).done_at <= state.latest(planned.id).done_at


@suppose(way=ways())
def test_every_attempt_runs_from_when_it_came_to_when_it_ended_and_none_overlaps_another_at_its_step(way):
    """So at any moment exactly one party holds an open branch, however late its reports come."""
    for state in way:
        for name in {leg.step for leg in state.legs}:
            attempts = [leg for leg in state.legs if leg.step == name]
            assert [leg.attempt for leg in attempts] == list(range(1, len(attempts) + 1))
            assert all(leg.done_at is None or leg.since <= leg.done_at for leg in attempts)
            assert all(one.done_at <= other.since for one, other in pairwise(attempts))


@suppose(way=ways())
def test_a_dossier_that_is_open_was_with_somebody_at_every_moment(way):
    state = way[-1]
    spans = sorted((leg.since, leg.done_at or at(30)) for leg in state.legs)
    reached = MONDAY
    for since, until in spans:
        assert since <= reached, f"nobody held it from {reached} to {since}"
        reached = max(reached, until)
    assert reached >= (state.ended_at or at(30))


@suppose(life=lives())
def test_what_is_said_counts_no_earlier_than_claimed_and_says_so_where_it_is_later(life):
    story = given(ROUTING).when(*life)
    reports = [event for event in life if isinstance(event.data, AgencyReported)]
    claimed = {report.id: report.data.occurred_at or report.time for report in reports}
    for answer in story.record:
        if isinstance(answer.data, events.Accepted) and answer.causationid in claimed:
            own = not isinstance(answer.data, DossierTransferred) or answer.data.movement != "onward"
            if own and not isinstance(answer.data, DossierCompleted):
                assert answer.time >= claimed[answer.causationid]
                assert answer.data.claimed_at == (claimed[answer.causationid] if answer.data.backdated else None)
                assert answer.data.backdated == (answer.time > claimed[answer.causationid])


@suppose(data=st.data(), life=st.one_of(lives(), CHAOS))
def test_every_report_is_answered_exactly_once_whenever_it_is_heard(data, life):
    story = given(ROUTING)
    for event in data.draw(arrivals(life)):
        story = story.when(event)
    if story.state.birth:
        reports = {event.identity: event for event in life if isinstance(event.data, AgencyReported)}
        for report in reports.values():
            answers = answers_to(story, report)
            assert len(answers) == 1, answers


ANSWERS = {
    "took-custody": events.DossierAcknowledged,
    "finished-step": events.DossierStepCompleted,
    "has-result": DossierCompleted,
    "explains-delay": events.DelayExplained,
    "asks-opinion": events.ConsultationRequested,
    "gives-opinion": events.ConsultationAnswered,
    "needs-supplement": events.DossierSuspended,
    "needs-payment": events.DossierSuspended,
    "suspends": events.DossierSuspended,
    "resumes": events.DossierResumed,
}
MOVEMENTS = {"sent-back": "return", "forwards": "forward", "recalls": "recall"}


def answers_to(story, report):
    caused = [event.data for event in story.record if event.causationid == report.id]
    rejected = [data for data in caused if isinstance(data, ReportRejected)]
    kind = report.data.claim.kind
    if kind in MOVEMENTS:
        return rejected + [data for data in caused if getattr(data, "movement", "") == MOVEMENTS[kind]]
    return rejected + [data for data in caused if isinstance(data, ANSWERS[kind])]


@suppose(life=lives())
def test_a_clock_that_stands_is_stopped_and_started_in_turns(life):
    story = given(ROUTING).when(*life)
    suspended, resumed = story.ever(events.DossierSuspended), story.ever(events.DossierResumed)
    assert 0 <= len(suspended) - len(resumed) <= 1
