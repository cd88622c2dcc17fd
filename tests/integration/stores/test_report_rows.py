"""Both stores keep one report row of each document, and find it by the range its place lies in."""

from chassis.core.decision import ReportRow
from chassis.runtime.store.protocol import Store
from tests.integration.stores.documents import document, event, lines, saved


async def test_a_line_is_found_by_the_range_its_place_lies_in(store: Store) -> None:
    months = ("2025-12", "2026-01", "2026-12", "2027-01")
    await saved(store, *(document(f"D.{month}", report_row=ReportRow(f"live|{month}", month)) for month in months))
    await saved(store, document("D.other", report_row=ReportRow("history|2026-01", "other")), document("D.none"))
    assert await lines(store) == {"2026-01", "2026-12"}
    assert await lines(store, "history|0000-01", "history|9999-12") == {"other"}


async def test_a_line_is_replaced_by_the_next_save_that_has_one(store: Store) -> None:
    doc = document(report_row=ReportRow("live|2026-01", "first"))
    await saved(store, doc)
    assert doc.report_row is None
    doc.add(event(2), event(2).to_json(), own=False)
    await saved(store, doc)
    assert await lines(store) == {"first"}
    doc.add(event(3), event(3).to_json(), own=False)
    doc.report_row = ReportRow("live|2026-02", "second")
    await saved(store, doc)
    assert await lines(store) == {"second"}
    assert await lines(store, "live|2026-01", "live|2026-01") == set()


async def test_who_loses_writes_no_line(store: Store) -> None:
    winner, loser = (document("D.1", n, report_row=ReportRow("live|2026-01", f"{n}")) for n in (1, 2))
    await saved(store, winner)
    assert await store.save([loser, document("D.2", 1, report_row=ReportRow("live|2026-01", "3"))]) == {"D.1"}
    assert await lines(store) == {"1", "3"}


async def test_there_are_no_lines_in_an_empty_store(store: Store) -> None:
    assert await lines(store) == set()
