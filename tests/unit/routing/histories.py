"""Histories of dossiers for the laws of routing: most travel as they should, some hold what can not be."""

from datetime import timedelta
from itertools import accumulate

from hypothesis import strategies as st

from contracts import routing as events
from contracts.claims import AgencyReported
from tests.given import (
    at,
    fact,
    given,
    received,
    step,
)
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
    as_of,
    asks,
    bills,
    calm,
    explains,
    finished,
    forwards,
    has_result,
    lacks,
    opines,
    paid,
    recalls,
    sent_back,
    storm,
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


ON_TIME = st.one_of(
    st.builds(took, AGENCIES, STEPS, MOMENTS),
    st.builds(finished, AGENCIES, STEPS, MOMENTS, next_agency=st.one_of(st.none(), AGENCIES)),
    st.builds(sent_back, AGENCIES, STEPS, STEPS, MOMENTS),
    st.builds(forwards, AGENCIES, STEPS, AGENCIES, MOMENTS),
    st.builds(lacks, AGENCIES, STEPS, MOMENTS),
    st.builds(bills, AGENCIES, STEPS, MOMENTS),
    st.builds(has_result, AGENCIES, MOMENTS),
    st.builds(explains, AGENCIES, STEPS, MOMENTS, st.one_of(st.none(), MOMENTS)),
    st.builds(asks, AGENCIES, STEPS, AGENCIES, MOMENTS, st.sampled_from(["1 working-days", "-1 months"])),
    st.builds(opines, AGENCIES, MOMENTS, st.none(), st.one_of(st.none(), STEPS)),
    st.builds(recalls, AGENCIES, MOMENTS, st.one_of(st.none(), STEPS)),
    st.builds(storm, AGENCIES, STEPS, MOMENTS),
    st.builds(calm, AGENCIES, MOMENTS),
)


REPORTS = st.one_of(ON_TIME, st.builds(as_of, MOMENTS, ON_TIME))


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
def tales(draw, routes=ROUTES):
    """A dossier that mostly travels as it should; some things happen at once, and some reports are nonsense.

    Tells what happened, and the story after each of it.
    """
    life = [received(MONDAY, *draw(routes))]
    stories, now = [given(ROUTING, *life)], MONDAY
    for _ in range(draw(st.integers(0, 14))):
        now += draw(st.sampled_from([timedelta(0), timedelta(minutes=1), timedelta(hours=5)]))
        life.append(draw(deeds(stories[-1].state, now)))
        stories.append(stories[-1].when(life[-1]))
    return life, stories


def lives(routes=ROUTES):
    """What happened in such a tale."""
    return tales(routes).map(lambda told_of: told_of[0])


@st.composite
def deeds(draw, state, now):
    """What somebody could do next; some tell of it late."""
    deed = draw(deeds_on_time(state, now))
    if not isinstance(deed.data, AgencyReported) or draw(st.integers(0, 4)):
        return deed
    return as_of(now - draw(st.sampled_from([timedelta(minutes=30), timedelta(hours=5), timedelta(days=6)])), deed)


@st.composite
def deeds_on_time(draw, state, now):
    """What somebody could do next."""
    if state.paused and draw(st.booleans()):
        ends = {"supplement": supplemented, "payment": paid, "force-majeure": lambda time: calm(UNIT, time)}
        return ends[state.paused.cause](now)
    if state.owed and draw(st.booleans()):
        return opines(state.owed[0].agency, now, state.owed[0].id)
    if not state.holders or draw(st.integers(0, 9)) == 0:
        return draw(st.one_of(REPORTS, CITIZEN))
    return draw(st.one_of(work(draw(st.sampled_from(state.holders)), state, now)))


def work(leg, state, now):
    """What the holder of a step can do, and now and then the unit."""
    earlier = sorted(before(state.plan, leg.step)) if state.plan else []
    about = st.just(leg.agency), st.just(leg.step)
    then = st.just(now)
    return [
        st.builds(sent_back, *about, STEPS, then),
        st.builds(sent_back, *about, st.sampled_from(earlier or ["dance"]), then),
        st.builds(forwards, *about, AGENCIES, then),
        st.builds(has_result, st.just(leg.agency), then),
        *(st.builds(deed, *about, then) for deed in (took, lacks, bills, explains, storm)),
        st.builds(recalls, st.just(UNIT), then, st.one_of(st.none(), STEPS)),
        st.builds(asks, *about, AGENCIES, then),
        st.builds(finished, *about, then, next_agency=AGENCIES),
        *[st.builds(finished, *about, then)] * 6,
    ]


@st.composite
def ways(draw, routes=ROUTES):
    """Where a dossier is after each thing that is heard, often in no order: from its receipt on."""
    life, stories = draw(tales(routes))
    if draw(st.booleans()):
        heard = draw(st.permutations(life))
        stories = accumulate(heard, lambda story, event: story.when(event), initial=given(ROUTING))
    return [story.state for story in stories if story.state.birth]


def before(plan, name):
    """All steps that come before one."""
    (own,) = (planned.after for planned in plan if planned.id == name)
    return set(own).union(*(before(plan, earlier) for earlier in own))


def done(state, name):
    """Whether the last attempt at a step is finished."""
    leg = state.latest(name)
    return leg is not None and leg.ended is not None and not leg.ended.returned
