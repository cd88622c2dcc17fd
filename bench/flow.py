"""The whole flow: citizens apply, agencies answer at once, and all five services work, each as its own process."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import psutil

from bench.clients import Clients, clients
from bench.environment import Environment, environment
from bench.processes import peak_mb, resident_mb, running
from bench.runner import free_port
from chassis.runtime.bus.admin import Admin
from chassis.runtime.settings import Settings
from contracts.topics import SERVICES
from tools.operations.registry import groups

PATIENCE = 120.0
"""Seconds without any completed dossier after which the flow counts as broken."""


class BrokenError(Exception):
    """Dossiers do not get through any more."""


@dataclass(frozen=True)
class Plan:
    """How much flows: dossiers at full load, and at half of it; and how many are under way at full load."""

    dossiers: int
    half_dossiers: int
    under_way: int = 300


@dataclass(frozen=True)
class Flow:
    """The result.

    Attributes:
        dossiers: at full load; `seconds`: from the first application until every service had digested everything.
        records: on all topics meanwhile.
        half_rate: applications a second afterwards.
        latencies_ms: from `dossier.received` to the first `dossier.transferred` of each dossier then, by the broker.
        idle_mb: memory of each service before the first dossier; `peak_mb`: the most it ever was.
    """

    dossiers: int
    seconds: float
    records: int
    half_rate: float
    latencies_ms: list[float]
    idle_mb: dict[str, float]
    peak_mb: dict[str, float]

    @property
    def rate(self) -> float:
        """Dossiers a second at full load."""
        return self.dossiers / self.seconds


async def flow(plan: Plan, tell: Callable[[str], None], *, secure: bool = False) -> Flow:
    """Full load first, with as many dossiers under way as the plan says; then half of what that gave, evenly."""
    async with environment(secure=secure) as servers, Admin(servers.bus) as admin:
        with ExitStack() as stack:
            services = {
                name: stack.enter_context(
                    running(("-m", "tools.cli", "run", name), _variables(servers), servers.folder / f"{name}.log")
                )
                for name in SERVICES
            }
            async with clients(servers.bus) as outside:
                return await _measured(plan, outside, admin, services, tell)


async def _measured(
    plan: Plan, outside: Clients, admin: Admin, services: Mapping[str, psutil.Process], tell: Callable[[str], None]
) -> Flow:
    await _full_load(outside, 1, 1)
    await _digested(admin)
    idle = {name: resident_mb(process) for name, process in services.items()}
    before, began = sum((await admin.records()).values()), time.perf_counter()
    await _full_load(outside, plan.dossiers, plan.under_way)
    quiet = await _digested(admin)
    seconds = time.perf_counter() - began - quiet
    records = sum((await admin.records()).values()) - before
    tell(f"full load: {plan.dossiers / seconds:.1f} dossiers/s, {records / seconds:,.0f} records/s")
    half = plan.dossiers / seconds / 2
    known = set(outside.received_at)
    await _half_load(outside, plan.half_dossiers, half)
    await _digested(admin)
    peak = {name: peak_mb(process) for name, process in services.items()}
    waits = [float(outside.transferred_at[key] - at) for key, at in outside.received_at.items() if key not in known]
    return Flow(plan.dossiers, seconds, records, half, waits, idle, peak)


async def _full_load(outside: Clients, dossiers: int, under_way: int) -> None:
    """Whenever one is completed, another is applied for."""
    first, done = outside.applied, outside.completed
    while outside.completed - done < dossiers:
        open_now = (outside.applied - first) - (outside.completed - done)
        if wanted := min(under_way - open_now, dossiers - (outside.applied - first)):
            await outside.apply(wanted)
        await _moved(outside)


async def _half_load(outside: Clients, dossiers: int, rate: float) -> None:
    """One after the other at a steady rate, whatever becomes of those before."""
    done, began = outside.completed, time.perf_counter()
    for number in range(dossiers):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        await outside.apply(1)
    while outside.completed - done < dossiers:
        await _moved(outside)


async def _moved(outside: Clients) -> None:
    """Wait until something was heard."""
    before, since = outside.completed, time.perf_counter()
    outside.moved.clear()
    while True:
        await outside.moved.wait()
        outside.moved.clear()
        if outside.completed > before or outside.applied == 0:
            return
        if time.perf_counter() - since > PATIENCE:
            raise BrokenError(f"no dossier was completed for {PATIENCE:.0f} s, {outside.applied} are applied for")


QUIET, PAUSE = 3, 0.1
"""So many looks in a row, with so many seconds between them, have to see no lag. That time is taken off the result."""


async def _digested(admin: Admin) -> float:
    """Wait until all services have read everything; the seconds at the end in which nothing happened any more."""
    await admin.settled(groups(Settings()), QUIET, PAUSE)
    return QUIET * PAUSE


def _variables(servers: Environment) -> dict[str, str]:
    access = {"LIENTHONG_KAFKA_ACCESS": str(servers.access)} if servers.access else {}
    return access | {
        "LIENTHONG_KAFKA": servers.bus.servers,
        "LIENTHONG_STORES": json.dumps(servers.stores),
        "LIENTHONG_HTTP_PORT": str(free_port()),
        "LIENTHONG_OPERATOR_PORT": str(free_port()),
        "LIENTHONG_HOME": str(servers.folder),
        "LIENTHONG_LOG_LEVEL": "WARNING",
    }
