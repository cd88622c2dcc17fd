"""A schema, and small changes of it."""

from contracts.compatibility import OPEN, open_values

UNLISTED = {"type": "string", "maxLength": 120}
BASE = {
    "title": "dossier.tried",
    "type": "object",
    "required": ["type", "data"],
    "properties": {"type": {"const": "dossier.tried", "type": "string"}, "data": {"$ref": "#/$defs/Data"}},
    "$defs": {
        "Data": {
            "type": "object",
            "required": ["agency", "amount", "due", "code", "claim"],
            "properties": {
                "agency": {"type": "string", "minLength": 1, "maxLength": 120},
                "amount": {"type": "integer", "minimum": 1, "maximum": 10},
                "share": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 9},
                "due": {"type": "string", "format": "date-time"},
                "month": {"type": "string", "pattern": "^[0-9]{4}$"},
                "code": {"type": "string", "enum": ["a", "b"]},
                "medium": {"anyOf": [{"type": "string", "enum": ["email", "sms"]}, UNLISTED]},
                "marked": {"type": "string", "enum": ["email", "sms"], OPEN: True},
                "language": {"type": "string", "enum": ["vi", "en"], "default": "vi"},
                "officer": {"anyOf": [{"type": "string", "maxLength": 64}, {"type": "null"}], "default": None},
                "missing": {"type": "array", "items": {"type": "string", "maxLength": 9}, "maxItems": 5, "minItems": 1},
                "answers": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 5,
                    "propertyNames": {"enum": ["4", "5"]},
                    "additionalProperties": {"type": "integer", "maximum": 2},
                },
                "claim": {"oneOf": [{"$ref": "#/$defs/Start"}, {"$ref": "#/$defs/Stop"}]},
            },
        },
        "Start": {
            "type": "object",
            "required": ["kind", "step"],
            "properties": {"kind": {"const": "start", "type": "string"}, "step": {"type": "string", "maxLength": 9}},
        },
        "Stop": {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "stop", "type": "string"}}},
    },
}
DATA = "$defs/Data/properties"
START = "$defs/Start"
PAUSE = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "pause", "type": "string"}}}


def holder(schema, path):
    for step in path.split("/")[:-1]:
        schema = schema[int(step) if isinstance(schema, list) else step]
    return schema


def put(path, value):
    """A change after which `path` holds `value`."""
    return lambda schema: holder(schema, path).update({path.split("/")[-1]: value})


def drop(path):
    return lambda schema: holder(schema, path).pop(path.split("/")[-1])


def needs(*names):
    return put("$defs/Data/required", list(names))


def opened(name):
    """A change after which the list of values may grow."""
    return lambda schema: open_values(holder(schema, f"{DATA}/{name}/x"))


def several(*changes):
    def change(schema):
        for one in changes:
            one(schema)

    return change
