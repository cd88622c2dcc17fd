"""A disk without room for a store."""

from tests.faults.trial import Trial


async def disk_full(trial: Trial) -> None:
    raise NotImplementedError
