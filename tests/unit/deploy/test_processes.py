import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded import processes
from deploy.embedded.endpoints import Process

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = [
    sys.executable, "-uc", "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf'); time.sleep(600)"
]  # fmt: skip


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Process]:
    process = processes.spawn("sleeper", SLEEPER, tmp_path / "sleeper.log")
    yield process
    processes.send(process, signal.SIGKILL)
    assert processes.wait(lambda: not processes.is_alive(process), 10)


def test_a_started_process_is_alive_and_uses_memory(sleeper: Process) -> None:
    assert processes.is_alive(sleeper)
    assert processes.memory(sleeper) > 0


def test_a_stopped_process_is_not_alive(sleeper: Process) -> None:
    processes.stop([sleeper], 10)
    assert not processes.is_alive(sleeper)
    assert not processes.send(sleeper, signal.SIGKILL)
    assert processes.memory(sleeper) == 0


def test_another_process_with_the_same_pid_is_left_alone(sleeper: Process) -> None:
    namesake = sleeper.model_copy(update={"started": sleeper.started - 1})
    assert not processes.is_alive(namesake)
    assert not processes.send(namesake, signal.SIGKILL)
    assert processes.is_alive(sleeper)


def test_a_paused_process_can_be_stopped(sleeper: Process) -> None:
    assert processes.send(sleeper, signal.SIGSTOP)
    processes.stop([sleeper], 10)
    assert not processes.is_alive(sleeper)


def test_a_process_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "stubborn.log"
    process = processes.spawn("stubborn", STUBBORN, log)
    assert processes.wait(lambda: log.read_text() == "deaf\n", 10)
    processes.stop([process], 0.2)
    assert not processes.is_alive(process)


def test_waiting_ends_with_its_deadline() -> None:
    assert not processes.wait(lambda: False, 0.05)
    assert processes.wait(lambda: True, 0)
