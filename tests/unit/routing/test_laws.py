"""What holds for routing whatever is reported and in whatever order it is heard."""

from datetime import timedelta
from itertools import accumulate

from hypothesis import strategies as st

from contracts import routing as events
from contracts.claims import AgencyReported
from contracts.routing import DossierCompleted, DossierTransferred, ReportRejected
from tests.given import arrivals, at, fact, given, received, step, suppose, told
from tests.unit.routing.telling import (
    CHAIN,
    CHECKER,
    FORK,
    MONDAY,
    OTHER,
    ROUTING,
    SIGNER,
    TAX,
    UNIT,
    bills,
    explains,
    finished,
    forwards,
    has_result,
    lacks,
    paid,
    sent_back,
    supplemented,
    took,
    withdrawn,
)

WEB = (
    step("forward", UNIT),
    step("sign", SIGNER, "forward", "tax", "check"),
    step("tax", TAX, "check"),
    step("check", CHECKER, "forward"),
    step("survey", TAX, "forward"),
    step("post", UNIT, "sign", "survey"),
)
"""A route with shortcuts, given in no useful order."""

AGENCIES = st.sampled_from([UNIT, CHECKER, TAX, SIGNER, OTHER])
STEPS = st.sampled_from(["forward", "check", "tax", "sign", "free", "dance"])
MOMENTS = st.integers(1, 5).map(at)
"""Few, so that things happen at once."""

REPORTS = st.one_of(
    st.builds(took, AGENCIES, STEPS, MOMENTS),
    st.builds(finished, AGENCIES, STEPS, MOMENTS),
    st.builds(sent_back, AGENCIES, STEPS, STEPS, MOMENTS),
    st.builds(forwards, AGENCIES, STEPS, AGENCIES, MOMENTS),
    st.builds(lacks, AGENCIES, STEPS, MOMENTS),
    st.builds(bills, AGENCIES, STEPS, MOMENTS),
    st.builds(has_result, AGENCIES, MOMENTS),
    st.builds(explains, AGENCIES, STEPS, MOMENTS),
)
CITIZEN = st.one_of(st.builds(supplemented, MOMENTS), st.builds(paid, MOMENTS), st.builds(withdrawn, MOMENTS))
BIRTHS = st.builds(
    lambda time, route, key: received(time, *route, key=f"{time}{key}{len(route)}"),
    MOMENTS,
    st.sampled_from([(), CHAIN, FORK, WEB]),
    st.integers(0, 1),
)
OWN = st.builds(
    fact,
    st.one_of(
        st.builds(
            events.ReportRejected,
            report_id=st.sampled_from(["a", "b"]),
            agency=AGENCIES,
            code=st.sampled_from(["unknown-dossier", "suspended"]),
            reason=st.just("?"),
        ),
        st.builds(events.DossierResumed, cause=st.sampled_from(["supplement", "payment"])),
        st.builds(events.DossierCompleted, outcome=st.just("denied"), agency=AGENCIES),
    ),
    MOMENTS,
)
CHAOS = st.lists(st.one_of(BIRTHS, REPORTS, REPORTS, CITIZEN, OWN), max_size=12)
"""Anything at all, mostly impossible."""


FIXED = st.sampled_from([CHAIN, FORK, WEB])
ROUTES = st.one_of(FIXED, st.just(()))


@st.composite
def lives(draw, routes=ROUTES):
    """A dossier that mostly travels as it should; some things happen at once, and some reports are nonsense."""
    life = [received(MONDAY, *draw(routes))]
    now = MONDAY
    for _ in range(draw(st.integers(0, 14))):
        now += draw(st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(hours=5)]))
        life.append(draw(deeds(ROUTING.fold(life), now)))
    return life


@st.composite
def deeds(draw, state, now):
    """What somebody could do next."""
    if state.paused and draw(st.booleans()):
        return (supplemented if state.paused.cause == "supplement" else paid)(now)
    if not state.holders or draw(st.integers(0, 9)) == 0:
        return draw(st.one_of(REPORTS, CITIZEN))
    leg = draw(st.sampled_from(state.holders))
    match draw(st.integers(0, 11)):
        case 0:
            return sent_back(leg.agency, leg.step, draw(STEPS), now)
        case 1 if state.plan:
            earlier = sorted(before(state.plan, leg.step)) or ["dance"]
            return sent_back(leg.agency, leg.step, draw(st.sampled_from(earlier)), now)
        case 2:
            return forwards(leg.agency, leg.step, draw(AGENCIES), now)
        case 3:
            return has_result(leg.agency, now)
        case 4 | 5:
            deed = draw(st.sampled_from([took, lacks, bills, explains]))
            return deed(leg.agency, leg.step, now)
        case _:
            return finished(leg.agency, leg.step, now)


