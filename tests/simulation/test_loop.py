import asyncio
from collections.abc import Iterator
from random import Random

import pytest

from tests.simulation.loop import Mortal, SimulatedLoop
from tests.simulation.trace import Trace


@pytest.fixture
def loop() -> Iterator[SimulatedLoop]:
    made = new_loop(1)
    yield made
    made.close()


def new_loop(seed: int) -> SimulatedLoop:
    return SimulatedLoop(Random(seed), Trace())


async def letters(seen: list[str], letter: str) -> None:
    for _ in range(3):
        await asyncio.sleep(0)
        seen.append(letter)


async def all_letters() -> str:
    seen: list[str] = []
    async with asyncio.TaskGroup() as group:
        for letter in "abc":
            group.create_task(letters(seen, letter))
    return "".join(seen)


def order(seed: int) -> str:
    loop = new_loop(seed)
    try:
        return loop.run_until_complete(all_letters())
    finally:
        loop.close()


def test_the_seed_decides_who_is_next() -> None:
    assert order(1) == order(1)
    assert len({order(seed) for seed in range(20)}) > 10


def test_time_goes_on_only_when_nobody_has_anything_to_do(loop: SimulatedLoop) -> None:
    async def naps() -> float:
        await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(5), all_letters())
        return asyncio.get_running_loop().time()

    assert loop.run_until_complete(naps()) == 3600


def test_a_timeout_ends_what_takes_too_long(loop: SimulatedLoop) -> None:
    async def late() -> None:
        async with asyncio.timeout(20):
            await asyncio.sleep(30)

    with pytest.raises(TimeoutError):
        loop.run_until_complete(late())
    assert loop.time() == 20


def test_a_deadlock_is_said(loop: SimulatedLoop) -> None:
    async def waits() -> None:
        await loop.create_future()

    with pytest.raises(AssertionError, match="everybody waits"):
        loop.run_until_complete(waits())


def test_a_thread_is_refused(loop: SimulatedLoop) -> None:
    with pytest.raises(NotImplementedError, match="thread"):
        loop.run_until_complete(asyncio.to_thread(print))


def quiet(loop: SimulatedLoop) -> None:
    while loop.step():
        pass


def test_who_halts_stands_at_its_await_and_no_clean_up_runs(loop: SimulatedLoop) -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            seen.append("begun")
            await asyncio.sleep(1)
            seen.append("done")
        finally:
            seen.append("cleaned up")

    with loop.running():
        somebody = Mortal("somebody", loop)
        somebody.spawn(work())
        quiet(loop)
        somebody.halt()
        loop.advance(2)
        quiet(loop)
        assert seen == ["begun"]
        somebody.go_on()
        quiet(loop)
    assert seen == ["begun", "done", "cleaned up"]


def test_a_funeral_leaves_no_task_behind(loop: SimulatedLoop) -> None:
    async def group() -> None:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(3):
                tasks.create_task(asyncio.sleep(10))

    with loop.running():
        somebody = Mortal("somebody", loop)
        task = somebody.spawn(group())
        quiet(loop)
        somebody.halt()
        loop.advance(20)
        quiet(loop)
        loop.bury([somebody])
    assert task.done()
    assert not loop.complaints
