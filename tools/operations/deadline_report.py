"""The report on deadlines: the rows that the deadline watch keeps, read page by page and added up."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from chassis.runtime import clock
from chassis.runtime.settings import Settings
from chassis.runtime.store.mongo import MongoStore
from contracts.envelope import LIVE
from services.sla.report_row import place
from tools.operations.deadline_figures import Figures, Tally
from tools.operations.environment import store_of

ALWAYS = ("0000-01", "9999-12")
"""From the first month to the last one that can be written."""

ALL_PARTITIONS = range(1_000)
"""More than any topic has: a timeline's clock stands in each. With fewer, a clock could be missed."""


async def deadline_figures(settings: Settings, by: str, timeline: str, span: tuple[str, str]) -> Figures:
    """How deadlines were kept.

    Args:
        settings: say where the store of the deadline watch answers.
        by: what a row stands for, one of `deadline_figures.KEYS`.
        timeline: of the dossiers.
        span: the first and the last month of receipt, as `2026-01`; `ALWAYS` for all there are.
    """
    store = store_of(settings, "sla")
    try:
        tally = Tally(by, timeline, await present(store, timeline))
        pages = store.report_rows(*(place(timeline, month) for month in span), most=span == ALWAYS)
        with ThreadPoolExecutor(1) as beside:  # adds up while the next page is on its way
            adding = [beside.submit(tally.add, page) async for page in pages]
        for added in adding:
            added.result()
        return tally.figures()
    finally:
        store.close()


async def present(store: MongoStore, timeline: str) -> datetime:
    """The present moment: of an import or a simulation as its latest tick said, else the wall clock's."""
    ticks = {} if timeline == LIVE else await store.clocks(ALL_PARTITIONS)
    return max((now for (name, _), now in ticks.items() if name == timeline), default=clock.now())
