"""`report`: figures from the services' own documents."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from chassis import clock
from chassis.service import Service
from chassis.store import MongoStore
from contracts.envelope import LIVE
from services.cli.deadline_figures import Figures, deadline_figures
from services.cli.deadline_tables import as_csv, as_json, as_table
from services.cli.main import app
from services.cli.shop import all_services
from services.cli.surroundings import store_of, surroundings
from services.sla.line import line_of, place
from services.sla.state import State

MONTHS = re.compile(r"(\d{4}-(?:0[1-9]|1[0-2]))(?:\.\.(\d{4}-(?:0[1-9]|1[0-2])))?")
ALL_PARTITIONS = range(1_000)
"""More than any topic has: a timeline's clock stands in each."""

CHUNK = 500
"""Dossiers whose lines are rewritten together."""

report_app = typer.Typer(help="Figures: how deadlines were kept.", no_args_is_help=True)
app.add_typer(report_app, name="report")
console = Console()


class By(StrEnum):
    """What a row stands for."""

    AGENCY = "agency"
    STEP = "step"
    PROCEDURE = "procedure"
    MONTH = "month"


class Format(StrEnum):
    """How it is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class MonthError(typer.BadParameter):
    """No month, or none from which another one follows."""


def months(text: str) -> tuple[str, str]:
    """First and last month, from `2026-01` or `2026-01..2026-03`; all there are without any.

    Raises:
        MonthError: it is neither, or goes backwards.
    """
    if not text:
        return "0000-01", "9999-12"
    found = MONTHS.fullmatch(text)
    if not found:
        raise MonthError(f"{text} is no month: write 2026-01, or 2026-01..2026-03")
    first, last = found[1], found[2] or found[1]
    if last < first:
        raise MonthError(f"{text} goes backwards: write the earlier month first")
    return first, last


@report_app.command()
def deadlines(
    by: Annotated[By, typer.Option(help="What a row stands for")] = By.AGENCY,
    month: Annotated[str, typer.Option(help="Received in these months: 2026-01 or 2026-01..2026-03")] = "",
    timeline: Annotated[str, typer.Option(help="Dossiers of this clock: an import or a simulation has its own")] = LIVE,
    form: Annotated[Format, typer.Option("--format", help="For people, spreadsheets or programs")] = Format.TABLE,
) -> None:
    """How many were received, done early, on time and late, are overdue now; how long it took; where time is lost."""
    figures = asyncio.run(_deadlines(by, timeline, months(month)))
    if form is Format.TABLE:
        console.print(as_table(figures))
    else:
        typer.echo(as_csv(figures) if form is Format.CSV else as_json(figures), nl=form is Format.JSON)


@report_app.command()
def rebuild() -> None:
    """Work out anew, from all that is on record, what reports read: once after an upgrade that says so."""
    console.print(f"{asyncio.run(_rebuild())} dossiers")


async def _rebuild() -> int:
    settings = surroundings()
    store, watch = store_of(settings, "sla"), all_services(settings)["sla"]
    try:
        await store.prepare(watch.indexes)
        keys = [key async for key in store.all_keys()]
        return sum([await rewrite_lines(store, watch, keys[n : n + CHUNK]) for n in range(0, len(keys), CHUNK)])
    finally:
        store.close()


async def rewrite_lines(store: MongoStore, watch: Service[State], keys: Sequence[str]) -> int:
    """Write the lines of these documents anew, while the service may be at work. Returns how many have one."""
    found = (await store.load(keys, whole=True)).values()
    for doc in found:
        doc.line = line_of(watch.fold(doc.events))
    await store.rewrite_lines(list(found))
    return sum(doc.line is not None for doc in found)


async def _deadlines(by: By, timeline: str, span: tuple[str, str]) -> Figures:
    store = store_of(surroundings(), "sla")
    try:
        now = await present(store, timeline)
        texts = [text async for page in store.lines(*(place(timeline, one) for one in span)) for text in page]
        return deadline_figures(texts, by, timeline, now)
    finally:
        store.close()


async def present(store: MongoStore, timeline: str) -> datetime:
    """What time it is: of an import or a simulation as its latest tick said, else the wall clock's."""
    ticks = {} if timeline == LIVE else await store.clocks(ALL_PARTITIONS)
    return max((now for (name, _), now in ticks.items() if name == timeline), default=clock.now())
