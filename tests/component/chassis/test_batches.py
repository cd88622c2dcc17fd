"""What a batch comes to: facts, dead letters, unknown types."""

import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

import chassis.runtime.bus.record
from chassis.core import document, job
from chassis.core.decision import Decision
from chassis.core.service import Service
from chassis.runtime.bus.record import AHEAD
from contracts.topics import MAX_RECORD_BYTES
from tests.component.chassis.toy import (
    START,
    DownError,
    Record,
    Toy,
    application,
    payment,
    poison,
    raw,
    record,
)


def changed(**fields: Any) -> bytes:
    return json.dumps({**json.loads(payment().to_json()), **fields}).encode()


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in json.loads(payment().to_json()).items() if key != name}).encode()


BAD = {
    "broken JSON": (b'{"id":', "Invalid JSON"),
    "no object": (b"[]", "record: Input should be"),
    "no text": (b"\xff\xfe", "Invalid JSON"),
    "empty": (b"", "Invalid JSON"),
    "tombstone": (None, "has no value"),
    "missing field": (without("subject"), "subject: Field required"),
    "naive time": (changed(time="2026-03-02T02:00:00"), "time: Input should have timezone info"),
    "time out of this world": (changed(time="0001-01-01T00:00:00+14:00"), "time: "),
    "wrong payload": (changed(data={"submission_id": "submission-1", "claim": {"kind": "song"}}), "data.claim"),
    "too large": (changed(extra="x" * MAX_RECORD_BYTES), "bytes is more than"),
    "deep": (b"[" * 100_000, "Invalid JSON"),
    "from the future": (changed(time=(START + AHEAD + timedelta(seconds=1)).isoformat()), "lies in the future"),
}


@pytest.mark.parametrize(("value", "reason"), BAD.values(), ids=BAD)
async def test_a_bad_record_goes_to_the_dead_letters_and_the_others_go_on(
    toy: Toy, value: bytes | None, reason: str
) -> None:
    bad = raw(value)
    tally = await toy.process(record(payment(1)), bad, record(payment(2)))
    assert (tally.dead, tally.accepted) == (1, 2)
    (letter,) = toy.letters()
    assert reason in letter["reason"]
    assert (letter["topic"], letter["partition"], letter["offset"]) == ("intake.submitted", "0", str(bad.offset))
    assert [message.value for message in toy.published if message.topic == "intake.dead-letter"] == [value]


async def test_a_dead_letter_that_can_not_be_published_comes_again(toy: Toy) -> None:
    toy.fails_at.add("before publish")
    with pytest.raises(DownError):
        await toy.process(raw(b"{"))
    await toy.process(raw(b"{"))
    assert len(toy.letters()) == 1


async def test_a_record_too_large_for_the_bus_leaves_a_letter_that_is_not(toy: Toy) -> None:
    size = chassis.runtime.bus.record.LETTER_BYTES * 40
    await toy.process(Record("intake.submitted", b"x" * size, 0, key=b"k" * 9_000))
    (message,) = toy.published
    assert len(message.value or b"") + len(message.key or b"") < 1_400_000
    assert str(size) in toy.letters()[0]["cut"]


async def test_a_time_that_no_calendar_has_is_no_reason_to_stop(toy: Toy) -> None:
    tally = await toy.process(record(payment(), timestamp=2**62), record(payment(2)))
    assert (tally.dead, tally.accepted) == (1, 1)


async def test_a_live_event_may_be_a_little_ahead(toy: Toy) -> None:
    assert (await toy.process(record(payment(time=START + AHEAD)))).accepted == 1


async def test_another_timeline_may_be_anywhere(toy: Toy) -> None:
    future = payment(time=START + timedelta(days=9000), timeline="history")
    assert (await toy.process(record(future))).accepted == 1


async def test_an_id_used_again_for_something_else_is_a_dead_letter(toy: Toy) -> None:
    first = payment()
    other = first.model_copy(update={"data": payment(2).data})
    await toy.process(record(first))
    tally = await toy.process(record(other), record(payment(3)))
    assert (tally.dead, tally.accepted) == (1, 1)
    assert "used before with other content" in toy.letters()[0]["reason"]


