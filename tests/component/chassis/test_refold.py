"""Documents that other code has folded, while the loop goes on and while they are folded anew."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from typing_extensions import override

from chassis.core.decision import Decision, ReportRow
from chassis.core.document import Document
from chassis.core.fault import ProcessFaultError
from chassis.core.refold import fold_anew
from chassis.core.service import unchanged
from chassis.runtime import clock
from chassis.runtime.loop import Loop
from chassis.runtime.store.memory import MemoryStore
from contracts import intake
from contracts.envelope import LIVE
from tests.component.chassis.toy import START, TOY, Seen, Toy, decide, evolve, payment, record, say, withdrawal
from tests.stored import OLDER, ReadableStore
from tools.operations import refold as refolding
from tools.operations.refold import Refolding, refold_all

MINUTE = timedelta(minutes=1)


def line_of(seen: Seen, stored: Seen | None) -> ReportRow | None:
    line = ReportRow("toys", f"{len(seen.payments)} paid")
    return None if stored and line_of(stored, None) == line else line


REPORTED = replace(TOY, report_row=line_of)


@pytest.fixture
def toy() -> Toy:
    return Toy(store=ReadableStore(), service=REPORTED)


async def lived(toy: Toy, *dossiers: str) -> None:
    """Each of these has paid."""
    for dossier in dossiers:
        await toy.process(record(payment(1, dossier)))
    toy.loop.own(frozenset({0}))
    toy.take()


def age(toy: Toy, *dossiers: str) -> None:
    for dossier in dossiers or tuple(toy.store.documents):
        toy.store.age(dossier, of="another shape")
        toy.store._lines[dossier] = ReportRow("toys", "as older code said it")


async def refolded(toy: Toy, store: MemoryStore | None = None) -> Refolding:
    return await refold_all(store or toy.store, toy.service, lambda _: None)


def is_current(toy: Toy, key: str = "D.1") -> bool:
    doc = toy.store.documents[key]
    return (doc.code, doc.state) == (toy.service.code, toy.service.dump(toy.service.fold(doc.events)))


async def lines(toy: Toy) -> list[str]:
    return [text for page in [page async for page in toy.store.report_rows("a", "z")] for text in page]


async def test_every_dormant_document_is_folded_anew_with_its_line_and_nothing_is_said(toy: Toy) -> None:
    await lived(toy, "D.1", "D.2", "D.3")
    before = {key: (doc.version, doc.due, dict(doc.fact_versions)) for key, doc in toy.store.documents.items()}
    age(toy, "D.1", "D.3")
    found = await refolded(toy)
    assert (found.total, found.done, found.failed, found.left) == (2, 2, {}, 0)
    assert all(is_current(toy, key) for key in ("D.1", "D.2", "D.3"))
    assert await lines(toy) == ["1 paid"] * 3
    assert {key: (doc.version, doc.due, dict(doc.fact_versions)) for key, doc in toy.store.documents.items()} == before
    assert toy.published == []


async def test_what_older_code_did_not_say_is_said_by_the_next_sweep(toy: Toy) -> None:
    await lived(toy, "D.1", "D.2")
    age(toy)
    newer = Toy(store=toy.store, service=replace(REPORTED, decide=thanking))
    assert (await refolded(newer)).done == 2
    assert newer.published == []
    newer.loop.own(frozenset({0}))
    assert await newer.loop.sweep([0], LIVE, clock.now()) == 2
    assert sorted(message.topic for message in newer.published) == ["dossier.delivered"] * 2
    assert (await refolded(newer)).done == 0
    assert [doc.due for doc in newer.store.documents.values()] == [None, None]


async def test_history_stays_as_it_was_said(toy: Toy) -> None:
    await toy.process(record(payment(1, "D.1", timeline="sim-1")))
    age(toy)
    before = toy.store.documents["D.1"].due
    newer = Toy(store=toy.store, service=replace(REPORTED, decide=thanking))
    assert (await refolded(newer)).done == 1
    assert newer.store.documents["D.1"].due == before


def thanking(seen: Seen, now: datetime) -> Decision:
    """Newer code hands something over to everybody who has paid."""
    thanks = [say(cause, intake.DossierDelivered(channel="counter"), cause.id) for cause in seen.payments]
    decision = decide(seen, now)
    return replace(decision, events=(*decision.events, *thanks))


async def test_it_goes_by_pages_and_what_was_done_is_not_done_again(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refolding, "PAGE", 2)
    await lived(toy, *(f"D.{n}" for n in range(5)))
    age(toy)
    seen: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        await refold_all(toy.store, toy.service, lambda found: seen.append(found.seen) or _break_off(found))
    assert seen == [2, 4]
    assert [is_current(toy, f"D.{n}") for n in range(5)] == [True, True, True, True, False]
    found = await refolded(toy)
    assert (found.total, found.done, found.left) == (1, 1, 0)


def _break_off(found: Refolding) -> None:
    if found.seen == 4:
        raise KeyboardInterrupt


class OvertakenStore(ReadableStore):
    """Somebody else saves what was just loaded with its history, once."""

    toy: Toy
    overtaken = False

    @override
    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        found = await super().load(keys, with_history=with_history)
        if with_history and not self.overtaken:
            self.overtaken = True
            await self.toy.process(record(payment(2, time=START + MINUTE)))
        return found


async def test_who_is_overtaken_by_a_save_loads_anew_and_loses_nothing() -> None:
    store = OvertakenStore()
    toy = store.toy = Toy(store=store, service=REPORTED)
    store.overtaken = True
    await lived(toy, "D.1", "D.2")
    age(toy)
    store.overtaken = False
    found = await refolded(toy)
    assert (found.done, found.left) == (2, 0)
    assert is_current(toy)
    assert is_current(toy, "D.2")
    assert len(toy.store.documents["D.1"].facts) == 4
    assert sorted(await lines(toy)) == ["1 paid", "2 paid"]


async def test_an_instance_that_kept_the_document_saves_after_a_refold_as_if_there_had_been_none(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    age(toy)
    await refolded(toy)
    assert (await toy.process(record(payment(2, time=START + MINUTE)))).conflicts == 0
    assert is_current(toy)


async def test_what_older_code_saves_meanwhile_is_told_as_left(toy: Toy) -> None:
    await lived(toy, "D.1")
    older = Loop(replace(toy.service, fold_version=toy.service.fold_version - 1), toy.store, toy.publish)

    class Beside(ReadableStore):
        @override
        async def put_states(self, documents: Sequence[Document]) -> set[str]:
            lost = await toy.store.put_states(documents)
            await older.process([record(payment(2, time=START + MINUTE))])
            return lost

    beside = Beside()
    beside.documents = toy.store.documents
    age(toy)
    found = await refolded(toy, beside)
    assert (found.done, found.failed, found.left) == (1, {}, 1)
    assert (await refolded(toy)).left == 0


async def test_a_document_that_can_not_be_folded_stays_and_holds_nobody_up(toy: Toy) -> None:
    await lived(toy, "D.1", "D.2", "D.3")
    age(toy)

    def fails(seen: Seen, event: Any) -> Seen:
        if event.subject == "D.2":
            raise ValueError("no such payment")
        return evolve(seen, event)

    toy.service = replace(toy.service, folds=dict.fromkeys(toy.service.folds, fails))
    found = await refolded(toy)
    assert (found.done, found.failed, found.left) == (2, {"D.2": "ValueError: no such payment"}, 1)
    assert toy.store.documents["D.2"].code == OLDER


async def test_a_fault_of_this_process_is_no_fault_of_a_document(toy: Toy) -> None:
    await lived(toy, "D.1")
    age(toy)

    def fails(_seen: Seen, _event: Any) -> Seen:
        raise MemoryError

    toy.service = replace(toy.service, folds=dict.fromkeys(toy.service.folds, fails))
    with pytest.raises((MemoryError, ProcessFaultError)):
        await refolded(toy)


async def test_a_timer_that_waited_still_wakes_its_dossier(toy: Toy) -> None:
    await toy.process(record(withdrawal()))
    toy.loop.own(frozenset({0}))
    age(toy)
    await refolded(toy)
    assert await toy.sweep(START + timedelta(hours=1)) == 1
    assert len(toy.take("dossier.withdrawn")) == 1


async def test_a_state_that_was_folded_anew_and_not_saved_leaves_no_old_line_behind(toy: Toy) -> None:
    """A repeat folds, and saves nothing; what comes after it changes the state, and not the line."""
    await lived(toy, "D.1")
    age(toy)
    assert (await toy.process(record(payment(1)))).duplicates == 1
    await toy.process(record(withdrawal()))
    assert is_current(toy)
    assert await lines(toy) == ["1 paid"]


def test_only_documents_with_their_history_are_folded_anew() -> None:
    with pytest.raises(ValueError, match=r"D\.1 is here without its facts"):
        fold_anew(Document("D.1", version=1, with_history=False), TOY)


async def test_an_event_that_is_folded_to_nothing_now_is_still_a_fact(toy: Toy) -> None:
    await lived(toy, "D.1")
    toy.service = replace(toy.service, folds={**toy.service.folds, intake.DossierPaid: unchanged}, fold_version=2)
    await refolded(toy)
    doc = toy.store.documents["D.1"]
    assert (len(doc.facts), doc.own_fold_position > doc.fold_position) == (2, True)
