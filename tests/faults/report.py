"""The figures of the trials: one line on the terminal, JSON with all of them, and the table in docs/guarantees.md."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median

from chassis.runtime import clock
from tests.faults.trial import Figures

BEGIN = "<!-- faults: written by `make faults` -->"
END = "<!-- faults: end -->"
SHOWN = 3

COLUMNS = (
    "fault",
    "times",
    "acknowledged",
    "dossiers",
    "records",
    "repeated",
    "overdue",
    "letters",
    "laws broken",
    "recovery, s (median, longest)",
)


def tell(name: str, found: Figures) -> str:
    """One line, and below it what was broken."""
    line = (
        f"{name}: {found.faults} faults, {found.submissions} submissions and {found.ratings} ratings acknowledged "
        f"({found.sent_again} sent again), {found.dossiers} dossiers, {found.records} records ({found.repeated} "
        f"repeated), {found.overdue} overdue, {found.letters} letters, {found.dead_letters} dead letters, "
        f"recovery {_recovery(found)} s, {found.seconds:.0f} s in all, {found.broken} breaches"
    )
    broken = [f"  {law} ({len(found)}): {one}" for law, found in found.breaches.items() for one in found[:SHOWN]]
    return "\n".join([line, *broken])


def keep(results: Mapping[str, Figures], docs: Path, *, seed: int) -> None:
    """Write `faults.json`, and the table between the marks in `guarantees.md`."""
    raw = {
        "at": clock.now().isoformat(timespec="seconds"),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "seed": seed,
        "scenarios": {name: asdict(found) for name, found in results.items()},
    }
    (docs / "faults.json").write_text(json.dumps(raw, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    page = docs / "guarantees.md"
    page.write_text(with_table(page.read_text(encoding="utf-8"), table(results)), encoding="utf-8")


def table(results: Mapping[str, Figures]) -> str:
    """The table, in Markdown."""
    rows = [COLUMNS, ("---",) + ("---:",) * (len(COLUMNS) - 1), *map(_row, results.values())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(found: Figures) -> tuple[str, ...]:
    acknowledged = f"{found.submissions + found.ratings:,}"
    counts = (found.dossiers, found.records, found.repeated, found.overdue, found.letters, found.broken)
    return (found.title, f"{found.faults:,}", acknowledged, *(f"{one:,}" for one in counts), _recovery(found))


def _recovery(found: Figures) -> str:
    if not found.recoveries:
        return "–"
    return f"{median(found.recoveries):.1f}, {max(found.recoveries):.1f}"


def with_table(page: str, content: str) -> str:
    """The page with this between the marks.

    Raises:
        ValueError: the page has not exactly one pair of marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in after:
        raise ValueError(f"guarantees.md needs one line {BEGIN} and after it one line {END}")
    return f"{before}{BEGIN}\n\n{content}\n\n{END}{after}"
