"""The loop folds on from what is stored or kept; the outcome is that of folding all facts from the beginning."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from chassis.core.document import Document
from chassis.runtime import document_cache, loop
from chassis.runtime.store.memory import MemoryStore
from tests.component.chassis.toy import HOUR, START, DownError, Toy, payment, record, withdrawal

MINUTE = timedelta(minutes=1)
"""Live events may be no more than five of them ahead of the bus."""


class CountingStore(MemoryStore):
    """Remembers what was asked for, and can be down for one save."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[tuple[tuple[str, ...], bool]] = []
        self.down = False

    @override
    async def load(self, keys: Sequence[str], *, with_history: bool = False) -> dict[str, Document]:
        self.loaded.append((tuple(keys), with_history))
        return await super().load(keys, with_history=with_history)

    @override
    async def save(self, documents: Sequence[Document]) -> set[str]:
        lost = await super().save(documents)
        if self.down:
            self.down = False
            raise DownError("after the save")
        return lost


@pytest.fixture
def toy() -> Toy:
    return Toy(store=CountingStore())


def loads(toy: Toy) -> list[tuple[tuple[str, ...], bool]]:
    """What was asked of the store since the last look."""
    assert isinstance(toy.store, CountingStore)
    asked, toy.store.loaded = toy.store.loaded, []
    return asked


def is_as_folded_anew(toy: Toy, key: str = "D.1") -> bool:
    doc = toy.store.documents[key]
    return doc.state == toy.service.dump(toy.service.fold(doc.events))


async def test_what_comes_later_is_folded_onto_the_stored_state(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    toy.loop.own(frozenset({0}))
    loads(toy)
    await toy.process(record(payment(2, time=START + MINUTE)))
    assert loads(toy) == [(("D.1",), False)]
    assert is_as_folded_anew(toy)
    assert len(toy.store.documents["D.1"].facts) == 4


async def test_what_comes_earlier_than_the_last_fact_is_folded_from_the_whole(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    toy.loop.own(frozenset({0}))
    loads(toy)
    await toy.process(record(payment(2, time=START - MINUTE)))
    assert loads(toy) == [(("D.1",), False), (("D.1",), True)]
    assert is_as_folded_anew(toy)
    assert [one["data"]["claim"]["amount"] for one in toy.store.documents["D.1"].state["payments"]] == [2, 1]


async def test_a_repeat_is_compared_with_the_whole(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    said = toy.take()
    loads(toy)
    assert (await toy.process(record(payment(1)))).duplicates == 1
    assert loads(toy) == [(("D.1",), True)]
    assert toy.take() == said


async def test_what_other_code_has_folded_is_folded_anew(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    doc = toy.store.documents["D.1"]
    doc.state, doc.code = {"of": "another shape"}, "older code"
    toy.loop.own(frozenset({0}))
    await toy.process(record(payment(2, time=START + MINUTE)))
    assert is_as_folded_anew(toy)
    assert doc.code != toy.store.documents["D.1"].code == toy.service.code


async def test_a_document_is_kept_for_the_next_batch_until_partitions_are_assigned_anew(toy: Toy) -> None:
    assigned = frozenset({0})
    toy.loop.own(assigned)
    await toy.process(record(payment(1)))
    loads(toy)
    toy.loop.own(assigned)
    await toy.process(record(payment(2, time=START + MINUTE)))
    assert loads(toy) == []
    assert is_as_folded_anew(toy)
    toy.loop.own(frozenset({0}))
    await toy.process(record(payment(3, time=START + 2 * MINUTE)))
    assert loads(toy) == [(("D.1",), False)]
    assert is_as_folded_anew(toy)


async def test_only_so_many_documents_are_kept_and_the_longest_unused_goes(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_cache, "CAPACITY", 2)
    for n in (1, 2, 1, 3):
        await toy.process(record(payment(time=START + n * MINUTE, dossier=f"D.{n}")))
    loads(toy)
    for n in (1, 3, 2):
        await toy.process(record(payment(5, time=START + 4 * MINUTE, dossier=f"D.{n}")))
    assert loads(toy) == [(("D.2",), False)]


async def test_a_kept_document_that_somebody_else_went_on_with_loses_its_guard_and_is_decided_again(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    other = Toy(store=toy.store)
    await other.process(record(payment(2, time=START + MINUTE)))
    tally = await toy.process(record(payment(3, time=START + 2 * MINUTE)))
    assert (tally.conflicts, tally.accepted) == (1, 1)
    assert is_as_folded_anew(toy)
    assert len(toy.store.documents["D.1"].facts) == 6


async def test_a_document_whose_save_broke_off_is_not_kept(toy: Toy) -> None:
    await toy.process(record(payment(1)))
    assert isinstance(toy.store, CountingStore)
    toy.store.down = True
    late = record(payment(2, time=START + MINUTE))
    with pytest.raises(DownError):
        await toy.process(late)
    toy.take()
    assert (await toy.process(late)).duplicates == 1
    assert len(toy.take("dossier.paid")) == 1
    assert is_as_folded_anew(toy)


async def test_a_sweep_wakes_what_is_kept_at_its_own_moment(toy: Toy) -> None:
    await toy.process(record(withdrawal()))
    assert await toy.sweep(START + HOUR) == 1
    assert len(toy.take("dossier.withdrawn")) == 1
    later = START + 2 * HOUR
    await toy.process(record(payment(1, time=later), timestamp=int(later.timestamp() * 1000)))
    assert is_as_folded_anew(toy)
    assert toy.store.documents["D.1"].unsent is None
    assert len(toy.store.documents["D.1"].facts) == 4


async def test_a_state_that_an_event_leaves_as_it_is_is_not_decided_upon_again(toy: Toy) -> None:
    decided: list[Any] = []

    def decide(state: Any, now: Any) -> Any:
        decided.append(state)
        return toy.service.decide(state, now)

    toy.loop.service = replace(toy.service, decide=decide)
    await toy.process(record(payment(1)))
    assert len(decided) == 1, "the toy does not fold dossier.paid"


async def test_many_dossiers_go_in_chunks_and_one_that_fails_fails_the_batch(
    toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "CHUNK", 3)
    batch = [record(payment(dossier=f"D.{n}")) for n in range(20)]
    toy.fails_at.add("before publish")
    with pytest.raises(DownError):
        await toy.process(*batch)
    await toy.process(*batch)
    assert len(set(toy.take("dossier.paid"))) == 20
