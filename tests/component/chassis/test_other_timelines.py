"""Reports on another timeline than the dossier's: answered, put aside, and nobody decides because of them."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from chassis.runtime.bus.record import read_record
from contracts.intake import DossierReceived
from contracts.topics import read_event
from tests.component.chassis.routing import BEFORE, RECEIVED_AT, ROUTING, Shop, receipt
from tests.given import CODE, received, step
from tests.unit.chassis.records import report, sent

FOREIGN = report(timeline="mine", time="2099-12-31T00:00:00Z")


async def test_what_is_said_on_another_timeline_is_put_aside_and_answered():
    shop, alone = Shop(), Shop()
    await alone.process(receipt())
    await shop.process(receipt())
    await shop.process(sent(FOREIGN))
    assert shop.states == alone.states
    assert shop.letters == [f"timeline: {CODE} is on the timeline live; what is said of it has to be, too"]
    (answer,) = shop.said("report.rejected")
    assert (answer.data.code, answer.timeline) == ("malformed", "mine")


@pytest.mark.parametrize("together", [True, False], ids=["in one batch", "in two"])
async def test_it_comes_to_the_same_when_it_is_heard_before_the_birth(together):
    shop, alone = Shop(), Shop()
    await alone.process(receipt())
    if together:
        await shop.process(sent(FOREIGN), receipt())
    else:
        await shop.process(sent(FOREIGN))
        await shop.process(receipt())
        await shop.process(receipt())  # the batch comes again
    assert shop.states == alone.states
    assert {one.value for one in shop.published if one.topic == DossierReceived.TYPE} == set()
    assert len(set(shop.letters)) == 1
    assert len({one.id for one in shop.said("report.rejected")}) == 1


@pytest.mark.parametrize("early", [True, False])
async def test_replay_knows_the_timeline_too(early):
    shop, records = Shop(), [receipt(), sent(FOREIGN), sent(report(id="a-good-one"))]
    for record in reversed(records) if early else records:
        await shop.process(record)
    read = [*map(read_record, records), *map(read_own, shop.published)]
    facts = [event for event in read if event and ROUTING.key(event) == CODE]
    assert ROUTING.dump(ROUTING.fold(facts)) == shop.states[CODE]


def read_own(message):
    return None if message.topic.endswith("dead-letter") else read_event(message.topic, message.value)


async def test_a_dossier_that_was_born_before_the_day_hears_every_timeline_as_it_did():
    shop = Shop()
    early = received(BEFORE - timedelta(hours=1), step("forward", "H29.16"))
    old = sent(json.loads(early.to_json()), topic=DossierReceived.TYPE, timestamp=int(BEFORE.timestamp() * 1000))
    await shop.process(old)
    await shop.process(sent(report(timeline="mine")))
    assert (shop.letters, shop.store.documents[CODE].home) == ([], "")


async def test_a_report_of_the_end_of_time_stops_nobody_who_was_taken_in_before():
    """As it was found: on a timeline of its own, before the day from which moments are bounded."""
    shop = Shop()
    wild = report(timeline="mine", time="9999-12-31T23:57:59.9995Z", subject="H29.16-260302-0002")
    await shop.process(sent(wild, timestamp=int(BEFORE.timestamp() * 1000)), receipt())
    assert CODE in shop.store.documents
    await shop.loop.sweep([0], "mine", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))


async def test_since_its_day_that_report_is_put_aside():
    shop = Shop()
    await shop.process(sent(report(timeline="mine", time="9999-12-31T23:57:59.9995Z")), receipt())
    assert len(shop.letters) == 1
    assert shop.letters[0].startswith("time: Input should be text like")


async def test_a_stranger_makes_nobody_decide_before_the_tick():
    """Its report was refused, and the transfer was said all the same: saved before the tick, and never published."""
    shop, birth = Shop(), json.loads(received(RECEIVED_AT, step("forward", "H29.16")).to_json())
    await shop.process(sent({**birth, "timeline": "history"}, topic=DossierReceived.TYPE))
    await shop.process(sent(report()))
    assert shop.letters == [f"timeline: {CODE} is on the timeline history; what is said of it has to be, too"]
    assert shop.said("dossier.transferred") == []
    await shop.loop.sweep([0], "history", RECEIVED_AT + timedelta(days=30))
    assert len(shop.said("dossier.transferred")) == 1
