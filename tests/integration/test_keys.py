"""The keys of agencies on the real bus: a table that is never older than the question, and a replay that agrees."""

import asyncio
import itertools
import os
from datetime import UTC, timedelta

import pytest

from chassis.core.agency_keys import SETTLED, trust
from chassis.runtime import clock
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.key_reader import KeyReader, key_reader, signatures_now
from chassis.runtime.bus.record import message_of, place_of
from chassis.runtime.bus.signed import NOT_CHECKED
from chassis.runtime.bus.streams import records
from chassis.runtime.loop import Loop
from chassis.runtime.settings import Settings, SettingsError
from chassis.runtime.store.memory import MemoryStore
from contracts.claims import AgencyReported, TookCustody
from contracts.intake import DossierReceived
from contracts.keys import key_event
from lienthong_agency.signing import HEADER, new_key, sign
from tests.given import received, reported, step
from tests.signing import statement_of
from tools.operations.dossier_history import read_history
from tools.operations.registry import all_services
from tools.operations.replay import read_facts
from tools.operations.signature_audit import TOPICS, audit

AGENCY = "H29.16"
numbers = itertools.count()


@pytest.fixture
def cluster():
    return f"cluster-{os.getpid()}-{next(numbers)}"


@pytest.fixture
def root(cluster):
    return new_key("root", cluster)


@pytest.fixture
async def reader(settings, root, cluster):
    found = KeyReader(settings.bus, trust(root.public_key, cluster))
    yield found
    await found.stop()


@pytest.fixture
def tell(publish, root, cluster):
    """The root tells of a new key, which is returned."""

    async def tell(agency=AGENCY, by=root):
        key = new_key(agency, cluster)
        now = clock.now()
        await publish([message_of(key_event(statement_of(key, now - timedelta(days=1), by), now))])
        return key

    return tell


async def known(reader):
    return (await reader.now()).keys.by_agency.get(AGENCY, {}).keys()


async def test_what_was_told_before_the_question_is_in_the_answer(reader, tell):
    told = set()
    for _ in range(10):
        told.add((await tell()).kid)
        assert await known(reader) == told


async def test_many_questions_at_once_have_one_answer(reader, tell):
    key = await tell()
    assert await asyncio.gather(*(known(reader) for _ in range(5))) == [{key.kid}] * 5


async def test_what_another_root_says_is_passed_over(reader, tell, cluster):
    key = await tell()
    await tell(by=new_key("root", cluster))
    assert await known(reader) == {key.kid}


async def test_what_the_root_took_back_was_never_told(settings, reader, root, cluster, tell):
    key, now = await tell(), clock.now()
    producer = settings.bus.producer(transactional_id=cluster)
    await producer.start()
    try:
        await producer.begin_transaction()
        message = message_of(key_event(statement_of(new_key(AGENCY, cluster), now, root), now))
        await producer.send_and_wait(message.topic, message.value, key=message.key)
        await producer.abort_transaction()
    finally:
        await producer.stop()
    assert await known(reader) == {key.kid}


async def test_after_an_end_it_begins_anew(reader, tell):
    first = await tell()
    assert await known(reader) == {first.kid}
    await reader.stop()
    second = await tell()
    assert await known(reader) == {first.kid, second.kid}


async def test_a_bus_that_does_not_answer_raises_and_nothing_is_left_open(root, cluster):
    reader = KeyReader(Bus("127.0.0.1:1"), trust(root.public_key, cluster))
    for _ in range(2):
        with pytest.raises(Exception, match=r"does not answer|connect|bootstrap"):
            await reader.now()


def test_a_root_that_is_none_is_found_at_the_start():
    assert key_reader(Settings(root_key="")) is None
    with pytest.raises(SettingsError, match="LIENTHONG_ROOT_KEY"):
        key_reader(Settings(root_key="abc"))


async def test_a_replay_reads_what_the_service_took_in(settings, reader, tell, publish, root, cluster):
    """Two reports on one dossier, one of them forged; then the same streams by the same keys, and by none."""
    key, thief = await tell(), await tell("H29.07")
    await asyncio.sleep(SETTLED.total_seconds() + 0.05)  # what is tried: a key counts so long after it was told of
    code, now = f"{AGENCY}-{next(numbers):06}-{os.getpid() % 10_000:04}", clock.now().astimezone(UTC)
    birth = received(now - timedelta(hours=1), step("forward", AGENCY)).model_copy(update={"subject": code})
    report = reported(AGENCY, TookCustody(step="forward"), now, "r-1", subject=code)
    forged = reported(AGENCY, TookCustody(step="forward"), now, "r-2", subject=code)
    await publish([message_of(birth), signed(report, key), signed(forged, thief)])
    routing, store, said = all_services(settings)["routing"], MemoryStore(), []

    async def keep(messages):
        said.extend(messages)

    mine = [one async for one in records(settings.bus, [DossierReceived.TYPE, AgencyReported.TYPE]) if ours(one, code)]
    await Loop(routing, store, keep, signatures=reader).process(mine)
    await publish([one for one in said if not one.topic.endswith("dead-letter")])
    facts = store.documents[code].facts.values()
    assert {fact.event.id: fact.event.signed_by for fact in facts if not fact.own} == {birth.id: "", report.id: key.kid}
    secure = settings.model_copy(update={"root_key": root.public_key, "cluster": cluster})
    assert routing.dump(routing.fold(await replayed(secure, routing, code))) == store.documents[code].state
    plain = await replayed(settings, routing, code)
    assert forged.id in {event.id for event in plain}
    assert [one.id for one in await read_history(secure, code) if one.type == report.type] == [report.id]
    found = await audit(secure, TOPICS, 2, lambda _: None)
    assert found.signed[AGENCY, key.kid] == 1
    (place,) = ("/".join(map(str, place_of(one).values())) for one in mine if forged.id.encode() in one.value)
    assert {one.code for one in found.listed if one.place == place} == {"unknown-key"}


def signed(event, key):
    message = message_of(event)
    return type(message)(
        message.topic, message.key, message.value, (*message.headers, (HEADER, sign(message.value, key)))
    )


def ours(record, code):
    return record.key == code.encode()


async def replayed(settings, service, code):
    signatures = await signatures_now(settings)
    assert (signatures is NOT_CHECKED) == (not settings.root_key)
    facts = await read_facts(settings.bus, service, None, lambda _: None, signatures)
    return facts[code]
