"""What is tried again says why it failed, as far as the bus is the reason."""

import asyncio
from typing import Any

from aiokafka.errors import TopicAuthorizationFailedError

from chassis.runtime.bus.works import Works
from chassis.runtime.telemetry.observe import NOBODY


async def test_a_missing_right_is_told_until_the_work_is_done() -> None:
    works, failed, allowed = Works(NOBODY, lambda: None), asyncio.Event(), asyncio.Event()

    async def publish() -> None:
        if not allowed.is_set():
            failed.set()
            raise TopicAuthorizationFailedError("dossier.received")

    assert works.troubles == []
    working = [asyncio.create_task(works.persist(publish)) for _ in range(2)]
    await failed.wait()
    async with asyncio.timeout(10):
        while len(works.troubles) != 1:  # noqa: ASYNC110 - nobody tells when
            await asyncio.sleep(0.01)
    assert works.troubles[0].kind == "no-right"
    assert "dossier.received" in works.troubles[0].error
    allowed.set()
    assert await asyncio.gather(*working) == [True, True]
    assert works.troubles == []


async def test_an_error_that_is_not_the_bus_s_is_not_told_as_its_trouble() -> None:
    works, failed = Works(NOBODY, lambda: None), asyncio.Event()

    async def fold(*_: Any) -> None:
        failed.set()
        works.stopping = True
        raise KeyError("Nguyễn Văn A")

    assert not await works.persist(fold)
    assert failed.is_set()
    assert works.troubles == []
