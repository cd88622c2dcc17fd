"""What happens to processes as such: they die, stand still, are cut off, are told to stop; the group is rebalanced."""

from collections.abc import Callable
from contextvars import Context
from random import Random

from tests.simulation.group import SESSION_SECONDS
from tests.simulation.loop import Mortal, SimulatedLoop
from tests.simulation.portal import Portal
from tests.simulation.process import Process
from tests.simulation.shop import Shop
from tests.simulation.wire import Sky

SPELLS = (1.0, 8.0, 15.0, 60.0, 4_000.0)
"""Seconds that somebody stands still or is cut off; the longer ones exceed the session."""

RESTARTS = (0.0, 0.5, 5.0, 30.0)
"""Seconds after which a process that ended is started again."""


class Mischief:
    """Troubles processes, at a rate that is the seed's own."""

    def __init__(self, rng: Random, sky: Sky, loop: SimulatedLoop, shops: list[Shop], rate: float) -> None:
        self._rng = rng
        self._sky = sky
        self._loop = loop
        self._shops = shops
        self._rate = rate

    def happen(self) -> None:
        """Perhaps something, to somebody; most gladly to who is at work."""
        if self._rng.random() >= self._rate:
            return
        processes = [one for shop in self._shops for one in shop.processes if not one.still]
        busy = [one for one in processes if one.member.busy]
        if processes:
            process = self._rng.choice(busy if busy and self._rng.random() < 0.7 else processes)
            self._rng.choice((self._rebalance, self._expel, self._expel, self._pause, self._cut, self._stop))(process)

    def end(self) -> None:
        """Whoever stood still goes on, whatever was cut is mended, and what was not committed is read again."""
        self._rate = 0.0
        for shop in self._shops:
            shop.group.rebalance()
            for process in shop.processes:
                self._mend(process)
                if process.still:
                    self._go_on(process)

    def kill(self, mortal: Mortal) -> None:
        """It ends in the middle of whatever it does; another takes its place, the bus notices later."""
        if isinstance(mortal, Process) and mortal.dead:
            return  # it had ended by itself, and what it sent is still under way
        self._sky.fault("crashes", mortal.name)
        if isinstance(mortal, Portal):
            mortal.die()
        elif isinstance(mortal, Process):
            mortal.die()
            mortal.shop.bury(mortal)
            self._later(SESSION_SECONDS, mortal.vanish)
            self._later(self._rng.choice(RESTARTS), mortal.shop.begin)

    def _rebalance(self, process: Process) -> None:
        self._sky.fault("calls", process.name)
        process.shop.group.rebalance()

    def _expel(self, process: Process) -> None:
        """Its heartbeats got lost: others are given its partitions, and it does not know for a while."""
        self._sky.fault("expulsions", process.name)
        process.vanish()
        reader = process.member.reader
        self._later(self._rng.choice(SPELLS), lambda: reader and not process.dead and reader.heartbeat())

    def _pause(self, process: Process) -> None:
        self._sky.fault("pauses", process.name)
        process.halt()
        spell = self._rng.choice(SPELLS)
        self._later(spell, lambda: self._go_on(process))
        if spell > SESSION_SECONDS:
            self._later(SESSION_SECONDS, lambda: process.still and process.vanish())

    def _go_on(self, process: Process) -> None:
        if process.still and not process.dead:
            process.go_on()
            if process.member.reader:
                process.member.reader.heartbeat()

    def _cut(self, process: Process) -> None:
        server = self._rng.choice(("bus", "store"))
        self._sky.fault("cuts", process.name)
        process.wire.cut.add(server)
        if server == "bus" and process.member.reader:
            process.member.reader.lose_sight()
            self._later(SESSION_SECONDS, lambda: "bus" in process.wire.cut and process.vanish())
        self._later(self._rng.choice(SPELLS), lambda: self._mend(process))

    def _mend(self, process: Process) -> None:
        if process.wire.cut and not process.dead:
            process.wire.cut.clear()
            if process.member.reader:
                process.member.reader.see_again()

    def _stop(self, process: Process) -> None:
        """SIGTERM, gladly in the middle of an outage: it finishes what it can and leaves; another takes its place."""
        self._sky.fault("stops", process.name)
        if self._rng.random() < 0.5:
            self._cut(process)
        process.runner.ask_to_stop()
        process.life.add_done_callback(lambda _: self._ended(process), context=Context())

    def _ended(self, process: Process) -> None:
        if not process.dead:
            self._sky.fault("ends", process.name)  # whatever took too long was cut off
            process.dead = True
            process.shop.bury(process)
            self._later(self._rng.choice(RESTARTS), process.shop.begin)

    def _later(self, seconds: float, what: Callable[[], object]) -> None:
        """On the world's own account: no process's death stops it."""
        self._loop.call_later(seconds, what, context=Context())
