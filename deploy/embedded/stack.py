"""The stack as a whole: bring it up, take it down, say how it is, and hurt or mend one server of it for a test."""

import contextlib
import errno
import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deploy.embedded import kafka, processes, store
from deploy.embedded.endpoints import (
    HOME_VARIABLE,
    SERVICES,
    USUAL_HOME,
    Endpoints,
    Process,
    StackError,
    StackFile,
    load,
    save,
    stack_path,
)
from deploy.embedded.joining import bus_of
from deploy.embedded.ports import HOST, Ports, broker_name, require_free

Progress = Callable[[str], None]

ENOUGH_DISK = 1_000_000_000
"""Bytes. On a full disk Kafka stops, and a start would wait for it in vain."""

START_SECONDS = 60.0
"""A start takes some seconds; this leaves room for a machine that is busy with a whole test suite."""

# A store ends in 2 s; one that was paused may hang, and a kill costs it nothing.
STOP_SECONDS = 10.0
ENDING = (signal.SIGTERM, signal.SIGKILL)


@dataclass(frozen=True)
class ServerStatus:
    """How one server is: answering, alive but silent, or not there; `memory` is its resident size in bytes."""

    name: str
    state: Literal["running", "silent", "stopped"]
    address: str
    log: Path
    pid: int | None = None
    memory: int = 0


def _say_nothing(_: str) -> None:
    """Take the place of a progress callback."""


