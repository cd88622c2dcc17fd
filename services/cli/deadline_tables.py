"""The figures of deadlines as a table, as CSV and as JSON. Pure."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from contracts.worktime import ZONE
from services.cli.deadline_figures import KEYS, Figures, Row

COUNTS = {
    "received": "received",
    "early": "early",
    "on_time": "on time",
    "late": "late",
    "unjudged": "no verdict",
    "in_time": "in time yet",
    "overdue": "overdue now",
}
ALARMING = {"late": "yellow", "overdue": "red"}
SPREADSHEET_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be taken for a formula."""


def as_json(figures: Figures) -> str:
    """All of it, for programs."""
    named = {"by": figures.by, "timeline": figures.timeline, "now": figures.now.isoformat()}
    return json.dumps({**named, "rows": figures.rows, "total": figures.total}, ensure_ascii=False, indent=2)


def as_csv(figures: Figures) -> str:
    """One line for each row under a line of names; numbers plain, nothing that a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = [*KEYS[figures.by], *(name for name, _ in _flat(figures.total))]
    writer.writerow(names)
    for row in figures.rows:
        writer.writerow([_cell(value) for _, value in _flat(row)])
    return text.getvalue()


def _flat(row: Row) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name != "pauses":
            yield name, value
    for cause, waited in row["pauses"].items():
        yield f"pauses_{cause}", waited["count"]
        yield f"pause_hours_{cause}", waited["hours"]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(SPREADSHEET_SIGNS) else value


def as_table(figures: Figures) -> RenderableType:
    """For people, with a line of totals; hours are office hours, and beside them the share of the limit."""
    moment = figures.now.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")
    table = Table(title=f"Deadlines by {figures.by} · {figures.timeline} · {moment}", title_justify="left")
    for name in KEYS[figures.by]:
        table.add_column(name, no_wrap=True)
    for title in (*COUNTS.values(), "median", "p95", "lost"):
        table.add_column(title, justify="right")
    table.add_column("slowest step")
    table.add_column("returns", justify="right")
    table.add_column("pauses")
    for row in figures.rows:
        table.add_row(*(Text(row[name]) for name in KEYS[figures.by]), *_cells(row))
    if not figures.rows:
        return Group(table, Text("No dossier was received on this timeline in these months."))
    table.add_section()
    names = ["all", *[""] * (len(KEYS[figures.by]) - 1)]
    table.add_row(*names, *_cells(figures.total))
    return table


def _cells(row: Row) -> Iterator[Text]:
    for name in COUNTS:
        yield Text(f"{row[name]:,}", ALARMING.get(name, "") if row[name] else "")
    yield _spent(row["median_hours"], row["median_of_limit"])
    yield _spent(row["p95_hours"], row["p95_of_limit"])
    yield Text(f"{row['lost_hours']:,.1f} h" if row["lost_hours"] else "")
    yield Text(row["slowest_step"])
    yield Text(f"{row['returns']:,}" if row["returns"] else "")
    yield Text(", ".join(f"{cause} {one['count']:,}" for cause, one in row["pauses"].items() if one["count"]))


def _spent(hours: float | None, share: float | None) -> Text:
    return Text("–" if hours is None or share is None else f"{hours:,.1f} h ({share:.0%})")
