"""Every principal tries every topic and every group on a real broker, and is let in where the rules say so.

The rules stand in `rules.py` in words of their own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, NotCoordinatorForGroupError, TopicAuthorizationFailedError
from aiokafka.protocol.commit import OffsetCommitRequest
from aiokafka.protocol.fetch import FetchRequest
from confluent_kafka import KafkaException, Producer
from confluent_kafka.admin import AdminClient, NewTopic

from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from chassis.runtime.settings import Settings
from contracts.topics import PAYLOADS
from docs.access_topics import columns, topics_table
from tests.integration.access.rules import (
    EVENTS,
    GROUPS,
    ONE,
    OTHER,
    PRINCIPALS,
    SERVICES,
    TOPICS,
    joins,
    letters,
    reads,
    writes,
)
from tools.operations import access_agency
from tools.operations.access_agency import Connection
from tools.operations.access_client import client_settings

pytestmark = pytest.mark.stack

FETCH_BYTES = 10_000


@pytest.fixture(scope="module")
async def actors(administrator: Settings, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Bus]:
    """How each principal reaches the bus; one record stands on every topic."""
    folder, now = tmp_path_factory.mktemp("credentials"), clock.now()
    for code in (ONE, OTHER):
        if code not in access_agency.connected(administrator.bus):
            await access_agency.add(Connection(administrator, code, Path(folder) / code), now, now)
    assert not refused_writes(administrator.bus, TOPICS)
    unnamed = administrator.model_copy(update={"kafka_security": "PLAINTEXT"})
    return {who: unnamed.speaking_as(who).bus for who in PRINCIPALS}


def refused_writes(bus: Bus, topics: Iterable[str]) -> set[str]:
    """Topics to which a record was refused."""
    refused = dict[str, Any]()

    def answered(error: Any, sent: Any) -> None:
        refused[sent.topic()] = error

    producer = Producer(client_settings(bus) | {"acks": 1, "retries": 0, "message.timeout.ms": 20_000})
    for topic in topics:
        producer.produce(topic, b"{}", b"x", partition=0, on_delivery=answered)
    assert producer.flush(30) == 0
    errors = {topic: error.name() for topic, error in refused.items() if error}
    assert set(errors.values()) <= {"TOPIC_AUTHORIZATION_FAILED"}, errors
    return set(errors)


@asynccontextmanager
async def speaking(bus: Bus) -> AsyncIterator[Callable[[Any], Awaitable[Any]]]:
    """Requests to the one broker, answered by itself: clients hide refusals behind retries."""
    client = bus.client()
    try:
        await client.bootstrap()
        yield partial(client.send, client.get_random_node())
    finally:
        await client.close()


async def refused_reads(bus: Bus, topics: Iterable[str]) -> set[str]:
    """Topics whose record was refused; of all others it was told."""
    asked = [(topic, [(0, 0, FETCH_BYTES)]) for topic in topics]
    async with speaking(bus) as ask:
        answer = await ask(FetchRequest(500, 1, FETCH_BYTES * len(asked), 0, asked))
    found = {topic: (code, data) for topic, [(_, code, *_, data)] in answer.topics}
    assert found.keys() == {*topics}
    assert {code for code, _ in found.values()} <= {0, TopicAuthorizationFailedError.errno}
    assert all(bool(data) is (code == 0) for code, data in found.values())
    return {topic for topic, (code, _) in found.items() if code}


async def open_groups(bus: Bus, topic: str) -> set[str]:
    """Groups in which an offset could be committed."""
    codes = dict[str, int]()
    async with speaking(bus) as ask:
        for group in GROUPS:
            answer = await ask(OffsetCommitRequest(group, -1, "", -1, [(topic, [(0, 0, "")])]))
            [(_, [(_, codes[group])])] = answer.topics
    # The question of rights comes first: who is told that this is not the coordinator (yet) was let in.
    let_in = {0, NotCoordinatorForGroupError.errno}
    assert set(codes.values()) <= {*let_in, GroupAuthorizationFailedError.errno}, codes
    return {group for group, code in codes.items() if code in let_in}


def test_the_rules_know_every_topic():
    assert {*PAYLOADS} == EVENTS, "say in the words above who writes and who reads the new topic"


@pytest.mark.parametrize("who", PRINCIPALS)
async def test_a_principal_writes_and_reads_what_the_rules_say(actors, who):
    assert refused_writes(actors[who], TOPICS) == {topic for topic in TOPICS if not writes(who, topic)}
    assert await refused_reads(actors[who], TOPICS) == {topic for topic in TOPICS if not reads(who, topic)}


@pytest.mark.parametrize("who", [who for who in PRINCIPALS if who != "root"])
async def test_a_principal_uses_its_own_groups(actors, who):
    topic = next(topic for topic in TOPICS if reads(who, topic))
    assert await open_groups(actors[who], topic) == {group for group in GROUPS if joins(who, group)}


@pytest.mark.parametrize("who", PRINCIPALS)
async def test_nobody_makes_or_deletes_a_topic(actors, who):
    client = AdminClient(client_settings(actors[who]))
    for asked in (client.create_topics([NewTopic("mine", 1)]), client.delete_topics(["dossier.received"])):
        with pytest.raises(KafkaException) as refused:
            next(iter(asked.values())).result(20)
        assert refused.value.args[0].name() == "TOPIC_AUTHORIZATION_FAILED"


async def test_who_has_no_credentials_is_not_let_in(actors):
    stranger = replace(actors["auditor"], security="SSL")
    with pytest.raises(KafkaException):
        AdminClient(client_settings(stranger)).list_topics(timeout=3)


def test_the_document_says_what_the_broker_does():
    lines = [line.strip("| ").split(" | ") for line in topics_table().splitlines()]
    heads, rows = lines[0][1:], {row[0].strip("`"): row[1:] for row in lines[2:]}
    assert tuple(heads) == columns()
    for topic in (*EVENTS, *map(letters, SERVICES), "agency.<code>.inbox"):
        tried = topic.replace("<code>", ONE)
        said = dict(zip(heads, rows[topic], strict=True))
        assert said == {head: shown(head.replace("<code>", ONE), tried) for head in heads}, topic


def shown(who: str, topic: str) -> str:
    return ("w" if writes(who, topic) else "") + ("r" if reads(who, topic) else "") or "–"


def test_the_rules_are_no_empty_words():
    matrix: Mapping[str, set[str]] = {who: {topic for topic in TOPICS if writes(who, topic)} for who in PRINCIPALS}
    assert all(matrix[who] for who in PRINCIPALS if who != "auditor")
