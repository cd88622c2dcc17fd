import json

import pytest

from contracts.schemas import schema_of
from contracts.topics import OWNERS, PAYLOADS
from tools.operations.contracts import CLAIMS, build

each_topic = pytest.mark.parametrize("topic", sorted(PAYLOADS))


def leaves(node, defs, path=""):
    """Every place of a schema, references followed."""
    node = defs[node["$ref"].removeprefix("#/$defs/")] if "$ref" in node else node
    yield path, node
    for name, inner in node.get("properties", {}).items():
        yield from leaves(inner, defs, f"{path}.{name}".lstrip("."))
    for inner in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from leaves(inner, defs, path)
    if "items" in node:
        yield from leaves(node["items"], defs, f"{path}[]")
    if "additionalProperties" in node:
        yield from leaves(node["additionalProperties"], defs, f"{path}.*")
        yield f"{path}.<name>", {"type": "string", **node.get("propertyNames", {})}


def bounded(node):
    if node.get("type") == "array":
        return "maxItems" in node
    pattern = node.get("pattern", "")
    closed = pattern.startswith("^") and pattern.endswith("$") and not {"*", "+"} & {*pattern.replace("[^", "")}
    return node.get("type") != "string" or closed or not {"maxLength", "enum", "const", "format"}.isdisjoint(node)


@each_topic
def test_the_committed_schema_is_the_codes(topic, committed):
    text = (committed / "schemas" / f"{topic}.v1.json").read_text(encoding="utf-8")
    assert text == json.dumps(schema_of(topic), ensure_ascii=False, indent=2) + "\n"


def test_there_is_one_schema_per_type(committed):
    names = {file.name.removesuffix(".v1.json") for file in (committed / "schemas").glob("*.json")}
    assert names == {*PAYLOADS}


def test_every_type_has_one_owner():
    owned = [payload.TYPE for payloads in OWNERS.values() for payload in payloads]
    assert sorted(owned) == sorted(set(owned))


def test_claims_are_what_outsiders_say():
    outsiders = {"intake.submitted", "agency.reported", "rating.submitted", "feedback.submitted"}
    assert outsiders | {"notification.resend-requested", "applicant.erasure-requested"} == CLAIMS


@each_topic
def test_a_schema_names_itself_and_its_type(topic):
    schema = schema_of(topic)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["$id"] == f"urn:lienthong:schema:{topic}:v1"
    assert schema["properties"]["type"]["const"] == topic


@each_topic
def test_a_schema_uses_no_keyword_of_openapi(topic):
    assert '"discriminator"' not in json.dumps(schema_of(topic))


@pytest.mark.parametrize("topic", ["intake.submitted", "agency.reported"])
def test_every_kind_of_claim_requires_its_tag(topic):
    schema = schema_of(topic)
    members = schema["$defs"][PAYLOADS[topic].__name__]["properties"]["claim"]["oneOf"]
    for member in members:
        claim = schema["$defs"][member["$ref"].removeprefix("#/$defs/")]
        assert "kind" in claim["required"]
        assert "default" not in claim["properties"]["kind"]


@each_topic
def test_a_payload_says_what_it_is(topic):
    assert schema_of(topic)["description"].startswith(f"`{topic}`: ")
    for name, definition in schema_of(topic)["$defs"].items():
        assert definition.get("description"), name


@each_topic
def test_every_field_has_a_type(topic):
    schema = schema_of(topic)
    untyped = [path for path, node in leaves(schema, schema["$defs"]) if not {"type", "anyOf", "oneOf"} & {*node}]
    assert untyped == []


def test_every_text_and_every_list_has_a_greatest_length():
    found = {
        f"{topic}: {path}"
        for topic in PAYLOADS
        for path, node in leaves(schema_of(topic), schema_of(topic)["$defs"])
        if not bounded(node)
    }
    assert not found


@pytest.mark.parametrize(
    ("node", "answer"),
    [
        ({"type": "string"}, False),
        ({"type": "string", "minLength": 1}, False),
        ({"type": "string", "pattern": "[a-z]"}, False),
        ({"type": "string", "pattern": "^[a-z]+$"}, False),
        ({"type": "string", "pattern": "^[a-z]{2}$"}, True),
        ({"type": "string", "maxLength": 3}, True),
        ({"type": "array"}, False),
        ({"type": "integer"}, True),
    ],
)
def test_the_test_for_bounds_tells_them_apart(node, answer):
    assert bounded(node) is answer


def test_building_twice_gives_the_same_bytes(tmp_path):
    first, second = build(tmp_path / "a"), build(tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]
    assert [file.relative_to(tmp_path / "a") for file in first] == [file.relative_to(tmp_path / "b") for file in second]


def test_building_over_a_build_changes_nothing(tmp_path):
    first = {file: file.read_bytes() for file in build(tmp_path)}
    assert {file: file.read_bytes() for file in build(tmp_path)} == first


def test_every_generated_file_ends_with_one_newline(tmp_path):
    for file in build(tmp_path):
        assert file.read_bytes().endswith(b"\n")
        assert not file.read_bytes().endswith(b"\n\n")
