"""Services whose wall clock is wrong, by libfaketime; their monotonic clock stays right, as with a wrong NTP server."""

import asyncio
from pathlib import Path

from contracts.topics import SERVICES
from tests.faults.trial import Trial

LIBRARY = "libfaketime.so.1"
FOLDERS = (Path("/usr/lib"), Path("/usr/local/lib"), Path("/lib"))
HOUR_FORWARD, HOUR_BACK = "+3600s", "-3600s"


class NoFaketimeError(Exception):
    """libfaketime is not here; says how to get it."""


def library() -> Path:
    """Where libfaketime is."""
    for folder in FOLDERS:
        for found in sorted(folder.glob(f"**/faketime/{LIBRARY}")):
            return found
    raise NoFaketimeError(f"{LIBRARY} is not here: install it, on Debian with `apt-get install faketime`")


async def clocks_wrong(trial: Trial) -> None:
    """Every service restarts with its clock an hour forward, then an hour back, then right again."""
    trial.bad = None
    preload = {
        "LD_PRELOAD": str(library()),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(Path(__file__).with_name("wrongclock")),
    }
    for clock in (HOUR_FORWARD, HOUR_BACK, None):
        trial.shop.skewed = {name: preload | {"FAKETIME": clock} for name in SERVICES} if clock else {}
        await asyncio.gather(*(_restart(trial, name) for name in SERVICES))
        trial.faults += 1 if clock else 0
        await trial.recovery()
        await trial.a_while(5, 7)


async def _restart(trial: Trial, name: str) -> None:
    await trial.shop.stop(name)
    trial.shop.start(name)
