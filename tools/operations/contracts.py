"""The published language as files: JSON Schemas, AsyncAPI, and a check that code, files and golden samples agree.

`build` writes what follows from the code. Samples are written by hand, once, and only ever added: each is the exact
value of a record, as somebody may have kept it for years. contracts/compatibility.py says which changes are refused.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from contracts.compatibility import breaks, lost_content
from contracts.schemas import described, kind_of, kinds, schema_of
from contracts.topics import (
    DEFAULT_PARTITIONS,
    MAX_RECORD_BYTES,
    OWNERS,
    PAYLOADS,
    SERVICES,
    BadEventError,
    UnknownTypeError,
    dead_letter_topic,
    read_event,
)
from contracts.watermarks import TELLERS

CLAIMS = frozenset({payload.TYPE for owner in ("portals", "agencies", "operators") for payload in OWNERS[owner]}) | {
    "rating.submitted",
    "feedback.submitted",
}
"""The topics on which outsiders tell something. Rating owns two of them: its own API publishes them for citizens."""

CONTENT_TYPE = "application/cloudevents+json"
BUILD = "run `lienthong contracts build`"
PROCEED = (
    "Nothing was written. Publish the change as an optional field, or as a new event type beside this one: records are "
    "kept for good, and their readers and publishers upgrade when they like."
)
SUBJECT_KEY = (
    "The event's `subject`: the dossier code, or the submission's id as long as there is no dossier. Equal keys are in "
    "the same partition, in order."
)
EVERYWHERE = "Decides nothing: one copy is written to every partition, the one named in `data.partition`"
KEYS = {
    "intake.submitted": "The submission's id, also the event's `subject`",
    "clock.ticked": EVERYWHERE,
    **dict.fromkeys(TELLERS, EVERYWHERE),
}
DEAD_LETTER = (
    "A record that the service can not take in: its key and its bytes as they were. For operators, who mend and replay "
    "it; no part of any dossier's history."
)
ORIGIN = {
    "reason": "Why, without the offending values",
    "topic": "Where it came from",
    "partition": "Partition it came from, in decimal digits",
    "offset": "Offset it came from, in decimal digits",
}
INTRODUCTION = f"""\
The services of an inter-agency one-stop shop (một cửa liên thông) tell each other, and everybody else, what becomes of
each dossier. This document describes the whole language, not one program: a channel has one owner, which alone sends.

The value of a record is one CloudEvents 1.0 event in structured JSON, of at most {MAX_RECORD_BYTES} bytes. Records with
the same `source` and `id` are the same event, however often it is repeated. Between channels no order is promised:
`time` says when a fact became true.

Ignore fields that you do not know: optional ones may be added. Nothing else changes, so what a schema says holds for
every record from the first to the last. A channel tagged `claim` carries what others assert; it becomes a fact only
when a service answers so. No channel carries personal data.

Whole records, byte for byte, are under `samples/<type>/`.
"""


class ContractError(ValueError):
    """The code describes what may not be published; the message lists every reason and says how to proceed."""


def build(folder: Path) -> list[Path]:
    """Write schemas and AsyncAPI into `folder`; the same code always writes the same bytes.

    Raises:
        ContractError: readers or publishers who trust the schemas in `folder` would be hurt. Nothing was written.
    """
    if found := list(_broken(folder)):
        raise ContractError("\n".join((*found, PROCEED)))
    written = []
    for name, text in _texts().items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
        written.append(file)
    return written


def check(folder: Path) -> list[str]:
    """The faults of the files in `folder`; empty when they are what this code publishes and understands."""
    return [*_broken(folder), *_outdated(folder), *_bad_samples(folder)]


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0.0 document of all channels."""
    events = {payload.TYPE: owner for owner, payloads in OWNERS.items() for payload in payloads}
    letters = {dead_letter_topic(service): service for service in SERVICES}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Liên Thông",
            "version": "1.0.0",
            "description": INTRODUCTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {topic: _channel(topic, owner) for topic, owner in sorted(events.items())}
        | {topic: _dead_letters(topic, service) for topic, service in letters.items()},
        "operations": {
            f"send.{topic}": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{topic}"},
                "summary": f"Only `{owner}` sends to `{topic}`.",
                "tags": [{"name": owner}],
                "messages": [{"$ref": f"#/channels/{topic}/messages/record"}],
            }
            for topic, owner in [*sorted(events.items()), *letters.items()]
        },
        "components": {
            "messages": {topic: _message(topic) for topic in sorted(events)},
            "correlationIds": {
                "submission": {
                    "description": "Id of the submission it all began with",
                    "location": "$message.payload#/correlationid",
                },
            },
            "channelBindings": {"kept-for-good": {"kafka": _kept_for_good()}},
        },
    }


