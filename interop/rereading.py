"""Our records, read and written again by each CloudEvents SDK, then held against the original."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import contracts
from interop.building import Builder
from interop.clients import CLIENTS, Client

SAMPLES = Path(contracts.__file__).parent / "samples"
EXAMPLES = {
    "null.json": {"causationid": None},
    "empty.json": {"dataschema": "", "causationid": ""},
    "no-time.json": {"time": ...},
    "extension.json": {"share": 1.5},
    "source.json": {"source": "/đơn-vị/một cửa"},
    "offset.json": {"time": "2026-03-02T09:00:00+07:00"},
}
"""Records that none of ours is any more, or that another sender may well send: what differs from a plain one."""

PLAIN = SAMPLES / "agency.reported" / "took-custody.json"


@dataclass
class Reread:
    """The records as one SDK wrote them again.

    Attributes:
        sdk: its name and version.
        same: golden samples that came back as they were, `time` read as a moment.
        samples: how many golden samples there are.
        changes: what came back otherwise, with how many golden samples that happens to.
        examples: what became of each of the further records.
    """

    sdk: str
    same: int = 0
    samples: int = 0
    changes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    examples: dict[str, str] = field(default_factory=dict)


def programs(client: Client) -> tuple[str, ...]:
    """How the program of this client's SDK is started."""
    return {
        "java": ("java", "-cp", "{built}/classes:{built}/lib/*", "interop.Reread"),
        "go": ("go", "-C", "{source}", "run", "./reread"),
        "python": ("{built}/bin/python", "{source}/reread.py"),
    }[client.build]


def reread(builder: Builder, client: Client, folder: Path) -> Reread:
    """Let the SDK that this client has read and write every golden sample and the further records."""
    if client.events is None:
        raise ValueError(f"{client.name} has no CloudEvents SDK")
    name, version = client.events[0], client.events_version
    found = Reread(f"{name} {version}")
    samples = sorted(SAMPLES.rglob("*.json"))
    files = [*samples, *_further(folder)]
    command = [*builder.command(client.build, programs(client)), *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for file, line in zip(files, said, strict=True):
        changes = sorted(_changes(json.loads(file.read_text(encoding="utf-8")), json.loads(line)))
        if file.name in EXAMPLES and file.parent == folder:
            found.examples[file.name] = "; ".join(changes) or "as it was"
            continue
        found.samples += 1
        found.same += not changes
        for change in {found.split(":")[0] for found in changes}:
            found.changes[change] += 1
    return found


def _further(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    for name, differs in EXAMPLES.items():
        event = json.loads(PLAIN.read_text(encoding="utf-8")) | differs
        kept = {key: value for key, value in event.items() if value is not ...}
        (folder / name).write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        yield folder / name


def _changes(before: dict[str, Any], said: dict[str, Any]) -> Iterator[str]:
    """The attributes that are not as they were; of the data only that they are not."""
    if "refused" in said:
        yield f"refused: {' '.join(said['refused'].split())[:120]}"
        return
    after = said["event"]
    for name in sorted({*before, *after}):
        if name not in after:
            yield f"`{name}` dropped"
        elif name not in before:
            yield f"`{name}` made up"
        elif before[name] != after[name]:
            shown = "" if name == "data" else f": {_text(before[name])} is {_text(after[name])}"
            yield f"`{name}` changed{shown}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def sdks() -> Sequence[Client]:
    """The clients whose programs have an SDK; one of each."""
    return [client for client in CLIENTS if client.events]
