import json

import pytest

from contracts.compatibility import breaks, lost_content
from contracts.schemas import schema_of
from contracts.topics import PAYLOADS
from tools.operations.contracts import CLAIMS


@pytest.mark.parametrize("topic", sorted(PAYLOADS))
def test_todays_schemas_break_nothing_of_themselves(topic):
    assert breaks(schema_of(topic), schema_of(topic), claim=topic in CLAIMS) == []


@pytest.mark.parametrize("topic", sorted(PAYLOADS))
def test_no_field_of_todays_schemas_can_be_removed_unnoticed(topic):
    for name, definition in schema_of(topic)["$defs"].items():
        for field in definition.get("properties", {}):
            changed = schema_of(topic)
            changed["$defs"][name]["properties"].pop(field)
            assert breaks(schema_of(topic), changed, claim=topic in CLAIMS), (name, field)


@pytest.mark.parametrize(
    ("was", "now", "lost"),
    [
        ({"a": 1}, {"a": 1, "b": None}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": {"b": [{"c": 1}]}}, {"a": {"b": [{"c": 1, "d": 2}]}}, []),
        ({"a": 1}, {}, [".a"]),
        ({"a": 1}, {"a": 2}, [".a"]),
        ({"a": 1}, {"a": True}, [".a"]),
        ({"a": 1}, {"a": 1.0}, [".a"]),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, [".a.b"]),
        ({"a": [1, 2]}, {"a": [1]}, [".a"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [".a[1]"]),
        ([], {}, ["record"]),
    ],
)
def test_content_is_lost_when_it_is_not_said_again(was, now, lost):
    assert lost_content(json.loads(json.dumps(was)), now) == lost
