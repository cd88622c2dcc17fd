"""The whole matrix: every cell on the same servers, several at once, then what holds of all of them together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from interop.building import Builder
from interop.cells import Cell, Lived, Played, cells_of, judged, play
from interop.clients import CLIENTS, Client
from interop.environment import Environment, environment
from interop.history import History
from interop.listening import Listener
from interop.signing import begin_signing

AT_ONCE = 4
"""Cells that are played at the same time. More only wait for each other on two cores."""

Say = Callable[[str], None]


@dataclass
class Matrix:
    """The result.

    Attributes:
        unmade: why a client has no program here, by its name.
        lived: what came of each cell, by client and variant.
        lag: records left to read at the end.
        replayed: what `replay routing --compare` said.
        rejected: reports that were rejected; two of each dossier have to be, an impossible and a malformed one.
        dossiers: how many were played to their end.
    """

    unmade: dict[str, str] = field(default_factory=dict)
    lived: dict[str, dict[str, Lived]] = field(default_factory=dict)
    lag: int = 0
    replayed: str = ""
    rejected: int = 0
    dossiers: int = 0

    @property
    def wrong(self) -> list[str]:
        """Everything that does not hold; a client that can not be made here is none of it."""
        found = [
            f"{client}, {variant}: {lived.wrong}"
            for client, variants in self.lived.items()
            for variant, lived in variants.items()
            if lived.wrong
        ]
        if self.lag:
            found.append(f"{self.lag} records are left to read, and nobody reads them")
        if " 0 different · 0 missing in the store · 0 missing in the streams" not in self.replayed:
            found.append(f"replay: {self.replayed}")
        return found


async def whole(builder: Builder, wanted: Sequence[Client], say: Say) -> Matrix:
    """Build, play and compare; every cell of the wanted clients."""
    found = Matrix()
    made = await asyncio.to_thread(_made, builder, wanted, found, say)
    async with environment(builder.home / "environment") as servers, Listener(servers.bus) as listener:
        run, gate = _Run(builder, servers, listener, say), asyncio.Semaphore(AT_ONCE)
        cells = [cell for client in made for cell in cells_of(client)]
        unsigned, signed = ([cell for cell in cells if cell.signs == signs] for signs in (False, True))
        played = await asyncio.gather(*(run.one(cell, gate) for cell in unsigned))
        # From here on everybody has to sign. What was said before stands, and is replayed as it was.
        await begin_signing(servers.bus, servers.root, servers.keys)
        played += await asyncio.gather(*(run.one(cell, gate) for cell in signed))
        found.lag = await servers.lag()
        found.replayed = await asyncio.to_thread(servers.replayed)
        await listener.caught_up()
        for cell, one in zip((*unsigned, *signed), played, strict=True):
            found.lived.setdefault(cell.client.name, {})[cell.variant] = judged(cell, one, listener)
        _count(found, listener)
    _compare(found)
    return found


@dataclass(frozen=True)
class _Run:
    """The parts that all cells of one run share."""

    builder: Builder
    servers: Environment
    listener: Listener
    say: Say

    async def one(self, cell: Cell, gate: asyncio.Semaphore) -> Played:
        """Play one cell when its turn has come."""
        async with gate:
            command = self.builder.command(cell.client.build, cell.client.command)
            told = cell.config(self.servers.bus.servers, self.servers.keys)
            played = await play(cell, command, told, self.listener, self.servers.settings.home)
        self.say(f"{cell.client.name}, {cell.variant}: {played.wrong or f'{played.seconds:.1f} s'}")
        return played


def _made(builder: Builder, wanted: Sequence[Client], found: Matrix, say: Say) -> list[Client]:
    made = []
    for client in wanted:
        say(f"building {client.name}")
        if why := builder.make(client):
            found.unmade[client.name] = why
            say(f"{client.name}: {why}")
        else:
            made.append(client)
    return made


def _count(found: Matrix, listener: Listener) -> None:
    events = [event for said in listener.said.values() for event in said]
    found.rejected = sum(event.type == "report.rejected" for event in events)
    found.dossiers = sum(event.type == "dossier.completed" for event in events)


def _compare(found: Matrix) -> None:
    """Hold every history against the first client's with its defaults."""
    first = found.lived.get(CLIENTS[0].name, {}).get("defaults")
    if first is None or not first.histories:
        return
    wanted = first.histories[0]
    for variants in found.lived.values():
        for variant, lived in variants.items():
            if difference := next((_difference(wanted, other) for other in lived.histories if other != wanted), ""):
                variants[variant] = replace(lived, wrong=lived.wrong or difference)


def _difference(wanted: History, found: History) -> str:
    for number, (one, other) in enumerate(zip(wanted, found, strict=False), 1):
        if one != other:
            return f"event {number} is {' '.join(other)[:300]}, not {' '.join(one)[:300]}"
    return f"{len(found)} events, not {len(wanted)}"
