"""Every law can be broken: a doctored stream for each, beside one that keeps them all."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from chassis.core.document import Document
from chassis.runtime.settings import Settings
from contracts import claims, intake, notify, rating, sla
from tests.faults import checks
from tests.faults.evidence import Evidence
from tests.faults.insisting import Acknowledged
from tests.given import CODE, SUBMISSION, at, fact, received, submitted
from tests.laws import stores, streams
from tools.operations.registry import all_services
from tools.operations.replay import Comparison

APPLICATION = claims.Application(procedure="1.000001", channel="counter", receiving_unit="H29.16")
SERVICES = all_services(Settings())


@dataclass(frozen=True)
class Record:
    value: bytes
    partition: int = 0


def said(event, value=None):
    return Record(value or event.to_json().encode()), event


def overdue(unique="first", deadline=sla.WHOLE):
    return fact(sla.DossierOverdue(deadline=deadline, due=at(5), agency="H29.05"), at(5), unique)


def letter(unique="letter"):
    data = notify.LetterIssued(letter="apology", message_id="m", overdue_id="o", agency="H29.05", due=at(5))
    return fact(data, at(5), unique)


def climbed(unique="rung"):
    data = sla.DossierEscalated(
        deadline=sla.WHOLE, due=at(5), rung="one-stop-head", agency="H29.05", to_agency="H29.16"
    )
    return fact(data, at(5), unique)


def rated(unique, holder="h-1"):
    return fact(rating.RatingSubmitted(channel="web", holder=holder, agency="H29.05", answers={"7": 2}), at(6), unique)


def counted(submission):
    return fact(rating.RatingCounted(rating_id=submission.id), at(6), submission.id)


def sent(unique="sent", attempt=1):
    data = notify.NotificationSent(message_id="m", template="apology", medium="counter", attempt=attempt)
    return fact(data, at(5), unique)


def streamed(*events):
    return Evidence(said=[said(event) for event in events])


APPLIED, RECEIVED, RATED = submitted(APPLICATION, at(2)), received(at(2)), rated("rated")
WHOLE_STORY = [APPLIED, RECEIVED, overdue(), climbed(), letter(), sent(), RATED, counted(RATED)]


def test_a_whole_story_keeps_all_laws_of_the_streams():
    found = streamed(*WHOLE_STORY, *WHOLE_STORY)
    assert [complaint for law in streams.STREAMS for complaint in law(found)] == []


AGAIN = rated("again")
SECOND = RECEIVED.model_copy(update={"subject": "H29.16-260302-0002"})


@pytest.mark.parametrize(
    ("law", "doctored"),
    [
        (streams.every_submission_is_answered, [said(APPLIED)]),
        (streams.the_same_event_has_the_same_bytes, [said(RECEIVED), said(RECEIVED, b"{}")]),
        (streams.nothing_is_said_twice_under_two_ids, [said(sent("one")), said(sent("two"))]),
        (streams.at_most_one_overdue_holds_for_a_deadline, [said(overdue("one")), said(overdue("two"))]),
        (streams.each_rung_is_climbed_once, [said(climbed("one")), said(climbed("two"))]),
        (streams.no_missed_date_has_two_letters, [said(letter("one")), said(letter("two"))]),
        (streams.every_missed_date_has_a_letter, [said(overdue())]),
        (
            streams.no_rating_counts_twice,
            [said(one) for one in (RATED, AGAIN, counted(RATED), counted(AGAIN))],
        ),
        (streams.no_rating_counts_twice, [said(counted(RATED))]),
        (streams.daily_numbers_have_no_gap_and_no_repeat, [said(SECOND)]),
    ],
)
def test_a_doctored_stream_breaks_the_law(law, doctored):
    assert list(law(Evidence(said=doctored)))


def test_an_overdue_that_was_taken_back_does_not_count():
    first = overdue("one")
    data = sla.DossierOverdueRetracted(deadline=sla.WHOLE, due=at(5), overdue_id=first.id)
    found = streamed(first, fact(data, at(5)), overdue("two"))
    assert not list(streams.at_most_one_overdue_holds_for_a_deadline(found))
    assert not list(streams.nothing_is_said_twice_under_two_ids(found))


def test_an_overdue_that_was_not_taken_back_may_not_be_said_again():
    assert list(streams.nothing_is_said_twice_under_two_ids(streamed(overdue("one"), overdue("two"))))


def test_one_act_of_a_citizen_may_answer_two_waits_and_citizens_may_rate_alike():
    brought = [fact(intake.DossierSupplemented(components=("form",)), at(3), unique) for unique in ("one", "two")]
    assert not list(streams.nothing_is_said_twice_under_two_ids(streamed(*brought, rated("one"), rated("two"))))


def test_a_request_sent_again_may_have_another_time_but_no_other_content():
    first = submitted(APPLICATION, at(2), "key", source="/portal/http")
    later = submitted(APPLICATION, at(2) + timedelta(seconds=9), "key", source="/portal/http")
    other = submitted(APPLICATION.model_copy(update={"language": "en"}), at(2), "key", source="/portal/http")
    assert not list(streams.the_same_event_has_the_same_bytes(streamed(first, later)))
    assert list(streams.the_same_event_has_the_same_bytes(streamed(first, other)))


def evidence(*events, known=(), **changes):
    document = Document(CODE)
    for one in known:
        document.add(one, one.to_json(), own=False)
    documents = {name: {CODE: document} if known else {} for name in SERVICES}
    given = {
        "said": [said(event) for event in events],
        "services": SERVICES,
        "stored": documents,
        "taken": {event.identity for event in events},
        "dead": {name: [] for name in SERVICES},
    }
    return Evidence(**(given | changes))


PLACE = ("intake.submitted", 0, 7)
SENT = sent()


@pytest.mark.parametrize(
    ("check", "found"),
    [
        (
            checks.every_acknowledged_submission_is_in_the_streams,
            evidence(RECEIVED, acknowledged=Acknowledged(submissions={SUBMISSION})),
        ),
        (
            checks.every_acknowledged_submission_is_in_the_streams,
            evidence(RECEIVED, acknowledged=Acknowledged(ratings={"no-such-rating"})),
        ),
        (stores.nothing_is_lost, evidence(RECEIVED)),
        (
            checks.every_replay_equals_its_store,
            evidence(comparisons={"sla": Comparison(different={CODE: ({}, {"phase": "open"})})}),
        ),
        (checks.every_replay_equals_its_store, evidence(comparisons={"sla": Comparison(missing_live=[CODE])})),
        (checks.every_replay_equals_its_store, evidence(comparisons={"sla": Comparison(missing_streams=[CODE])})),
        (stores.the_dead_letters_are_the_bad_records, evidence(bad={PLACE})),
        (
            stores.the_dead_letters_are_the_bad_records,
            evidence(dead={name: [PLACE] if name == "intake" else [] for name in SERVICES}),
        ),
        (checks.no_record_is_bad_but_those_sent_so, evidence(bad={PLACE})),
        (checks.no_record_is_bad_but_those_sent_so, evidence(sent_bad={PLACE})),
        (checks.every_message_sent_lies_in_the_outbox_once, evidence(SENT)),
        (checks.every_message_sent_lies_in_the_outbox_once, evidence(SENT, outbox=["m", "m"])),
        (checks.every_message_sent_lies_in_the_outbox_once, evidence(SENT, sent("two", attempt=2), outbox=["m"])),
    ],
)
def test_doctored_evidence_breaks_the_check(check, found):
    assert list(check(found))


def test_of_an_event_that_was_said_again_the_earliest_record_counts():
    later, sooner = (RECEIVED.model_copy().take_in(at(day)) for day in (4, 3))
    found = Evidence(said=[said(RECEIVED), said(later), said(sooner), said(later)])
    assert found.events[RECEIVED.identity].taken_in == at(3)


def test_what_a_service_decides_and_never_said_or_did_is_found():
    unsaid = list(stores.what_follows_from_the_facts_is_on_the_bus(evidence(RECEIVED, known=[RECEIVED])))
    assert not [one for one in unsaid if one.startswith("notify never said")]
    assert [one for one in unsaid if one.startswith("notify never did")]
    routed = received(at(2), one_step())
    unsaid = list(stores.what_follows_from_the_facts_is_on_the_bus(evidence(routed, known=[routed])))
    assert [one for one in unsaid if one.startswith("routing never said")]


def one_step():
    return intake.RouteStep(id="verify", agency="H29.05", limit="1 working-days")


def test_a_sweep_that_was_cut_short_is_found():
    found = evidence(RECEIVED, known=[RECEIVED])
    found.stored["sla"] = {CODE: replace(found.stored["sla"][CODE], unsent=1)}
    assert list(stores.no_sweep_is_left_open(found)) == [f"sla of {CODE}"]
