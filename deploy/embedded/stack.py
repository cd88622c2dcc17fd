"""The stack as a whole: bring it up, take it down, say how it is, and hurt or mend one server of it for a test."""

import os
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chassis.runtime.bus.security import Security
from deploy.embedded import access, kafka, processes, store
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
from deploy.embedded.home import locked
from deploy.embedded.ports import HOST, Ports, require_free
from deploy.embedded.pulse import address_of, answers

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
    """Kafka, one broker or three, and five stores with everything they own under one home folder.

    Args:
        home: the folder.
        ports: of all servers; None: the usual ones.
        secure: whether a new stack asks everybody who he is; None: as LIENTHONG_STACK_SECURITY says. One that was begun
            stays as it was begun.
    """

    def __init__(self, home: Path, ports: Ports | None = None, *, secure: bool | None = None) -> None:
        self.home = home.resolve()
        self.ports = ports or Ports.usual()
        self._wanted_secure = secure

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
    def ephemeral(cls, home: Path, brokers: int = 1, *, secure: bool | None = None) -> "Stack":
        """Return a stack on free ports, for tests that run beside anything else."""
        return cls(home, Ports.free(brokers), secure=secure)

    @property
    def access(self) -> Path | None:
        """The folder of the principals' credentials; None: the broker lets everybody do everything."""
        folder = self.home / "access"
        if kafka.brokers_of(self.home / "kafka"):
            return folder if kafka.is_protected(self.home / "kafka") else None
        secure = access.is_secure_by_setting() if self._wanted_secure is None else self._wanted_secure
        return folder if secure else None

    @property
    def servers(self) -> tuple[str, ...]:
        """The names of all servers, in the order in which they are stopped."""
        return (*SERVICES, *self.ports.brokers)

    @property
    def endpoints(self) -> Endpoints:
        """Where this stack answers once it is up."""
        mongo = {service: store.url(service, port, self.access) for service, port in self.ports.stores.items()}
        brokers = ",".join(f"{HOST}:{port}" for port, _ in self.ports.brokers.values())
        security: Security = "SASL_SSL" if self.access else "PLAINTEXT"
        return Endpoints(
            kafka=brokers,
            mongo=mongo,
            http=dict(self.ports.http),
            operators=dict(self.ports.operators),
            issuer=self.ports.issuer,
            security=security,
            access=self.access,
        )

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
        with locked(self.home):
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
        address, log = address_of(name, endpoints), self._log(name)
        process = self.process(name)
        if not process:
            return ServerStatus(name, "stopped", address, log)
        state: Literal["running", "silent"] = "running" if answers(name, endpoints) else "silent"
        return ServerStatus(name, state, address, log, process.pid, processes.memory(process))

    def _bring_up(self, names: Sequence[str], progress: Progress) -> None:
        with locked(self.home):
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
        if self.access:
            access.prepare(self.access, self.endpoints.kafka)
        if name not in SERVICES:
            folder = self.home / "kafka"
            kafka.prepare(folder, self.home / "logs", self.ports, progress, name, self.access)
            return kafka.command(folder, name)
        folder = self.home / "store" / name
        store.prepare(folder)
        return store.command(folder, self.ports.stores[name], self.access)

    def _await(self, name: str, progress: Progress) -> None:
        ready = processes.wait(lambda: not self.process(name) or answers(name, self.endpoints), START_SECONDS)
        if not self.process(name):
            raise StackError(f"{name} died at start; {self._log(name)} says why")
        if not ready:
            raise StackError(f"{name} does not answer after {START_SECONDS:.0f} s; {self._log(name)} may say why")
        progress(f"{name} answers on {address_of(name, self.endpoints)}")

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


def _without_kafka(those: Sequence[Process]) -> list[Process]:
    return [process for process in those if process.name in SERVICES]
