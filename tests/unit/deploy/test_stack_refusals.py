import errno
import os
import shutil
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy.embedded import Stack, StackError, kafka, processes, store
from deploy.embedded.endpoints import Process, StackFile, load, save

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack.ephemeral(tmp_path / "home")


def this_process(name: str) -> Process:
    return Process(name=name, pid=os.getpid(), started=processes.start_time(os.getpid()) or 0)


def test_the_environment_moves_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path / "elsewhere"))
    assert Stack.from_env().home == tmp_path / "elsewhere"


def test_a_stack_that_never_ran_is_stopped_and_can_be_taken_down(stack: Stack) -> None:
    stack.down()
    assert [(server.name, server.state) for server in stack.status()] == [(name, "stopped") for name in stack.servers]
    assert not stack.home.exists()


def test_a_nearly_full_disk_is_refused_before_anything_starts(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=900_000_000))
    with pytest.raises(StackError, match="has only 900 MB left"):
        stack.up()
    assert load(stack.home) is None


def test_a_disk_that_fills_up_at_start_is_named(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store, "prepare", full)
    with pytest.raises(StackError, match="is full"):
        stack.up()


def test_missing_java_starts_nothing(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "command", lambda *_: ["never-started"])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StackError, match="Java is missing"):
        stack.up()
    assert load(stack.home) is None


@pytest.fixture
def started(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[Process]:
    """Servers that only sleep; the list fills with those that were started once the first is asked for an answer."""
    seen: list[Process] = []

    def answer(_: str) -> bool:
        known = load(stack.home)
        seen[:] = known.processes if known else ()
        return True

    monkeypatch.setattr(kafka, "prepare", lambda *_: None)
    monkeypatch.setattr(kafka, "command", lambda *_: SLEEPER)
    monkeypatch.setattr(store, "command", lambda *_: SLEEPER)
    monkeypatch.setattr(store, "answers", answer)
    return seen


def assert_all_were_started_and_stopped(stack: Stack, started: list[Process]) -> None:
    assert {process.name for process in started} == set(stack.servers)
    assert not any(processes.is_alive(process) for process in started)
    assert load(stack.home) is None


def test_a_server_that_dies_at_start_is_named_and_the_others_are_stopped(
    stack: Stack, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "command", lambda *_: [sys.executable, "-c", "raise SystemExit('out of luck')"])
    with pytest.raises(StackError, match=r"kafka died at start; .*kafka\.log says why"):
        stack.up()
    assert "out of luck" in (stack.home / "logs" / "kafka.log").read_text()
    assert_all_were_started_and_stopped(stack, started)


def test_a_server_that_could_not_be_recorded_is_stopped_too(
    stack: Stack, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path, content: StackFile) -> None:
        started[:] = content.processes
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("deploy.embedded.stack.save", full)
    with pytest.raises(StackError, match="is full"):
        stack.up()
    assert [process.name for process in started] == [stack.servers[0]]
    assert not processes.is_alive(started[0])


def test_a_failed_start_leaves_alone_what_ran_before(
    stack: Stack, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.start("sla")
    before = stack.process("sla")
    monkeypatch.setattr(kafka, "command", lambda *_: [sys.executable, "-c", "raise SystemExit(1)"])
    with pytest.raises(StackError, match="kafka died at start"):
        stack.up()
    assert before
    assert stack.process("sla") == before
    assert {process.name for process in started if processes.is_alive(process)} == {"sla"}
    stack.down()
    assert stack.process("sla") is None


def test_a_start_that_is_interrupted_stops_what_it_started(
    stack: Stack, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(kafka, "answers", interrupt)
    with pytest.raises(KeyboardInterrupt):
        stack.up()
    assert_all_were_started_and_stopped(stack, started)


def test_a_server_that_stays_silent_is_named(
    stack: Stack, started: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka, "answers", lambda _: False)
    monkeypatch.setattr("deploy.embedded.stack.START_SECONDS", 0.2)
    with pytest.raises(StackError, match=r"kafka does not answer after .*kafka\.log may say why"):
        stack.up()
    assert_all_were_started_and_stopped(stack, started)


def test_a_stack_that_runs_on_other_ports_is_not_touched(stack: Stack) -> None:
    stack.home.mkdir()
    other = Stack.ephemeral(stack.home).endpoints
    content = StackFile(kafka=other.kafka, mongo=other.mongo, processes=(this_process("sla"),))
    save(stack.home, content)
    with pytest.raises(StackError, match="already runs on other ports"):
        stack.up()
    assert load(stack.home) == content


def test_a_server_that_does_not_run_cannot_be_hurt(stack: Stack) -> None:
    with pytest.raises(StackError, match="sla does not run, so it cannot be sent SIGSTOP"):
        stack.kill("sla", signal.SIGSTOP)


def test_a_home_keeps_the_number_of_brokers_it_was_begun_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_HOME", str(tmp_path))
    for data in ("data", "data-2", "data-3"):
        (tmp_path / "kafka" / data).mkdir(parents=True)
        (tmp_path / "kafka" / data / "meta.properties").touch()
    assert len(Stack.from_env().ports.brokers) == 3
    with pytest.raises(StackError, match="was begun with 3"):
        Stack.from_env(brokers=1)
