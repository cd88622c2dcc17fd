import asyncio
import gzip
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest

from chassis.runtime.bus.record import Message
from contracts.envelope import AnyEvent
from contracts.topics import read_event
from tools.importer import Mapping, Report, play

START, END, DEADLINE = "2026-03-02T08:00:00+07:00", "2026-03-06T16:00:00+07:00", "2026-03-09T17:00:00+07:00"


class MemoryBus:
    """Keeps what it is given; refuses from the n-th call on, if told so."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.chunks: list[list[Message]] = []
        self.calls: list[Any] = []
        self.fails_at = fails_at

    async def publish(self, messages: Sequence[Message]) -> None:
        if self.fails_at == len(self.chunks):
            raise ConnectionError("the bus is down")
        self.chunks.append(list(messages))
        self.calls.append("publish")

    async def tick(self, timeline: str, time: datetime) -> None:
        self.calls.append((timeline, time))

    @property
    def messages(self) -> list[Message]:
        return [message for chunk in self.chunks for message in chunk]

    @property
    def events(self) -> list[AnyEvent]:
        return [read_event(message.topic, message.value or b"") for message in self.messages]

    @property
    def told(self) -> list[str]:
        """Every claim, in short."""
        return [short(event) for event in self.events]


def short(event: AnyEvent) -> str:
    if event.type == "intake.submitted":
        return f"{event.subject} application"
    claim = event.data.claim
    parts = (event.data.agency, claim.kind, getattr(claim, "step", ""), getattr(claim, "to_agency", ""))
    return " ".join(part for part in parts if part)


def attribute(key: str, value: str) -> str:
    return f"<string key={quoteattr(key)} value={quoteattr(value)}/>"


def event_xml(activity: str = "Check", at: str = "2026-03-03T08:00:00+07:00", group: str = "A", **more: str) -> str:
    given = {"concept:name": activity, "time:timestamp": at, "org:group": group, **more}
    return f"<event>{''.join(attribute(key, value) for key, value in given.items() if value)}</event>"


def trace_xml(*events: str, name: str = "case-1", **given: str) -> str:
    values = {"concept:name": name, "startdate": START, "enddate": END, "deadline": DEADLINE, **given}
    return f"<trace>{''.join(attribute(key, value) for key, value in values.items() if value)}{''.join(events)}</trace>"


def log_xml(*traces: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log xmlns="http://www.xes-standard.org/">{"".join(traces)}</log>'


@pytest.fixture
def logs() -> SimpleNamespace:
    """Writes logs: `logs.log(logs.trace(logs.event(...), ...), ...)`."""
    return SimpleNamespace(event=event_xml, trace=trace_xml, log=log_xml)


@pytest.fixture
def new_bus() -> type[MemoryBus]:
    return MemoryBus


@pytest.fixture
def settings() -> dict[str, Any]:
    """A mapping of XES logs, as a document."""
    return {
        "timeline": "test",
        "procedure": "1.000001",
        "dossier_code": "OLD.{concept:name}",
        "receiving_unit": "H29",
        "case": {"id": "concept:name", "start": "startdate", "end": "enddate", "deadline": "deadline"},
        "event": {"activity": "concept:name", "time": "time:timestamp", "group": "org:group", "id": "id"},
        "agency": "H29.{group}",
        "no_group": ["EMPTY"],
    }


@pytest.fixture
def mapping(settings: dict[str, Any]) -> Mapping:
    return Mapping.model_validate(settings)


@pytest.fixture
def csv_mapping(settings: dict[str, Any]) -> Mapping:
    case = {"id": "case", "start": "start", "end": "end", "deadline": "deadline"}
    event = {"activity": "activity", "time": "time", "group": "group"}
    return Mapping.model_validate({**settings, "dossier_code": "OLD.{case}", "case": case, "event": event})


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes, str], Path]:
    """Writes a log, compressed where its name says so."""

    def written(content: str | bytes, name: str = "log.xes") -> Path:
        raw = content.encode() if isinstance(content, str) else content
        path = tmp_path / name
        path.write_bytes(gzip.compress(raw, mtime=0) if name.endswith(".gz") else raw)
        return path

    return written


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., tuple[Report, MemoryBus]]:
    """Plays a file and gives the report and what the bus got."""

    def ran(file: Path, mapping: Mapping, bus: MemoryBus | None = None, **options: Any) -> tuple[Report, MemoryBus]:
        bus = bus or MemoryBus()
        return asyncio.run(play(file, mapping, bus, tmp_path / "progress", **options)), bus

    return ran
