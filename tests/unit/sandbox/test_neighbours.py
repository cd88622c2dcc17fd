"""Neighbours in a sandbox: they do what is asked of others, signed, and leave the developer's work and tests alone."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from contracts import routing, sla
from contracts.envelope import new_event
from contracts.signatures import HEADER, read_signature
from contracts.topics import read_event
from domain.procedures import load_catalogue, load_directory
from lienthong_agency.signing import new_key
from tools.operations.sandbox.neighbours import MOST_OPEN, Neighbours, errands, lodging
from tools.operations.sandbox.voices import Voices

MINE, OTHER = "H29.08", "H29.16.01"
KEYS = {OTHER: new_key(OTHER, "sandbox")}
AT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def record(data, submission="sandbox-1", topic="", value=None):
    event = new_event(
        data,
        source=f"/lienthong/{'sla' if data.TYPE.startswith('explanation') else 'routing'}",
        subject="H29.16.01-261201-0001",
        time=AT,
        correlationid=submission,
        unique=(data.model_dump_json(),),
    )
    content = event.to_json().encode() if value is None else value
    return SimpleNamespace(
        topic=topic or data.TYPE,
        partition=0,
        offset=0,
        timestamp=int(AT.timestamp() * 1000),
        key=event.subject.encode(),
        value=content,
        headers=(),
    )


def transferred(to=OTHER):
    return routing.DossierTransferred(step="verify", attempt=1, from_agency=OTHER, to_agency=to)


@pytest.fixture
async def said():
    """What neighbours say to records, as (topic, message) once all of them are answered."""

    async def played(*records):
        told = []

        async def publish(messages):
            told.extend(messages)

        neighbours = Neighbours(MINE, Voices(publish, KEYS))
        for heard in records:
            neighbours.hear(heard)
        while not neighbours._heard.empty():
            await neighbours._answer(neighbours._heard.get_nowait())
        return told

    return played


def claims_of(messages):
    return [read_event(message.topic, message.value).data.claim.kind for message in messages]


async def test_a_step_of_anothers_is_taken_and_finished_with_its_signature(said):
    told = await said(record(transferred()))
    assert claims_of(told) == ["took-custody", "finished-step"]
    for message in told:
        signature = read_signature(dict(message.headers)[HEADER])
        KEYS[OTHER].private_key.public_key().verify(signature.proof, signature.covers(message.value))


async def test_the_developers_steps_are_left_alone(said):
    asks = {"consultation": "c", "step": "verify", "attempt": 1, "asked_by": OTHER, "limit": "1 working-days"}
    asked = routing.ConsultationRequested.model_validate({**asks, "agency": MINE, "question": "?"})
    late = sla.ExplanationRequired(deadline="step:verify#1", agency=MINE, by=AT)
    assert await said(record(transferred(MINE)), record(asked), record(late)) == []


async def test_dossiers_of_conformance_are_left_alone(said):
    assert await said(record(transferred(), "conformance-x-1")) == []


async def test_an_event_that_is_read_twice_is_answered_once(said):
    assert len(await said(record(transferred()), record(transferred()))) == 2


async def test_citizens_pay_and_supplement_what_the_developer_asks_for(said):
    pays = routing.DossierSuspended(cause="payment", step="verify", agency=MINE, amount=50_000)
    brings = routing.DossierSuspended(cause="supplement", step="verify", agency=MINE, missing=("form",))
    storm = routing.DossierSuspended(cause="force-majeure", step="verify", agency=MINE)
    assert claims_of(await said(record(pays), record(brings), record(storm))) == ["payment", "supplement"]


async def test_opinions_and_explanations_are_given_for_others(said):
    asked = routing.ConsultationRequested(
        consultation="c", step="verify", attempt=1, agency=OTHER, asked_by=MINE, limit="1 working-days", question="?"
    )
    late = sla.ExplanationRequired(deadline="step:verify#1", agency=OTHER, by=AT)
    assert claims_of(await said(record(asked), record(late))) == ["gives-opinion", "explains-delay"]


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b"\xff", b'{"type": "dossier.unheard-of"}'])
async def test_what_can_not_be_read_is_passed_over(said, value):
    assert await said(record(transferred(), value=value)) == []


async def test_work_goes_on_until_somebody_ends_it(said):
    async def publish(messages):
        done.set()

    done = asyncio.Event()
    neighbours = Neighbours(MINE, Voices(publish))
    working = asyncio.create_task(neighbours.work())
    neighbours.hear(record(transferred()))
    await done.wait()
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_citizens_lodge_no_more_than_the_agency_can_look_at():
    lodged, told, three = [], [], asyncio.Event()

    async def publish(messages):
        lodged.extend(messages)
        if len(lodged) == 3:
            three.set()

    neighbours = Neighbours(MINE, Voices(publish))
    found = list(errands(MINE, load_catalogue(directory=load_directory()), load_directory()))
    citizens = asyncio.create_task(lodging(neighbours, found, 0, told.append))
    await three.wait()
    neighbours.waiting = {(f"dossier {number}", "step") for number in range(MOST_OPEN)}
    before = len(lodged)
    for _ in range(10):
        await asyncio.sleep(0)
    citizens.cancel()
    assert len(lodged) - before <= 1  # one may have been on its way
    assert len(told) == len(lodged)


async def test_what_the_agency_has_done_does_not_wait_for_it_any_more(said):
    neighbours = Neighbours(MINE, Voices(None))
    done = routing.DossierStepCompleted(step="verify", attempt=1, agency=MINE)
    for heard in (record(transferred(MINE)), record(done)):
        neighbours.hear(heard)
        await neighbours._answer(neighbours._heard.get_nowait())
        assert bool(neighbours.waiting) == (heard.topic == "dossier.transferred")
