"""Would a change of a schema hurt somebody who trusted the committed one?

Records are kept for good, and everyone upgrades alone. So whatever the committed schema allowed must stay readable: no
change may make a schema *narrower*. Facts are read by others, with the schema they know: their schemas may not become
*wider* either. A claim may: only its one service has to understand the new, and it is the one that widens.

A new optional property is welcome on both, because readers ignore what they do not know. What this module can not judge
it calls a break.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from contracts.json_schema import OPEN, SAYS_NOTHING, UNIONS, Schema, kinds, resolve
from contracts.json_schema import open_values as open_values  # noqa: PLC0414 - published here once

UPPER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems", "maxProperties")
LOWER = ("minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties")
EXACT = ("pattern", "format")
WITHIN = {"items": "[]", "additionalProperties": ".*", "propertyNames": ".<name>"}
VALUES = ("const", "enum")
HANDLED = frozenset((*UPPER, *LOWER, *EXACT, *WITHIN, *VALUES, *UNIONS, "type", "properties", "required", "default"))


@dataclass(frozen=True)
class Change:
    """One difference, and whom it hurts."""

    path: str
    text: str
    narrows: bool = False
    widens: bool = False

    def __str__(self) -> str:
        """Where, what, and what follows from it."""
        harm = "records made for the committed schema are refused or read differently"
        if self.widens:
            harm = "readers of the committed schema do not expect it"
        if self.widens and self.narrows:
            harm = "whoever relies on it is misled"
        return f"{self.path}: {self.text}; {harm}"


@dataclass(frozen=True)
class _Place:
    """The same place in the committed schema and in the new one."""

    path: str
    old: Schema
    new: Schema
    old_defs: Schema
    new_defs: Schema

    def at(self, step: str, old: Any, new: Any) -> "_Place":
        """The place one step further in."""
        path = f"{self.path}{step}".removeprefix(".")
        return replace(self, path=path, old=resolve(old, self.old_defs), new=resolve(new, self.new_defs))

    def narrower(self, text: str) -> Change:
        """Some old records are refused by the new schema."""
        return Change(self.path or "record", text, narrows=True)

    def wider(self, text: str) -> Change:
        """Some new records are refused by the old schema."""
        return Change(self.path or "record", text, widens=True)

    def other(self, text: str) -> Change:
        """Both, or nobody knows."""
        return Change(self.path or "record", text, narrows=True, widens=True)


def breaks(old: Schema, new: Schema, *, claim: bool) -> list[str]:
    """The reasons why `new` may not take the place of `old`; empty when there are none.

    Args:
        old: the committed schema.
        new: the schema that the code describes.
        claim: whether outsiders publish it and a service reads it, and not the other way round.
    """
    place = _Place("", old, new, old.get("$defs", {}), new.get("$defs", {}))
    return [str(change) for change in _changes(place) if change.narrows or not claim]


def lost_content(was: Any, now: Any, path: str = "") -> list[str]:
    """Paths of what a sample says and its re-serialisation does not. What only the latter says is a new default.

    Null and the empty text say nothing: once they were written out.
    """
    if isinstance(was, dict) and isinstance(now, dict):
        said = {key: value for key, value in was.items() if key in now or value not in (None, "")}
        return [
            lost
            for key, value in said.items()
            for lost in (lost_content(value, now[key], f"{path}.{key}") if key in now else [f"{path}.{key}"])
        ]
    if isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        return [lost for n, value in enumerate(was) for lost in lost_content(value, now[n], f"{path}[{n}]")]
    # As text, because to Python 1 equals True and 1.0.
    return [] if json.dumps(was) == json.dumps(now) else [path or "record"]


def _changes(place: _Place) -> Iterator[Change]:
    """All differences from here on, kind by kind: a nullable or tagged value has several."""
    old = kinds(place.old, place.old_defs)
    new = kinds(place.new, place.new_defs)
    for kind in [kind for kind in old if kind not in new]:
        yield place.narrower(f"can no longer be {kind}")
    for kind in [kind for kind in new if kind not in old]:
        yield place.wider(f"can now be {kind}")
    for kind in [kind for kind in old if kind in new]:
        step = "" if len(old) == 1 else f"({kind})"
        yield from _differences(place.at(step, old[kind], new[kind]))


def _differences(place: _Place) -> Iterator[Change]:
    """Differences between two schemas of one kind."""
    yield from _values(place)
    yield from _bounds(place)
    yield from _properties(place)
    for key, step in WITHIN.items():
        if key in place.old or key in place.new:
            yield from _changes(place.at(step, place.old.get(key, True), place.new.get(key, True)))
    for key in sorted({*place.old, *place.new} - HANDLED - SAYS_NOTHING):
        if place.old.get(key) != place.new.get(key):
            yield place.other(f"`{key}` changed, which this check can not judge")


def _values(place: _Place) -> Iterator[Change]:
    old, new = _allowed(place.old), _allowed(place.new)
    if old is None and new is not None:
        yield place.narrower(f"is now one of {', '.join(new)}")
    elif old is not None and new is None:
        yield place.wider("is no longer one of a list")
    elif old is not None and new is not None:
        for value in [value for value in old if value not in new]:
            yield place.narrower(f"{value} is no longer allowed")
        for value in [value for value in new if value not in old and place.old.get(OPEN) is not True]:
            yield place.wider(f"{value} is new")


def _allowed(node: Schema) -> list[str] | None:
    """The listed values as JSON, or None when the schema lists none."""
    listed = [node["const"]] if "const" in node else node.get("enum")
    return None if listed is None else [json.dumps(value, ensure_ascii=False) for value in listed]


def _bounds(place: _Place) -> Iterator[Change]:
    for keys, none, sign in ((UPPER, math.inf, 1), (LOWER, -math.inf, -1)):
        for key in keys:
            was, now = place.old.get(key, none), place.new.get(key, none)
            text = f"`{key}` was {place.old.get(key, 'absent')}, is {place.new.get(key, 'absent')}"
            if sign * now < sign * was:
                yield place.narrower(text)
            elif sign * now > sign * was:
                yield place.wider(text)
    for key in EXACT:
        if place.old.get(key) == place.new.get(key):
            continue
        if key not in place.old:
            yield place.narrower(f"has a `{key}` now")
        elif key not in place.new:
            yield place.wider(f"has no `{key}` any more")
        else:
            yield place.other(f"has another `{key}`")


def _properties(place: _Place) -> Iterator[Change]:
    old, new = place.old.get("properties", {}), place.new.get("properties", {})
    needed, needs = {*place.old.get("required", ())}, {*place.new.get("required", ())}
    for name in sorted({*old, *new, *needed, *needs}):
        inner = place.at(f".{name}", old.get(name, True), new.get(name, True))
        if name in old and name not in new:
            yield inner.other("was removed")
            continue
        if name in needs and name not in needed:
            yield inner.narrower("is required now")
        elif name in needed and name not in needs:
            yield inner.wider("can be missing now")
        elif name in old and name not in needs and _default(inner.old) != _default(inner.new):
            yield inner.other("has another default: a record without it means something else")
        if name in old:
            yield from _changes(inner)
        elif place.old.get("additionalProperties") is False:
            yield inner.wider("is new where nothing more was allowed")


def _default(node: Schema) -> str:
    return json.dumps(node.get("default"), sort_keys=True)
