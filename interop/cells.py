"""One cell of the matrix: one client in one variant lives the life, and is held against what the first one's was."""

import asyncio
import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiokafka.partitioner import murmur2

from chassis.runtime import clock
from contracts.topics import DEFAULT_PARTITIONS
from interop.clients import Client
from interop.history import History, history
from interop.life import as_config, life
from interop.listening import Listener
from interop.signing import in_file
from lienthong_agency.signing import SigningKey

DOSSIERS = 2
"""Dossiers in a cell: with more than one, a partition that was guessed right by luck is seen."""

CELL_SECONDS = 120.0
"""How long a life may take; most take three seconds, a Kafka Streams that replaces its thread some fifteen."""

TRANSACTIONS = "transactions"
SIGNED = "signed"
DEFAULTS = "defaults"


@dataclass(frozen=True)
class Cell:
    """One client in one variant: its defaults, a codec, transactions, a mode of CloudEvents, or signed."""

    client: Client
    variant: str

    @property
    def name(self) -> str:
        """Also the group's, and what the ids of its submissions begin with."""
        return f"{self.client.name}-{self.variant}"

    @property
    def submissions(self) -> list[str]:
        """Ids of its dossiers' submissions."""
        return [f"{self.name}.{number}" for number in range(1, DOSSIERS + 1)]

    @property
    def signs(self) -> bool:
        """Whether its reports carry a signature."""
        return self.variant == SIGNED

    def config(self, kafka: str, keys: Mapping[str, SigningKey]) -> dict[str, object]:
        """The configuration of the client's program; `keys` are those of the agencies that it plays."""
        return {
            "keys": {code: in_file(key) for code, key in keys.items()} if self.signs else {},
            "kafka": kafka,
            "name": self.name,
            "codec": self.variant if self.variant in self.client.codecs else "",
            "transactions": self.variant == TRANSACTIONS,
            "mode": self.variant if self.variant in ("structured", "binary") else "",
            "rules": as_config(life(clock.now())),
        }


def cells_of(client: Client) -> list[Cell]:
    """Every variant that a client has."""
    variants = [DEFAULTS, *client.codecs]
    variants += [TRANSACTIONS] if client.transactions else []
    variants += ["structured", "binary"] if client.events else []
    variants += [SIGNED] if client.signs else []
    return [Cell(client, variant) for variant in variants]


@dataclass(frozen=True)
class Lived:
    """The result of a cell.

    Attributes:
        histories: what became of its dossiers; empty if their life came to no end.
        wrong: why the cell does not hold, or nothing.
        seconds: from the start of its program to the end of its last dossier.
        misplaced: reports that lie on another partition than Java's client would have chosen, of all its reports.
    """

    histories: tuple[History, ...]
    wrong: str
    seconds: float
    misplaced: tuple[int, int]


@dataclass(frozen=True)
class Played:
    """How a cell came to its end: why it did not, or nothing; and the seconds from its start to its last event."""

    wrong: str
    seconds: float


async def play(cell: Cell, command: list[str], told: Mapping[str, object], listener: Listener, folder: Path) -> Played:
    """Start the program, lodge its dossiers, and wait until all are finished."""
    config, log = folder / f"{cell.name}.json", folder / f"{cell.name}.log"
    config.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    loop = asyncio.get_running_loop()
    begun = loop.time()
    process = _start([*command, str(config)], log)
    try:
        await listener.lodge(cell.submissions)
        wrong = await _finished(cell, process, listener)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)
    return Played(wrong, loop.time() - begun)


def judged(cell: Cell, played: Played, listener: Listener) -> Lived:
    """The result of a cell, when everything that was said is heard."""
    found = () if played.wrong else tuple(history(listener.said[submission]) for submission in cell.submissions)
    return Lived(found, played.wrong or _believed(cell, listener), played.seconds, _misplaced(cell, listener))


def _start(command: list[str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as output:
        return subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)


async def _finished(cell: Cell, process: "subprocess.Popen[bytes]", listener: Listener) -> str:
    def done() -> bool:
        return all(
            any(event.type == "dossier.completed" for event in listener.said[submission])
            for submission in cell.submissions
        )

    finished = asyncio.create_task(listener.until(done))
    ended = asyncio.create_task(asyncio.to_thread(process.wait))
    await asyncio.wait({finished, ended, listener.listening}, timeout=CELL_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if listener.listening.done():
        listener.listening.result()
    if finished.done():
        return ""
    finished.cancel()
    heard = ", ".join(
        listener.said[submission][-1].type for submission in cell.submissions if listener.said[submission]
    )
    why = f"the program ended with {process.poll()}" if ended.done() else f"no end after {CELL_SECONDS:.0f} s"
    return f"{why}; last heard: {heard or 'nothing'}"


def _believed(cell: Cell, listener: Listener) -> str:
    """An answer to a claim of an aborted transaction; empty where there is none, as it has to be."""
    answered = [
        event.type for code in cell.submissions for event in listener.said[code] if event.causationid.endswith("-b0")
    ]
    return f"what was taken back was answered by {answered[0]}" if answered else ""


def _misplaced(cell: Cell, listener: Listener) -> tuple[int, int]:
    codes = {event.subject.encode() for submission in cell.submissions for event in listener.said[submission]}
    mine = [record for record in listener.reports if record.key in codes]
    right = Counter((murmur2(record.key) & 0x7FFFFFFF) % DEFAULT_PARTITIONS == record.partition for record in mine)
    return right[False], len(mine)