def states(life):
    """Every state on the way."""
    return list(accumulate(sorted(life, key=ROUTING.order), ROUTING.evolve, initial=ROUTING.initial))[1:]


def before(plan, name):
    """All steps that come before one."""
    (own,) = (one.after for one in plan if one.id == name)
    return set(own).union(*(before(plan, one) for one in own))


def done(state, name):
    """Whether the last attempt at a step is finished."""
    leg = state.latest(name)
    return leg is not None and not leg.open and not leg.returned


@suppose(data=st.data(), life=lives())
def test_any_shuffle_with_any_repeats_folds_to_the_same_state_byte_for_byte(data, life):
    facts = given(ROUTING).when(*life).record
    assert told(ROUTING, data.draw(arrivals(facts))) == told(ROUTING, facts)


@suppose(data=st.data(), facts=CHAOS)
def test_so_does_any_shuffle_of_what_can_not_be(data, facts):
    assert told(ROUTING, data.draw(arrivals(facts))) == told(ROUTING, facts)


@suppose(data=st.data(), life=st.one_of(lives(), CHAOS))
def test_deciding_again_after_its_events_are_on_record_says_nothing_new(data, life):
    story = given(ROUTING)
    for event in data.draw(st.permutations(life)):
        story = story.when(event)
    if story.record:
        story.when().then()
        story.when(now=at(30)).when(now=at(30)).then()


@suppose(data=st.data(), life=lives())
def test_where_a_dossier_is_does_not_depend_on_the_order_of_arrival(data, life):
    story = given(ROUTING)
    for event in data.draw(arrivals(life)):
        story = story.when(event)
    assert (story.state.legs, story.state.pauses) == (ROUTING.fold(life).legs, ROUTING.fold(life).pauses)


@suppose(life=lives())
def test_an_open_branch_has_exactly_one_open_leg_and_an_open_dossier_is_always_with_somebody(life):
    for state in states(life):
        open_steps = [leg.step for leg in state.holders]
        assert len(open_steps) == len(set(open_steps))
        assert bool(open_steps) == (state.ended_at is None)
        assert state.holding == tuple(sorted({leg.agency for leg in state.holders}))


@suppose(life=lives(FIXED))
def test_no_step_begins_before_all_before_it_is_done(life):
    known = 0
    for state in states(life):
        for leg in (one for one in state.legs[known:] if one.movement != "forward"):
            unfinished = [one for one in before(state.plan, leg.step) if not done(state, one)]
            assert not unfinished, f"{leg.step} began before {unfinished}"
        known = len(state.legs)


@suppose(life=lives(FIXED))
def test_a_fixed_route_is_granted_only_when_every_step_is_done_and_none_on_outdated_ground(life):
    state = ROUTING.fold(life)
    if state.outcome == "granted":
        for planned in state.plan:
            assert done(state, planned.id)
            for other in planned.after:
                assert state.latest(other).done_at <= state.latest(planned.id).done_at


@suppose(life=st.one_of(lives(), CHAOS))
def test_every_report_is_answered_exactly_once(life):
    story = given(ROUTING).when(*life)
    if story.state.birth:
        for report in {one.identity: one for one in life if isinstance(one.data, AgencyReported)}.values():
            answers = answers_to(story, report)
            repeated = report.data.claim.kind == "took-custody" and not answers
            assert len(answers) == 1 or (repeated and acknowledged_before(story, report))


def answers_to(story, report):
    caused = [one.data for one in story.record if one.causationid == report.id]
    if any(isinstance(data, ReportRejected) for data in caused):
        return caused
    match report.data.claim.kind:
        case "took-custody":
            return [data for data in caused if isinstance(data, events.DossierAcknowledged)]
        case "finished-step":
            return [data for data in caused if isinstance(data, events.DossierStepCompleted)]
        case "sent-back":
            return [data for data in caused if isinstance(data, DossierTransferred) and data.movement == "return"]
        case "forwards":
            return [data for data in caused if isinstance(data, DossierTransferred) and data.movement == "forward"]
        case "has-result":
            return [data for data in caused if isinstance(data, DossierCompleted)]
        case "explains-delay":
            return [data for data in caused if isinstance(data, events.DelayExplained)]
        case _:
            return [data for data in caused if isinstance(data, events.DossierSuspended)]


def acknowledged_before(story, report):
    return any(
        one.agency == report.data.agency and one.kind == "acknowledged" and one.report != report.id
        for one in story.state.answers
    )


@suppose(life=lives())
def test_a_clock_that_stands_is_started_by_nothing_but_the_citizen(life):
    story = given(ROUTING).when(*life)
    suspended, resumed = story.ever(events.DossierSuspended), story.ever(events.DossierResumed)
    assert 0 <= len(suspended) - len(resumed) <= 1
