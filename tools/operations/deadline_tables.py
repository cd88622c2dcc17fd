"""The figures of deadlines as a table, as CSV and as JSON. Pure."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from domain.worktime import ZONE
from tools.operations.deadline_figures import KEYS, Figures, Row

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
WIDEST_KEY = 24
"""Columns. A longer code is broken, so that the numbers beside it are not."""

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


def as_table(figures: Figures, *, wide: bool) -> RenderableType:
    """For people, with a line of totals; hours are office hours, and beside them the share of the limit.

    Args:
        figures: what to show.
        wide: all in one table, of some 150 columns; else how many, how long and why in three, which 80 columns hold.
    """
    moment = figures.now.astimezone(ZONE).strftime("%H:%M %d/%m/%Y")
    title = f"Deadlines by {figures.by} · {figures.timeline} · {moment}"
    if not figures.rows:
        return Text(f"{title}\nNo dossier was received on this timeline in these months.")
    if wide:
        return _table(figures, title, {**_HOW_MANY, **_HOW_LONG, **_WHY})
    return Group(_table(figures, title, _HOW_MANY), _table(figures, "", _HOW_LONG), _table(figures, "", _WHY))


def _table(figures: Figures, title: str, columns: Mapping[str, "_Cell"]) -> Table:
    """A table whose headings wrap between words, never within one."""
    keys = KEYS[figures.by]
    table = Table(title=title or None, title_justify="left", box=SIMPLE_HEAD)
    names = [" ".join(row[name] for name in keys) for row in figures.rows]
    table.add_column(" ".join(keys), min_width=_longest_word(*keys, *names), overflow="fold")
    for name in columns:
        table.add_column(name, justify="left" if name in _WHY else "right", min_width=_longest_word(name))
    for name, row in zip(names, figures.rows, strict=True):
        table.add_row(Text(name), *(cell(row) for cell in columns.values()))
    table.add_section()
    table.add_row("all", *(cell(figures.total) for cell in columns.values()))
    return table


def _longest_word(*texts: str) -> int:
    return min(WIDEST_KEY, max(len(word) for text in texts for word in text.split()))


_Cell = Callable[[Row], Text]


def _count(name: str) -> _Cell:
    return lambda row: Text(f"{row[name]:,}", ALARMING.get(name, "") if row[name] else "")


_HOW_MANY: dict[str, _Cell] = {title: _count(name) for name, title in COUNTS.items()}
_HOW_LONG: dict[str, _Cell] = {
    "median": lambda row: _spent(row["median_hours"], row["median_of_limit"]),
    "p95": lambda row: _spent(row["p95_hours"], row["p95_of_limit"]),
    "lost": lambda row: Text(f"{row['lost_hours']:,.1f} h" if row["lost_hours"] else ""),
    "returns": lambda row: Text(f"{row['returns']:,}" if row["returns"] else ""),
}
_WHY: dict[str, _Cell] = {
    "slowest step": lambda row: Text(row["slowest_step"]),
    "pauses": lambda row: _pauses(row["pauses"]),
}


def _pauses(waited: Mapping[str, Mapping[str, int]]) -> Text:
    return Text(", ".join(f"{cause} {wait['count']:,}" for cause, wait in waited.items() if wait["count"]))


def _spent(hours: float | None, share: float | None) -> Text:
    return Text("–" if hours is None or share is None else f"{hours:,.1f} h ({share:.0%})")
