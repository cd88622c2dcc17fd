"""The golden states of every service: life stories, each a file of facts, and the state that they fold to.

The facts are on file, own events included, so that only the fold can change a state: another decision does not.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from chassis.core.service import Service
from chassis.runtime.settings import Settings
from contracts.envelope import AnyEvent
from contracts.topics import reader
from tests.golden.keeping import FILE, Golden
from tools.operations.registry import all_services

UNIT = Path(__file__).parents[1] / "unit"

SERVICES = all_services(Settings(calendar=None, rules=None))
"""By the shipped calendar and rules, whatever the environment says."""


def stories_of(folder: Path) -> dict[str, list[AnyEvent]]:
    """The facts of every story in a folder, by name."""
    return {file.stem: facts_of(file) for file in sorted(folder.glob("*.json")) if file.name != FILE}


def facts_of(file: Path) -> list[AnyEvent]:
    """The facts of one story: of each the event and, where the bus took it in, when."""
    return [_fact(told) for told in json.loads(file.read_text(encoding="utf-8"))["facts"]]


def _fact(told: dict[str, Any]) -> AnyEvent:
    event = reader(told["event"]["type"]).validate_json(json.dumps(told["event"]))
    taken_in = told.get("taken_in")
    return event.take_in(datetime.fromisoformat(taken_in) if taken_in else None)


def write_story(file: Path, about: str, facts: Sequence[AnyEvent]) -> None:
    """Put a story on file, one fact a line."""
    lines = []
    for fact in facts:
        told = {"event": json.loads(fact.to_json())}
        if fact.taken_in:
            told["taken_in"] = fact.taken_in.isoformat()
        lines.append(json.dumps(told, ensure_ascii=False))
    text = ",\n".join(lines)
    file.write_text(f'{{"about": {json.dumps(about, ensure_ascii=False)}, "facts": [\n{text}\n]}}\n', encoding="utf-8")


def states_of(service: Service[Any], folder: Path) -> dict[str, Any]:
    """What the stories of a folder fold to."""
    return {name: service.dump(service.fold(facts)) for name, facts in stories_of(folder).items()}


def golden_states(service: Service[Any]) -> Golden:
    """Those of one service."""
    folder = UNIT / service.name / "golden"
    shared = "the domain's or the order's version where those golden values fail too"
    constant = f"FOLD_VERSION in services/{service.name}/fold.py ({shared})"
    return Golden(service.name, folder, service.code, constant, partial(states_of, service, folder))
