"""What Idempotency-Keys stand for, on the real store; and that it keeps whatever a request may hold."""

import asyncio
import itertools

import pytest
from pydantic import BaseModel

from chassis.core.document import Document
from chassis.runtime.http.keys import KeyReusedError, StoredKeys
from chassis.runtime.store.mongo import MongoStore
from contracts import claims
from contracts.envelope import new_event
from services.intake.rules import Rules
from services.intake.service import service
from tests.given import at

numbers = itertools.count()


class Request(BaseModel):
    name: str
    age: int | bool = 0


@pytest.fixture
async def instances(settings):
    stores = [MongoStore(settings.mongo_for("intake"), settings.database_prefix + "intake") for _ in range(2)]
    yield [StoredKeys(store) for store in stores]
    for store in stores:
        store.close()


@pytest.fixture
async def store(settings):
    found = MongoStore(settings.mongo_for("intake"), settings.database_prefix + "intake")
    await found.prepare()
    yield found
    found.close()


async def test_every_instance_knows_what_a_key_stands_for(instances):
    one, other = instances
    identity = f"request-{next(numbers)}"
    await one.hold(identity, Request(name="Hoa"))
    await other.hold(identity, Request(name="Hoa"))
    for another in (Request(name="Bình"), Request(name="Hoa", age=1), Request(name="Hoa", age=False)):
        with pytest.raises(KeyReusedError):
            await other.hold(identity, another)


async def test_of_many_at_once_one_request_wins_and_all_its_repeats(instances):
    identity = f"request-{next(numbers)}"
    names = ["Hoa", "Bình"] * 20
    held = await asyncio.gather(
        *(instances[n % 3 % 2].hold(identity, Request(name=name)) for n, name in enumerate(names)),
        return_exceptions=True,
    )
    won = {name for name, outcome in zip(names, held, strict=True) if outcome is None}
    lost = {name for name, outcome in zip(names, held, strict=True) if isinstance(outcome, KeyReusedError)}
    assert (len(won), won | lost, won & lost) == (1, {"Hoa", "Bình"}, set())
    assert all(outcome is None or isinstance(outcome, KeyReusedError) for outcome in held)


@pytest.mark.parametrize(
    "name", ["a.b", "$where", "$", ".", "..", "$set.x", "e\u0301", "😀", "__proto__", "_id", "x" * 120]
)
async def test_the_store_keeps_whatever_an_attribute_may_be_called(store, name):
    submission = f"submission-{next(numbers)}"
    application = claims.Application(
        procedure="1.001193", channel="counter", receiving_unit="H29.16.01", attributes={name: 1}
    )
    data = claims.IntakeSubmitted(submission_id=submission, claim=application)
    event = new_event(
        data, source="/portal/test", subject=submission, time=at(2), correlationid=submission, unique=("application",)
    )
    intake = service(Rules({}, None, None))
    document = Document(submission)
    document.add(event, event.to_json(), own=False)
    document.state = intake.dump(intake.fold([event]))
    assert await store.save([document]) == set()
    state = await store.state_of({"_id": submission})
    assert state["application"]["attributes"] == {name: 1}
