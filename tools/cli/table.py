"""The figures of `status` for people: a live table while services work, a summary at the end. Pure rendering."""

from collections.abc import Mapping
from typing import Any

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from contracts.envelope import LIVE
from contracts.topics import SERVICES

MOST_AGENCIES = 8
"""Lines: as many as the longest of the other blocks has."""

BAR = 8
"""Columns of the longest bar."""

DOSSIERS = {
    "received": "received",
    "open": "in hand",
    "completed": "completed",
    "delivered": "handed over",
    "withdrawn": "withdrawn",
    "due_soon": "due soon",
    "overdue": "overdue",
}
ALARMING = {"due_soon": "yellow", "overdue": "red"}
Figures = Mapping[str, Any]


def render(status: Figures, moment: str | None) -> RenderableType:
    """The live table: what the services have done and have to do, with simulated time if there is any."""
    title = " · ".join(["Liên Thông", str(status.get("timeline", LIVE)), *([moment] if moment else [])])
    blocks = [_dossiers(status), _holding(status), _consequences(status), _health(status)]
    return Panel(Columns(blocks, padding=(0, 3)), title=Text(title, "bold"), title_align="left")


def summary(status: Figures) -> RenderableType:
    """The table at the end, with the records of every topic."""
    return Group(render(status, None), _topics(status))


def _block(title: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_row(Text(title, "bold cyan"))
    return table


def _dossiers(status: Figures) -> Table:
    table, found = _block("dossiers"), _part(status, "dossiers")
    for key, name in DOSSIERS.items():
        count = _count(found.get(key))
        table.add_row(name, Text(f"{count:,}", ALARMING.get(key, "") if count else ""))
    return table


def _holding(status: Figures) -> Table:
    """The agencies that have most in hand; of the others, their number."""
    table, found = _block("in hand by agency"), _part(status, "holding")
    ranked = sorted(found.items(), key=lambda item: (-_count(item[1]), item[0]))
    most = max((_count(count) for _, count in ranked), default=1)
    for agency, count in ranked[:MOST_AGENCIES]:
        bar = "█" * max(1, round(BAR * _count(count) / max(most, 1)))
        table.add_row(Text(agency), f"{_count(count):,}", Text(bar, "blue"))
    if rest := ranked[MOST_AGENCIES:]:
        table.add_row(f"{len(rest)} others", f"{sum(_count(count) for _, count in rest):,}")
    return table


def _consequences(status: Figures) -> Table:
    table, sent = _block("consequences"), _part(status, "notifications")
    table.add_row("escalated", f"{_count(status.get('escalations')):,}")
    table.add_row("letters of apology", f"{_count(status.get('letters')):,}")
    table.add_row("ratings", _ratings(_part(status, "ratings")))
    table.add_row("messages sent", f"{_count(sent.get('sent')):,}")
    table.add_row("messages waiting", f"{_count(sent.get('pending')):,}")
    for name in ("doubtful", "failed"):
        count = _count(sent.get(name))
        table.add_row(f"messages {name}", Text(f"{count:,}", "red" if count else ""))
    return table


def _ratings(found: Figures) -> str:
    count, points, of = (_count(found.get(name)) for name in ("count", "points", "of"))
    return f"{count:,} ({points / of:.0%})" if of else f"{count:,}"


def _health(status: Figures) -> Table:
    """Records that each service has still to read, what nobody could read, and states that other versions folded."""
    table, lag, outdated = _block("lag by service"), _part(status, "lag"), _part(status, "outdated")
    for service in (*SERVICES, *sorted(set(lag) - set(SERVICES))):
        table.add_row(Text(service), f"{_count(lag[service]):,}" if service in lag else "–")
    dead = _count(status.get("dead_letters"))
    table.add_row("dead letters", Text(f"{dead:,}", "bold red" if dead else ""))
    if sum(map(_count, outdated.values())):
        table.add_row(Text("to be folded anew", "bold cyan"), Text("refold", "yellow"))
        for service, count in outdated.items():
            table.add_row(Text(service), f"{_count(count):,}")
    for timeline, passed in _part(status, "timelines").items():
        table.add_row(Text(f"on {timeline}", "bold cyan"), "passed on")
        for service, moment in passed.items():
            table.add_row(Text(service), Text(str(moment) or "nothing yet"))
    return table


def _topics(status: Figures) -> RenderableType:
    """Topics in two or more columns, as the terminal allows."""
    found = _part(status, "topics")
    rows = [Text.assemble((topic, "cyan"), f" {_count(count):,}") for topic, count in sorted(found.items())]
    title = Text(f"records by topic: {sum(map(_count, found.values())):,} in all", "bold")
    return Group(title, Columns(rows, padding=(0, 3), equal=True))


def _part(status: Figures, name: str) -> Figures:
    found = status.get(name)
    return found if isinstance(found, Mapping) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0
