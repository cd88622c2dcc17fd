"""Both stores allot numbers without a gap, and the same number to the same holder."""

import asyncio

from chassis.runtime.store.protocol import Store


async def test_numbers_begin_at_one_and_have_no_gap(store: Store) -> None:
    assert await store.allot("day", ["a", "b"]) == {"a": 1, "b": 2}
    assert await store.allot("day", ["c"]) == {"c": 3}
    assert await store.allot("other day", ["c"]) == {"c": 1}


async def test_a_holder_keeps_its_number(store: Store) -> None:
    await store.allot("day", ["a", "b"])
    assert await store.allot("day", ["b", "c", "b", "a"]) == {"a": 1, "b": 2, "c": 3}


async def test_callers_at_the_same_time_get_different_numbers(store: Store) -> None:
    wanted = [[f"{n}.{m}" for m in range(n % 3 + 1)] for n in range(12)]
    given = await asyncio.gather(*(store.allot("day", holders) for holders in wanted))
    numbers = [number for one in given for number in one.values()]
    assert sorted(numbers) == list(range(1, sum(map(len, wanted)) + 1))


async def test_one_holder_asking_many_times_at_once_gets_one_number(store: Store) -> None:
    given = await asyncio.gather(*(store.allot("day", ["a", f"b{n % 2}"]) for n in range(8)))
    assert len({one["a"] for one in given}) == 1
    assert await store.allot("day", ["new"]) == {"new": 4}
