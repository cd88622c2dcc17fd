"""Ready and alive are two questions: a world that is down answers the first, a process that hangs the second."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import AuthenticationFailedError, GroupAuthorizationFailedError, KafkaConnectionError

from chassis.runtime.bus.trouble import Trouble
from chassis.runtime.store.mongo import StoreError
from chassis.runtime.telemetry import health
from chassis.runtime.telemetry.health import Fresh, Health, Pulse


class World:
    """The store and the subscription, as far as health looks at them."""

    def __init__(self) -> None:
        self.store_error: Exception | None = None
        self.bus_error: Exception | None = None
        self.waiting: dict[tuple[str, int], int] | None = {("t", 0): 0}
        self.assigned = True
        self.failing = False
        self.stopping = False
        self.alive = True
        self.troubles: list[Trouble] = []
        self.hindrances: list[Trouble] = []
        self.fault = ""
        self.working_since: float | None = None
        self.pulse = Pulse()
        self.asked = 0

    async def ping(self) -> None:
        self.asked += 1
        if self.store_error:
            raise self.store_error

    async def lags(self) -> Any:
        if self.bus_error:
            raise self.bus_error
        return self.waiting

    def health(self, stuck: float = 60) -> Health:
        found = Health(self, self, self.pulse, stuck)  # type: ignore[arg-type]
        found._excused_until = self.pulse.felt = time.monotonic() - 10_000
        return found


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    monkeypatch.setattr(Fresh.__init__, "__defaults__", (0.0,))
    return World()


LONG_AGO = -5_000.0

DOWN: dict[str, dict[str, Any]] = {
    "store": {"store_error": StoreError("down")},
    "store slow": {"store_error": TimeoutError()},
    "bus": {"bus_error": KafkaConnectionError("down")},
    "bus before the start": {"waiting": None},
    "bus without partitions": {"assigned": False},
    "reading": {"troubles": [Trouble("codec", "UnsupportedCodecError", TopicPartition("t", 3), 17)]},
    "loop": {"failing": True},
    "loop at the end": {"stopping": True},
}


@pytest.mark.parametrize(("what", "change"), DOWN.items(), ids=DOWN)
async def test_readiness_falls_for_what_is_down_and_comes_back_by_itself(
    world: World, what: str, change: dict[str, Any]
) -> None:
    looked, before = world.health(), {name: getattr(world, name) for name in change}
    vars(world).update(change)
    fallen = await looked.ready()
    assert [name for name, there in fallen.items() if not there] == [what.partition(" ")[0]]
    vars(world).update(before)
    assert all((await looked.ready()).values())


@pytest.mark.parametrize(("what", "change"), DOWN.items(), ids=DOWN)
async def test_a_world_that_is_down_is_no_reason_to_die(world: World, what: str, change: dict[str, Any]) -> None:
    world.working_since = time.monotonic() + LONG_AGO
    vars(world).update(change)
    assert all((await world.health().live()).values())


async def test_readiness_says_which_partition_can_not_be_read_from_where_on_and_why(world: World) -> None:
    world.troubles = [Trouble("codec", "UnsupportedCodecError: no zstd", TopicPartition("t", 3), 17)]
    [reason] = world.health().reasons()
    assert reason == {
        "check": "reading",
        "reason": "codec",
        "error": "UnsupportedCodecError: no zstd",
        "topic": "t",
        "partition": 3,
        "offset": 17,
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KafkaConnectionError("Unable to bootstrap"), "down"),
        (TimeoutError(), "down"),
        (AuthenticationFailedError("SCRAM"), "credentials"),
        (GroupAuthorizationFailedError("lienthong.sla"), "no-right"),
    ],
)
async def test_a_broker_that_is_down_one_that_does_not_know_us_and_one_that_does_not_let_us_are_told_apart(
    world: World, error: Exception, reason: str
) -> None:
    world.bus_error = error
    looked = world.health()
    await looked.ready()
    assert [one["reason"] for one in looked.reasons()] == [reason]
    world.bus_error = None
    await looked.ready()
    assert looked.reasons() == []


async def test_what_is_at_work_and_may_not_be_published_says_why(world: World) -> None:
    world.hindrances = [Trouble("no-right", "TopicAuthorizationFailedError: dossier.transferred")]
    told = {"check": "loop", "reason": "no-right", "error": "TopicAuthorizationFailedError: dossier.transferred"}
    assert world.health().reasons() == [told]


async def test_a_broken_process_says_what_is_wrong_with_it(world: World) -> None:
    world.fault = "ModuleNotFoundError: No module named 'reportlab'"
    assert world.health().reasons() == [{"check": "loop", "reason": "process", "error": world.fault}]


async def test_a_batch_that_hangs_though_all_is_there_is_death(world: World) -> None:
    world.working_since = time.monotonic() + LONG_AGO
    assert await world.health().live() == {"consumer": True, "progress": False}


async def test_a_long_batch_that_moves_is_alive(world: World) -> None:
    world.working_since = time.monotonic() + LONG_AGO
    looked = world.health()
    world.pulse.took({}, {})
    assert all((await looked.live()).values())


async def test_after_an_outage_a_batch_gets_its_time_again(world: World) -> None:
    world.working_since = time.monotonic() + LONG_AGO
    looked = world.health()
    world.bus_error = KafkaConnectionError("down")
    await looked.live()
    world.bus_error = None
    assert all((await looked.live()).values())


async def test_records_that_wait_and_that_nobody_takes_are_death(world: World) -> None:
    world.waiting = {("t", 0): 3}
    assert not (await world.health().live())["progress"]


async def test_a_record_after_a_long_quiet_time_is_not(world: World) -> None:
    looked = world.health()
    await looked.live()
    world.waiting = {("t", 0): 1}
    assert (await looked.live())["progress"]


async def test_a_quiet_service_is_alive(world: World) -> None:
    assert all((await world.health().live()).values())


async def test_a_consumer_that_ended_is_death(world: World) -> None:
    world.alive = False
    assert not (await world.health().live())["consumer"]


async def test_many_probes_at_once_are_one_question() -> None:
    world = World()
    looked = Health(world, world, world.pulse)  # type: ignore[arg-type]
    await asyncio.gather(*(looked.ready() for _ in range(50)))
    assert world.asked == 1
