"""Start, recognise and stop processes; every one is known by its pid and its start time, never by its name."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.embedded.endpoints import Process

PAUSE_SECONDS = 0.05
"""Between two looks whether a process has ended or answers. A start is that much slower at most."""

STATE_FIELD, THREADS_FIELD, START_TIME_FIELD = 0, 17, 19
"""Places in /proc/<pid>/stat, counted from the third field on; see proc(5)."""

# Kept so that children of this very process are reaped when they end, and not warned about while they live.
_children: dict[int, subprocess.Popen[bytes]] = {}


def spawn(name: str, command: Sequence[str], log: Path) -> Process:
    """Start a server in a session of its own: Ctrl-C in the terminal does not reach it."""
    with log.open("ab") as output:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    _children[child.pid] = child
    # A child that ended at once is a zombie until it is reaped, so its start time can still be read.
    return Process(name=name, pid=child.pid, started=start_time(child.pid) or 0)


def start_time(pid: int) -> int | None:
    """Return when this process started, in clock ticks since boot, or None when it is gone."""
    fields = _stat(pid)
    return int(fields[START_TIME_FIELD]) if fields else None


def is_alive(process: Process) -> bool:
    """Tell whether exactly this process still runs; one that ended and waits to be reaped does not."""
    if child := _children.get(process.pid):
        child.poll()
    fields = _stat(process.pid)
    if not fields or int(fields[START_TIME_FIELD]) != process.started:
        return False
    # The first thread of a killed JVM is a zombie while the others still end and hold the ports.
    return fields[STATE_FIELD] not in "ZX" or int(fields[THREADS_FIELD]) > 1


def memory(process: Process) -> int:
    """Return the resident memory of this process in bytes, 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") if is_alive(process) else 0


def send(process: Process, signum: signal.Signals) -> bool:
    """Send a signal if this process still runs; tell whether it did."""
    if not is_alive(process):
        return False
    try:
        os.kill(process.pid, signum)
    except ProcessLookupError:
        return False
    return True


def stop(processes: Sequence[Process], patience: float) -> None:
    """Ask these processes to end, all at once; kill those that have not after the given seconds."""
    for process in processes:
        send(process, signal.SIGTERM)
        send(process, signal.SIGCONT)  # a paused process would never read the request
    if not wait(lambda: not any(map(is_alive, processes)), patience):
        for process in processes:
            send(process, signal.SIGKILL)
        wait(lambda: not any(map(is_alive, processes)), patience)


def wait(condition: Callable[[], bool], seconds: float) -> bool:
    """Return as soon as the condition holds; False when it still does not after the given seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the third on: the second is the name and may hold anything."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
