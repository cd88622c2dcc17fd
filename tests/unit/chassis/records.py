"""Records as real clients send them, for tests."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.runtime.bus.record import read_record
from contracts.claims import AgencyReported, TookCustody
from contracts.envelope import AnyEvent
from contracts.topics import BadEventError
from tests.given import at, reported

STAMP = datetime(2026, 12, 5, 3, tzinfo=UTC)
"""When the bus took it in: the strict rules count."""


@dataclass(frozen=True)
class Sent:
    topic: str
    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    partition: int = 0
    offset: int = 0
    timestamp: int = int(STAMP.timestamp() * 1000)


def report(**changes: Any) -> dict[str, Any]:
    """A report as JSON, of today."""
    event = json.loads(reported("H29.16", TookCustody(step="forward"), at(2)).to_json())
    return {**event, "time": "2026-12-05T02:59:00Z", **changes}


def sent(event: dict[str, Any], **more: Any) -> Sent:
    """In structured mode."""
    given = {"topic": AgencyReported.TYPE, "key": str(event.get("subject")).encode(), **more}
    return Sent(value=json.dumps(event, ensure_ascii=False).encode(), **given)


def binary(event: dict[str, Any], *more: tuple[str, bytes | None], without: str = "", **given: Any) -> Sent:
    """In binary mode, as the CloudEvents SDKs write it, with these headers too."""
    names = {name: f"ce_{name}" for name in event if name not in ("data", "datacontenttype", without)}
    headers = [(names[name], str(event[name]).encode()) for name in names]
    headers += [("content-type", b"application/json")] if without != "content-type" else []
    given = {"topic": AgencyReported.TYPE, "key": event["subject"].encode(), **given}
    return Sent(value=json.dumps(event["data"]).encode(), headers=(*headers, *more), **given)


def same(one: AnyEvent, other: AnyEvent) -> bool:
    return one.model_dump() == other.model_dump()


def reason(record: Sent) -> str:
    """Why it is refused."""
    with pytest.raises(BadEventError) as refused:
        read_record(record)
    return str(refused.value)


def stamped(moment: datetime) -> dict[str, int]:
    """The bus took it in at this moment."""
    return {"timestamp": int(moment.timestamp() * 1000)}