class Stack:
    """Kafka, one broker or three, and five stores with everything they own under one home folder."""

    def __init__(self, home: Path, ports: Ports | None = None) -> None:
        self.home = home.resolve()
        self.ports = ports or Ports.usual()

    @classmethod
    def from_env(cls, brokers: int | None = None) -> "Stack":
        """Return the stack of this folder, unless LIENTHONG_HOME and LIENTHONG_PORT_BASE say otherwise.

        It has as many brokers as it was begun with; a new one has one, unless more are asked for.
        """
        home = Path(os.environ.get(HOME_VARIABLE) or USUAL_HOME)
        begun = kafka.brokers_of(home / "kafka")
        if begun and brokers not in (None, begun):
            raise StackError(f"the stack in {home} was begun with {begun} broker(s): keep to that, or `make clean`")
        return cls(home, Ports.from_env(begun or brokers or 1))

    @classmethod
    def ephemeral(cls, home: Path, brokers: int = 1) -> "Stack":
        """Return a stack on free ports, for tests that run beside anything else."""
        return cls(home, Ports.free(brokers))

    @property
    def servers(self) -> tuple[str, ...]:
        """The names of all servers, in the order in which they are stopped."""
        return (*SERVICES, *self.ports.brokers)

    @property
    def endpoints(self) -> Endpoints:
        """Where this stack answers once it is up."""
        mongo = {service: store.url(service, port) for service, port in self.ports.stores.items()}
        brokers = ",".join(f"{HOST}:{port}" for port, _ in self.ports.brokers.values())
        return Endpoints(kafka=brokers, mongo=mongo, http=dict(self.ports.http))

    def up(self, progress: Progress = _say_nothing) -> Endpoints:
        """Start what does not run, wait until everything answers; on a failure stop again what this call started."""
        self._bring_up(self.servers, progress)
        return self.endpoints

    def start(self, name: str, progress: Progress = _say_nothing) -> None:
        """Start one server, with the data it had, and wait until it answers."""
        self._bring_up((name,), progress)

    def down(self) -> None:
        """Stop every server, Kafka last, so that nobody who still publishes is cut off first."""
        if not self.home.exists():
            return
        with _in_one_sentence(self.home), self._locked():
            known = load(self.home)
            self._stop(known.processes if known else ())

    def kill(self, name: str, signum: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one server; return after its end, when the signal is one that ends it."""
        process = self.process(name)
        if not process or not processes.send(process, signum):
            raise StackError(f"{name} does not run, so it cannot be sent {signum.name}")
        if signum in ENDING and not processes.wait(lambda: not processes.is_alive(process), STOP_SECONDS):
            raise StackError(f"{name} (pid {process.pid}) did not end within {STOP_SECONDS:.0f} s of {signum.name}")

    def process(self, name: str) -> Process | None:
        """Return the live process of this server."""
        known = load(self.home)
        process = known.process(name) if known else None
        return process if process and processes.is_alive(process) else None

    def status(self) -> list[ServerStatus]:
        """Return how every server is, in the order in which they are stopped."""
        endpoints = load(self.home) or self.endpoints
        return [self._status(name, endpoints) for name in self.servers]

    def _status(self, name: str, endpoints: Endpoints) -> ServerStatus:
        address, log = _address(name, endpoints), self._log(name)
        process = self.process(name)
        if not process:
            return ServerStatus(name, "stopped", address, log)
        state: Literal["running", "silent"] = "running" if _answers(name, endpoints) else "silent"
        return ServerStatus(name, state, address, log, process.pid, processes.memory(process))

    def _bring_up(self, names: Sequence[str], progress: Progress) -> None:
        with _in_one_sentence(self.home), self._locked():
            known = self._survivors()
            missing = [name for name in names if not known.process(name)]
            if missing:
                self._require_room(missing)
            started: list[Process] = []
            try:
                self._spawn(missing, known, started, progress)
                for name in names:
                    self._await(name, progress)
            except BaseException:  # Ctrl-C too must not leave half a stack behind
                self._stop(started)
                raise

    def _survivors(self) -> StackFile:
        """Return this stack's record with only the processes that are still alive."""
        known = load(self.home)
        alive = tuple(process for process in known.processes if processes.is_alive(process)) if known else ()
        here = StackFile(**self.endpoints.model_dump(), processes=alive)
        if known and alive and known.model_copy(update={"processes": alive}) != here:
            raise StackError(
                f"the stack in {self.home} already runs on other ports (Kafka on {known.kafka}): down first"
            )
        return here

    def _require_room(self, names: Sequence[str]) -> None:
        free = shutil.disk_usage(self.home).free
        if free < ENOUGH_DISK:
            raise StackError(f"the disk that holds {self.home} has only {free // 1_000_000} MB left: free 1 GB")
        for name in names:
            require_free(self.ports, name)

    def _spawn(self, names: Sequence[str], known: StackFile, started: list[Process], progress: Progress) -> None:
        commands = {name: self._command(name, progress) for name in names}
        for name, command in commands.items():
            progress(f"starting {name}")
            started.append(processes.spawn(name, command, self._log(name)))
            # At once, so that even a start that is killed leaves nothing that nobody knows of.
            save(self.home, known.with_processes(started))

    def _command(self, name: str, progress: Progress) -> list[str]:
        if name not in SERVICES:
            folder = self.home / "kafka"
            kafka.prepare(folder, self.home / "logs", self.ports, progress, name)
            return kafka.command(folder, name)
        folder = self.home / "store" / name
        store.prepare(folder)
        return store.command(folder, self.ports.stores[name])

    def _await(self, name: str, progress: Progress) -> None:
        ready = processes.wait(lambda: not self.process(name) or _answers(name, self.endpoints), START_SECONDS)
        if not self.process(name):
            raise StackError(f"{name} died at start; {self._log(name)} says why")
        if not ready:
            raise StackError(f"{name} does not answer after {START_SECONDS:.0f} s; {self._log(name)} may say why")
        progress(f"{name} answers on {_address(name, self.endpoints)}")

    def _stop(self, stopping: Sequence[Process]) -> None:
        for group in (_without_kafka(stopping), stopping):
            processes.stop(group, STOP_SECONDS)
        known = load(self.home)
        alive = tuple(process for process in known.processes if processes.is_alive(process)) if known else ()
        if known and alive:
            save(self.home, known.model_copy(update={"processes": alive}))
        else:
            stack_path(self.home).unlink(missing_ok=True)
        if stubborn := [process for process in stopping if processes.is_alive(process)]:
            raise StackError(", ".join(f"{process.name} (pid {process.pid})" for process in stubborn) + " does not end")

    def _log(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one start or stop of this home happen at a time, in whichever program."""
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        with (self.home / "stack.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _without_kafka(those: Sequence[Process]) -> list[Process]:
    return [process for process in those if process.name in SERVICES]


def _address(name: str, endpoints: Endpoints) -> str:
    brokers = enumerate(endpoints.kafka.split(","), 1)
    return endpoints.mongo.get(name) or {broker_name(number): address for number, address in brokers}[name]


def _answers(name: str, endpoints: Endpoints) -> bool:
    address = _address(name, endpoints)
    if name in SERVICES:
        return store.answers(address)
    return kafka.answers(replace(bus_of(endpoints), servers=address))


@contextlib.contextmanager
def _in_one_sentence(home: Path) -> Iterator[None]:
    """Turn what the file system refuses into a StackError that tells what to do."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StackError(f"the disk that holds {home} is full: free 1 GB and start again") from error
        raise StackError(f"cannot work in {home}: {error}") from error
