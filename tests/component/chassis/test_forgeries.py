"""Forgeries: none is taken in, each is answered as promised, and none takes a place that an honest report needs."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from chassis.core.service import NOWHERE
from chassis.runtime.bus.record import Record
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings
from chassis.runtime.store.memory import MemoryStore
from contracts.topics import read_event
from tests.component.chassis.routing import ROUTING, Shop, receipt
from tests.forgeries import KINDS, Forgery, forgeries
from tests.forging import HONEST, KEY_OF_HONEST, KEY_OF_THIEF, SINCE, THIEF, header, honest, registry, signed
from tests.given import CODE
from tests.signing import key_of, statement_of
from tests.unit.chassis.records import STAMP, stamped
from tools.operations.registry import all_services

FEW, ALL = 504, 10_000
BATCH = 100


def shop():
    """Routing, which knows the keys that the root told of."""
    found = Shop()
    found.loop = Loop(ROUTING, found.store, found.publish, signatures=registry())
    return found


async def played(found: list[Forgery]) -> Shop:
    """All of them, among what honest agencies say."""
    here = shop()
    await here.process(receipt())
    for first in range(0, len(found), BATCH):
        await here.process(*(one.record for one in found[first : first + BATCH]))
    return here


def claiming(**claim):
    return {"agency": HONEST, "claim": claim}


def place(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"


def answers(here: Shop) -> dict[str, object]:
    said = [*here.said("report.rejected"), *here.said("submission.rejected")]
    assert len({one.data.record for one in said}) == len(said)
    return {one.data.record: one for one in said}


async def judged(count: int, seed: int) -> None:
    found = [one for one in forgeries(seed, count) if one.record.topic == "agency.reported"]
    here, alone = await played(found), await played([])
    assert here.states == alone.states
    assert set(here.store.documents) == {CODE}
    assert here.store.documents[CODE].facts.keys() == alone.store.documents[CODE].facts.keys()
    assert len(here.letters) == len(found)
    told = answers(here)
    for one in found:
        answer = told.pop(place(one.record))
        code = answer.data.reason.split(": ")[1]
        assert code in one.codes, f"{one.kind}: {answer.data.reason}"
        assert (answer.subject, answer.correlationid, answer.timeline) == (HONEST, HONEST, "live")
        assert (answer.data.agency, answer.data.code) == (HONEST, "bad-signature")
    assert not told


async def test_none_of_five_hundred_is_taken_in_and_each_is_answered_as_promised():
    await judged(FEW, seed=1)


@pytest.mark.long
async def test_none_of_ten_thousand_is_taken_in_and_each_is_answered_as_promised():
    await judged(ALL, seed=2)


async def test_none_in_a_counters_name_is_taken_in():
    rng = Random(3)
    found = [KINDS["in a counter's name"](rng)[0] for _ in range(50)]
    store, published = MemoryStore(), []

    async def publish(messages):
        published.extend(messages)

    loop = Loop(all_services(Settings())["intake"], store, publish, signatures=registry())
    await loop.process([replace(one, offset=n) for n, one in enumerate(found)])
    assert store.documents == {}
    assert Counter(one.topic for one in published) == {"intake.dead-letter": 50, "submission.rejected": 50}
    said = [read_event(one.topic, one.value) for one in published if one.topic == "submission.rejected"]
    assert {(one.subject, one.data.code, one.data.sender) for one in said} == {
        (HONEST, "bad-signature", f"/agency/{HONEST}")
    }


def test_the_generator_makes_each_kind_and_always_the_same():
    once = forgeries(1, FEW)
    assert once == forgeries(1, FEW)
    assert {one.kind for one in once} == set(KINDS)
    assert once != forgeries(2, FEW)


async def test_an_honest_report_is_taken_in_though_a_forger_used_its_id_before():
    here, event = (
        shop(),
        honest(Random(4), data=claiming(kind="took-custody", step="forward")),
    )
    right = signed(event, KEY_OF_HONEST, offset=9)
    forged = signed({**event, "data": {**event["data"], "officer": "X"}}, KEY_OF_THIEF)
    await here.process(receipt(), forged, right)
    (acknowledged,) = here.said("dossier.acknowledged")
    assert (acknowledged.causationid, acknowledged.data.signed_by) == (event["id"], KEY_OF_HONEST.kid)
    (letter,) = here.letters
    assert letter.startswith("signature: unknown-key: the agency has no key of this kid")


async def test_the_answer_to_a_forger_is_another_than_that_to_the_honest_report_of_the_same_id():
    here, event = (
        shop(),
        honest(Random(5), data=claiming(kind="finished-step", step="no-such")),
    )
    await here.process(receipt(), signed(event, KEY_OF_THIEF), signed(event, KEY_OF_HONEST, offset=9))
    forged, right = sorted(here.said("report.rejected"), key=lambda one: one.data.code)
    assert (forged.data.code, right.data.code) == ("bad-signature", "unknown-step")
    assert forged.causationid == right.causationid == event["id"]
    assert forged.identity != right.identity
    assert (forged.data.signed_by, right.data.signed_by) == (None, KEY_OF_HONEST.kid)
    assert (ROUTING.key(forged), ROUTING.key(right)) == (NOWHERE, CODE)


async def test_one_record_has_one_answer_however_often_it_is_read():
    here = shop()
    forged = signed(honest(Random(7)), KEY_OF_THIEF)
    await here.process(forged)
    await here.process(forged)
    assert len({one.id for one in here.said("report.rejected")}) == 1


async def test_what_the_honest_agency_signed_can_be_sent_again_by_anybody_and_changes_nothing():
    here = shop()
    record = signed(honest(Random(8), data=claiming(kind="took-custody", step="forward")), KEY_OF_HONEST)
    await here.process(receipt(), record)
    before = here.states
    await here.process(replace(record, offset=17, **stamped(STAMP.replace(hour=4))))
    assert (here.states, here.letters) == (before, [])


async def test_the_signature_stays_beside_the_fact_and_beside_the_dead_letter():
    here = shop()
    right, wrong = signed(honest(Random(9)), KEY_OF_HONEST), signed(honest(Random(10)), KEY_OF_THIEF, offset=1)
    await here.process(receipt(), right, wrong)
    (fact,) = [one for one in here.store.documents[CODE].facts.values() if one.event.type == "agency.reported"]
    assert (fact.event.signed_by, fact.event.signature) == (KEY_OF_HONEST.kid, right.headers[0][1].decode())
    (letter,) = [one for one in here.published if one.topic == "routing.dead-letter"]
    assert dict(letter.headers)["lt-signature"] == wrong.headers[0][1]


async def test_a_malformed_report_that_its_agency_signed_is_answered_as_ever():
    here = shop()
    await here.process(signed(honest(Random(11), data=claiming(kind="took-custody")), KEY_OF_HONEST))
    (answer,) = here.said("report.rejected")
    assert (answer.subject, answer.data.code, answer.data.record) == (CODE, "malformed", None)


async def test_the_thief_is_told_of_his_own_mistakes_and_nobody_else():
    """He signs as himself what names another agency in its data."""
    here = shop()
    await here.process(signed(honest(Random(12), source=f"/agency/{THIEF}"), KEY_OF_THIEF))
    (answer,) = here.said("report.rejected")
    assert (answer.data.agency, answer.data.code) == (THIEF, "malformed")


@pytest.mark.parametrize("source", ["/lienthong/routing", "/portal/web", "/root", "H29.16"])
async def test_nobody_is_answered_under_a_source_that_can_not_sign(source):
    here = shop()
    await here.process(signed(honest(Random(13), source=source), KEY_OF_THIEF))
    assert (len(here.letters), here.said("report.rejected")) == (1, [])


async def test_before_the_first_key_counts_nobody_has_to_sign():
    here = shop()
    early = stamped(registry().keys.required_from - STAMP.resolution * 1000)
    event = honest(Random(14), time="2026-11-05T01:00:00Z", data=claiming(kind="recalls", reason="x"))
    unsigned = replace(header(signed(event, KEY_OF_HONEST)), **early)
    await here.process(unsigned)
    assert here.letters == []
    await here.process(replace(unsigned, offset=1, **stamped(registry().keys.required_from)))
    assert len(here.letters) == 1


async def test_without_a_root_nothing_is_checked():
    here = Shop()
    await here.process(receipt(), header(signed(honest(Random(15)), KEY_OF_THIEF)))
    assert here.letters == []


async def test_a_code_that_can_be_no_subject_gets_no_answer():
    here = shop()
    await here.process(signed(honest(Random(16), source="/agency/a b"), KEY_OF_THIEF))
    assert (len(here.letters), here.said("report.rejected")) == (1, [])


async def test_while_the_keys_can_not_be_asked_nothing_is_judged():
    class Down:
        async def now(self):
            raise TimeoutError

    here = Shop()
    here.loop = Loop(ROUTING, here.store, here.publish, signatures=Down())
    with pytest.raises(TimeoutError):
        await here.process(signed(honest(Random(17)), KEY_OF_HONEST))
    assert (here.published, here.store.documents) == ([], {})
    await here.process(receipt())
    assert set(here.store.documents) == {CODE}


async def test_history_is_signed_by_the_key_of_imports_and_by_nobody_elses():
    """Else whoever may report could tell any history of an imported dossier."""
    here, table = shop(), registry()
    table.tell(statement_of(key_of("import"), SINCE), SINCE)
    here.loop = Loop(ROUTING, here.store, here.publish, signatures=table)
    history = honest(
        Random(18), source="/import/log-2011", timeline="log-2011", data=claiming(kind="recalls", reason="x")
    )
    await here.process(signed(history, KEY_OF_THIEF))
    (answer,) = here.said("report.rejected")
    assert (answer.subject, answer.data.agency, answer.data.code) == ("import", "import", "bad-signature")
    await here.process(signed(history, key_of("import"), offset=1))
    assert [one.event.signed_by for one in here.store.documents[CODE].facts.values()] == [key_of("import").kid]
