"""The two ways in which Kafka carries a CloudEvent, and one that it is taken for: all become structured JSON.

In *structured* mode the value is the whole event. In *binary* mode the value is the event's `data`, and its attributes
are headers (Kafka protocol binding for CloudEvents 1.0.2, section 3.2). What is kept of an event is its structured
form: the same record always gives the same text, so that a replay reads what the service read (docs/decisions/0022).
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime

from pydantic_core import from_json

from contracts import rule_days
from contracts.signatures import HEADER as SIGNATURE
from contracts.topics import BadEventError

Headers = Sequence[tuple[str, bytes | None]]
"""As they stand on a record: any name, any number of times, any bytes or none."""

STRUCTURED: tuple[tuple[str, bytes], ...] = (("content-type", b"application/cloudevents+json; charset=UTF-8"),)
"""The headers of every event that the services publish: SDKs know structured mode by it."""

PREFIX = "ce_"
CONTENT_TYPE = "content-type"
JSON = re.compile(r'application/json *(; *charset *= *"?utf-8"?)?', re.IGNORECASE)
ATTRIBUTE = re.compile("[a-z0-9]{1,40}")
SHOWABLE = re.compile("[A-Za-z0-9._-]{1,60}")

MAX_ATTRIBUTES, MAX_NAME, MAX_TEXT = 40, 60, 1_000
"""Limits of the attributes that a dead letter keeps: their number, the letters of a name, the bytes of a text. No event
has more; without limits a sender could make letters that the bus refuses."""

MAGIC = b"\0"
"""Confluent's serializers write it before the four bytes of a schema's id, and these before the value."""

REGISTRY_BYTES = 5


def structured(headers: Headers, value: bytes, taken_in: datetime) -> bytes:
    """The event as structured JSON.

    Args:
        headers: of the record.
        value: of the record.
        taken_in: when the bus took it in: binary mode is read since `rule_days.ANY_RECORD`.

    Raises:
        BadEventError: a header or the value stands against it; says which and why.
    """
    if value.startswith(MAGIC):
        raise BadEventError(_of_a_registry(value))
    if headers and rule_days.bounds_claims(taken_in) and in_binary_mode(headers):
        return _joined(_attributes(headers), value)
    return value


def in_binary_mode(headers: Headers) -> bool:
    """True if the attributes of the event are headers."""
    kinds = [(value or b"").lower() for name, value in headers if name == CONTENT_TYPE]
    if any(kind.startswith(b"application/cloudevents") for kind in kinds):
        return False
    return any(name == f"{PREFIX}specversion" for name, _ in headers)


def readable(headers: Headers) -> dict[str, str]:
    """The attributes that can be read, even if others can not."""
    return {
        name.removeprefix(PREFIX): value.decode(errors="replace")
        for name, value in headers
        if name.startswith(PREFIX) and value is not None
    }


def carried(headers: Headers) -> tuple[tuple[str, bytes], ...]:
    """The headers that are part of an event or prove it, for a dead letter: no more and no longer than an event has."""
    binary = in_binary_mode(headers)
    fit = [(n, v) for n, v in headers if v is not None and len(n) <= MAX_NAME and len(v) <= MAX_TEXT]
    kept = [(n, v) for n, v in fit if n == SIGNATURE or (binary and (n == CONTENT_TYPE or n.startswith(PREFIX)))]
    return tuple(kept)[:MAX_ATTRIBUTES]


def _attributes(headers: Headers) -> dict[str, str]:
    """Every attribute by its name."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name == CONTENT_TYPE:
            attribute = "datacontenttype"
        elif name.startswith(PREFIX):
            attribute = name.removeprefix(PREFIX)
        else:
            continue
        if not ATTRIBUTE.fullmatch(attribute) or attribute == "data":
            raise BadEventError(f"header {_shown(name)} names no attribute of an event")
        if attribute in found:
            raise BadEventError(f"header {_shown(name)}: the attribute stands more than once")
        found[attribute] = _text(name, value)
    if CONTENT_TYPE in (name for name, _ in headers):
        if not JSON.fullmatch(found["datacontenttype"]):
            raise BadEventError(f"header {CONTENT_TYPE}: the data of an event is application/json, in UTF-8")
        found["datacontenttype"] = "application/json"
    return found


def _text(name: str, value: bytes | None) -> str:
    if value is None:
        raise BadEventError(f"header {_shown(name)} is null: leave an attribute out that has no value")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise BadEventError(f"header {_shown(name)} is no UTF-8 text") from None


def _shown(name: str) -> str:
    """A header's name, if it looks like one: anything may stand there."""
    return name if SHOWABLE.fullmatch(name) else "(no name)"


def _joined(attributes: dict[str, str], data: bytes) -> bytes:
    """One JSON object; the data stay as they were written."""
    try:
        from_json(data, allow_inf_nan=False)  # one value and no more: else the data could bring attributes of their own
    except ValueError:
        raise BadEventError("value: in binary mode it is the event's data, as JSON, and this is none") from None
    return json.dumps(attributes, ensure_ascii=False)[:-1].encode() + b', "data": ' + data + b"}"


def without_registry(value: bytes) -> bytes:
    """The JSON after Confluent's five bytes, if they are there."""
    return value[REGISTRY_BYTES:] if value.startswith(MAGIC) else value


def _of_a_registry(value: bytes) -> str:
    number = int.from_bytes(value[len(MAGIC) : REGISTRY_BYTES], "big")
    return (
        f"value: begins with a schema's id ({number}), in Confluent's wire format: write plain JSON. Its JSON Schema "
        "serializer does so with value.schema.id.serializer = "
        "io.confluent.kafka.serializers.schema.id.HeaderSchemaIdSerializer; or serialize without a registry"
    )
