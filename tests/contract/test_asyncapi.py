import json

import pytest
import yaml

from contracts.topics import DEFAULT_PARTITIONS, OWNERS, PAYLOADS, SERVICES, dead_letter_topic
from tools.operations.contracts import asyncapi

OWNED = {payload.TYPE: owner for owner, payloads in OWNERS.items() for payload in payloads}


@pytest.fixture(scope="module")
def document(committed):
    return yaml.safe_load((committed / "asyncapi.yaml").read_text(encoding="utf-8"))


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def resolve(reference, document, folder):
    name, _, pointer = reference.partition("#")
    found = json.loads((folder / name).read_bytes()) if name else document
    for step in pointer.split("/")[1:]:
        found = found[step]
    return found


def test_the_committed_document_is_the_codes(document):
    assert document == asyncapi()


def test_every_reference_leads_somewhere(document, committed):
    found = list(references(document))
    assert len(found) > len(PAYLOADS)
    for reference in found:
        assert resolve(reference, document, committed)


def test_there_is_a_channel_for_every_topic_and_every_services_dead_letters(document):
    letters = {dead_letter_topic(service) for service in SERVICES}
    assert {*document["channels"]} == {*PAYLOADS} | letters
    assert all(channel["address"] == name for name, channel in document["channels"].items())
    assert all(channel["description"] for channel in document["channels"].values())


@pytest.mark.parametrize("topic", sorted(PAYLOADS))
def test_a_channel_leads_to_the_schema_of_its_own_type(topic, document, committed):
    (reference,) = document["channels"][topic]["messages"].values()
    message = resolve(reference["$ref"], document, committed)
    assert message["contentType"] == "application/cloudevents+json"
    assert resolve(message["payload"]["$ref"], document, committed)["properties"]["type"]["const"] == topic


@pytest.mark.parametrize("topic", sorted(PAYLOADS))
def test_a_channel_says_how_its_records_are_keyed_and_that_they_stay(topic, document, committed):
    channel = document["channels"][topic]
    kafka = resolve(channel["bindings"]["$ref"], document, committed)["kafka"]
    assert kafka["partitions"] == DEFAULT_PARTITIONS
    assert kafka["topicConfiguration"] == {"cleanup.policy": ["delete"], "retention.ms": -1}
    assert document["components"]["messages"][topic]["bindings"]["kafka"]["key"]["type"] == "string"


def test_a_submission_is_keyed_by_its_id(document):
    messages = document["components"]["messages"]
    key = {topic: message["bindings"]["kafka"]["key"]["description"] for topic, message in messages.items()}
    assert "submission's id" in key["intake.submitted"]
    assert "dossier code" in key["agency.reported"]


def test_only_the_owner_sends(document):
    senders = {}
    for operation in document["operations"].values():
        assert operation["action"] == "send"
        topic = operation["channel"]["$ref"].removeprefix("#/channels/")
        assert topic not in senders
        (senders[topic],) = [tag["name"] for tag in operation["tags"]]
    assert senders == OWNED | {dead_letter_topic(service): service for service in SERVICES}
