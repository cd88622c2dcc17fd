"""What holds for intake whatever citizens do and in whatever order it is heard."""

from hypothesis import strategies as st

from contracts import intake as events
from contracts.intake import DossierReceived, DossierRefused
from tests.given import (
    CODE,
    SUBMISSION,
    Story,
    arrivals,
    at,
    comes_back,
    fact,
    given,
    interleavings,
    suppose,
    told,
    told_in_order,
)
from tests.unit.intake.telling import (
    ALL,
    applied,
    brought,
    collected,
    completed,
    paid,
    stopped_for,
    stopped_for_payment,
    took_back,
)

MOMENTS = st.integers(1, 6).map(at)
"""Few, so that things happen at once."""

ITEMS = st.sampled_from([*ALL, "photo", "poem"])
APPLICATIONS = st.one_of(
    st.builds(applied, MOMENTS, components=st.sets(ITEMS).map(lambda items: tuple(sorted(items)))),
    st.builds(applied, MOMENTS, st.integers(0, 2)),
    st.builds(applied, MOMENTS, channel=st.just("post")),
    st.builds(applied, MOMENTS, attributes=st.just({"age": 3})),
    st.builds(applied, MOMENTS, historic_code=st.just(SUBMISSION), historic_appointment=MOMENTS),
)
CLAIMS = st.one_of(
    st.builds(brought, MOMENTS, ITEMS),
    st.builds(brought, MOMENTS, ITEMS, ITEMS),
    st.builds(paid, MOMENTS, st.integers(1, 2)),
    st.builds(took_back, MOMENTS),
    st.builds(collected, MOMENTS, st.sampled_from(["counter", "post"])),
)
ROUTING = st.one_of(
    st.builds(stopped_for, MOMENTS, ITEMS), st.builds(stopped_for_payment, MOMENTS), st.builds(completed, MOMENTS)
)
DEEDS = st.one_of(APPLICATIONS, CLAIMS, ROUTING)
LIVES = st.tuples(APPLICATIONS, st.lists(DEEDS, max_size=8)).map(lambda told: [told[0], *told[1]])
"""Somebody applies, and then anything may happen, the impossible included."""

OWN = st.one_of(
    st.builds(
        events.DossierSupplementRequested,
        submission_id=st.just(SUBMISSION),
        missing=st.tuples(ITEMS),
        reason=st.just("?"),
        procedure=st.just("1.000001"),
        receiving_unit=st.just("H29.16.01"),
    ),
    st.builds(events.DossierSupplemented, components=st.tuples(ITEMS)),
    st.builds(events.DossierPaid, amount=st.integers(1, 3)),
    st.builds(
        events.DossierRefused,
        submission_id=st.just(SUBMISSION),
        code=st.just("day-full"),
        reason=st.sampled_from(["?", "!"]),
        procedure=st.just("1.000001"),
        receiving_unit=st.just("H29.16.01"),
    ),
    st.builds(events.DossierWithdrawn),
    st.builds(events.DossierDelivered, channel=st.sampled_from(["counter", "online", "post"])),
)
CHAOS = st.lists(
    st.one_of(DEEDS, st.builds(fact, OWN, MOMENTS, subject=st.sampled_from([SUBMISSION, CODE]))), max_size=10
)
"""Events that no intake would ever have said."""

NUMBERS = st.sampled_from([1, 9999, 10_000])


def one_by_one(intake, order, number: int) -> Story:
    story = given(intake, numbers=lambda _: number)
    for event in order:
        story = story.when(event)
    return story


@suppose(data=st.data(), life=LIVES)
def test_any_shuffle_with_any_repeats_folds_to_the_same_state_byte_for_byte(intake, data, life):
    facts = given(intake).when(*life).record
    assert told(intake, data.draw(arrivals(facts))) == told(intake, facts)


@suppose(data=st.data(), facts=CHAOS)
def test_so_does_any_shuffle_of_what_intake_would_never_say(intake, data, facts):
    assert told(intake, data.draw(arrivals(facts))) == told(intake, facts)


@suppose(data=st.data(), life=LIVES)
def test_own_events_may_be_folded_before_or_after_what_others_say(intake, data, life):
    facts = given(intake).when(*life).record
    assert told_in_order(intake, data.draw(interleavings(intake, facts))) == told(intake, facts)


@suppose(facts=CHAOS, life=LIVES)
def test_a_state_comes_back_from_the_store_as_it_was(intake, facts, life):
    assert comes_back(intake, [*facts, *given(intake).when(*life).record])


@suppose(data=st.data(), life=LIVES, number=NUMBERS)
def test_deciding_again_after_its_events_are_on_record_says_nothing_new(intake, data, life, number):
    story = one_by_one(intake, data.draw(st.permutations(life)), number)
    story.when().then()
    story.when(now=at(30)).then()


@suppose(data=st.data(), life=LIVES, number=NUMBERS)
def test_a_submission_has_one_outcome_in_whatever_order_it_is_heard(intake, data, life, number):
    story = one_by_one(intake, data.draw(arrivals(life)), number)
    receipts, refusals = story.ever(DossierReceived), story.ever(DossierRefused)
    assert len(receipts) + len(refusals) <= 1
    assert bool(receipts) == bool(story.state.code)
    if refusals:
        assert story.state.outcome == "refused"
    if receipts:
        assert story.state.outcome in ("received", "withdrawn", "delivered")


@suppose(life=LIVES)
def test_a_submission_is_always_answered(intake, life):
    story = given(intake).when(*life)
    assert story.state.outcome != "new"
    assert story.said


@suppose(life=LIVES)
def test_every_answer_names_its_cause_and_carries_the_submission(intake, life):
    story = given(intake).when(*life)
    known = {event.id for event in life}
    assert all(answer.causationid in known and answer.correlationid == SUBMISSION for answer in story.said)
