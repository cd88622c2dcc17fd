"""Programs under measurement: started, looked at from outside, stopped."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

PATIENCE = 40.0
"""Seconds that a program has to end in."""


@contextmanager
def running(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[psutil.Process]:
    """A Python program, for as long as the context is open."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            [sys.executable, *command],
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield psutil.Process(started.pid)
    finally:
        started.terminate()
        try:
            started.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def ended(process: psutil.Process) -> bool:
    """Tell whether a program has ended by itself. It is a zombie then: we, its parent, have not waited for it."""
    return process.status() in {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}


def cpu_seconds(process: psutil.Process) -> float:
    """CPU time that a process has used so far, user and system."""
    times = process.cpu_times()
    return float(times.user + times.system)


def resident_mb(process: psutil.Process) -> float:
    """Memory that a process holds now, in MB (10^6 bytes)."""
    return _status(process, "VmRSS")


def peak_mb(process: psutil.Process) -> float:
    """The most memory that a process ever held, in MB."""
    return _status(process, "VmHWM")


def _status(process: psutil.Process, field: str) -> float:
    text = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{field}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0
