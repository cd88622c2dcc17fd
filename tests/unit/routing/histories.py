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


ANYTHING = st.one_of(REPORTS, CITIZEN)


MAYBE_STEPS = st.one_of(st.none(), STEPS)


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
        return draw(ANYTHING)
    return draw(WORK)(draw, draw(st.sampled_from(state.holders)), state, now)


def earlier(leg, state):
    """The steps that come before the holder's, if its route has any."""
    return sorted(before(state.plan, leg.step)) if state.plan else []


def _plain(deed):
    return lambda _draw, leg, _state, now: deed(leg.agency, leg.step, now)


WORK = st.sampled_from(
    [
        lambda draw, leg, _state, now: sent_back(leg.agency, leg.step, draw(STEPS), now),
        lambda draw, leg, state, now: sent_back(
            leg.agency, leg.step, draw(st.sampled_from(earlier(leg, state) or ["dance"])), now
        ),
        lambda draw, leg, _state, now: forwards(leg.agency, leg.step, draw(AGENCIES), now),
        lambda _draw, leg, _state, now: has_result(leg.agency, now),
        *map(_plain, (took, lacks, bills, explains, storm)),
        lambda draw, _leg, _state, now: recalls(UNIT, now, draw(MAYBE_STEPS)),
        lambda draw, leg, _state, now: asks(leg.agency, leg.step, draw(AGENCIES), now),
        lambda draw, leg, _state, now: finished(leg.agency, leg.step, now, next_agency=draw(AGENCIES)),
        *[_plain(finished)] * 6,
    ]
)
"""What the holder of a step can do, and now and then the unit. The deed is drawn first and then what it needs: to build
all strategies for each draw took longer than all the rest."""


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
