"""The simulated world: services, people, time, and a seed that is out to break them."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

from chassis.runtime import clock, document_cache, loop
from chassis.runtime.bus.record import Message
from contracts import rule_days
from contracts.envelope import LIVE
from tests.simulation.archive import Archive
from tests.simulation.bus import Bus
from tests.simulation.keys import Keyring
from tests.simulation.loop import Mortal, SimulatedLoop
from tests.simulation.mischief import Mischief
from tests.simulation.people import People
from tests.simulation.player import Player
from tests.simulation.portal import Portal
from tests.simulation.post import Post
from tests.simulation.process import Process
from tests.simulation.services import services
from tests.simulation.shop import Shop
from tests.simulation.strangers import Strangers
from tests.simulation.trace import Trace
from tests.simulation.variants import SOUND, Variant
from tests.simulation.voice import BEHIND, SIMULATED, Voice
from tests.simulation.wire import Sky, Weather

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
INSTANCES = 2
"""Of every service. Its chunks are of two dossiers and it keeps three, so that few make it do all that many would."""
TURNS = (100, 300)
STEPS_A_TURN = 60
IDLE_TURNS = 10
"""Nobody outside does anything any more: so many turns later the storm is over."""

QUIET_ROUNDS = 3
"""A sweep of the live timeline goes up to its last look at the clock, so that it takes two to be done."""

BREATH = 21_000.0
"""Seconds between two rounds of a calm world: any sweep, retry or restart comes within one."""

STRIDE = timedelta(days=1)
"""How far a calm world goes at least when nothing is left to do."""

IN_FORCE = (timedelta(), timedelta(), timedelta(), timedelta(days=2), timedelta(days=4))
"""So long after its start a world bounds what records claim: most begin with it, some live to see it."""

PATIENCE = 600
"""Rounds after which a world without faults has to be at rest."""


class World:
    """One run. Everything that happens follows from the seed."""

    def __init__(self, seed: int, variant: Variant = SOUND, *, told: bool = False) -> None:
        self.rng = random.Random(seed)
        self._bounded_from = START + random.Random(f"rules {seed}").choice(IN_FORCE)
        self.trace = Trace(told=told)
        self.asyncio = SimulatedLoop(self.rng, self.trace)
        self.counts: Counter[str] = Counter()
        self.faults: list[tuple[int, str]] = []
        peaceful = self.rng.random() < 0.1
        self.sky = Sky(self.rng, self.trace, self._weather(peaceful), self.counts, self.kill, self.faults)
        self.bus = Bus(lambda: self.now, self.trace)
        self.keyring = Keyring(seed, self.bus, START)
        self.post = Post()
        self.archive = Archive(lambda: self.now)
        self.shops = [
            Shop(
                variant.product(service),
                variant,
                self.sky,
                self.bus,
                self.asyncio,
                lambda: self.now,
                self.post,
                self.archive,
                self.keyring,
            )
            for service in services().values()
        ]
        self.player = Player(self.bus)
        self.portals = [Portal("portal", self.asyncio, self.sky, self.bus)]
        self.people = People(Voice(self.rng, self.bus, self._submit, self.keyring.message), self.keyring)
        rate = 0.0 if peaceful else self.rng.choice((0.0, 0.05, 0.15))
        self._strangers = Strangers(self.rng, self.bus, self.people.bad)
        self._peaceful = peaceful
        self._mischief = Mischief(self.rng, self.sky, self.asyncio, self.shops, rate)

    def _submit(self, timeline: str, message: Message) -> None:
        """What happens now goes through the portal, which goes on until the bus has it; the rest is the player's."""
        self.portal.submit(message) if timeline == LIVE else self.player.hold(message)

    def _weather(self, peaceful: bool) -> Weather:
        if peaceful:
            return Weather()
        draw = self.rng.choice
        weather = draw((0, 0.003, 0.01)), draw((0, 0.01, 0.03)), draw((0, 0.01, 0.04)), draw((0, 0.1, 0.4))
        return Weather(*weather, damage=draw((0, 0.01, 0.05)))

    @property
    def now(self) -> datetime:
        """The wall clock."""
        return START + timedelta(seconds=self.asyncio.time())

    def present(self, timeline: str) -> datetime:
        """The clock of a timeline."""
        return self.now - (timedelta() if timeline == LIVE else BEHIND)

    @property
    def portal(self) -> Portal:
        """Where people hand things in now."""
        return self.portals[-1]

    @property
    def processes(self) -> list[Process]:
        """All there ever were."""
        return [one for shop in self.shops for one in (*shop.processes, *shop.graves)]

    def kill(self, mortal: Mortal) -> None:
        """A process dies."""
        self._mischief.kill(mortal)

    def run(self) -> None:
        """A storm, and then calm until everything is committed and nothing is due."""
        with self._present(), self.rules():
            for shop in self.shops:
                for _ in range(INSTANCES):
                    shop.begin()
            self.people.begin(self.rng.choice((1, 1, 2, 3)))
            self._storm()
            self.sky.weather = Weather()
            self._strangers.end()
            self._mischief.end()
            self._calm()
            for shop in self.shops:
                for key, doc in sorted(shop.store.documents.items()):
                    self.trace.note(shop.service.name, key, doc.version, doc.due, doc.state)

    def close(self) -> None:
        """Leave no task behind."""
        with self._present():
            for one in (*self.portals, *self.processes):
                one.wire.buried = True
            self.asyncio.bury([*self.portals, *self.processes])

    @contextmanager
    def rules(self) -> Iterator[None]:
        """Inside, the rules of a day count from this world's day on."""
        bounded = patch.object(rule_days, "ANY_RECORD", self._bounded_from)
        with bounded, patch.object(rule_days, "NO_PERSONAL_DATA", self._bounded_from):
            yield

    @contextmanager
    def _present(self) -> Iterator[None]:
        """Inside, production code finds this world's loop, clock and dice (tenacity draws its jitter)."""
        dice = random.getstate()
        random.seed(self.rng.random())
        try:
            chunk, cache = patch.object(loop, "CHUNK", 2), patch.object(document_cache, "CAPACITY", 3)
            with patch.object(clock, "now", lambda: self.now), chunk, cache, self.asyncio.running():
                yield
        finally:
            random.setstate(dice)

    def _storm(self) -> None:
        idle = 0
        for _ in range(self.rng.choice(TURNS)):
            if not self._go_on(self.rng.randint(1, STEPS_A_TURN)):
                idle += self.people.next_action is None
                if idle > IDLE_TURNS:
                    return
                self._pass_time()
            if self.rng.random() < 0.02:
                self._tick()
            self._mischief.happen()
            if not self._peaceful:
                self._strangers.act()

    def _go_on(self, steps: int) -> bool:
        """Let them work for so many steps; False if they came to rest."""
        self._attend()
        step = self.asyncio.step
        return all(step() for _ in range(steps))

    def _attend(self) -> None:
        """What people do, and what became of their portal."""
        if self.portal.dead:
            heir = Portal("portal", self.asyncio, self.sky, self.bus)
            heir.succeed(self.portal)
            self.portals.append(heir)
        self.keyring.tell()
        self.people.act()

    def _pass_time(self) -> None:
        """Nobody has anything to do: go to the next timer, to the next thing on a calendar, or far."""
        present, rng = self.asyncio.time(), self.rng
        goals = [self.asyncio.next_timer or present, present + rng.choice((1, 30, 300, 3600, 9 * 3600))]
        if self.people.next_action is not None:
            goals += [(self.people.next_action - START).total_seconds()] * 3
        self.asyncio.advance(rng.choice(goals))

    def _tick(self) -> None:
        """Go on with the second timeline, if everybody has passed its last tick on."""
        self.player.tick(self.present(SIMULATED))

    def _calm(self) -> None:
        """No more faults: finish, look at the clock, and go on to the next moment that matters until there is none."""
        for _ in range(PATIENCE):
            self._digest()
            upcoming = sorted(self._moments())
            if not upcoming:
                return
            then = max(upcoming[0], self.now + STRIDE)
            self.asyncio.advance((then - START).total_seconds())
            self._tick()
        raise AssertionError("the world does not come to rest")

    def _digest(self) -> None:
        """Work off everything that is on the bus, and sweep until nobody says anything new."""
        quiet, said = 0, -1
        for _ in range(PATIENCE):
            while self._go_on(1000):
                pass
            busy = any(shop.group.lag or not shop.group.settled for shop in self.shops) or self.portal.pending
            quiet = 0 if busy or said != len(self.bus.records) else quiet + 1
            if quiet == QUIET_ROUNDS:
                return
            said = len(self.bus.records)
            self.asyncio.advance(self.asyncio.time() + BREATH)
        raise AssertionError("the world has work that is never done")

    def _moments(self) -> Iterator[datetime]:
        if self.people.next_action is not None:
            yield self.people.next_action
        if self.player.holds:
            yield self.now
        for shop in self.shops:
            for doc in shop.store.documents.values():
                if doc.due is not None:
                    yield doc.due + (timedelta() if doc.timeline == LIVE else BEHIND)
