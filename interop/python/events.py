"""How events are read and written: as plain JSON, or by the CloudEvents SDK in structured or binary mode."""

import json
from datetime import datetime

from cloudevents.core.bindings.kafka import to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

WRITERS = {"structured": to_structured, "binary": to_binary}


def heard(mode: str, value: bytes) -> dict:
    """An event of Liên Thông, which always is structured JSON."""
    if not mode:
        return json.loads(value)
    event = JSONFormat().read(CloudEvent, value)
    return {**event.get_attributes(), "data": event.get_data()}


def written(mode: str, report: dict) -> tuple[dict[str, bytes], bytes]:
    """Headers and value of a report."""
    if not mode:
        return {}, json.dumps(report).encode()
    attributes = {name: value for name, value in report.items() if name != "data"}
    attributes["time"] = datetime.fromisoformat(report["time"])
    message = WRITERS[mode](CloudEvent(attributes, report["data"]), JSONFormat())
    return message.headers, message.value
