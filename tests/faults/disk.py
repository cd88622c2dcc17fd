"""A disk without room for a store: a small one of its own where we may mount, else a limit on the process's files."""

import asyncio
import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.trial import Trial

HURT = ("intake", "routing")
SIZE = "160m"
BLOCK = b"\0" * 65_536
NO_ROOM = 4096
"""Bytes a file may have where the limit takes the place of the disk's end."""


@contextmanager
def small_disks(home: Path) -> Iterator[None]:
    """A disk of its own for each store that will be hurt, as long as the context is open; needs root."""
    folders = [home / "store" / name for name in HURT]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=False, capture_output=True
        )
    try:
        yield
    finally:
        for folder in filter(os.path.ismount, folders):
            subprocess.run(["umount", folder], check=True)


async def disk_full(trial: Trial) -> None:
    """The store can write no more, until there is space again and its operator restarts it, as its log asks for."""
    for name in HURT:
        await trial.a_while(1, 3)
        with _full(trial, name):
            trial.faults += 1
            await _not_ready(trial, name)
            await trial.a_while(3, 5)
        await asyncio.to_thread(trial.shop.stack.kill, name)
        await trial.recovery(name, restart=lambda name=name: trial.shop.stack.start(name))


@contextmanager
def _full(trial: Trial, name: str) -> Iterator[None]:
    folder = trial.shop.stack.home / "store" / name
    if folder.is_mount():
        ballast = folder / "ballast"
        _fill(ballast)
        yield
        ballast.unlink()
    elif process := trial.shop.stack.process(name):
        _, most = resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (NO_ROOM, resource.RLIM_INFINITY))
        yield
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (most, most))


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(BLOCK)
        except OSError:
            return


async def _not_ready(trial: Trial, name: str) -> None:
    while await trial.shop.is_ready(name):  # noqa: ASYNC110 - another process notices
        await asyncio.sleep(0.1)
