"""Records that are no reports, or of another timeline: answered, put aside, and no part of any dossier."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.core.decision import Decision, Timer
from chassis.core.service import NOWHERE
from chassis.runtime.bus.publisher import partition_of
from chassis.runtime.bus.record import read_record, sender_of
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from chassis.runtime.telemetry.metrics import Metrics
from contracts.claims import AgencyReported
from contracts.envelope import event_id
from contracts.intake import DossierReceived
from contracts.rule_days import ANY_RECORD
from contracts.topics import DEFAULT_PARTITIONS, read_event
from domain.worktime import load_calendar
from services.intake.events import rejected as intakes_answer
from services.routing.rules import Rules
from services.routing.service import service
from tests.given import CODE, received, step
from tests.simulation.services import altered
from tests.unit.chassis.records import STAMP, Sent, binary, report, sent

ROUTING = service(Rules(load_calendar(None)))
BEFORE = ANY_RECORD - timedelta(days=1)
RECEIVED_AT = STAMP - timedelta(hours=1)


@dataclass
class Shop:
    """Routing, on a store and a bus in memory."""

    service: Any = ROUTING
    store: MemoryStore = field(default_factory=MemoryStore)
    published: list[Any] = field(default_factory=list)

    def __post_init__(self):
        self.loop = Loop(self.service, self.store, self.publish)

    async def publish(self, messages):
        self.published += messages

    async def process(self, *records):
        return await self.loop.process(records)

    @property
    def letters(self):
        return [dict(one.headers)["reason"].decode() for one in self.published if one.topic.endswith("dead-letter")]

    def said(self, topic):
        return [read_event(one.topic, one.value) for one in self.published if one.topic == topic]

    @property
    def states(self):
        return {key: doc.state for key, doc in self.store.documents.items()}


def receipt(timeline="live", **more):
    birth = received(RECEIVED_AT, step("forward", "H29.16"), timeline=timeline)
    return sent(json.loads(birth.to_json()), topic=DossierReceived.TYPE, **more)


def bad(**changes):
    return report(**{"data": {**report()["data"], "claim": {"kind": "took-custody"}}, **changes})


async def test_who_sent_what_is_no_report_hears_why_beside_the_dead_letter():
    shop = Shop()
    tally = await shop.process(sent(bad()))
    (answer,) = shop.said("report.rejected")
    assert (answer.subject, answer.source, answer.causationid) == (CODE, "/lienthong/routing", report()["id"])
    assert (answer.data.report_id, answer.data.agency, answer.data.code) == (report()["id"], "H29.16", "malformed")
    assert answer.data.reason == "data.claim.took-custody.step: Field required"
    assert shop.letters == [answer.data.reason]
    assert tally.dead == 1
    assert shop.store.documents == {}


async def test_the_same_record_has_the_same_answer_however_often_it_comes():
    shop = Shop()
    await shop.process(sent(bad()))
    await shop.process(sent(bad(), offset=7, timestamp=Sent("", b"").timestamp + 60_000), sent(bad()))
    assert len({one.value for one in shop.published if one.topic == "report.rejected"}) == 1


async def test_another_mistake_under_the_same_id_has_an_answer_of_its_own():
    shop = Shop()
    await shop.process(sent(bad()), sent(bad(data={"agency": "H29.16"})))
    assert len({one.id for one in shop.said("report.rejected")}) == 2


async def test_an_answer_about_a_record_is_part_of_no_dossier():
    shop = Shop()
    await shop.process(sent(bad()))
    (answer,) = shop.said("report.rejected")
    assert ROUTING.key(answer) == NOWHERE
    alone = Shop()
    await alone.process(receipt())
    await shop.process(receipt())
    assert shop.states == alone.states


@pytest.mark.parametrize("claim", [{"kind": "Nguyễn Văn A"}, {"kind": "took-custody", "step": "Nguyễn|Văn A"}])
async def test_no_answer_quotes_what_was_sent(claim):
    shop = Shop()
    await shop.process(sent(bad(data={"agency": "H29.16", "claim": claim})))
    assert len(shop.letters) == 1
    assert "Nguyễn" not in "".join(shop.letters) + shop.said("report.rejected")[0].to_json()


@pytest.mark.parametrize("changes", [{"id": None}, {"subject": "a b"}, {"source": ""}])
async def test_who_can_not_be_told_from_the_record_gets_no_answer(changes):
    shop = Shop()
    await shop.process(sent(bad(**changes)))
    assert (len(shop.letters), shop.said("report.rejected")) == (1, [])


async def test_nobody_is_answered_for_a_bad_record_of_a_service():
    shop = Shop()
    await shop.process(sent(bad(type="dossier.received"), topic="dossier.received"))
    assert (len(shop.letters), len(shop.published)) == (1, 1)


async def test_before_its_day_only_the_dead_letter_is_written():
    shop = Shop()
    await shop.process(sent(bad(), timestamp=int(BEFORE.timestamp() * 1000)))
    assert [one.topic for one in shop.published] == ["routing.dead-letter"]


async def test_a_used_id_with_other_content_is_answered():
    shop = Shop()
    other = report(data={**report()["data"], "officer": "CB-1"})
    await shop.process(receipt(), sent(report()), sent(other))
    (answer,) = [one for one in shop.said("report.rejected") if one.data.code == "malformed"]
    assert "was used before with other content" in answer.data.reason


def test_a_portal_hears_of_its_own_records_and_no_citizen_is_refused():
    event = report(source="/portal/web", subject="web-261205-1", type="intake.submitted")
    answer = intakes_answer(sender_of(sent(event, topic="intake.submitted"), "data.claim: why"))
    assert (answer.type, answer.data.sender, answer.data.record_id) == (
        "submission.rejected",
        "/portal/web",
        event["id"],
    )
    assert intakes_answer(sender_of(sent(event), "why")) is None


async def test_binary_mode_moves_a_dossier_and_is_kept_as_structured_json():
    shop = Shop()
    await shop.process(receipt(), binary(report()))
    assert [one.causationid for one in shop.said("dossier.acknowledged")] == [report()["id"]]
    kept = next(f.raw for f in shop.store.documents[CODE].facts.values() if f.event.type == AgencyReported.TYPE)
    assert json.loads(kept)["data"] == report()["data"]


async def test_a_record_that_wears_routings_source_and_its_next_id_suppresses_nothing():
    """The transfer that follows the receipt has an id that anybody can work out."""
    shop, next_id = Shop(), event_id("dossier.transferred", CODE, "forward", 1)
    await shop.process(sent(report(source="/lienthong/routing", id=next_id)), receipt())
    assert [one.id for one in shop.said("dossier.transferred")] == [next_id]
    (letter,) = shop.letters
    assert letter.startswith("source: on agency.reported it has to be /agency/<data.agency>")


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


async def test_what_one_document_raises_is_its_own_dead_letter():
    parts = {
        "fold": {"evolve": fails},
        "decide": {"decide": fails},
        "report row": {"report_row": fails},
    }
    for name, part in parts.items():
        broken = Shop(service=_altered(**part))
        await broken.process(receipt(), sent(report(subject="H29.16-260302-0002")))
        assert broken.letters, name
        assert broken.store.documents == {}, name


def fails(*_):
    raise ZeroDivisionError("a fault of ours")


def _altered(**parts):
    return altered(ROUTING, **parts)


async def test_a_timer_at_the_end_of_time_stops_nobody():
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    shop = Shop(service=_altered(decide=lambda *_: Decision(timer=Timer(last))))
    await shop.process(receipt())
    (doc,) = shop.store.documents.values()
    assert doc.due is not None
    assert doc.due > datetime(9999, 12, 1, tzinfo=UTC)


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


def value(metrics, sender):
    return metrics.registry.get_sample_value("lienthong_misplaced_records_total", {"sender": sender}) or 0


@pytest.mark.parametrize(
    ("agency", "sender"), [("H29.16", "H29.16"), ("X99.99", "other")], ids=["of the directory", "of nobody's"]
)
async def test_misplaced_records_are_taken_in_and_counted_by_sender(agency, sender):
    shop, metrics = Shop(), Metrics((AgencyReported.TYPE,), ())
    shop.loop = Loop(ROUTING, shop.store, shop.publish, metrics)
    event = report(source=f"/agency/{agency}", data={**report()["data"], "agency": agency})
    home = partition_of(CODE.encode(), DEFAULT_PARTITIONS)
    tally = await shop.process(
        sent(event, partition=home),
        sent({**event, "id": "two"}, partition=(home + 1) % DEFAULT_PARTITIONS),
        sent({**event, "id": "three"}, partition=home, key=None),
    )
    assert (tally.accepted, value(metrics, sender)) == (3, 2)


async def test_a_stranger_makes_nobody_decide_before_the_tick():
    """Its report was refused, and the transfer was said all the same: saved before the tick, and never published."""
    shop, birth = Shop(), json.loads(received(RECEIVED_AT, step("forward", "H29.16")).to_json())
    await shop.process(sent({**birth, "timeline": "history"}, topic=DossierReceived.TYPE))
    await shop.process(sent(report()))
    assert shop.letters == [f"timeline: {CODE} is on the timeline history; what is said of it has to be, too"]
    assert shop.said("dossier.transferred") == []
    await shop.loop.sweep([0], "history", RECEIVED_AT + timedelta(days=30))
    assert len(shop.said("dossier.transferred")) == 1