def _channel(topic: str, owner: str) -> dict[str, Any]:
    return {
        "address": topic,
        "description": described(topic),
        "tags": [{"name": owner}, {"name": "claim" if topic in CLAIMS else "fact"}],
        "messages": {"record": {"$ref": f"#/components/messages/{topic}"}},
        "bindings": {"$ref": "#/components/channelBindings/kept-for-good"},
    }


def _dead_letters(topic: str, service: str) -> dict[str, Any]:
    headers = {name: {"type": "string", "description": text} for name, text in ORIGIN.items()}
    record = {
        "name": "dead-letter",
        "contentType": "application/octet-stream",
        "description": DEAD_LETTER,
        "headers": {"type": "object", "required": list(headers), "properties": headers},
    }
    return {
        "address": topic,
        "description": f"What `{service}` could not take in.",
        "tags": [{"name": service}, {"name": "dead-letter"}],
        "messages": {"record": record},
    }


def _message(topic: str) -> dict[str, Any]:
    key = {"type": "string", "description": KEYS.get(topic, SUBJECT_KEY)}
    return {
        "name": topic,
        "summary": described(topic).partition("\n")[0],
        "contentType": CONTENT_TYPE,
        "correlationId": {"$ref": "#/components/correlationIds/submission"},
        "payload": {"$ref": f"./schemas/{topic}.v1.json"},
        "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
    }


def _kept_for_good() -> dict[str, Any]:
    return {
        "partitions": DEFAULT_PARTITIONS,
        "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
        "bindingVersion": "0.5.0",
    }


class _Dumper(yaml.SafeDumper):
    """Text of several lines as it would be written by hand."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def _texts() -> dict[str, str]:
    """Content of every generated file by its name."""
    texts = {
        f"schemas/{topic}.v1.json": json.dumps(schema_of(topic), ensure_ascii=False, indent=2) + "\n"
        for topic in sorted(PAYLOADS)
    }
    document = yaml.dump(asyncapi(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return {**texts, "asyncapi.yaml": f"# Generated by `lienthong contracts build`. Do not edit.\n{document}"}


def _broken(folder: Path) -> Iterator[str]:
    """Every break of a committed schema. One that is not there has promised nothing yet."""
    for file in sorted((folder / "schemas").glob("*.json")):
        topic = file.name.removesuffix(".v1.json")
        if topic not in PAYLOADS:
            yield f"schemas/{file.name}: the code has no such event type, and types stay for good"
            continue
        try:
            found = breaks(json.loads(file.read_bytes()), schema_of(topic), claim=topic in CLAIMS)
        except (ValueError, AttributeError, TypeError) as error:
            found = [f"is no schema ({error}); restore the committed file"]
        yield from (f"schemas/{file.name}: {text}" for text in found)


def _outdated(folder: Path) -> Iterator[str]:
    for name, text in _texts().items():
        file = folder / name
        if not file.is_file():
            yield f"{name}: is missing; {BUILD}"
        elif file.read_bytes() != text.encode():
            yield f"{name}: is not what the code says; {BUILD}"


def _bad_samples(folder: Path) -> Iterator[str]:
    """Old records that this code does not understand, and kinds of record that no sample shows as written today."""
    shown = set()
    for file in sorted(found for found in (folder / "samples").rglob("*") if found.is_file()):
        topic, name = file.parent.name, file.relative_to(folder).as_posix()
        if topic not in PAYLOADS:
            yield f"{name}: there is no event type {topic}"
            continue
        value = file.read_bytes().removesuffix(b"\n")
        try:
            event = read_event(topic, value)
        except (BadEventError, UnknownTypeError) as error:
            yield f"{name}: can not be read: {error}"
            continue
        text = event.to_json()
        yield from (f"{name}: loses {path.lstrip('.')}" for path in lost_content(json.loads(value), json.loads(text)))
        if text.encode() == value:
            shown.add((topic, kind_of(event.data)))
    for topic, kind in sorted(kinds() - shown):
        what = f"{topic} ({kind})" if kind else topic
        yield f"samples/{topic}: no file shows {what} exactly as it is written today; add one"
