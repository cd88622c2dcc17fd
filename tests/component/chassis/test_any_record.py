"""Records that are no reports: answered, put aside, and no part of any dossier."""

import json
from datetime import UTC, datetime

import pytest

from chassis.core.decision import Decision, Timer
from chassis.core.service import NOWHERE
from chassis.runtime.bus.publisher import partition_of
from chassis.runtime.bus.record import sender_of
from chassis.runtime.loop import Loop
from chassis.runtime.telemetry.metrics import Metrics
from contracts.claims import AgencyReported
from contracts.envelope import event_id
from contracts.topics import DEFAULT_PARTITIONS
from services.intake.events import rejected as intakes_answer
from tests.component.chassis.routing import BEFORE, ROUTING, Shop, bad, fails, receipt, routing_with
from tests.given import CODE
from tests.unit.chassis.records import Sent, binary, report, sent


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


async def test_what_one_document_raises_is_its_own_dead_letter():
    parts = {
        "fold": {"evolve": fails},
        "decide": {"decide": fails},
        "report row": {"report_row": fails},
    }
    for name, part in parts.items():
        broken = Shop(service=routing_with(**part))
        await broken.process(receipt(), sent(report(subject="H29.16-260302-0002")))
        assert broken.letters, name
        assert broken.store.documents == {}, name


async def test_a_timer_at_the_end_of_time_stops_nobody():
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    shop = Shop(service=routing_with(decide=lambda *_: Decision(timer=Timer(last))))
    await shop.process(receipt())
    (doc,) = shop.store.documents.values()
    assert doc.due is not None
    assert doc.due > datetime(9999, 12, 1, tzinfo=UTC)


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
