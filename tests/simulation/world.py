"""The simulated world: services, people, time, and a scheduler that is out to break them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from chassis.loop import Loop
from chassis.memory import MemoryStore
from chassis.record import Message
from chassis.service import Service
from contracts.claims import ClockTicked
from contracts.envelope import LIVE, new_event
from contracts.procedures import load_catalogue, load_directory
from contracts.worktime import load_calendar
from services.intake import decide as intake_rules
from services.intake import handlers as intake
from services.routing import handlers as routing
from services.routing import rules as routing_rules
from services.sla import decide as sla_rules
from services.sla import handlers as sla
from tests.simulation.bus import PARTITIONS, Bus
from tests.simulation.instance import Group, Instance
from tests.simulation.people import BEHIND, SIMULATED, People
from tests.simulation.points import WorldDownError

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STEPS = 1_200
INSTANCES = 2
PATIENCE = 2_000
"""Rounds after which a world without faults has to be at rest."""


@cache
def real_services() -> dict[str, Service[Any]]:
    """Intake, routing and sla, as they are in production."""
    directory, calendar = load_directory(), load_calendar(None)
    catalogue = load_catalogue(directory=directory)
    superiors = {code: agency.reports_to for code, agency in directory.agencies.items() if agency.reports_to}
    return {
        "intake": intake.service(intake_rules.Rules(catalogue, directory, calendar)),
        "routing": routing.service(routing_rules.Rules(calendar)),
        "sla": sla.service(sla_rules.Rules(calendar, superiors)),
    }


def as_it_is(service: Service[Any], _rng: Random) -> Service[Any]:
    """The service every instance runs."""
    return service


@dataclass(frozen=True)
class Variant:
    """A way to run the services; the default is the right one, all others are wrong on purpose."""

    name: str = "sound"
    loop: type[Loop] = Loop
    store: type[MemoryStore] = MemoryStore
    commits_first: bool = False
    service: Callable[[Service[Any], Random], Service[Any]] = as_it_is


SOUND = Variant()


class World:
    """One run. Everything that happens follows from the seed."""

    def __init__(self, seed: int, variant: Variant = SOUND) -> None:
        self.rng = Random(seed)
        self.variant = variant
        self.now = START
        self.bus = Bus(lambda: self.now)
        self.people = People(self.rng, self.bus)
        self.groups = [Group(service, self.bus, variant.store()) for service in real_services().values()]
        self.instances: list[Instance] = []
        self.ticks: set[str] = set()
        self._crashes = self.rng.choice((0.0, 0.005, 0.02))
        self._failures = self.rng.choice((0.0, 0.01, 0.04))
        self._pace = self.rng.choice((0.01, 0.04, 0.08))
        self._unrest = self.rng.choice((0.01, 0.05, 0.1))
        for group in self.groups:
            for _ in range(INSTANCES):
                self._start(group)
            for partition in range(PARTITIONS):
                self._any_of(group).assign(partition)

    def run(self) -> None:
        """A storm, and then calm until everything is committed and nothing is due."""
        self.people.begin(self.rng.randint(1, 5))
        for _ in range(STEPS):
            self._happen()
            self.people.act()
        self._settle()

    def _start(self, group: Group) -> Instance:
        service = self.variant.service(group.service, self.rng)
        instance = Instance(group, self.variant.loop, service, commits_first=self.variant.commits_first)
        self.instances.append(instance)
        return instance

    def _any_of(self, group: Group, other: Instance | None = None) -> Instance:
        return self.rng.choice([one for one in self.instances if one.group is group and one is not other])

    def _happen(self) -> None:
        chance = self.rng.random()
        if chance < self._pace:
            self.now += self.rng.choice((timedelta(minutes=5), timedelta(hours=1), timedelta(hours=9)))
        elif chance < self._pace + 0.01:
            self._tick()
        elif chance < self._pace + 0.01 + self._unrest:
            self._rebalance()
        else:
            self._go_on(self.rng.choice(self.instances))

    def _tick(self) -> None:
        """Tell the second timeline what time it is, on every partition."""
        now = self.now - BEHIND
        for partition in range(PARTITIONS):
            data = ClockTicked(partition=partition)
            event = new_event(
                data,
                source="/clock",
                subject=SIMULATED,
                time=now,
                correlationid=SIMULATED,
                unique=(partition, now),
                timeline=SIMULATED,
            )
            self.bus.append(Message(data.TYPE, SIMULATED.encode(), event.to_json().encode(), partition=partition))

    def _rebalance(self) -> None:
        """Partitions move, most gladly from somebody who is at work on them and does not know yet."""
        losing = self.rng.choice([one for one in self.instances if one.busy] or self.instances)
        gaining = self._any_of(losing.group, losing)
        for partition in sorted(losing.believed):
            gaining.assign(partition)
        if not gaining.busy and (batch := gaining.fetch(self.rng)):
            gaining.begin_batch(batch)

    def _go_on(self, instance: Instance) -> None:
        if instance.busy:
            self._step(instance)
        elif self.rng.random() < 0.2:
            instance.notice()
        elif self.rng.random() < 0.15:
            instance.begin_sweep(self.now)
        elif batch := instance.fetch(self.rng):
            instance.begin_batch(batch)
        elif not any(one.busy for one in self.instances):
            self._pass_time()

    def _pass_time(self) -> None:
        """Nobody has anything to do: go on to the next thing on anybody's calendar, one time in three."""
        upcoming = self.people.next_action
        if upcoming is not None and self.rng.random() < 0.34:
            self.now = max(self.now, upcoming)

    def _step(self, instance: Instance) -> None:
        chance = self.rng.random()
        if chance < self._crashes:
            self._crash(instance)
        elif chance < self._crashes + self._failures:
            instance.step(WorldDownError())
        else:
            instance.step()

    def _crash(self, instance: Instance) -> None:
        """A process dies; another takes its partitions."""
        instance.die()
        self.instances.remove(instance)
        self._start(instance.group)
        for partition, owner in list(instance.group.owners.items()):
            if owner is instance:
                self._any_of(instance.group).assign(partition)

    def _settle(self) -> None:
        """No more faults: everybody learns what they own, finishes, and goes on until nothing is left to do."""
        for instance in self.instances:
            _finish(instance)
            instance.notice()
            instance.rewind(range(PARTITIONS))
        for _ in range(PATIENCE):
            self.people.act()
            self._digest()
            if not self._move_on():
                return
        raise AssertionError("the world does not come to rest")

    def _digest(self) -> None:
        """Work off everything that is on the bus, and sweep until nobody says anything new."""
        said = -1
        while said != len(self.bus.records):
            said = len(self.bus.records)
            for instance in self.instances:
                while batch := instance.fetch(self.rng):
                    instance.begin_batch(batch)
                    _finish(instance)
            for instance in self.instances:
                if instance.believed:
                    instance.begin_sweep(self.now)
                    _finish(instance)

    def _move_on(self) -> bool:
        """Go to the next moment that matters; False if there is none."""
        upcoming = sorted(self._moments())
        if not upcoming:
            return False
        self.now = max(upcoming[0], self.now + timedelta(hours=5))
        self._tick()
        return True

    def _moments(self) -> Iterator[datetime]:
        if self.people.next_action is not None:
            yield self.people.next_action
        for group in self.groups:
            for doc in group.store.documents.values():
                if doc.due is not None:
                    yield doc.due + (timedelta() if doc.timeline == LIVE else BEHIND)


def _finish(instance: Instance) -> None:
    while instance.busy:
        instance.step()
