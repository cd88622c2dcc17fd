"""JSON Schemas as they are compared: without references, in one way of saying each thing, kind of value by kind."""

from typing import Any

from contracts.moments import PATTERNS

Schema = dict[str, Any]

OPEN = "x-open-values"
"""Marks a list of values that may grow, as schemas once did; strict validators refuse a keyword they do not know."""

UNLISTED: Schema = {"type": "string", "maxLength": 120}
"""Any value that an open list does not have yet."""

UNIONS = ("anyOf", "oneOf")

SAYS_NOTHING = frozenset(("$schema", "$id", "$defs", "$comment", "title", "description", "examples", OPEN))
"""Keywords that no record depends on. A default does count, but only where a property may be left out."""


def open_values(node: Schema) -> None:
    """Say in JSON Schema's own words that a list of values may grow: one of these, or some other text."""
    listed = {"type": node.pop("type"), "enum": node.pop("enum", None) or [node.pop("const")]}
    node["anyOf"] = [listed, UNLISTED]


def resolve(node: Any, defs: Schema) -> Schema:
    """The schema itself where a reference stands; one that leads nowhere stays, to be reported when it changes."""
    if isinstance(node, bool):
        return {} if node else {"not": {}}
    found: Schema = dict(node)
    while (name := str(found.get("$ref", "")).removeprefix("#/$defs/")) in defs:
        found = {**defs[name], **{key: value for key, value in found.items() if key != "$ref"}}
    return _in_plain_words(found)


def _in_plain_words(node: Schema) -> Schema:
    r"""The same schema, in the one way of saying it that is compared: there are two for what follows.

    A list that may grow is a list with a mark. A moment's pattern says what its format does. In a pattern `\d` is a
    digit from 0 to 9, as ECMA 262 has it, though not every engine does.
    """
    match node:
        case {"anyOf": [{"enum": _} as listed, other], **rest} if other == UNLISTED:
            node = {**rest, **listed, OPEN: True}
        case {"pattern": pattern, "format": format_} if PATTERNS.get(format_) == pattern:
            node = {key: value for key, value in node.items() if key != "pattern"}
        case {"pattern": str(pattern)}:
            node = {**node, "pattern": pattern.replace(r"\d", "[0-9]")}
    return node


def kinds(node: Schema, defs: Schema) -> dict[str, Schema]:
    """The kinds of value that a schema allows, each under a name that does not depend on the code's class names."""
    union = next((key for key in UNIONS if key in node), None)
    if union is None:
        types = node.get("type", "anything")
        return dict.fromkeys([types] if isinstance(types, str) else types, node)
    beside = {key: node[key] for key in node if key not in {union, "default", *SAYS_NOTHING}}
    # What stands beside a union binds all its members; it can not be judged, so only a change of it is told.
    members = [resolve(member, defs) | ({"allOf": [beside]} if beside else {}) for member in node[union]]
    tags = set.intersection(*({*_constants(member)} for member in members))
    found: dict[str, Schema] = {}
    for member in members:
        named = {" ".join(f"{tag}={_constants(member)[tag]}" for tag in sorted(tags)): member}
        for kind, schema in (named if tags else kinds(member, defs)).items():
            # Two members of one kind are told apart by their order.
            found[kind if kind not in found else f"{kind} #{len(found)}"] = schema
    return found


def _constants(node: Schema) -> dict[str, Any]:
    found = node.get("properties", {}).items()
    return {name: schema["const"] for name, schema in found if isinstance(schema, dict) and "const" in schema}
