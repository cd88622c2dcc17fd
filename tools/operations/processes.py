"""Services as processes of their own: started, watched and stopped together."""

import itertools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import FrameType

STOP_SECONDS = 40
"""Longer than a service takes to finish the batch it is working on. One that takes still longer is killed, which loses
nothing, but its next start reads that batch again."""


def spawn(name: str, **options: object) -> "subprocess.Popen[bytes]":
    """Start one service as a process of its own session, so that Ctrl-C reaches it through us alone."""
    command = [sys.executable, "-m", "tools.cli", "run", name]
    return subprocess.Popen(command, start_new_session=True, **options)  # type: ignore[call-overload,no-any-return]


def stop_all(started: "Iterable[subprocess.Popen[bytes]]") -> None:
    """Ask every process to finish and wait for it; kill what does not."""
    processes = list(started)
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in processes:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_together(names: Sequence[str], on_death: Callable[[str], None]) -> int:
    """Run a process for each service; when one dies, stop the others and tell which it was. The exit code.

    All of them get one service token, unless the environment names one: else they could not ask each other.
    """
    os.environ.setdefault("LIENTHONG_SERVICE_TOKEN", os.urandom(16).hex())
    processes: dict[str, subprocess.Popen[bytes]] = {}
    sigterm_like_ctrl_c()
    try:
        for name in names:
            processes[name] = spawn(name)
        on_death(wait_for_any(processes))
    except KeyboardInterrupt:
        return 0
    finally:
        stop_all(processes.values())
    return 1


def sigterm_like_ctrl_c() -> None:
    """Let SIGTERM unwind as Ctrl-C does, so that everything started is stopped."""

    def interrupted(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)


def wait_for_any(processes: "Mapping[str, subprocess.Popen[bytes]]") -> str:
    """Wait until one process ends; its name."""
    for name in itertools.cycle(processes):
        try:
            processes[name].wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    return name