async def test_an_id_of_one_sender_is_free_for_another(toy: Toy) -> None:
    other = payment().model_copy(update={"data": payment(2).data, "source": "/portal/other"})
    assert (await toy.process(record(payment()), record(other))).accepted == 2


async def test_a_sender_that_runs_wild_gets_dead_letters(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "MAX_FACTS", 6)
    tally = await toy.process(*(record(payment(amount)) for amount in range(1, 10)))
    assert (tally.accepted, tally.dead) == (6, 3)
    assert "runs wild" in toy.letters()[0]["reason"]
    assert (await toy.process(record(payment(1)))).duplicates == 1


async def test_a_dossier_never_outgrows_what_a_store_keeps_in_one_piece(toy: Toy) -> None:
    large = [raw(changed(id=str(n), extra="x" * 250_000)) for n in range(20)]
    tally = await toy.process(*large)
    assert tally.dead == 20 - tally.accepted > 0
    assert toy.store.documents["D.1"].characters < document.MAX_CHARACTERS * 1.01
    assert "by reference" in toy.letters()[0]["reason"]


async def test_a_dossier_that_can_not_be_folded_stops_no_other(toy: Toy) -> None:
    tally = await toy.process(record(payment(1)), record(poison("D.1")), record(payment(2, "D.2")))
    assert (tally.dead, tally.accepted) == (2, 1)
    assert set(toy.store.documents) == {"D.2"}
    assert {letter["reason"] for letter in toy.letters()} == {
        "intake can not decide: BrokenFoldError: no supplements here"
    }


async def test_a_dossier_that_could_not_be_folded_goes_on_with_what_it_had(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    await toy.process(record(poison()))
    await toy.process(record(payment(2)))
    assert len(toy.take("dossier.paid")) == 2


async def test_a_number_that_can_not_be_used_stops_only_its_own_dossier(toy: Toy) -> None:
    tally = await toy.process(record(application("D.1", "unnumbered")), record(application("D.2")))
    assert (tally.dead, tally.accepted) == (1, 1)
    assert set(toy.store.documents) == {"D.2"}


async def test_an_unknown_type_is_skipped_and_counted(toy: Toy) -> None:
    tally = await toy.process(raw(changed(type="intake.reconsidered")), raw(changed(type="not.known", data=7)))
    assert (tally.unknown, tally.dead, tally.accepted) == (2, 0, 0)
    assert toy.published == []


async def test_dossiers_of_one_batch_know_nothing_of_each_other() -> None:
    records = [record(payment(n, f"D.{n % 3}")) for n in range(1, 5)]
    outcomes = []
    for batch in permutations(records):
        toy = Toy()
        await toy.process(*batch)
        outcomes.append(({key: doc.state for key, doc in toy.store.documents.items()}, sorted(toy.take())))
    assert all(outcome == outcomes[0] for outcome in outcomes)


async def test_decisions_that_never_come_to_rest_are_given_up(toy: Toy) -> None:
    rounds = iter(range(1000))
    event = payment()

    def decide(_state: Any, _now: Any) -> Any:
        return Decision((event.model_copy(update={"id": str(next(rounds)), "source": "/lienthong/toy"}),))

    toy.loop.service = Service(**{**vars_of(toy), "decide": decide})
    assert (await toy.process(record(payment()))).dead == 1
    assert "did not come to rest" in toy.letters()[0]["reason"]


def vars_of(toy: Toy) -> dict[str, Any]:
    return {name: getattr(toy.service, name) for name in ("name", "folds", "emits", "initial")}


async def test_the_tally_counts_every_record_once(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    tally = await toy.process(record(payment(1)), record(payment(2)), raw(b"{"), raw(changed(type="x")))
    assert vars(tally) == {
        "accepted": 1,
        "duplicates": 1,
        "unknown": 1,
        "dead": 1,
        "conflicts": 0,
        "published": 2,
    }
