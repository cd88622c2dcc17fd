"""Documents for the tests of the stores, and how these save, load and ask for them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.core.document import Document
from chassis.runtime.store.protocol import Store
from contracts.claims import AgencyReported, FinishedStep
from contracts.envelope import AnyEvent, new_event

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def event(number: int = 1, officer: str = "H29.cán-bộ-1") -> AnyEvent:
    data = AgencyReported(agency="H29", officer=officer, claim=FinishedStep(step="verify"))
    return new_event(data, source="/agency/H29", subject="D.1", time=NOW, correlationid="c", unique=(number,))


def document(key: str = "D.1", *numbers: int, **fields: Any) -> Document:
    doc = Document(key, state={"phase": "open", "said": ["một", "hai"]}, **fields)
    for number in numbers or (1,):
        doc.add(event(number), event(number).to_json(), own=number % 2 == 0)
    return doc


async def stored(store: Store, key: str = "D.1") -> Document:
    return (await store.load([key], with_history=True))[key]


async def saved(store: Store, *documents: Document) -> None:
    assert await store.save(documents) == set()


async def due(store: Store, limit: int = 100, partitions: Sequence[int] = (0,), timeline: str = "live") -> list[str]:
    return await store.due(partitions, timeline, NOW, limit)


async def lines(store: Store, first: str = "live|2026-01", last: str = "live|2026-12") -> set[str]:
    found = {text async for page in store.report_rows(first, last) for text in page}
    assert {text async for page in store.report_rows(first, last, most=True) for text in page} == found
    return found
