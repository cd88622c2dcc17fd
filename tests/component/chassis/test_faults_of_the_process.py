"""What is wrong with a document is a dead letter; what is wrong with the process ends it, and nothing is committed."""

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from chassis.core.fault import ProcessFaultError, is_of_process
from chassis.runtime import run
from chassis.runtime.bus.connection import Bus
from chassis.runtime.bus.subscription import Subscription
from chassis.runtime.run import Runner
from chassis.runtime.settings import Settings
from services.rating.app import build
from tests.component.chassis.toy import Toy, payment, record
from tests.e2e.conftest import free_port
from tests.simulation.services import altered

OF_THE_PROCESS = [
    ModuleNotFoundError("No module named 'reportlab'"),
    SyntaxError("invalid syntax"),
    MemoryError(),
    FileNotFoundError(errno.ENOENT, "No such file", "fonts/Tinos.ttf"),
    PermissionError(errno.EACCES, "Permission denied"),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EMFILE, "Too many open files"),
]
NOT_OF_THE_PROCESS = [
    ValueError("a document says so"),
    KeyError("step"),
    RecursionError(),
    ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"),
    TimeoutError(),
    socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    OSError(errno.ENETUNREACH, "Network is unreachable"),
    OSError("Multiple exceptions: [Errno 111] Connect call failed"),
]


@pytest.mark.parametrize("error", OF_THE_PROCESS, ids=repr)
def test_a_missing_file_or_module_memory_and_disk_are_the_process_s(error: Exception) -> None:
    assert is_of_process(error)


@pytest.mark.parametrize("error", NOT_OF_THE_PROCESS, ids=repr)
def test_documents_and_the_network_are_not(error: Exception) -> None:
    assert not is_of_process(error)


def breaking(toy: Toy, error: Exception) -> None:
    """From now on its `decide` raises this."""

    def decide(_state: Any, _now: Any) -> Any:
        raise error

    toy.loop.service = altered(toy.service, decide=decide)


@pytest.mark.parametrize("error", OF_THE_PROCESS, ids=repr)
async def test_a_broken_process_makes_no_dead_letter(error: Exception) -> None:
    toy = Toy()
    breaking(toy, error)
    with pytest.raises(ProcessFaultError, match=type(error).__name__):
        await toy.process(record(payment()))
    assert toy.letters() == []
    assert toy.published == []


async def test_a_document_that_can_not_be_decided_still_does() -> None:
    toy = Toy()
    breaking(toy, ValueError("so it is"))
    await toy.process(record(payment()))
    assert len(toy.letters()) == 1


@pytest.fixture
async def subscription() -> AsyncIterator[tuple[Subscription, list[str]]]:
    ended: list[str] = []

    async def nothing(_records: Any, _turn: Any) -> None:
        pass

    made = Subscription(Settings.model_construct(), Bus(""), "", [], nothing, on_fault=lambda: ended.append("told"))
    yield made, ended
    await made.stop()


async def test_it_is_not_tried_again_and_whoever_runs_the_process_is_told(
    subscription: tuple[Subscription, list[str]],
) -> None:
    made, ended = subscription
    attempts = 0

    async def work() -> None:
        nonlocal attempts
        attempts += 1
        raise ModuleNotFoundError("No module named 'reportlab'")

    assert not await made.persist(work)
    assert (attempts, ended, made.stopping) == (1, ["told"], True)
    assert "reportlab" in made.fault


async def test_a_process_that_lacks_something_ends_by_itself_and_says_what(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def lacks(_service: Any) -> None:
        raise ModuleNotFoundError("No module named 'holidays.countries'")

    monkeypatch.setattr(run, "load", lacks)
    ports = {"http_port": free_port(), "operator_port": free_port()}
    settings = Settings(home=tmp_path, kafka="127.0.0.1:1", mongo="mongodb://127.0.0.1:1", **ports)
    with pytest.raises(
        ProcessFaultError, match=r"rating can not work in this process: ModuleNotFoundError: .*holidays"
    ):
        await Runner("rating", build, settings).run()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().remove_signal_handler(signum)
