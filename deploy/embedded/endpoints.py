"""Where the stack answers, and the file that tells others: `stack.json`."""

import os
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from chassis.runtime.bus.security import Security

SERVICES = ("intake", "routing", "sla", "rating", "notify")
KAFKA = "kafka"
HOME_VARIABLE = "LIENTHONG_HOME"
USUAL_HOME = ".lienthong"


class StackError(Exception):
    """The stack cannot do what was asked; the message says why and what helps, in one sentence."""


class Endpoints(BaseModel):
    """The endpoints of a stack: where the broker and each service's own store answer, and which port HTTP takes.

    Attributes:
        security: how the bus is reached, in Kafka's words.
        access: folder with the credentials of every principal; None: the bus lets everybody do everything.
    """

    model_config = ConfigDict(frozen=True)

    kafka: str
    mongo: dict[str, str]
    http: dict[str, int] = Field(default_factory=dict)
    operators: dict[str, int] = Field(default_factory=dict)
    issuer: int = 0
    security: Security = "PLAINTEXT"
    access: Path | None = None


class Process(BaseModel):
    """A process that the stack started; the start time tells it from a later one that was given the same pid."""

    model_config = ConfigDict(frozen=True)

    name: str
    pid: int
    started: int


class StackFile(Endpoints):
    """The content of `stack.json`: the endpoints and the processes behind them."""

    processes: tuple[Process, ...] = ()

    def process(self, name: str) -> Process | None:
        """Return the process recorded under this name."""
        return next((process for process in self.processes if process.name == name), None)

    def with_processes(self, added: Sequence[Process]) -> "StackFile":
        """Return a copy in which these processes take the places of their namesakes."""
        names = {process.name for process in added}
        others = (process for process in self.processes if process.name not in names)
        return self.model_copy(update={"processes": (*others, *added)})


def stack_path(home: Path) -> Path:
    """Return where the stack of this home is described."""
    return home / "stack.json"


def load(home: Path) -> StackFile | None:
    """Read `stack.json`, or return None when no stack was started in this home."""
    try:
        return StackFile.model_validate_json(stack_path(home).read_bytes())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise StackError(f"{stack_path(home)} is damaged: {error}; stop its servers by hand and delete it") from error


def save(home: Path, content: StackFile) -> None:
    """Write `stack.json` so that a reader sees the old or the new one, never half of it."""
    path = stack_path(home)
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="utf-8") as file:
        file.write(content.model_dump_json(indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def read_endpoints(home: Path) -> Endpoints | None:
    """Return where the stack of this home answers, or None when it is down."""
    content = load(home)
    return Endpoints(**content.model_dump(exclude={"processes"})) if content else None
