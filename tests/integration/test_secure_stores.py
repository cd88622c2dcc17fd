"""The embedded stores of a secure stack: each lets in the one service that owns it, by TLS alone."""

from collections.abc import Iterator

import pymongo
import pytest
from pymongo.errors import PyMongoError

from chassis.runtime.store.mongo import MongoStore, StoreError
from deploy.embedded import Endpoints, Stack, store

pytestmark = [pytest.mark.stack, pytest.mark.slow]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoints]:
    stack = Stack.ephemeral(tmp_path_factory.mktemp("stores"), secure=True)
    try:
        for service in ("sla", "routing"):
            stack.start(service)
        yield stack.endpoints
    finally:
        stack.down()


def is_let_in(address: str) -> bool:
    client = pymongo.MongoClient[dict[str, object]](address, serverSelectionTimeoutMS=1000)
    try:
        return bool(client.admin.command("ping")["ok"])
    except PyMongoError:
        return False
    finally:
        client.close()


async def test_a_service_reaches_its_store_with_what_the_stack_says(found: Endpoints) -> None:
    for service in ("sla", "routing"):
        opened = MongoStore(found.mongo[service], "lienthong_of_a_test")
        await opened.ping()
        opened.close()


async def test_nobody_else_reaches_it(found: Endpoints) -> None:
    sla, routing = found.mongo["sla"], found.mongo["routing"]
    mine, others = (one.partition("tlsCertificateKeyFile=")[2] for one in (sla, routing))
    assert is_let_in(sla)
    assert not is_let_in(sla.replace(mine, others))
    assert not is_let_in(sla.partition("&tlsCertificateKeyFile=")[0])
    assert not is_let_in(sla.partition("&tls=true")[0])
    with pytest.raises(StoreError):
        await MongoStore(sla.replace(mine, others) + "&serverSelectionTimeoutMS=1000", "lienthong_of_a_test").ping()


def test_what_stack_json_says_of_it_is_no_secret(found: Endpoints) -> None:
    assert all("@" not in address and "PRIVATE" not in address for address in found.mongo.values())
    assert store.answers(found.mongo["sla"])
