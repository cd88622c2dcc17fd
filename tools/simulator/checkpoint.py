"""The checkpoint: how far simulated time has come, so that the next run takes the following week."""

import json
from datetime import datetime
from pathlib import Path

from tools.simulator.applications import Plan
from tools.simulator.week import WEEK, following_monday

FILE = "province.json"
"""In the home folder. Homes that older versions wrote have this name, so it stays."""


def next_plan(folder: Path, dossiers: int, seed: int, first: datetime) -> Plan:
    """The week after the last one that was begun in this folder; without one, the first Monday from `first` on."""
    runs, until = _read(folder, first)
    start = following_monday(max(until, first))
    return Plan(dossiers, seed, start, f"sim-{seed}-{runs + 1}")


def save_checkpoint(folder: Path, plan: Plan) -> None:
    """Keep that a week was begun. Do it before playing: a week that was broken off is not begun a second time."""
    runs, _ = _read(folder, plan.start)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"runs": runs + 1, "until": (plan.start + WEEK).isoformat()})
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def _read(folder: Path, first: datetime) -> tuple[int, datetime]:
    """Weeks so far and where the last one ended; an unreadable file counts as none."""
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return int(kept["runs"]), datetime.fromisoformat(kept["until"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0, first
