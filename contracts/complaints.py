"""Complaints about a value, in words that never quote it: it may be personal data."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

FIELD_PATTERN = re.compile(r"[a-z][a-z0-9_-]{0,40}|Idempotency-Key")
UNNAMED = "*"
"""Stands for a field whose name does not look like one: it was sent, and may be a person's."""

QUOTING = {"union_tag_invalid": "is none of {expected_tags}"}
"""Messages in which pydantic quotes the value, here without it."""


class Complaint(NamedTuple):
    """One thing that does not fit: where, field by field from the outside, and what is wrong there."""

    loc: tuple[str | int, ...]
    msg: str


def complaints(errors: Iterable[Mapping[str, Any]]) -> Iterator[Complaint]:
    """Complaints from pydantic's errors (`ValidationError.errors()`, with their context): no names, no values sent."""
    for error in errors:
        words = QUOTING.get(error["type"])
        msg = words.format_map(error["ctx"]) if words else error["msg"]
        yield Complaint(tuple(map(_shown, error["loc"])), msg)


def _shown(part: str | int) -> str | int:
    return part if isinstance(part, int) or FIELD_PATTERN.fullmatch(part) else UNNAMED
