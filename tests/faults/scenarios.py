"""The faults. Each hurts a shop under load and mends it; what came of it is judged elsewhere."""

import asyncio
import signal
import time
from contextlib import suppress

from contracts.topics import SERVICES
from tests.faults.clocks import clocks_wrong
from tests.faults.disk import disk_full, small_disks
from tests.faults.poison import poison
from tests.faults.shop import SESSION_MS
from tests.faults.trial import Scenario, Trial

KILLS = 100
ROUNDS = 3
ZOMBIES = ("sla", "routing", "notify", "intake")
MERCY_SECONDS = 12
"""How long a killed service has before it may be killed again, recovered or not."""

AT_START = 0.2
"""Share of the kills that hit a service while it is still starting."""


async def kill_services(trial: Trial, kills: int = KILLS) -> None:
    """SIGKILL of every service at random moments, all of them side by side."""
    shares = [kills // len(SERVICES) + (number < kills % len(SERVICES)) for number in range(len(SERVICES))]
    await asyncio.gather(*(_kill_often(trial, name, share) for name, share in zip(SERVICES, shares, strict=True)))


async def _kill_often(trial: Trial, name: str, times: int) -> None:
    """Kill again without mercy; what was not recovered by then goes on being counted from the first of those kills."""
    since: float | None = None
    for number in range(1, times + 1):
        await trial.a_while(0, 3)
        trial.shop.kill(name)
        trial.faults += 1
        since = since or time.monotonic()
        trial.shop.start(name)
        if number == times:
            await trial.recovery(name, since=since)
        elif trial.rng.random() >= AT_START:
            with suppress(TimeoutError):
                async with asyncio.timeout(MERCY_SECONDS):
                    await trial.recovery(name, since=since)
                    since = None


async def zombies(trial: Trial) -> None:
    """SIGSTOP of an instance for longer than its session, while another takes over; then it wakes and goes on."""
    for name in ZOMBIES:
        trial.shop.start(f"{name}-2")
    await trial.shop.recovered()
    for _ in range(ROUNDS):
        await trial.a_while(1, 3)
        await asyncio.gather(*(_stop_and_wake(trial, trial.rng.choice((name, f"{name}-2"))) for name in ZOMBIES))


async def _stop_and_wake(trial: Trial, label: str) -> None:
    trial.shop.send(label, signal.SIGSTOP)
    trial.faults += 1
    await trial.a_while(1.5 * SESSION_MS / 1000, 3 * SESSION_MS / 1000)
    trial.shop.send(label, signal.SIGCONT)
    await trial.recovery(label.partition("-")[0])


async def kill_brokers(trial: Trial) -> None:
    """SIGKILL of every broker there is, one after the other."""
    for name in tuple(trial.shop.stack.ports.brokers) * (ROUNDS // len(trial.shop.stack.ports.brokers)):
        await _kill_server(trial, name)


async def kill_stores(trial: Trial) -> None:
    """SIGKILL of every store, one after the other."""
    for name in SERVICES * 2:
        await _kill_server(trial, name, name)


async def a_little_of_all(trial: Trial) -> None:
    """What every run of the tests has time for."""
    await kill_services(trial, kills=5)
    await _kill_server(trial, "sla", "sla")
    await poison(trial, rounds=1)


async def _kill_server(trial: Trial, name: str, *hurt: str) -> None:
    await trial.a_while(1, 3)
    await asyncio.to_thread(trial.shop.stack.kill, name)
    trial.faults += 1
    await trial.a_while(1, 4)
    await trial.recovery(*hurt, restart=lambda: trial.shop.stack.start(name))


async def scale(trial: Trial, name: str = "routing") -> None:
    """One service grows from one instance to three, and shrinks to two."""
    trial.faults = 2
    trial.shop.start(f"{name}-2")
    trial.shop.start(f"{name}-3")
    await trial.recovery(name)
    await trial.a_while(6, 8)
    await trial.shop.stop(f"{name}-2")
    await trial.recovery(name)
    await trial.a_while(4, 6)


SCENARIOS: dict[str, Scenario] = {
    "kill": Scenario("SIGKILL of each service at random moments", kill_services),
    "zombie": Scenario("SIGSTOP longer than the session timeout, then SIGCONT", zombies),
    "kafka": Scenario("Kafka killed and restarted", kill_brokers),
    "store": Scenario("each store killed and restarted", kill_stores),
    "scale": Scenario("routing scaled 1 → 3 → 2", scale),
    "poison": Scenario("poison, oversized, truncated, empty and misplaced records on every topic", poison),
    "clock": Scenario("the services' clocks an hour forward, then an hour back", clocks_wrong),
    "disk": Scenario("a full disk for a store", disk_full, around=small_disks),
    "brokers": Scenario("three brokers, one after the other killed and restarted", kill_brokers, brokers=3),
}
"""By the name that the command line takes."""
